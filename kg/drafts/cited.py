"""The works that a draft cites already, as far as the library has them: no one needs to be told of these."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kg.answers_work import CitedWork
from kg.identifiers import parse_arxiv_id, title_key

if TYPE_CHECKING:
    from kg.drafts import Draft
    from kg.papers import Mention
    from kg.store import Store

_FEWEST_WORDS = 3  # of a title that names a work by itself
_MOST_KEYS = 300  # that are looked for
# As `kg.exports.keys` makes them: surname, year, words of the title, and what tells a paper from one of the same key.
_KEY = re.compile(r"([a-z]{2,40})((?:19|20)\d{2})([a-z0-9]{3,60})(?:-([a-z0-9]{1,40}))?")


def cited_works(store: Store, draft: Draft) -> tuple[list[CitedWork], tuple[str, ...]]:
    """The works that a draft cites and the library knows, in the draft's order, and notes on these and on the others.

    One without a title is known by a citation only.
    """
    lines: dict[int, int] = {}
    missing = set()
    for citation in draft.citations:
        number = _number(store, citation.mention)
        if number is not None:
            lines[number] = min(citation.line, lines.get(number, citation.line))
        elif citation.sure:
            missing.add(_name(citation.mention))
    unknown = 0
    for key, line in draft.keys[:_MOST_KEYS]:
        number = _with_key(store, key)
        if number is not None:
            lines[number] = min(line, lines.get(number, line))
        unknown += number is None
    ids = store.papers.ids(list(lines))
    of_id = {ids[number]: line for number, line in lines.items()}
    papers = store.papers.get(sorted(of_id, key=lambda id_: of_id[id_]))
    works = [CitedWork(paper.id, paper.title, of_id[paper.id]) for paper in papers]
    described = sum(work.title is not None for work in works)
    missed = len(missing) + len(works) - described
    return works, tuple(_notes(draft, described, missed, unknown + len(draft.keys[_MOST_KEYS:])))


def _notes(draft: Draft, cited: int, missing: int, keys: int) -> Iterator[str]:
    if cited:
        yield f"{_counted(cited, 'work')} that the draft cites already {'is' if cited == 1 else 'are'} left out."
    if missing:
        yield f"{_counted(missing, 'citation')} of the draft {'is' if missing == 1 else 'are'} not in the library."
    if keys:
        yield (
            f"{_counted(keys, 'key')} that the draft cites by {'has' if keys == 1 else 'have'} no entry in it, so what "
            "they stand for cannot be left out: put the bibliography (BibTeX or .bbl) below the text."
        )
    if draft.unread:
        were = "was" if draft.unread == 1 else "were"
        yield (
            f"{_counted(draft.unread, 'file')} that the draft inputs {were} not read: "
            "`kg related --text FILE` reads those that lie beside the draft."
        )
    if not draft.whole and draft.passages:
        last = draft.passages[-1].last
        yield f"The draft is too long to be compared as a whole: what stands below line {last} was not."


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number:,} {what}s"


def _name(mention: Mention) -> str:
    """What a work that is not in the library is counted by."""
    from ingest.identity import names_of

    return mention.arxiv_id or next(iter(names_of(mention)), str(mention.line))


def _number(store: Store, mention: Mention) -> int | None:
    """The number of the work that a mention is about, as `kg ingest` would find it, or by its record's title."""
    from ingest.identity import agrees, sure_names_of

    names = [mention.arxiv_id] if mention.arxiv_id else []
    for name in (*names, *sure_names_of(mention)):
        if (number := store.identity.number(name)) is not None:
            return number
    words = len(title_key(mention.title or "").split())
    if mention.arxiv_id or not mention.title or (words < _FEWEST_WORDS and not mention.authors):
        return None
    numbers = store.titles.called(mention.title)
    ids = store.papers.ids(numbers)
    papers = {paper.id: paper for paper in store.papers.get(list(ids.values()))}
    return next((n for n in numbers if n in ids and agrees(mention, papers[ids[n]])), None)


def _with_key(store: Store, key: str) -> int | None:
    """The number of the one paper that a key means: an arXiv id, or a key as `kg` gives it.

    Shorter ones of the same form (`wang2019modeling`, Google Scholar's) were another work's as often as one in six.
    Not found are the few of `kg` without a surname in Latin letters, a year, or a word of the title.
    """
    from kg.exports import keys

    if arxiv := parse_arxiv_id(key):
        return store.identity.number(arxiv.base)
    parts = _KEY.fullmatch(key.lower())
    if parts is None:
        return None
    surname, year, words, behind = parts.groups()
    numbers = store.titles.like_key(surname, year, words[:3])
    papers = store.papers.get(list(store.papers.ids(numbers).values()))
    fitting = [paper for paper in papers if keys.key(paper) == surname + year + words]
    if behind is not None:
        fitting = [paper for paper in fitting if keys.own(paper) == behind]
    return store.identity.number(fitting[0].id) if len(fitting) == 1 else None
