"""Topics of papers, from the headings under which people filed them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from kg.identifiers import slug, title_key
from kg.papers import Mention, Topic

_NUMBERING = re.compile(r"^(?:\d{1,3}(?:\.\d{1,3}){0,4}[.):]?|[ivx]{1,5}[.):])\s+", re.IGNORECASE)
_YEAR_AFTER = re.compile(r"\s*[-:,(]?\s*(?:19|20)\d{2}\)?$")
_PAPERS_OF = re.compile(r"(?:papers|talks|posters|tutorials) (?:at|from|in|of) ", re.IGNORECASE)  # a conference
# Headings that order a document and say nothing about its papers.
_GENERIC = frozenset(
    """articles background basics bibliography books conclusion contents further-reading general
    introduction list main misc miscellaneous more notes other others others-topics other-topics
    overview papers preprints publications reading reading-list recent references related-work
    resources summary surveys table-of-contents to-read todo topics tutorials uncategorized""".split()
)


def path_of(section: Sequence[str], no_topics: Collection[str] = ()) -> list[Topic]:
    """The topics that a path of headings names, outermost first, without numbers and years.

    `no_topics` holds keys of titles (of the list, of papers) that are no topics where they stand as headings.
    """
    found: dict[str, Topic] = {}
    for heading in section:
        if title_key(heading) in no_topics or _PAPERS_OF.match(heading.strip()):
            continue
        label = _YEAR_AFTER.sub("", _NUMBERING.sub("", heading.strip())).strip(" :-*_#")
        name = slug(label)
        if name and not name.isdigit() and name not in _GENERIC:
            found.setdefault(name, Topic(name, label[:1].upper() + label[1:]))
    return list(found.values())


def topic_of(section: Sequence[str], no_topics: Collection[str] = ()) -> Topic | None:
    """The topic of a paper that is listed there: the innermost of `path_of`."""
    path = path_of(section, no_topics)
    return path[-1] if path else None


def topics_of(mentions: Sequence[Mention], titles: Iterable[str] = ()) -> tuple[list[Topic], dict[str, list[str]]]:
    """All topics by label, and for each paper's id the ids of its topics; `titles` are those of the lists.

    One heading in several lists is one topic; its label is spelled as it is met first. A paper is filed under the
    innermost topic; those above are topics too.
    """
    no_topics = _no_topics(mentions, titles)
    topics: dict[str, Topic] = {}
    papers: dict[str, set[str]] = defaultdict(set)
    for mention in mentions:
        path = path_of(mention.section, no_topics)
        if path and mention.paper:
            for topic in path:
                topics.setdefault(topic.id, topic)
            papers[mention.paper].add(path[-1].id)
    by_label = sorted(topics.values(), key=lambda topic: (topic.label.casefold(), topic.id))
    return by_label, {paper: sorted(ids) for paper, ids in papers.items()}


def parents_of(mentions: Sequence[Mention], titles: Iterable[str] = ()) -> dict[str, str]:
    """The topic above each topic that has one: where lists differ, the one that holds more of its papers.

    A topic is never below itself: where one list has A above B and another B above A, the one met first counts.
    """
    no_topics, counts = _no_topics(mentions, titles), Counter[tuple[str, str | None]]()
    for mention in mentions:
        path = [topic.id for topic in path_of(mention.section, no_topics)] if mention.paper else []
        counts.update(zip(path, [None, *path], strict=False))
    parents: dict[str, str | None] = {}
    for (child, parent), _ in counts.most_common():
        if child not in parents and child not in _line(parent, parents):
            parents[child] = parent
    return {child: parent for child, parent in parents.items() if parent}


def _line(topic: str | None, parents: Mapping[str, str | None]) -> Iterator[str]:
    """A topic and all above it."""
    while topic is not None:
        yield topic
        topic = parents.get(topic)


def _no_topics(mentions: Iterable[Mention], titles: Iterable[str]) -> set[str]:
    return {title_key(title) for title in [*titles, *(m.title for m in mentions if m.title)]}
