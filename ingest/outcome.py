"""What a run did, and what the user should know of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

Progress = Callable[[str, int, int], None]
"""Told (what, how many are done, of how many; 0 where that is not known)."""


@dataclass(slots=True)
class Outcome:
    """Counts of a run. Problems are lines for the user; any makes the run a partial one."""

    read: int = 0
    unchanged: int = 0
    removed: list[str] = field(default_factory=list)
    mentions: int = 0
    requests: int = 0
    fetched: int = 0
    resolved: int = 0
    unknown: list[str] = field(default_factory=list)
    embedded: int = 0
    problems_of_documents: list[str] = field(default_factory=list)
    problems_of_service: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """All problems, those of documents first."""
        return self.problems_of_documents + self.problems_of_service
