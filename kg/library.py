"""The library: one object, one method for each question. Pages, JSON and commands all call these.

Nothing here touches the network, or writes. Encoder, index and graph are loaded when a question first needs
them, and again when `kg ingest` has made new ones.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from kg.answers import (
    AuthorAnswer,
    GapsAnswer,
    ListAnswer,
    ListCount,
    PaperAnswer,
    RelatedAnswer,
    SearchAnswer,
    TopicAnswer,
    TopicCount,
)
from kg.answers_graph import AroundAnswer, PathAnswer
from kg.answers_map import MapAnswer
from kg.answers_news import NewAnswer
from kg.answers_work import RelatedWorkAnswer
from kg.config import Config
from kg.errors import NotFound, no_papers
from kg.filters import Related, Scope, Search
from kg.parts import Parts
from kg.stores import Stores, from_one_state
from kg.subjects import author, reading_list, topic
from kg.text import squeezed

if TYPE_CHECKING:
    from graph.whole import Graph
    from kg.drafts import Draft
    from kg.health import Status
    from kg.papers import Paper
    from kg.store import Store
    from search.encoder import Encoder
    from search.question import Sides


class Library:
    """The library of one data folder, for any number of threads.

    :param make_encoder: makes the encoder of that name when it is first needed; by default sentence-transformers'.
    """

    def __init__(self, config: Config, make_encoder: Callable[[str], Encoder] | None = None) -> None:
        self.config = config
        self.parts = Parts(config, make_encoder)
        self._stores = Stores(config.database)

    @classmethod
    def open(cls, data: str | os.PathLike[str] | None = None) -> Self:
        """The library of a folder, with the settings that commands have; None is the folder that these would take.

        :raises UsageError: a setting is wrong.
        """
        return cls(Config.load({"data": data}, os.environ))

    @property
    def store(self) -> Store:
        """This thread's store, to be read only; an empty one while the folder holds no library."""
        return self._stores.current()

    @contextmanager
    def reading(self, seconds: float | None = None) -> Iterator[None]:
        """All questions that this thread asks inside are answered from one state of the library.

        What `kg ingest` commits meanwhile is not seen. Each question is within one anyway; within another one, it is
        that one's state, and its time.

        :raises Overdue: they take longer than so many seconds.
        """
        if self._stores.is_reading:
            yield
            return
        # In this order, no folder is of a later state than the database.
        with self.parts.kept(), self._stores.reading(seconds):
            yield

    @property
    def encoder(self) -> Encoder:
        """The encoder of the settings, loaded at the first use (seconds)."""
        return self.parts.encoder(self.config.model_name)

    def sides(self, semantic: bool) -> Sides:
        """What a question is asked of; with the semantic side only if it is needed."""
        from search.question import Sides

        store, parts = self.store, self.parts
        return Sides(
            store,
            parts.postings(store.words.state()),
            parts.columns(store.state("relations")),
            parts.semantic() if semantic else None,
        )

    @from_one_state
    def search(self, question: Search) -> SearchAnswer:
        """Papers that answer a question in words; see `search.question`."""
        from search.question import needs_meaning, search

        return search(self.sides(needs_meaning(question)), question)

    @from_one_state
    def ranking(self, question: Search) -> list[tuple[str, float]]:
        """(id, score) of the first `limit` papers that a question finds, best first, and nothing else of them."""
        from search.question import needs_meaning, ranking

        hits = ranking(self.sides(needs_meaning(question)), question).part(question.offset, question.limit)
        ids = self.store.papers.ids(hits.numbers.tolist())
        return [
            (ids[n], score) for n, score in zip(hits.numbers.tolist(), hits.scores.tolist(), strict=True) if n in ids
        ]

    @from_one_state
    def related(self, question: Related) -> RelatedAnswer:
        """Papers related to some papers or to a draft, with reasons; see `graph.relatedness`.

        :raises NotFound: one of the papers is not in the library.
        """
        from kg.relating import related

        return related(self, question)

    @from_one_state
    def related_work(
        self, question: Related, draft: Draft | None = None, group_by: str | None = None
    ) -> RelatedWorkAnswer:
        """What a draft (else the text) should cite and does not yet, grouped by `topic` or `sentence`; see `kg.works`.

        :raises NotFound: papers of the question are not in the library; it names them.
        :raises UsageError: the draft cannot be read, or there is neither a sentence nor a paper to go by.
        """
        from kg.works import related_work

        return related_work(self, question, draft, group_by)

    @from_one_state
    def paper(self, reference: str) -> PaperAnswer:
        """One paper, by any of its names.

        :raises NotFound: no paper goes by that name.
        """
        (paper,) = self.store.papers.get([self.id_of(reference)])
        references, cited_by = self.store.citations.of(paper.id)
        return PaperAnswer(
            paper,
            references,
            cited_by,
            self.store.asks.references_of(paper.id),
            tuple(self.store.resolutions.of(paper.id)),
        )

    @from_one_state
    def papers(self, references: Sequence[str]) -> tuple[list[Paper], list[str]]:
        """The papers of these names, each once, and the names that are nobody's."""
        found = {reference: self.store.identity.find(reference) for reference in references}
        ids = list(dict.fromkeys(id_ for id_ in found.values() if id_))
        return self.store.papers.get(ids), [reference for reference, id_ in found.items() if id_ is None]

    @from_one_state
    def author(self, author_id: str) -> AuthorAnswer:
        """An author and their papers, newest first, by their id or that of any of their spellings.

        :raises NotFound: no author has that id.
        """
        return author(self, author_id)

    @from_one_state
    def topics(self) -> list[TopicCount]:
        """Every topic with the number of its papers, largest first."""
        columns = self.parts.columns(self.store.state("relations"))
        return self.store.topics.counted(columns.totals("topic")) if columns else self.store.topics.all()

    @from_one_state
    def topic(self, topic_id: str, papers: bool = True) -> TopicAnswer:
        """A topic; where it stands in the tree of topics, its years, what is near it, and its papers if asked for.

        :raises NotFound: no topic has that id.
        """
        return topic(self, topic_id, papers)

    def lists(self) -> list[ListCount]:
        """Every list with the number of its papers."""
        return self.store.documents.lists()

    @from_one_state
    def reading_list(self, list_id: str, papers: bool = True) -> ListAnswer:
        """A list as its author arranged it, with its papers if asked for.

        :raises NotFound: no list has that id.
        """
        return reading_list(self, list_id, papers)

    @from_one_state
    def path(self, one: str, other: str) -> PathAnswer:
        """A shortest path between two papers, authors or topics, with the evidence of every step; see `kg.paths`.

        :raises NotFound: nothing goes by one of these names.
        """
        from kg.paths import path

        return path(self, squeezed(one), squeezed(other))

    @from_one_state
    def around(self, reference: str, depth: int = 1, limit: int = 40, expanded: Sequence[str] = ()) -> AroundAnswer:
        """What is around a paper, `limit` nodes at most, and around the `expanded` papers too; see `graph.around`.

        :raises NotFound: one of them is no paper, or not in the graph yet.
        """
        from kg.around import around

        return around(self, reference, depth, limit, expanded)

    @from_one_state
    def gaps(self, reading_list: str | None = None, limit: int = 10, offset: int = 0) -> GapsAnswer:
        """Papers that the library points at and no list (or not this list) holds, with reasons; see `graph.gaps`.

        :raises NotFound: no list goes by that id, title or document.
        """
        from kg.gaps import find_gaps

        return find_gaps(self, reading_list, limit, offset)

    @from_one_state
    def new(self, since: str | None = None, run: int | None = None, limit: int = 10, offset: int = 0) -> NewAnswer:
        """What runs of `kg ingest` brought, newest first: those since a day, or all that one brought; see `kg.news`.

        :raises UsageError: `since` is no ISO date.
        :raises NotFound: no such run has ended.
        """
        from kg.news import find_new

        return find_new(self, since, run, limit, offset)

    @from_one_state
    def map(self, question: Search | None = None) -> MapAnswer:
        """The map of all papers with their topics, and what a question finds on it; see `graph.maps`."""
        from kg.mapping import map_of

        return map_of(self, question)

    def count(self) -> int:
        """How many papers the library holds."""
        return self.store.papers.count()

    @from_one_state
    def newest(self, limit: int) -> list[Paper]:
        """The newest papers of the library."""
        return self.store.papers.get(self.store.papers.newest(limit))

    @from_one_state
    def selection(self, query: str, scope: Scope) -> list[Paper]:
        """The papers that a query finds by its words and filters, best first; all if it is empty."""
        from search.question import matching

        ids = self.store.papers.ids(matching(self.sides(semantic=False), query, scope))
        return self.store.papers.get(list(ids.values()))

    @from_one_state
    def graph(self, query: str, scope: Scope) -> Graph:
        """The graph of the papers that `selection` finds, and of what they are joined to, as networkx has it.

        :raises NotFound: there is no graph yet.
        """
        from graph.whole import networkx_graph
        from search.question import matching

        tables = self.parts.graph()
        if tables is None:
            raise NotFound("there is no graph yet: run `kg ingest`")
        return networkx_graph(tables, papers=matching(self.sides(semantic=False), query, scope))

    @from_one_state
    def status(self) -> Status:
        """Counts and health, with the keys of the contract."""
        from kg.health import status

        return status(self.store, self.config)

    def id_of(self, reference: str) -> str:
        """The id of the paper that any of its names means.

        :raises NotFound: no paper goes by that name.
        """
        found = self.store.identity.find(reference)
        if found is None:
            raise no_papers([reference])
        return found

    def close(self) -> None:
        """Close this thread's store."""
        self._stores.close()
