"""What a draft should cite: related papers, less those that it cites already, each with the sentence it supports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kg.answers import RelatedResult
from kg.answers_work import RelatedWorkAnswer, RelatedWorkResult, Support, WorkGroup
from kg.drafts import Draft, read_draft
from kg.drafts.cited import cited_works
from kg.drafts.prose import Sentence, readable, supporting
from kg.errors import UsageError
from kg.filters import Related
from kg.relating import known, page_of, relate, sides_for

if TYPE_CHECKING:
    from kg.library import Library
    from kg.papers import Paper
    from kg.relating import Relating
    from search.keywords import Numbers
    from search.question import Sides

_MOST_SENTENCES = 300  # of a draft that are encoded for one page of results


class _Supported(NamedTuple):
    """What a paper supports, and the place of that sentence in the draft."""

    place: int
    support: Support


def related_work(library: Library, question: Related, draft: Draft | None, group_by: str | None) -> RelatedWorkAnswer:
    """The papers that a draft (else the question's text) should cite; see `Library.related_work`.

    :raises NotFound: papers of the question are not in the library.
    :raises UsageError: the draft cannot be read, or there is neither a sentence nor a paper to go by.
    """
    question = known(library, question)
    if draft is None:
        draft = Draft() if question.text is None else read_draft(question.text)
    if not (draft.passages or question.papers):
        raise UsageError("there is no sentence in the draft to go by: give a paragraph or more, or name papers")
    cited, notes = cited_works(library.store, draft)
    excluded = (*question.excluded, *(work.id for work in cited))
    question = replace(question, text=None, excluded=excluded)
    sides = library.sides(semantic=True) if draft.passages else sides_for(library, question.by)
    found = relate(sides, library.parts.graph(), question, passages=draft.passages)
    answer, papers = page_of(library, sides, found, question)
    supported = _supported(sides, found, draft, [result.id for result in answer.results])
    return RelatedWorkAnswer(
        _results(answer.results, papers, supported),
        answer.count,
        (*answer.notes, *notes),
        answer.facets,
        _groups(answer.results, supported, group_by),
        tuple(work for work in cited if work.title is not None),
    )


def _results(
    results: Sequence[RelatedResult], papers: Sequence[Paper], supported: Mapping[str, _Supported]
) -> tuple[RelatedWorkResult, ...]:
    from kg.exports.bibtex import entries

    written = entries(papers)
    names = [field.name for field in fields(RelatedResult)]
    return tuple(
        RelatedWorkResult(
            **{name: getattr(result, name) for name in names},
            supports=supported[result.id].support if result.id in supported else None,
            bibtex=written[result.id],
        )
        for result in results
    )


def _supported(sides: Sides, found: Relating, draft: Draft, papers: Sequence[str]) -> dict[str, _Supported]:
    """The sentence of the draft that each of these papers is the likest to; one that is like none, or not embedded, has
    none.
    """
    if sides.semantic is None or not draft.passages:
        return {}
    index = sides.semantic.index
    numbers = sides.store.papers.numbers(list(papers))
    vectors = {id_: vector for id_, number in numbers.items() if (vector := index.vector(number)) is not None}
    candidates = _candidates(found, draft, np.array(list(numbers.values()), dtype=np.int64)) if vectors else []
    if not candidates:
        return {}
    said = sides.semantic.encoder.documents([sentence.text for _, sentence in candidates])  # (s, d)
    cosines = said @ np.stack(list(vectors.values())).T  # (s, n)
    best = zip(vectors, cosines.argmax(axis=0).tolist(), cosines.max(axis=0).tolist(), strict=True)
    return {id_: _as_support(candidates[at], cosine) for id_, at, cosine in best if cosine > 0}


def _as_support(candidate: tuple[int, Sentence], cosine: float) -> _Supported:
    place, sentence = candidate
    return _Supported(place, Support(readable(sentence.text), sentence.line, cosine))


def _candidates(found: Relating, draft: Draft, papers: Numbers) -> list[tuple[int, Sentence]]:
    """The sentences, with their places, that papers may be cited at: of a long draft, those of the passages nearest to
    one of these papers.
    """
    places = list(enumerate(draft.sentences))
    usable = [pair for pair in places if supporting(pair[1])] or places
    if len(usable) <= _MOST_SENTENCES:
        return usable
    near = [-float(passage.cosines(papers).max()) for passage in found.wanted[-1].text.passages]
    lengths = [len(passage.sentences) for passage in draft.passages]
    of_passage = np.repeat(np.argsort(np.argsort(near, kind="stable")), lengths)  # the rank of each sentence's passage
    return sorted(sorted(usable, key=lambda pair: int(of_passage[pair[0]]))[:_MOST_SENTENCES])


def _groups(
    results: Sequence[RelatedResult], supported: Mapping[str, _Supported], group_by: str | None
) -> tuple[WorkGroup, ...]:
    if group_by == "topic":
        return _by_topic(results)
    return _by_sentence(results, supported) if group_by == "sentence" else ()


def _by_topic(results: Sequence[RelatedResult]) -> tuple[WorkGroup, ...]:
    """Topics in the order of their best papers; the last group has those without a topic."""
    groups: dict[str | None, list[RelatedResult]] = {}
    for result in results:
        groups.setdefault(result.topics[0].id if result.topics else None, []).append(result)
    rest = groups.pop(None, [])
    parts = [WorkGroup(part[0].topics[0].label, _ids(part), id=topic) for topic, part in groups.items()]
    return (*parts, *([WorkGroup("No topic", _ids(rest))] if rest else []))


def _by_sentence(results: Sequence[RelatedResult], supported: Mapping[str, _Supported]) -> tuple[WorkGroup, ...]:
    """Sentences in the order of the draft; the last group has the papers that support none."""
    groups: dict[int, list[RelatedResult]] = {}
    for result in results:
        if result.id in supported:
            groups.setdefault(supported[result.id].place, []).append(result)
    rest = [result for result in results if result.id not in supported]
    said = {place: supported[part[0].id].support for place, part in sorted(groups.items())}
    parts = [WorkGroup(support.sentence, _ids(groups[place]), line=support.line) for place, support in said.items()]
    return (*parts, *([WorkGroup("No sentence", _ids(rest))] if rest else []))


def _ids(results: Iterable[RelatedResult]) -> tuple[str, ...]:
    return tuple(result.id for result in results)
