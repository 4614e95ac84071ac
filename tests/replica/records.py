"""The papers that the replica knows."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Cited = dict[str, Any] | str


@dataclass(frozen=True)
class Record:
    """One paper with all its versions; `created` holds one ISO time for each.

    A reference is the id of a record or any other arXiv id, or a dict of `title, doi, year, arxiv_id, s2_id` as far
    as they are known. `s2_id` and `openalex_id` are made from the id where they are not given.
    """

    id: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    created: tuple[str, ...]
    comment: str | None = None
    journal_ref: str | None = None
    dois: tuple[str, ...] = ()
    references: tuple[Cited, ...] = ()
    s2_id: str = ""
    openalex_id: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "s2_id", self.s2_id or s2_id(self.id))
        object.__setattr__(self, "openalex_id", self.openalex_id or openalex_id(self.id))

    @property
    def versions(self) -> int:
        """How many there are; the newest is what an id without version means."""
        return len(self.created)

    @property
    def year(self) -> int:
        """The year of the first version."""
        return int(self.created[0][:4])

    @property
    def withdrawn(self) -> bool:
        """Whether its comment says so: no service marks it otherwise."""
        return "withdrawn" in (self.comment or "").lower()


def s2_id(name: str) -> str:
    """A paper id as Semantic Scholar makes them: 40 hexadecimal digits."""
    return hashlib.sha1(name.encode()).hexdigest()


def openalex_id(name: str) -> str:
    """A work id as OpenAlex makes them: W and digits."""
    return f"W{2_000_000_000 + int(s2_id(name)[:8], 16)}"


def corpus_id(sha: str) -> int:
    """Semantic Scholar's other id of a paper, a number."""
    return int(sha[:7], 16)


def load_records(path: Path, citations: Path | None = None) -> list[Record]:
    """Read a JSON Lines file, and who cites whom from a TSV file: citing id, cited id, anything."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    cited = _cited(citations) if citations else {}
    return records({**row, "references": [*(row.get("references") or ()), *cited.get(row["id"], ())]} for row in rows)


def _cited(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        citing, cited, *_ = [*line.split("\t"), "", ""]
        if cited:
            found[citing].append(cited)
    return found


def records(rows: Iterable[dict[str, Any]]) -> list[Record]:
    """Records from rows with `id` and `title`, and, where known, `authors, abstract, categories, references, ...`."""
    return [_record(row) for row in rows]


def _record(row: dict[str, Any]) -> Record:
    doi = row.get("doi")
    return Record(
        id=row["id"],
        title=row["title"],
        abstract=row.get("abstract") or "",
        authors=tuple(row.get("authors") or ()),
        categories=tuple(row.get("categories") or ("cs.LG",)),
        created=_created(row),
        comment=row.get("comment"),
        journal_ref=row.get("journal_ref"),
        dois=(doi,) if isinstance(doi, str) else tuple(doi or ()),
        references=tuple(row.get("references") or ()),
        s2_id=row.get("s2_id") or "",
        openalex_id=row.get("openalex_id") or "",
    )


def _created(row: dict[str, Any]) -> tuple[str, ...]:
    if row.get("created"):
        return tuple(_time(date) for date in row["created"])
    first = _time(row.get("published") or "2000-01-01")
    last = _time(row.get("updated") or row.get("published") or "2000-01-01")
    versions = int(row.get("version") or (2 if last > first else 1))
    return (first,) * (versions - 1) + (last if versions > 1 else first,)


def _time(date: str) -> str:
    """`2018`, `2018-06` or `2018-06-20` as the service writes times."""
    return f"{date}{'-01-01'[len(date) - 4 :] if len(date) < 10 else ''}T00:00:00Z" if "T" not in date else date
