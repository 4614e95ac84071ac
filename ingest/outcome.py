"""What a run did, and what the user should know of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from kg.answers_news import Change, News


class Progress(Protocol):
    """Told what is being done, how much of it is done, of how much (0: not known), and how long the rest takes."""

    def __call__(self, what: str, done: int, total: int, seconds: float | None = None, /) -> None:
        """`seconds` is what the rest takes at the least, where a service's pace decides it."""


@dataclass(slots=True)
class Outcome:
    """Counts of a run. Problems are lines for the user, any makes the run a partial one; notes are lines that do not.

    `requests` counts those to arXiv, `requests_to` those to each service.
    """

    read: int = 0
    unchanged: int = 0
    removed: list[str] = field(default_factory=list)
    mentions: int = 0
    requests: int = 0
    requests_to: dict[str, int] = field(default_factory=dict)
    fetched: int = 0
    resolved: int = 0
    references: int = 0
    harvested: int = 0
    unknown: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    news: News = field(default_factory=News)
    embedded: int = 0
    problems_of_documents: list[str] = field(default_factory=list)
    problems_of_service: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """All problems, those of documents first."""
        return self.problems_of_documents + self.problems_of_service
