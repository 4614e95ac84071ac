"""Working off what is still to be asked, so that a run may be killed at any moment.

A run is nothing but: look at the database, ask for something that is missing there, store the answer, look again. No
step leans on what an earlier one left in memory, so a run that goes on after a kill leads to the same library as one
that was never disturbed. Only what fails is remembered, for this run: a service that gave up is left alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ingest.outcome import Outcome, Progress
from ingest.services import Services
from ingest.services.asking import ServicePaused
from kg.errors import ServiceError
from kg.store import Store

# arXiv changes its records once a day at most, and old papers hardly ever.
FRESH = timedelta(days=30)
UNKNOWN_FRESH = timedelta(days=7)
REFERENCES_FRESH = timedelta(days=90)
NO_REFERENCES_FRESH = timedelta(days=30)
_MOST_REFUSED = 3


@dataclass(frozen=True, slots=True)
class Since:
    """The times before which answers are stale: what was found, and what was not."""

    fresh: str
    unknown: str
    references: str
    no_references: str

    @classmethod
    def of(cls, start: datetime, full: bool) -> Since:
        """For a run that began at `start`; a full one takes nothing for fresh that is older than itself."""
        spans = (FRESH, UNKNOWN_FRESH, REFERENCES_FRESH, NO_REFERENCES_FRESH)
        return cls(*((start - (timedelta() if full else span)).isoformat(timespec="microseconds") for span in spans))


@dataclass(slots=True)
class Run:
    """One run over the queue; `silent` are the services that gave up in it, with what they said."""

    store: Store
    services: Services
    outcome: Outcome
    progress: Progress
    since: Since
    silent: dict[str, ServiceError] = field(default_factory=dict)
    _totals: dict[str, int] = field(default_factory=dict)
    _refused: Counter[str] = field(default_factory=Counter)

    @property
    def now(self) -> str:
        """The time, in UTC, to the second, as ISO 8601."""
        return datetime.now(UTC).isoformat(timespec="seconds")

    def answers(self, service: str) -> bool:
        """Whether a service has not given up in this run."""
        return service not in self.silent

    def tolerates(self, route: str) -> bool:
        """Whether a question that a service refuses may be passed over; a few, then it is not the questions."""
        self._refused[route] += 1
        return self._refused[route] <= _MOST_REFUSED

    def show(self, service: str, what: str, left: int, batch: int) -> None:
        """Show what a service is being asked for, with the seconds that the rest takes at the least."""
        name = f"{service}: {what}"
        total = self._totals[name] = max(left, self._totals.get(name, left))
        seconds = (left + batch - 1) // batch * self.services.delay(service)
        self.progress(name, total - left, total, seconds)


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of question to a service: `ask` takes the next batch, and is False when there is none."""

    service: str
    ask: Callable[[Run], bool]


def work_off(run: Run, steps: Sequence[Step]) -> None:
    """Take the steps in their order, each until it has nothing to ask, again and again, until none has."""
    for service, (until, reason) in run.store.asks.paused(run.now).items():
        left = (datetime.fromisoformat(until) - datetime.now(UTC)).total_seconds()
        run.silent[service] = ServicePaused(f"{reason}, until {until[:16]}", left)
    while any([_exhausted(run, step) for step in steps]):  # a list: all steps are taken before the first one again
        pass


def _exhausted(run: Run, step: Step) -> bool:
    """Take a step until it has nothing to ask; whether it had anything."""
    taken = False
    while _taken(run, step):
        taken = True
    return taken


def _taken(run: Run, step: Step) -> bool:
    if not run.answers(step.service):
        return False
    try:
        return step.ask(run)
    except ServicePaused as error:
        until = datetime.now(UTC) + timedelta(seconds=error.seconds)
        with run.store.transaction():
            run.store.asks.pause(step.service, until.isoformat(timespec="seconds"), str(error))
        run.silent[step.service] = error
    except ServiceError as error:
        run.silent[step.service] = error
    return True
