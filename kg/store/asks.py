"""The work queue: what was asked of which route for which paper, so what is still to be asked.

Routes and their answers:

    arxiv, oai, s2               metadata by arXiv id: `known`, `unknown`, `refused`
    arxiv-title, s2-id, s2-match an arXiv id for a work without one: `known` (then the work is gone), `unknown`
    s2-references, openalex-references
                                 references: `known`, `none`, `withheld`, `unknown` (the service has no such paper)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from sqlite_utils import Database

# Only what a document lists is asked for: papers loaded in bulk are refreshed in bulk.
_LISTED = "EXISTS (SELECT 1 FROM mentions m WHERE m.paper = p.number)"
# When arXiv itself said something of a paper, by either service.
_ASKED_ARXIV = (
    "(SELECT max(asked_at) FROM asks a WHERE a.paper = p.number "
    "AND (a.route = 'arxiv' OR a.route = 'oai' AND a.answer = 'unknown'))"
)
# Whether a source told all that arXiv knows; Semantic Scholar knows neither versions nor categories.
_WHOLE = "(p.fetched_at IS NOT NULL AND p.metadata_source IN ('arxiv', 'oai', 'snapshot'))"


def moment() -> str:
    """Now, in UTC, to the microsecond, as ISO 8601: two asks are never at one time."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


class Asks:
    """The tables `asks` and `pauses`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def note(self, route: str, answers: Mapping[str, str], at: str) -> None:
        """Note what a route answered for papers, by their ids."""
        self._db.conn.executemany(
            "INSERT OR REPLACE INTO asks SELECT number, ?, ?, ? FROM papers WHERE id = ?",
            [(route, answer, at, id_) for id_, answer in answers.items()],
        )

    def stale(self, fresh_since: str, unknown_since: str) -> list[str]:
        """arXiv ids of listed papers to be asked for, in order of arrival.

        `fresh_since`: what was obtained before that time is stale; `unknown_since`: likewise for what arXiv did
        not know, or what only another service could describe.
        """
        return self._ids(
            f"SELECT p.arxiv_id FROM papers p WHERE p.arxiv_id IS NOT NULL AND p.in_library AND {_LISTED} "
            f"AND max(coalesce({_ASKED_ARXIV}, ''), iif({_WHOLE}, p.fetched_at, '')) < iif({_WHOLE}, ?, ?) "
            "ORDER BY p.number",
            [fresh_since, unknown_since],
        )

    def undescribed(self, route: str, after: Iterable[str], since: str) -> list[str]:
        """arXiv ids of listed papers that nobody described, that `route` was not asked for since that time.

        Only those are given for which every route of `after` has answered already. arXiv's own route is asked for
        papers that only another service described, too.
        """
        told = _WHOLE if route == "oai" else "p.fetched_at IS NOT NULL"
        answered = "".join(
            f" AND EXISTS (SELECT 1 FROM asks b WHERE b.paper = p.number AND b.route = '{name}')" for name in after
        )
        return self._ids(
            "SELECT p.arxiv_id FROM papers p LEFT JOIN asks a ON a.paper = p.number AND a.route = ?1 "
            f"WHERE p.arxiv_id IS NOT NULL AND p.in_library AND NOT ({told}) AND {_LISTED}{answered} "
            "AND coalesce(a.asked_at, '') < ?2 ORDER BY p.number",
            [route, since],
        )

    def unresolved(self, route: str, since: str) -> list[str]:
        """Ids of listed works without an arXiv id that `route` was not asked for since that time."""
        return self._ids(
            "SELECT p.id FROM papers p LEFT JOIN asks a ON a.paper = p.number AND a.route = ? "
            f"WHERE p.arxiv_id IS NULL AND p.in_library AND {_LISTED} AND coalesce(a.asked_at, '') < ? "
            "ORDER BY p.number",
            [route, since],
        )

    def without_references(self, route: str, fresh_since: str, none_since: str) -> list[str]:
        """Ids of listed papers with an arXiv id or a DOI whose references `route` is to be asked for.

        The second route is asked only for papers of which the first has told nothing.
        """
        untold = "NOT EXISTS (SELECT 1 FROM citations c WHERE c.citing = p.number)"
        return self._ids(
            "SELECT p.id FROM papers p LEFT JOIN asks a ON a.paper = p.number AND a.route = ?1 "
            f"WHERE coalesce(p.arxiv_id, p.doi) IS NOT NULL AND p.in_library AND {_LISTED} "
            "AND (p.arxiv_id IS NULL OR p.fetched_at IS NOT NULL) "
            f"AND (?1 = 's2-references' OR a.answer = 'known' OR {untold}) "
            "AND coalesce(a.asked_at, '') < iif(a.answer = 'known', ?2, ?3) ORDER BY p.number",
            [route, fresh_since, none_since],
        )

    def unknown_since(self, since: str) -> list[str]:
        """arXiv ids that arXiv, asked since that time, does not know, and that nobody else described."""
        return self._ids(
            "SELECT DISTINCT p.arxiv_id FROM papers p JOIN asks a ON a.paper = p.number "
            "WHERE a.route IN ('arxiv', 'oai') AND a.answer <> 'known' AND a.asked_at >= ? "
            "AND p.fetched_at IS NULL AND p.in_library ORDER BY p.arxiv_id",
            [since],
        )

    def references(self) -> dict[str, int]:
        """Number of the library's listed papers by what is known of their references."""
        rows = self._db.execute(
            f"SELECT {REFERENCES_STATE} AS state, count(*) FROM papers p WHERE p.in_library AND {_LISTED} GROUP BY 1"
        )
        counted = dict(rows.fetchall())
        return {state: counted.get(state, 0) for state in ("known", "none known", "withheld", "not asked")}

    def references_of(self, paper: str) -> str:
        """What is known of a paper's references: `known`, `none known`, `withheld` or `not asked`."""
        row = self._db.execute(f"SELECT {REFERENCES_STATE} FROM papers p WHERE p.id = ?", [paper]).fetchone()
        return str(row[0]) if row else "not asked"

    def pause(self, service: str, until: str, reason: str) -> None:
        """Note that a service is not to be asked before that time."""
        self._db.execute("INSERT OR REPLACE INTO pauses VALUES (?, ?, ?)", [service, until, reason])

    def paused(self, at: str) -> dict[str, tuple[str, str]]:
        """Services not to be asked at that time, each with (until, reason)."""
        rows = self._db.execute("SELECT service, until, reason FROM pauses WHERE until > ?", [at])
        return {service: (until, reason) for service, until, reason in rows}

    def _ids(self, query: str, params: list[str]) -> list[str]:
        return [id_ for (id_,) in self._db.execute(query, params)]


_ANSWERED = "EXISTS (SELECT 1 FROM asks a WHERE a.paper = p.number AND a.route LIKE '%-references'{})"
REFERENCES_STATE = (
    "CASE WHEN EXISTS (SELECT 1 FROM citations c WHERE c.citing = p.number) THEN 'known' "
    f"WHEN {_ANSWERED.format(' AND a.answer = ' + chr(39) + 'withheld' + chr(39))} THEN 'withheld' "
    f"WHEN {_ANSWERED.format('')} THEN 'none known' ELSE 'not asked' END"
)
