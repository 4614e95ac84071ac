"""Which work goes by which name: ids, aliases, titles; and works made one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from sqlite_utils import Database

from kg.identifiers import parse_arxiv_id, parse_doi, title_key
from kg.links import paper_link
from kg.papers import Mention, text_hash
from kg.store.people import set_authors
from kg.text import squeezed
from kg.titles import title_hash

_DOI_MARK = re.compile(r"^doi:\s+(?=10\.)", re.IGNORECASE)


class Identity:
    """The names in `papers` and `aliases`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def find(self, reference: str) -> str | None:
        """The id of the paper that a user's `reference` (an id, URL or DOI, and nothing else) means."""
        reference = _DOI_MARK.sub("", squeezed(reference))
        names = [reference]
        if arxiv := parse_arxiv_id(reference):
            names.append(arxiv.base)
        elif not any(char.isspace() for char in reference):
            if link := paper_link(reference):
                names.append(link.key)
            if doi := parse_doi(reference):
                names.append(f"doi:{doi}")
        number = next((found for name in names if (found := self.number(name)) is not None), None)
        row = self._db.execute("SELECT id FROM papers WHERE number = ?", [number]).fetchone()
        return str(row[0]) if row else None

    def number(self, name: str) -> int | None:
        """The number of the paper that has this id or alias."""
        row = self._db.execute(
            "SELECT number FROM papers WHERE id = ?1 UNION ALL SELECT paper FROM aliases WHERE alias = ?1",
            [name],
        ).fetchone()
        return int(row[0]) if row else None

    def with_title(self, title: str) -> list[str]:
        """Ids of the papers whose title has the same key, those on arXiv first."""
        rows = self._db.execute(
            "SELECT id FROM papers WHERE title_key = ? AND title_key <> '' ORDER BY arxiv_id IS NULL, number",
            [title_key(title)],
        )
        return [id_ for (id_,) in rows]

    def add_aliases(self, number: int, names: Iterable[str]) -> None:
        """Let the paper be found by `names` too; a name that is taken stays with its paper."""
        self._db.conn.executemany("INSERT OR IGNORE INTO aliases VALUES (?, ?)", [(name, number) for name in names])

    def drop_aliases(self, number: int, keep: Iterable[str]) -> None:
        """Let the paper no longer be found by names that documents gave it and none gives it now.

        Ids that it had before it became one with another work stay, and so does the DOI of its record.
        """
        self._db.execute(
            "DELETE FROM aliases WHERE paper = ?1 AND instr(alias, ':') "
            "AND alias NOT IN (SELECT value FROM json_each(?2)) AND alias IS NOT "
            "(SELECT 'doi:' || lower(doi) FROM papers WHERE number = ?1 AND metadata_source <> 'document')",
            [number, json.dumps(list(keep))],
        )

    def ensure_arxiv(self, arxiv_id: str) -> int:
        """The number of the paper with that arXiv id, made if it was unknown."""
        known = self.number(arxiv_id)
        if known is not None:
            return known
        cursor = self._db.execute(
            "INSERT INTO papers (id, arxiv_id, url, pdf_url) VALUES (?1, ?1, ?2, ?3)",
            [arxiv_id, f"https://arxiv.org/abs/{arxiv_id}", f"https://arxiv.org/pdf/{arxiv_id}"],
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def on_arxiv(self, number: int) -> bool:
        """Whether the paper has an arXiv id."""
        row = self._db.execute("SELECT arxiv_id FROM papers WHERE number = ?", [number]).fetchone()
        return row is not None and row[0] is not None

    def ensure_work(self, work: str, mention: Mention) -> int:
        """The number of the work of that id, made if it was unknown.

        A new one has the DOI and authors of its mention at once: the next mention by the same title may be
        of another work, and they tell.
        """
        known = self.number(work)
        if known is not None:
            return known
        self._db.execute("INSERT INTO papers (id, doi) VALUES (?, ?)", [work, mention.doi])
        number = self.number(work)
        assert number is not None
        set_authors(self._db, number, mention.authors)
        return number

    def describe(self, numbers: Iterable[int]) -> None:
        """Describe works that no service has described by what their mentions say, in the lists' order.

        Of each thing, the first that says it counts; so a correction in a list is taken over, and a library
        that is read anew is the same.
        """
        for number in numbers:
            row = self._db.execute(
                "SELECT arxiv_id FROM papers WHERE number = ? AND coalesce(metadata_source, 'document') = 'document'",
                [number],
            ).fetchone()
            if row is not None:
                self._describe(number, on_arxiv=row[0] is not None)

    def merge(self, old: int, new: int) -> None:
        """Make the paper `old` one with `new`: mentions, citations and names move, its id stays a name."""
        if old == new:
            return
        (old_id, doi) = self._db.execute("SELECT id, doi FROM papers WHERE number = ?", [old]).fetchone()
        for column in ("citing", "cited"):
            self._db.execute(f"UPDATE OR IGNORE citations SET {column} = ? WHERE {column} = ?", [new, old])
        self._db.execute("DELETE FROM citations WHERE citing = cited")
        for table in ("mentions", "aliases", "resolutions"):
            self._db.execute(f"UPDATE {table} SET paper = ? WHERE paper = ?", [new, old])
        self._db.execute("DELETE FROM papers_fts WHERE rowid = ?", [old])
        self._db.execute("UPDATE states SET value = value + 1 WHERE name = 'words'")
        self._db.execute("DELETE FROM papers WHERE number = ?", [old])  # and its authors, by cascade
        self._db.execute("UPDATE papers SET doi = coalesce(doi, ?) WHERE number = ?", [doi, new])
        self.add_aliases(new, [old_id])

    def settle_membership(self) -> None:
        """Bring `in_library` up to date: listed in a document, or loaded in bulk."""
        listed = "(bulk OR EXISTS (SELECT 1 FROM mentions m WHERE m.paper = papers.number))"
        self._db.execute(f"UPDATE papers SET in_library = {listed} WHERE in_library <> {listed}")

    def _describe(self, number: int, on_arxiv: bool) -> None:
        rows = list(
            self._db.query(
                "SELECT m.title, m.link_text, m.doi, m.year, m.urls, m.authors FROM mentions m "
                "JOIN documents d ON d.id = m.document WHERE m.paper = ? ORDER BY d.location, m.id",
                [number],
            )
        )
        if not rows:
            return

        def first(name: str) -> str | None:
            return next((row[name] for row in rows if row[name]), None)

        title, year = first("title"), first("year")
        shown = title or first("link_text")
        url = next((json.loads(row["urls"])[0] for row in rows if row["urls"] != "[]"), None)
        # Another title is another question.
        self._db.execute(
            "DELETE FROM asks WHERE paper = ?1 AND route IN ('arxiv-title', 's2-match') "
            "AND (SELECT title_key FROM papers WHERE number = ?1) IS NOT ?2",
            [number, title_key(title or "") or None],
        )
        self._db.execute(
            "UPDATE papers SET title = ?2, title_key = ?3, doi = coalesce(?4, doi), published = ?5, "
            "url = iif(?6, url, ?7), text_hash = ?8, title_hash = ?9, metadata_source = 'document' WHERE number = ?1",
            [
                number,
                shown,
                title_key(title or "") or None,
                first("doi"),
                str(year) if year else None,
                on_arxiv,
                url,
                text_hash(shown) if shown else None,
                title_hash(shown),
            ],
        )
        authors: list[str] = next((names for row in rows if (names := json.loads(row["authors"]))), [])
        set_authors(self._db, number, authors)
