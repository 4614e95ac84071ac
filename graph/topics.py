"""Topics of papers, from the headings under which people filed them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from kg.identifiers import slug, title_key
from kg.papers import Mention, Topic

_NUMBERING = re.compile(r"^(?:\d{1,3}(?:\.\d{1,3}){0,4}[.):]?|[ivx]{1,5}[.):])\s+", re.IGNORECASE)
_YEAR_AFTER = re.compile(r"\s*[-:,(]?\s*(?:19|20)\d{2}\)?$")
# Headings that order a document and say nothing about its papers.
_GENERIC = frozenset(
    """articles background basics bibliography books conclusion contents further-reading general
    introduction list main misc miscellaneous more notes other others others-topics other-topics
    overview papers preprints publications reading reading-list recent references related-work
    resources summary surveys table-of-contents to-read todo topics tutorials uncategorized""".split()
)


def topic_of(section: Sequence[str], no_topics: Collection[str] = ()) -> Topic | None:
    """The topic that a path of headings names: its innermost heading that is one, without number and year.

    `no_topics` holds keys of titles (of the list, of papers) that are no topics where they stand as headings.
    """
    for heading in reversed(section):
        if title_key(heading) in no_topics:
            continue
        label = _YEAR_AFTER.sub("", _NUMBERING.sub("", heading.strip())).strip(" :-*_#")
        name = slug(label)
        if name and not name.isdigit() and name not in _GENERIC:
            return Topic(name, label[:1].upper() + label[1:])
    return None


def topics_of(mentions: Sequence[Mention], titles: Iterable[str] = ()) -> tuple[list[Topic], dict[str, list[str]]]:
    """All topics by label, and for each paper's id the ids of its topics; `titles` are those of the lists.

    One heading in several lists is one topic; its label is spelled as it is met first.
    """
    no_topics = {title_key(title) for title in [*titles, *(m.title for m in mentions if m.title)]}
    topics: dict[str, Topic] = {}
    papers: dict[str, set[str]] = defaultdict(set)
    for mention in mentions:
        topic = topic_of(mention.section, no_topics)
        if topic and mention.paper:
            topics.setdefault(topic.id, topic)
            papers[mention.paper].add(topic.id)
    by_label = sorted(topics.values(), key=lambda topic: (topic.label.casefold(), topic.id))
    return by_label, {paper: sorted(ids) for paper, ids in papers.items()}
