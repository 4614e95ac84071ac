"""Topics, authors and lists as answers: what stands around a topic, who writes with whom, what a list mentions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from kg.answers import AuthorAnswer, AuthorCount, ListAnswer, TopicAnswer, TopicEdges
from kg.errors import NotFound
from kg.papers import Paper, Topic

if TYPE_CHECKING:
    from kg.library import Library

_MOST_NEAR = 8


def topic(library: Library, topic_id: str, papers: bool) -> TopicAnswer:
    """A topic, with its papers (newest first) if they are asked for.

    :raises NotFound: no topic has that id.
    """
    store, topics = library.store, library.store.topics
    found = topics.get(topic_id)
    if found is None:
        raise NotFound(f"no topic {topic_id!r} in the library")
    parent = topics.get(found.parent) if found.parent else None
    return TopicAnswer(
        found.id,
        found.label,
        tuple(store.papers.get(topics.papers(topic_id))) if papers else (),
        Topic(parent.id, parent.label) if parent else None,
        tuple(part for part in library.topics() if part.parent == topic_id),
        tuple(topics.timeline(topic_id)),
        found.source,
        _near(library, topic_id),
    )


def author(library: Library, author_id: str) -> AuthorAnswer:
    """An author, by their id or that of any of their spellings, and their papers, newest first.

    :raises NotFound: no author has that id.
    """
    store = library.store
    known = store.people.id_of(author_id)
    found = store.papers.author(known) if known else None
    if found is None:
        raise NotFound(f"no author {author_id!r} in the library; try a search for the name")
    papers = store.papers.get(store.papers.by_author(found.id))
    names = tuple(store.people.spellings(found.id))
    return AuthorAnswer(found.id, found.name, tuple(papers), names, _co_authors(found.id, papers))


def _co_authors(author_id: str, papers: Iterable[Paper]) -> tuple[AuthorCount, ...]:
    """Who else wrote these papers, the most of them first."""
    others = Counter(other.id for paper in papers for other in {a.id: a for a in paper.authors}.values())
    names = {other.id: other.name for paper in papers for other in paper.authors}
    del others[author_id]
    ordered = sorted(others.items(), key=lambda pair: (-pair[1], names[pair[0]]))
    return tuple(AuthorCount(id_, names[id_], count) for id_, count in ordered)


def _near(library: Library, topic_id: str) -> tuple[TopicEdges, ...]:
    """Nothing where there is no graph yet, or it does not hold the topic."""
    from graph.nearby import near_topics

    tables = library.parts.graph()
    place = tables.place("topic", topic_id) if tables else None
    if tables is None or place is None:
        return ()
    found = near_topics(tables, place, _MOST_NEAR)
    return tuple(TopicEdges(tables.id("topic", near), tables.label("topic", near), edges) for near, edges in found)


def reading_list(library: Library, list_id: str, papers: bool) -> ListAnswer:
    """A list as its author arranged it, with its papers if asked for.

    :raises NotFound: no list has that id.
    """
    known = next((found for found in library.lists() if found.id == list_id), None)
    if known is None:
        raise NotFound(f"no list {list_id!r} in the library")
    mentions = tuple(library.store.documents.mentions_in(list_id))
    wanted = dict.fromkeys(m.paper for m in mentions if m.paper) if papers else ()
    held = {paper.id: paper for paper in library.store.papers.get(list(wanted))}
    return ListAnswer(known.id, known.title, known.document, mentions, held)
