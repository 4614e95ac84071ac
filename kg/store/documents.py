"""Documents that were read, where they came from, and what they mention."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import msgspec
from sqlite_utils import Database

from kg.answers import ListCount
from kg.identifiers import slug
from kg.papers import Mention


@dataclass(frozen=True, slots=True)
class Source:
    """Where documents come from: as the user gave it, and as found again from any folder."""

    given: str
    location: str


@dataclass(frozen=True, slots=True)
class Document:
    """One document as read: `source` names it to the user, `location` finds it again."""

    source: str
    location: str
    title: str
    content_hash: str
    read_at: str


class Documents:
    """The tables `sources`, `documents` and `mentions`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def sources(self) -> list[Source]:
        """What was ingested so far, oldest first."""
        rows = self._db.execute("SELECT given, location FROM sources ORDER BY added_at, rowid")
        return [Source(*row) for row in rows]

    def add_source(self, source: Source, at: str) -> None:
        """Remember a source, so that `kg ingest` alone reads it again."""
        self._db.execute("INSERT OR IGNORE INTO sources VALUES (?, ?, ?)", [source.location, source.given, at])

    def content_hash(self, location: str) -> str | None:
        """Hash of the content that was read last from `location`; None if it never was."""
        row = self._db.execute("SELECT content_hash FROM documents WHERE location = ?", [location]).fetchone()
        return str(row[0]) if row else None

    def since(self, location: str) -> dict[str, int]:
        """In which run a document first named each of its papers, by id; ask before forgetting its mentions."""
        rows = self._db.execute(
            "SELECT p.id, min(m.since) FROM mentions m JOIN documents d ON d.id = m.document "
            "JOIN papers p ON p.number = m.paper WHERE d.location = ? GROUP BY p.id",
            [location],
        )
        return dict(rows.fetchall())

    def save(
        self,
        document: Document,
        mentions: Iterable[tuple[Mention, int]],
        since: Mapping[str, int] = MappingProxyType({}),
    ) -> set[int]:
        """Store a document and its mentions, each with its paper's number, instead of those it had.

        `since` tells of papers that it named before in which run it first did; of others it is this run.
        The numbers of all papers that gained or lost a mention by it are returned.
        """
        known, run = self._numbered(since), self._run()
        touched = self.forget_mentions(document.location)
        number = self._save_document(document)
        rows = [(number, *_as_row(mention), paper, known.get(paper, run)) for mention, paper in mentions]
        touched |= {int(row[-2]) for row in rows}
        self._db.conn.executemany(
            f"INSERT INTO mentions (document, {', '.join(_NAMES)}, paper, since) VALUES (?{',?' * (len(_NAMES) + 2)})",
            rows,
        )
        return touched

    def below(self, folder: str) -> list[Source]:
        """The documents read from files in a folder, or in folders in it."""
        rows = self._db.execute("SELECT source, location FROM documents ORDER BY id")
        prefix = folder.rstrip("/\\")
        return [Source(*row) for row in rows if row[1].startswith((f"{prefix}/", f"{prefix}\\"))]

    def forget_mentions(self, location: str) -> set[int]:
        """Forget what a document mentions; the numbers of the papers that it mentioned."""
        of_document = "document IN (SELECT id FROM documents WHERE location = ?)"
        rows = self._db.execute(f"SELECT DISTINCT paper FROM mentions WHERE {of_document}", [location])
        papers = {int(paper) for (paper,) in rows if paper is not None}
        self._db.execute(f"DELETE FROM mentions WHERE {of_document}", [location])
        return papers

    def remove(self, location: str) -> set[int]:
        """Forget a document and its mentions; the numbers of the papers that they were of."""
        touched = self.forget_mentions(location)
        self._db.execute("DELETE FROM documents WHERE location = ?", [location])
        return touched

    def lists(self) -> list[ListCount]:
        """Every document as a list, with the number of its papers."""
        rows = self._db.execute(
            "SELECT d.slug, d.title, d.source, count(DISTINCT m.paper) FROM documents d "
            "LEFT JOIN mentions m ON m.document = d.id GROUP BY d.id ORDER BY d.title, d.slug"
        )
        return [ListCount(*row) for row in rows]

    def mentions_in(self, list_id: str) -> list[Mention]:
        """The mentions of one list, in the order of the document."""
        return self._mentions("d.slug = ?", [list_id])

    def mentions_of(self, papers: Sequence[int]) -> list[Mention]:
        """Every mention of the papers with these numbers."""
        where = "m.paper IN (SELECT value FROM json_each(?))"
        return self._mentions(where, [json.dumps([int(paper) for paper in papers])])

    def numbered(self, numbers: Sequence[int]) -> list[Mention]:
        """The mentions of these numbers, by list."""
        return self._mentions("m.id IN (SELECT value FROM json_each(?))", [json.dumps(list(numbers))])

    def all_mentions(self) -> list[Mention]:
        """Every mention that led to a paper."""
        return self._mentions("m.paper IS NOT NULL", [])

    def counts(self) -> tuple[int, int]:
        """Number of documents, number of mentions."""
        row = self._db.execute("SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM mentions)").fetchone()
        return int(row[0]), int(row[1])

    def _mentions(self, where: str, params: Sequence[Any]) -> list[Mention]:
        # All in one row: SQLite lets go of Python's lock at each, and lists have thousands.
        (found,) = self._db.execute(
            f"SELECT json_group_array(json(mention)) FROM (SELECT json_object({_AS_JSON}) AS mention "
            "FROM mentions m JOIN documents d ON d.id = m.document LEFT JOIN papers p ON p.number = m.paper "
            f"WHERE {where} ORDER BY d.title, d.slug, m.id)",
            list(params),
        ).fetchone()
        return msgspec.json.decode(found, type=list[Mention])

    def _numbered(self, since: Mapping[str, int]) -> dict[int, int]:
        """By number: a work that was made one with another since is that one now."""
        rows = self._db.execute(
            "SELECT coalesce(p.number, a.paper), min(s.value) FROM json_each(?) s LEFT JOIN papers p ON p.id = s.key "
            "LEFT JOIN aliases a ON a.alias = s.key GROUP BY 1",
            [json.dumps(dict(since))],
        )
        return dict(rows.fetchall())

    def _run(self) -> int:
        """The run that is at work; 0 before the first."""
        return int(self._db.execute("SELECT coalesce(max(id), 0) FROM runs").fetchone()[0])

    def _save_document(self, document: Document) -> int:
        row = self._db.execute("SELECT id, slug FROM documents WHERE location = ?", [document.location]).fetchone()
        number, name = row or (None, self._free_slug(document))
        cursor = self._db.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
            "source = excluded.source, title = excluded.title, content_hash = excluded.content_hash, "
            "read_at = excluded.read_at",
            [number, name, *(getattr(document, column) for column in _DOCUMENT)],
        )
        return int(number if number is not None else cursor.lastrowid or 0)

    def _free_slug(self, document: Document) -> str:
        """The list's id: words of its title, with a hash of its place where those are taken."""
        name = slug(document.title) or "list"
        taken = self._db.execute("SELECT 1 FROM documents WHERE slug = ?", [name]).fetchone()
        digest = hashlib.sha256(document.location.encode()).hexdigest()[:6]
        return f"{name}-{digest}" if taken else name


_NAMES = "line section title link_text urls arxiv_id doi authors venue year remark".split()
_DOCUMENT = ("source", "location", "title", "content_hash", "read_at")
_LISTS = ("section", "urls", "authors")
_COLUMNS = {name: f"json(m.{name})" if name in _LISTS else f"m.{name}" for name in _NAMES}
_AS_JSON = ", ".join(
    f"'{name}', {column}"
    for name, column in {"document": "d.source", **_COLUMNS, "paper": "p.id", "list_id": "d.slug"}.items()
)


def _as_row(mention: Mention) -> list[Any]:
    values = [getattr(mention, name) for name in _NAMES]
    return [json.dumps(v, ensure_ascii=False) if isinstance(v, tuple) else v for v in values]
