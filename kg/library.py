"""The library: one object, one method for each question. Pages, JSON and commands all call these.

Nothing here touches the network, or writes. Encoder, index and graph are loaded when a question first needs
them, and again when `kg ingest` has made new ones.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from kg.answers import (
    AuthorAnswer,
    ListAnswer,
    ListCount,
    Neighbour,
    PaperAnswer,
    RelatedAnswer,
    SearchAnswer,
    TopicAnswer,
    TopicCount,
)
from kg.config import Config
from kg.errors import NotFound, StorageError
from kg.filters import Related, Scope, Search

if TYPE_CHECKING:
    from graph.build import Graph
    from kg.papers import Paper
    from kg.store import Store
    from kg.store.citations import Edge
    from search.encoder import Encoder
    from search.question import Semantic


class Library:
    """The library of one data folder, for any number of threads.

    :param make_encoder: makes the encoder when first needed; by default that of the settings.
    """

    def __init__(self, config: Config, make_encoder: Callable[[], Encoder] | None = None) -> None:
        self.config = config
        self.may_download = False  # a model from the hub; only `kg ingest` may
        self._make_encoder = make_encoder or self._configured_encoder
        self._encoder: Encoder | None = None
        self._semantic: Semantic | None = None
        self._graph: tuple[int | None, Graph] | None = None
        self._encoder_lock, self._index_lock, self._graph_lock = (threading.Lock() for _ in range(3))
        self._local = threading.local()

    # -- parts -------------------------------------------------------------------------------

    @property
    def store(self) -> Store:
        """This thread's store, to be read only; an empty one while the folder holds no library."""
        from kg.store import Store

        file = self._database_file()
        store: Store | None = getattr(self._local, "store", None)
        if store is None or file != self._local.file:
            self.close()
            store = Store(self.config.database, read_only=True)
            # One that holds nothing yet is looked at again.
            self._local.store, self._local.file = store, None if store.in_memory else file
        return store

    @property
    def encoder(self) -> Encoder:
        """The encoder, loaded at the first use (seconds)."""
        with self._encoder_lock:
            if self._encoder is None:
                self._encoder = self._make_encoder()
            return self._encoder

    def semantic(self) -> Semantic | None:
        """The semantic side; None when nothing is embedded by the encoder in use."""
        from search.index import VectorIndex
        from search.manifest import read_manifest
        from search.question import Semantic

        manifest = read_manifest(self.config.index_folder)
        if manifest is None or not manifest.count or manifest.model != self.config.model_name:
            return None
        encoder = self.encoder
        with self._index_lock:
            if self._semantic is None or self._semantic.index.manifest != manifest:
                try:
                    self._semantic = Semantic(VectorIndex(self.config.index_folder), encoder)
                except StorageError:
                    return None  # damaged: words still find, and `kg ingest` makes it anew
            return self._semantic

    def graph(self) -> Graph:
        """The graph as `kg ingest` saved it; an empty one before that."""
        from graph.build import Graph
        from graph.saved import load, saved_state

        state = saved_state(self.config.graph_file)
        with self._graph_lock:
            if self._graph is None or self._graph[0] != state:
                loaded = load(self.config.graph_file) if state is not None else None
                self._graph = (state, Graph() if loaded is None else loaded)
            return self._graph[1]

    # -- questions ---------------------------------------------------------------------------

    def search(self, question: Search) -> SearchAnswer:
        """Papers that answer a question in words; see `search.question`."""
        from search.question import needs_meaning, search

        return search(self.store, self.semantic() if needs_meaning(question) else None, question)

    def related(self, question: Related) -> RelatedAnswer:
        """Papers related to some papers or to a draft, with reasons; see `graph.relatedness`.

        :raises NotFound: one of the papers is not in the library.
        """
        from kg.relating import related

        papers = tuple(self.id_of(paper) for paper in question.papers)
        unwanted = tuple(self.id_of(paper) for paper in question.unwanted)
        text, by, scope = question.text, question.by, question.scope
        return related(self, Related(papers, unwanted, text, by, scope, question.limit, question.offset))

    def paper(self, reference: str) -> PaperAnswer:
        """One paper, by any of its names.

        :raises NotFound: no paper goes by that name.
        """
        (paper,) = self.store.papers.get([self.id_of(reference)])
        references, cited_by = self.store.citations.of(paper.id)
        return PaperAnswer(
            paper,
            self._neighbours(references),
            self._neighbours(cited_by),
            self.store.asks.references_of(paper.id),
            tuple(self.store.resolutions.of(paper.id)),
        )

    def papers(self, references: Sequence[str]) -> tuple[list[Paper], list[str]]:
        """The papers of these names, each once, and the names that are nobody's."""
        found = {reference: self.store.identity.find(reference) for reference in references}
        ids = list(dict.fromkeys(id_ for id_ in found.values() if id_))
        return self.store.papers.get(ids), [reference for reference, id_ in found.items() if id_ is None]

    def author(self, author_id: str) -> AuthorAnswer:
        """An author and their papers, newest first.

        :raises NotFound: no author has that id.
        """
        author = self.store.papers.author(author_id)
        if author is None:
            raise NotFound(f"no author {author_id!r} in the library; try a search for the name")
        papers = self.store.papers.get(self.store.papers.by_author(author_id))
        return AuthorAnswer(author.id, author.name, tuple(papers))

    def topics(self) -> list[TopicCount]:
        """Every topic with the number of its papers, largest first."""
        return self.store.topics.all()

    def topic(self, topic_id: str) -> TopicAnswer:
        """A topic and its papers, newest first.

        :raises NotFound: no topic has that id.
        """
        topic = self.store.topics.get(topic_id)
        if topic is None:
            raise NotFound(f"no topic {topic_id!r} in the library")
        papers = self.store.papers.get(self.store.topics.papers(topic_id))
        return TopicAnswer(topic.id, topic.label, tuple(papers))

    def lists(self) -> list[ListCount]:
        """Every list with the number of its papers."""
        return self.store.documents.lists()

    def reading_list(self, list_id: str) -> ListAnswer:
        """A list as its author arranged it.

        :raises NotFound: no list has that id.
        """
        known = next((found for found in self.lists() if found.id == list_id), None)
        if known is None:
            raise NotFound(f"no list {list_id!r} in the library")
        mentions = tuple(self.store.documents.mentions_in(list_id))
        papers = self.store.papers.get(list(dict.fromkeys(m.paper for m in mentions if m.paper)))
        return ListAnswer(known.id, known.title, known.document, mentions, {p.id: p for p in papers})

    def newest(self, limit: int) -> list[Paper]:
        """The newest papers of the library."""
        return self.store.papers.get(self.store.papers.newest(limit))

    def selection(self, query: str, scope: Scope) -> list[Paper]:
        """The papers that a query finds by its words and filters, best first; all if it is empty."""
        from search.question import matching

        ids = self.store.papers.ids(matching(self.store, query, scope))
        return self.store.papers.get(list(ids.values()))

    def status(self) -> dict[str, Any]:
        """Counts and health, with the keys of the contract."""
        from kg.health import status

        return status(self.store, self.config)

    def id_of(self, reference: str) -> str:
        """The id of the paper that any of its names means.

        :raises NotFound: no paper goes by that name.
        """
        found = self.store.identity.find(reference)
        if found is None:
            raise NotFound(f"no paper {reference[:200]!r} in the library; `kg search` finds ids by words")
        return found

    def close(self) -> None:
        """Close this thread's store."""
        store: Store | None = getattr(self._local, "store", None)
        if store is not None:
            store.close()
            del self._local.store

    def _neighbours(self, edges: Sequence[Edge]) -> tuple[Neighbour, ...]:
        sources = dict(edges)
        papers = self.store.papers.get(list(sources))
        return tuple(Neighbour(paper.id, paper.title, paper.published, sources[paper.id]) for paper in papers)

    def _configured_encoder(self) -> Encoder:
        from search.encoder import SentenceEncoder

        return SentenceEncoder(self.config.model, self.config.device, self.may_download)

    def _database_file(self) -> tuple[int, int] | None:
        """Which file the database is: another one may have taken its place."""
        try:
            found = self.config.database.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino
