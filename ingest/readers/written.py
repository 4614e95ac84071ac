"""Citations that are written out, among chunks of text: where each begins and ends. Pure.

A numbered bibliography shows by its numbers, another by its heading. Elsewhere a citation is found from its end:
a venue with a year, before it names, before them a title; it may be spread over several chunks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.citations import Citation, is_reference, parse_citation, parse_reference
from ingest.readers.chunks import BIBLIOGRAPHY, Chunk

_NUMBERED = re.compile(r"^\s*(?:\[(\d{1,4})\]|(\d{1,4})\.)\s+\S")
_MOST_CHUNKS = 6  # that one citation is spread over
_LONGEST = 500  # characters of a citation


def written_citations(parts: Sequence[Chunk]) -> dict[int, int]:
    """The citations among chunks: where each begins, and where the next thing does."""
    found = dict(_numbered(parts)) | dict(_references(parts))
    found |= {place: place + 1 for place, part in enumerate(parts) if not part.links and is_reference(part.text)}
    inside = {place for start, end in found.items() for place in range(start, end)}
    return found | dict(_by_their_ends(parts, inside))


def _numbered(parts: Sequence[Chunk]) -> Iterator[tuple[int, int]]:
    """Entries of a numbered bibliography: `[1] ...`, `[2] ...`, three at least, in order."""
    numbers = [(place, int(m[1] or m[2])) for place, c in enumerate(parts) if (m := _NUMBERED.match(c.lines[0].text))]
    run: list[int] = []
    for index, (place, number) in enumerate(numbers):
        goes_on = run and number == numbers[index - 1][1] + 1
        if not goes_on:
            yield from _run(parts, run)
            run = []
        run.append(place)
    yield from _run(parts, run)


def _run(parts: Sequence[Chunk], run: list[int]) -> Iterator[tuple[int, int]]:
    spans = [(a, b) for a, b in zip(run, [*run[1:], run[-1] + 1] if run else [], strict=True) if b - a <= _MOST_CHUNKS]
    read = [_reads_as_citation(parts[a:b]) for a, b in spans]
    if len(spans) >= 3 and sum(read) >= len(read) / 2:
        yield from spans


def _references(parts: Sequence[Chunk]) -> Iterator[tuple[int, int]]:
    """Entries without numbers below a heading `References`: each begins with its authors."""
    below = next((place + 1 for place, c in enumerate(parts) if BIBLIOGRAPHY.match(c.text)), None)
    if below is None:
        return
    for place in range(below, len(parts)):
        if _reads_as_citation(parts[place : place + 1], title_words=2):
            yield place, place + 1


def _by_their_ends(parts: Sequence[Chunk], taken: set[int]) -> Iterator[tuple[int, int]]:
    floor = 0
    for place, chunk in enumerate(parts):
        if place in taken:
            floor = place + 1
        elif _ends_citation(chunk.text):
            for start in range(place, max(floor, place - _MOST_CHUNKS) - 1, -1):
                if start < place and _is_another(parts[start], parts[place]):
                    break
                if _reads_as_citation(parts[start : place + 1]):
                    yield start, place + 1
                    floor = place + 1
                    break


def _is_another(part: Chunk, last: Chunk) -> bool:
    """Whether a chunk above the last one of a citation is no part of it: another entry, linked or not, or a heading."""
    return bool(part.links) or abs(part.size - last.size) > 0.08 * last.size or _ends_citation(part.text)


def _ends_citation(text: str) -> bool:
    if len(text) > _LONGEST or text[-1:] not in ".)]’'" + "0123456789":
        return False
    stated = parse_citation(text)
    return stated.venue is not None and stated.year is not None


def _reads_as_citation(parts: Sequence[Chunk], title_words: int = 3) -> bool:
    text = " ".join(chunk.text for chunk in parts)
    stated = parse_reference(text) if len(text) <= _LONGEST * 2 else Citation()
    return bool(stated.authors and stated.title and len(stated.title.split()) >= title_words)
