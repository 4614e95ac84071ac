"""The keyword side in SQL: BM25 over the full-text table, filters, facets and orders."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from sqlite_utils import Database

from kg.filters import Scope, Terms
from kg.store.conditions import conditions, match, rejected
from kg.store.words import TOKENIZER

# BM25 weights of title, abstract, authors, remarks (https://sqlite.org/fts5.html#the_bm25_function).
WEIGHTS = {"title": 4.0, "abstract": 1.0, "authors": 2.0, "remarks": 1.0}
_WEIGHTS = ", ".join(map(str, WEIGHTS.values()))
_SNIPPET_WORDS = 28
_ORDERS = {
    "newest": "coalesce(p.published, '') DESC",
    "oldest": "coalesce(p.published, '9999')",
    "listed": "(SELECT count(DISTINCT document) FROM mentions WHERE paper = p.number) DESC",
    "cited": "(SELECT count(DISTINCT citing) FROM citations WHERE cited = p.number) DESC",
}
_OF = "p.number IN (SELECT value FROM json_each(?))"
_FACETS = {
    "year": "SELECT substr(published, 1, 4) AS value, substr(published, 1, 4) AS label, count(*) AS n "
    f"FROM papers p WHERE published IS NOT NULL AND {_OF} GROUP BY 1 ORDER BY 1 DESC",
    "category": "SELECT category AS value, category AS label, count(*) AS n "
    f"FROM paper_categories JOIN papers p ON p.number = paper WHERE {_OF} GROUP BY 1 ORDER BY n DESC, 1",
    "topic": "SELECT t.id AS value, t.label, count(*) AS n FROM papers_within_topics w JOIN topics t ON t.id = w.topic "
    f"JOIN papers p ON p.number = w.paper WHERE {_OF} GROUP BY 1 ORDER BY n DESC, 1",
    "author": "SELECT a.id AS value, a.name AS label, count(DISTINCT paper) AS n FROM paper_authors "
    f"JOIN authors a ON a.id = author JOIN papers p ON p.number = paper WHERE {_OF} "
    "GROUP BY 1 ORDER BY n DESC, 1",
    "list": "SELECT d.slug AS value, d.title AS label, count(DISTINCT p.number) AS n FROM documents d "
    f"JOIN mentions m ON m.document = d.id JOIN papers p ON p.number = m.paper WHERE {_OF} "
    "GROUP BY 1 ORDER BY n DESC, 1",
}
_NAMED = "IN (SELECT value FROM json_each(?))"
_LABELS = {
    "topic": f"SELECT id, label FROM topics WHERE id {_NAMED}",
    "author": f"SELECT id, name FROM authors WHERE id {_NAMED}",
    "list": f"SELECT slug, title FROM documents WHERE slug {_NAMED}",
}


class FullText:
    """The table `papers_fts`, with what narrows and orders its answers."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def refresh(self) -> None:
        """Bring the full-text rows of changed papers up to date."""
        with self._db.atomic():
            count = int(self._db.execute("SELECT count(*) FROM papers WHERE fts_stale").fetchone()[0])
            if not count:
                return
            stale = "(SELECT number FROM papers WHERE fts_stale)"
            self._db.execute(f"DELETE FROM papers_fts WHERE rowid IN {stale}")
            self._db.execute(
                "INSERT INTO papers_fts (rowid, title, abstract, authors, remarks) "
                "SELECT number, title, abstract, "
                "(SELECT group_concat(name, ', ') FROM paper_authors WHERE paper = number), "
                "(SELECT group_concat(said, ' … ') FROM (SELECT remark AS said FROM mentions "
                "  WHERE paper = number UNION SELECT link_text FROM mentions m "
                "  WHERE m.paper = number AND m.link_text IS NOT papers.title "
                "  AND m.link_text IS NOT m.title)) "
                "FROM papers WHERE fts_stale AND title IS NOT NULL"
            )
            self._db.execute("UPDATE papers SET fts_stale = 0 WHERE fts_stale")
            self._db.execute("UPDATE states SET value = value + ? WHERE name = 'words'", [count])

    def search(
        self, terms: Terms, scope: Scope, limit: int = -1, among: Iterable[int] | None = None
    ) -> list[tuple[int, float]]:
        """(number, BM25 score, higher is better) of papers (`among` these) with the terms, best first.

        `limit` -1 means all.
        """
        expression = match(terms)
        if expression is None:
            return []
        where, params = _where(scope, among)
        rows = self._db.execute(
            f"SELECT p.number, -bm25(papers_fts, {_WEIGHTS}) AS score FROM papers_fts "
            f"JOIN papers p ON p.number = papers_fts.rowid WHERE papers_fts MATCH ? AND {where} "
            "ORDER BY score DESC, p.number LIMIT ?",
            [expression, *params, limit],
        )
        return [(int(number), float(score)) for number, score in rows]

    def count(self) -> int:
        """How many papers have a full text."""
        return int(self._db.execute("SELECT count(*) FROM papers_fts_docsize").fetchone()[0])

    def passing(self, scope: Scope, terms: Terms | None = None, among: Iterable[int] | None = None) -> list[int]:
        """Numbers of papers (`among` these) in scope that meet the needs of the terms, in ascending order.

        Phrases are needed, excluded terms forbidden; words are not needed.
        """
        return self._passing(scope, terms, among, "p.number")

    def filtered(self, scope: Scope, terms: Terms | None = None, among: Iterable[int] | None = None) -> list[int]:
        """The same papers as `passing`, newest first."""
        return self._passing(scope, terms, among, f"{_ORDERS['newest']}, p.number")

    def _passing(self, scope: Scope, terms: Terms | None, among: Iterable[int] | None, order: str) -> list[int]:
        where, params = _where(scope, among)
        if terms and terms.phrases and (needed := match(Terms(phrases=terms.phrases))):
            where += " AND p.number IN (SELECT rowid FROM papers_fts WHERE papers_fts MATCH ?)"
            params.append(needed)
        if terms and (forbidden := rejected(terms)):
            where += " AND p.number NOT IN (SELECT rowid FROM papers_fts WHERE papers_fts MATCH ?)"
            params.append(forbidden)
        rows = self._db.execute(f"SELECT p.number FROM papers p WHERE {where} ORDER BY {order}", params)
        return [int(number) for (number,) in rows]

    def snippets(self, terms: Terms, numbers: Iterable[int]) -> dict[int, str]:
        """Where the terms hit the abstract, else the remarks, of these papers: `[[hit]]`.

        A paper that is hit in its title or authors only is left out: both are shown anyway.
        """
        expression = match(terms)
        if expression is None:
            return {}
        with self._db.atomic():
            self._copy(numbers)
            shown = ", ".join(f"snippet(copied, {column}, '[[', ']]', '…', {_SNIPPET_WORDS})" for column in (1, 3))
            rows = self._db.execute(f"SELECT rowid, {shown} FROM copied WHERE copied MATCH ?", [expression]).fetchall()
        hits = ((number, next((s for s in snippets if s and "[[" in s), None)) for number, *snippets in rows)
        return {number: snippet for number, snippet in hits if snippet}

    def _copy(self, numbers: Iterable[int]) -> None:
        """Copy the texts of a few papers to a table of their own.

        In the whole table FTS5 would follow every word through all papers to find where it stands in these few.
        """
        columns = ", ".join(WEIGHTS)
        self._db.execute(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.copied USING fts5 ({columns}, tokenize = '{TOKENIZER}')"
        )
        self._db.execute("DELETE FROM temp.copied")
        self._db.execute(
            f"INSERT INTO temp.copied (rowid, {columns}) SELECT rowid, {columns} FROM papers_fts "
            "WHERE rowid IN (SELECT value FROM json_each(?))",
            [json.dumps([int(number) for number in numbers])],
        )

    def ordered(self, numbers: Sequence[int], sort: str) -> list[int]:
        """The numbers by `newest`, `oldest`, `listed` (most lists first) or `cited`; ties stay as they are."""
        rows = self._db.execute(
            f"SELECT p.number FROM json_each(?) JOIN papers p ON p.number = json_each.value "
            f"ORDER BY {_ORDERS[sort]}, json_each.key",
            [json.dumps(list(numbers))],
        )
        return [int(number) for (number,) in rows]

    def facets(self, numbers: Sequence[int], most: int = 12) -> dict[str, list[dict[str, str | int]]]:
        """For year, category, topic, author and list: the values among these papers, with counts."""
        params = [json.dumps(list(numbers))]
        found: dict[str, list[dict[str, str | int]]] = {}
        for name, query in _FACETS.items():
            limit = "" if name == "year" else f" LIMIT {most}"
            rows = self._db.execute(query + limit, params)
            found[name] = [{"value": v, "label": label, "count": n} for v, label, n in rows]
        return found

    def labelled(self, counts: Mapping[str, Sequence[tuple[str, int]]]) -> dict[str, list[dict[str, str | int]]]:
        """Facets as `facets` gives them, of (value, count) of each."""
        found: dict[str, list[dict[str, str | int]]] = {}
        for name, values in counts.items():
            labels = self._labels(name, [value for value, _ in values])
            found[name] = [{"value": v, "label": labels.get(v, v), "count": n} for v, n in values]
        return found

    def _labels(self, name: str, values: Sequence[str]) -> dict[str, str]:
        if name not in _LABELS or not values:
            return {}
        return dict(self._db.execute(_LABELS[name], [json.dumps(list(values))]).fetchall())


def _where(scope: Scope, among: Iterable[int] | None) -> tuple[str, list[str | int]]:
    where, params = conditions(scope)
    if among is not None:
        where += f" AND {_OF}"
        params.append(json.dumps([int(number) for number in among]))
    return where, params
