"""The papers that the replica knows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Record:
    """One paper with all its versions; `created` holds one ISO time for each."""

    id: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    created: tuple[str, ...]
    comment: str | None = None
    journal_ref: str | None = None
    dois: tuple[str, ...] = ()

    @property
    def versions(self) -> int:
        """How many there are; the newest is what an id without version means."""
        return len(self.created)


def load_records(path: Path) -> list[Record]:
    """Read a JSON Lines file."""
    return records(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def records(rows: Iterable[dict[str, Any]]) -> list[Record]:
    """Records from rows with `id` and `title`, and, where known, `authors, abstract, categories, ...`."""
    return [_record(row) for row in rows]


def _record(row: dict[str, Any]) -> Record:
    first = _time(row.get("published") or "2000-01-01")
    last = _time(row.get("updated") or row.get("published") or "2000-01-01")
    versions = int(row.get("version") or (2 if last > first else 1))
    doi = row.get("doi")
    return Record(
        id=row["id"],
        title=row["title"],
        abstract=row.get("abstract") or "",
        authors=tuple(row.get("authors") or ()),
        categories=tuple(row.get("categories") or ("cs.LG",)),
        created=(first,) * (versions - 1) + (last if versions > 1 else first,),
        comment=row.get("comment"),
        journal_ref=row.get("journal_ref"),
        dois=(doi,) if isinstance(doi, str) else tuple(doi or ()),
    )


def _time(date: str) -> str:
    """`2018`, `2018-06` or `2018-06-20` as the service writes times."""
    return f"{date}{'-01-01'[len(date) - 4 :] if len(date) < 10 else ''}T00:00:00Z" if "T" not in date else date
