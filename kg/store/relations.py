"""What relates papers, people, topics and lists: the nodes and edges of the graph, read in one pass."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from sqlite_utils import Database

# (id, label) of each node but papers; a heading is named by its list and the headings above it.
_NODES = {
    "author": "SELECT id, name FROM authors WHERE id IN (SELECT author FROM paper_authors)",
    "category": "SELECT DISTINCT category, category FROM paper_categories",
    "topic": "SELECT id, label FROM topics",
    "list": "SELECT slug, title FROM documents",
}
# (from, to, who says so); papers by number. Several who say the same are put together; who is twice among a paper's
# authors comes twice.
_EDGES = {
    "cites": "SELECT citing, cited, group_concat(source, ', ') FROM "
    "(SELECT * FROM citations WHERE citing <> cited ORDER BY citing, cited, source) GROUP BY citing, cited",
    "wrote": "SELECT a.author, a.paper, coalesce(p.metadata_source, 'document') FROM paper_authors a "
    "JOIN papers p ON p.number = a.paper",
    "in_category": "SELECT c.paper, c.category, coalesce(p.metadata_source, 'document') "
    "FROM paper_categories c JOIN papers p ON p.number = c.paper",
    "about": "SELECT t.paper, t.topic, topics.source FROM paper_topics t JOIN topics ON topics.id = t.topic",
    "within": "SELECT id, parent, source FROM topics WHERE parent IN (SELECT id FROM topics)",
}


class Relations:
    """Reading of the nodes and edges of the graph."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def papers(self) -> Iterator[tuple[int, str, str, str, bool]]:
        """(number, id, title or id, published or nothing, whether it is of the library) of each paper, by number."""
        rows = self._db.execute(
            "SELECT number, id, coalesce(title, id), coalesce(published, ''), in_library FROM papers ORDER BY number"
        )
        return ((number, id_, title, published, bool(inside)) for number, id_, title, published, inside in rows)

    def nodes(self, kind: str) -> Iterator[tuple[str, str]]:
        """(id, label) of each author, category, topic, list or heading."""
        if kind == "heading":
            rows = self._db.execute(
                "SELECT DISTINCT d.slug, m.section, d.title FROM mentions m JOIN documents d ON d.id = m.document "
                "WHERE m.paper IS NOT NULL"
            )
            return (_heading(*row) for row in rows)
        return iter(self._db.execute(_NODES[kind]))

    def edges(self, kind: str) -> Iterator[tuple[int | str, int | str, str]]:
        """(from, to, who says so) of each edge of that kind; papers by number, others by id."""
        if kind in _EDGES:
            return iter(self._db.execute(_EDGES[kind]))
        rows = self._db.execute(
            "SELECT m.paper, d.slug, m.section, d.title, group_concat(d.source || ':' || m.line, ', '), d.source "
            "FROM mentions m JOIN documents d ON d.id = m.document WHERE m.paper IS NOT NULL "
            "GROUP BY m.paper, d.id, m.section"
        )
        if kind == "listed_under":
            return ((paper, _heading(slug, section, title)[0], at) for paper, slug, section, title, at, _ in rows)
        headings = {_heading(slug, section, title)[0]: (slug, source) for _, slug, section, title, _, source in rows}
        return ((heading, slug, source) for heading, (slug, source) in headings.items())


def heading_id(list_id: str, section: Sequence[str]) -> str:
    """The id of a heading: its list's, and the headings down to it."""
    return f"{list_id}#{' > '.join(section)}"


def _heading(slug: str, section: str, title: str) -> tuple[str, str]:
    path = json.loads(section)
    return heading_id(slug, path), path[-1] if path else title
