"""Who wrote a paper, and which printed names are one author's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from sqlite_utils import Database

from kg.identifiers import slug

_JOINED = "joined"  # the row of `states` with the count of `relations` that names were last joined at


class People:
    """The authors of papers as they are joined; see `kg.joining`.

    `paper_authors.name` is what a paper prints, `author` who it is; `author_aliases` holds the slugs of printed names
    that are no author's id, so that every id that an author had is still found.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def are_joined(self) -> bool:
        """Whether nothing that authors are told by has changed since they were last joined."""
        rows = self._db.execute("SELECT value FROM states WHERE name IN ('relations', ?)", [_JOINED]).fetchall()
        return len(rows) == 2 and rows[0] == rows[1]

    def printed(self) -> Iterator[tuple[list[str], list[str]]]:
        """(names, categories) of each paper that has authors, as it prints them."""
        categories = dict(
            self._db.execute("SELECT paper, group_concat(category, ' ') FROM paper_categories GROUP BY paper")
        )
        rows = self._db.execute("SELECT paper, name FROM paper_authors ORDER BY paper, position")
        for paper, written in groupby(rows, key=itemgetter(0)):
            yield [name for _, name in written], categories.get(paper, "").split()

    def join(self, ids: Mapping[str, str], names: Mapping[str, str], rules: Mapping[str, str]) -> None:
        """Make `ids` (printed name -> author) hold, in a transaction of the caller's; only what differs is written.

        `names` are the authors' own, `rules` tell by which rule an id was joined to another.
        """
        many = self._db.conn.executemany
        known = dict(self._db.execute("SELECT id, name FROM authors").fetchall())
        many(
            "INSERT INTO authors VALUES (?, ?) ON CONFLICT DO UPDATE SET name = excluded.name",
            [(id_, name) for id_, name in sorted(names.items()) if known.get(id_) != name],
        )
        written = self._db.execute("SELECT DISTINCT author, name FROM paper_authors").fetchall()
        many(
            "UPDATE paper_authors SET author = ? WHERE author = ? AND name = ?",
            [(ids[name], author, name) for author, name in sorted(written) if ids[name] != author],
        )
        self._set_aliases(_aliases(ids, names, rules))
        self._db.execute("DELETE FROM authors WHERE id NOT IN (SELECT author FROM paper_authors)")
        self._db.execute(
            "INSERT OR REPLACE INTO states SELECT ?, value FROM states WHERE name = 'relations'", [_JOINED]
        )

    def id_of(self, reference: str) -> str | None:
        """The id of the author who has, or had, this one, and a paper."""
        row = self._db.execute(
            "SELECT author FROM paper_authors WHERE author = ?1 "
            "UNION ALL SELECT author FROM author_aliases WHERE alias = ?1 LIMIT 1",
            [reference],
        ).fetchone()
        return str(row[0]) if row else None

    def spellings(self, author: str) -> list[str]:
        """An author's name as papers print it, the most used spelling first."""
        rows = self._db.execute(
            "SELECT name FROM paper_authors WHERE author = ? GROUP BY name ORDER BY count(*) DESC, name", [author]
        )
        return [name for (name,) in rows]

    def _set_aliases(self, wanted: set[tuple[str, str, str]]) -> None:
        old = set(self._db.execute("SELECT alias, author, rule FROM author_aliases").fetchall())
        many = self._db.conn.executemany
        many("DELETE FROM author_aliases WHERE alias = ?", [(alias,) for alias, _, _ in sorted(old - wanted)])
        many("INSERT INTO author_aliases VALUES (?, ?, ?)", sorted(wanted - old))


def _aliases(ids: Mapping[str, str], names: Mapping[str, str], rules: Mapping[str, str]) -> set[tuple[str, str, str]]:
    """(alias, author, rule); where a slug is that of two authors' names, the first has it."""
    found: dict[str, str] = {}
    for name, author in ids.items():
        if (alias := _id(name)) not in names:
            found[alias] = min(author, found.get(alias, author))
    return {(alias, author, rules.get(alias, "spelling")) for alias, author in found.items()}


def set_authors(db: Database, number: int, names: Sequence[str]) -> bool:
    """Make `names` the authors of a paper; False when they were so, or none is given.

    Names are compared, not ids: whom a name was joined to is no part of what the paper says.
    """
    wrote = people(names)
    old = db.execute("SELECT name FROM paper_authors WHERE paper = ? ORDER BY position", [number]).fetchall()
    if not wrote or [name for _, name in wrote] == [name for (name,) in old]:
        return False
    db.conn.executemany("INSERT OR IGNORE INTO authors VALUES (?, ?)", wrote)
    db.execute("DELETE FROM paper_authors WHERE paper = ?", [number])
    db.conn.executemany(
        "INSERT INTO paper_authors VALUES (?, ?, ?, ?)",
        [(number, position, *person) for position, person in enumerate(wrote)],
    )
    return True


def people(names: Sequence[str]) -> list[tuple[str, str]]:
    """(id, name) of authors, each before it is joined to another; a name without a letter is nobody's."""
    return [(id_, name) for name in names if (id_ := _id(name))]


@lru_cache(maxsize=65536)
def _id(name: str) -> str:
    return slug(name, 80)
