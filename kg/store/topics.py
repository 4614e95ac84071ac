"""Topics of papers: a tree, replaced as a whole whenever papers are grouped; what it was before, and what moved."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlite_utils import Database

from kg.answers import TopicCount, YearCount
from kg.papers import TopicNode


class Subject(NamedTuple):
    """What topics are made of: a paper of the library."""

    number: int
    id: str
    title: str


class Topics:
    """The tables `topics`, `paper_topics` and `retired_topics`.

    A paper is filed under the most specific topic only. It counts for every topic above that one too: for these the
    view `papers_within_topics` is asked.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._counted: tuple[int, list[TopicCount]] | None = None

    def replace(self, topics: Sequence[TopicNode], papers: Mapping[str, Iterable[str]], at: str) -> None:
        """Make `topics` the only ones; `papers` maps a paper's id to the ids of its topics.

        Topics that vanish are remembered, and a paper that leaves all of its topics for others is noted as a change.
        Where anything differs, the relations have changed.
        """
        with self._db.atomic():
            before, filed = self.nodes(), self.filed()
            numbers = dict(self._db.execute("SELECT id, number FROM papers").fetchall())
            wanted = {numbers[paper]: sorted(set(ids)) for paper, ids in papers.items() if paper in numbers and ids}
            if sorted(before, key=_id) != sorted(topics, key=_id) or filed != wanted:
                self._write(topics, wanted)
                self._retire([node for node in before if node.id not in {topic.id for topic in topics}], at)
                self._note_moves(filed, wanted, at)
                # Who is an author of what is not told by topics: authors that were joined still are.
                self._db.execute(
                    "UPDATE states SET value = value + 1 WHERE value = "
                    "(SELECT value FROM states WHERE name = 'relations') AND name IN ('joined', 'relations')"
                )
            self._db.execute("DELETE FROM topics_made_of")
            self._db.execute(f"INSERT INTO topics_made_of {_STATES}")

    def are_fresh(self) -> bool:
        """Whether nothing that topics are made of has changed since they were made."""
        made_of = self._db.execute("SELECT state, value FROM topics_made_of ORDER BY state").fetchall()
        return made_of == self._db.execute(f"{_STATES} ORDER BY name").fetchall()

    def subjects(self) -> list[Subject]:
        """All papers of the library, by number."""
        rows = self._db.execute("SELECT number, id, coalesce(title, '') FROM papers WHERE in_library ORDER BY number")
        return [Subject(*row) for row in rows]

    def abstracts(self, most: int) -> list[str]:
        """The abstracts of so many papers of the library, evenly spread."""
        held = "FROM papers WHERE in_library AND abstract IS NOT NULL"
        (count,) = self._db.execute(f"SELECT count(*) {held}").fetchone()
        rows = self._db.execute(
            f"SELECT abstract FROM (SELECT abstract, row_number() OVER (ORDER BY number) AS row {held}) "
            "WHERE row % ? = 0 ORDER BY row",
            [count // most + 1],
        )
        return [abstract for (abstract,) in rows]

    def nodes(self) -> list[TopicNode]:
        """All topics."""
        return [TopicNode(*row) for row in self._db.execute("SELECT id, label, parent, source FROM topics ORDER BY id")]

    def filed(self) -> dict[int, list[str]]:
        """The ids of the topics under which each paper is filed, by its number."""
        found: dict[int, list[str]] = defaultdict(list)
        for number, topic in self._db.execute("SELECT paper, topic FROM paper_topics ORDER BY paper, topic"):
            found[number].append(topic)
        return dict(found)

    def checksum(self) -> int:
        """What changes when a topic does, or which papers are filed where."""
        sum_ = zlib.crc32(repr(self.nodes()).encode())
        for row in self._db.execute("SELECT paper, topic FROM paper_topics ORDER BY paper, topic"):
            sum_ = zlib.crc32(repr(row).encode(), sum_)
        return sum_

    def retired(self) -> dict[str, str]:
        """The ids of topics that are no more, and the source of each."""
        return dict(self._db.execute("SELECT id, source FROM retired_topics").fetchall())

    def get(self, topic_id: str) -> TopicNode | None:
        """The topic of that id."""
        row = self._db.execute("SELECT id, label, parent, source FROM topics WHERE id = ?", [topic_id]).fetchone()
        return TopicNode(*row) if row else None

    def counted(self, papers: Mapping[str, int]) -> list[TopicCount]:
        """Every topic with the number of its papers, given by its id, largest first; see `all`."""
        counts = [
            TopicCount(node.id, node.label, papers.get(node.id, 0), node.parent, node.source) for node in self.nodes()
        ]
        return sorted(counts, key=lambda topic: (-topic.papers, topic.label))

    def all(self) -> list[TopicCount]:
        """Every topic with the number of its papers, largest first.

        All papers are looked at (0.2 s for 33,000), so the counts are kept until relations change.
        """
        state = self._db.execute("SELECT value FROM states WHERE name = 'relations'").fetchone()[0]
        if self._counted is None or self._counted[0] != state:
            rows = self._db.execute(
                "SELECT id, label, count(paper) AS n, parent, source FROM topics "
                "LEFT JOIN papers_within_topics w ON w.topic = id GROUP BY id ORDER BY n DESC, label"
            )
            self._counted = state, [TopicCount(*row) for row in rows]
        return list(self._counted[1])

    def papers(self, topic_id: str) -> list[str]:
        """Ids of the papers about a topic, newest first."""
        rows = self._db.execute(
            f"SELECT p.id FROM papers p WHERE p.number IN ({_WITHIN}) ORDER BY p.published DESC, p.id", [topic_id]
        )
        return [id_ for (id_,) in rows]

    def timeline(self, topic_id: str) -> list[YearCount]:
        """How many papers about a topic are of each year, from the first to the last; those without a date left out."""
        rows = self._db.execute(
            "SELECT CAST(substr(published, 1, 4) AS INTEGER) AS year, count(*) FROM papers "
            f"WHERE published IS NOT NULL AND number IN ({_WITHIN}) GROUP BY year ORDER BY year",
            [topic_id],
        )
        counts = dict(rows.fetchall())
        years = range(min(counts), max(counts) + 1) if counts else ()
        return [YearCount(year, counts.get(year, 0)) for year in years]

    def _write(self, topics: Sequence[TopicNode], filed: Mapping[int, Sequence[str]]) -> None:
        write = self._db.conn.executemany
        self._db.execute("DELETE FROM paper_topics")
        self._db.execute("DELETE FROM topics")
        write("INSERT INTO topics (id, label, source) VALUES (?, ?, ?)", [(t.id, t.label, t.source) for t in topics])
        write("UPDATE topics SET parent = ? WHERE id = ?", [(t.parent, t.id) for t in topics if t.parent])
        write("INSERT INTO paper_topics VALUES (?, ?)", [(number, id_) for number, ids in filed.items() for id_ in ids])

    def _retire(self, gone: Iterable[TopicNode], at: str) -> None:
        self._db.conn.executemany(
            "INSERT OR REPLACE INTO retired_topics VALUES (?, ?, ?, ?)", [(t.id, t.label, t.source, at) for t in gone]
        )
        self._db.execute("DELETE FROM retired_topics WHERE id IN (SELECT id FROM topics)")

    def _note_moves(self, before: Mapping[int, Sequence[str]], after: Mapping[int, Sequence[str]], at: str) -> None:
        moved = [(number, ids, after[number]) for number, ids in before.items() if number in after]
        self._db.conn.executemany(
            "INSERT INTO changes (paper, what, before, after, at) VALUES (?, 'topic', ?, ?, ?)",
            [(n, ", ".join(old), ", ".join(new), at) for n, old, new in moved if not set(old) & set(new)],
        )


def _id(topic: TopicNode) -> str:
    return topic.id


_STATES = "SELECT name, value FROM states WHERE name IN ('texts', 'relations')"
_WITHIN = "SELECT t.paper FROM paper_topics t JOIN topic_holds h ON h.part = t.topic WHERE h.topic = ?"
