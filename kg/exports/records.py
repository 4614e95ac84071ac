"""What a bibliography says of where a paper was published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["article", "conference", "chapter", "preprint", "other"]


@dataclass(frozen=True, slots=True)
class Publication:
    """Where a paper stands. None is what nobody says; `note` is the journal reference where it says more than the rest.

    `container` is a journal's name or a meeting's; `year` that of the publication. `preprint` is on arXiv and, as far
    as is known, nowhere else; of `other` works only title and people are known.
    """

    kind: Kind
    container: str | None = None
    volume: str | None = None
    number: str | None = None
    pages: str | None = None
    year: str | None = None
    series: str | None = None
    note: str | None = None
