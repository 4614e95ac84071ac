"""Topics of papers, replaced as a whole whenever the graph is rebuilt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlite_utils import Database

from kg.answers import TopicCount
from kg.papers import Topic


class Topics:
    """The tables `topics` and `paper_topics`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def replace(self, topics: Iterable[Topic], papers: Mapping[str, Iterable[str]]) -> None:
        """Make `topics` the only ones; `papers` maps a paper's id to the ids of its topics."""
        with self._db.atomic():
            self._db.execute("DELETE FROM paper_topics")
            self._db.execute("DELETE FROM topics")
            self._db.conn.executemany("INSERT INTO topics VALUES (?, ?)", [(topic.id, topic.label) for topic in topics])
            self._db.conn.executemany(
                "INSERT INTO paper_topics SELECT number, ? FROM papers WHERE id = ?",
                [(topic, paper) for paper, ids in papers.items() for topic in ids],
            )

    def get(self, topic_id: str) -> Topic | None:
        """The topic of that id."""
        row = self._db.execute("SELECT id, label FROM topics WHERE id = ?", [topic_id]).fetchone()
        return Topic(*row) if row else None

    def all(self) -> list[TopicCount]:
        """Every topic with the number of its papers, largest first."""
        rows = self._db.execute(
            "SELECT id, label, count(paper) AS n FROM topics LEFT JOIN paper_topics ON topic = id "
            "GROUP BY id ORDER BY n DESC, label"
        )
        return [TopicCount(*row) for row in rows]

    def papers(self, topic_id: str) -> list[str]:
        """Ids of the papers about a topic, newest first."""
        rows = self._db.execute(
            "SELECT p.id FROM papers p JOIN paper_topics t ON t.paper = p.number WHERE t.topic = ? "
            "ORDER BY p.published DESC, p.id",
            [topic_id],
        )
        return [id_ for (id_,) in rows]
