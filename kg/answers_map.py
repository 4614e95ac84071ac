"""What the map of a library is answered with; field names are keys of JSON, as in `kg.answers`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kg.answers import SearchResult


@dataclass(frozen=True, slots=True)
class MapTopic:
    """A topic on the map: where its name stands, and the colour (0 to 9) that its papers have.

    Its name has room from a magnification of `zoom` on (0.4 is a narrow screen); None where it never has.
    """

    id: str
    label: str
    papers: int
    x: float
    y: float
    colour: int
    zoom: float | None


@dataclass(frozen=True, eq=False)
class MapPoints:
    """The papers on the map, in columns: `topic` is the place of the outermost topic of each, None without one.

    `titles` are told where there are few papers (`kg.mapping.MOST_TITLES`).
    """

    ids: Sequence[str]
    x: Sequence[float]
    y: Sequence[float]
    topic: Sequence[int | None]
    titles: Sequence[str | None] = ()

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class MapHit:
    """A paper found, and where it lies; None where it is not on the map."""

    result: SearchResult
    x: float | None
    y: float | None


@dataclass(frozen=True, slots=True)
class MapAnswer:
    """The map: x from 0 to 1000, y from 0 to 700. A search found `count` papers, the best of them are `hits`."""

    topics: tuple[MapTopic, ...]
    points: MapPoints
    hits: tuple[MapHit, ...] = ()
    count: int = 0
    notes: tuple[str, ...] = ()
