"""Facts into the library from services: what is still to be asked is worked off, and what is still missing is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from ingest.outcome import Outcome, Progress
from ingest.routes import metadata, references, resolution
from ingest.routes.queue import Run, Since, Step, work_off
from ingest.services import ARXIV, OAI, OPENALEX, SEMANTIC_SCHOLAR, Services
from ingest.services.asking import ServicePaused, Unreachable
from kg.store import Store

# In this order, and again from the start while there is anything to ask: what a title leads to is described by its id.
_DESCRIBING = (
    Step(ARXIV, metadata.from_query_api),
    Step(OAI, metadata.from_oai),
    Step(SEMANTIC_SCHOLAR, metadata.from_semantic_scholar),
    Step(ARXIV, resolution.by_title),
    Step(SEMANTIC_SCHOLAR, resolution.by_identifier),
    Step(SEMANTIC_SCHOLAR, resolution.by_match),
)
_CITING = (Step(SEMANTIC_SCHOLAR, references.from_semantic_scholar), Step(OPENALEX, references.from_openalex))
_OPTIONAL = frozenset({SEMANTIC_SCHOLAR, OPENALEX})  # a pause that they ask for is no failure


def ask_services(
    store: Store,
    services: Services,
    outcome: Outcome,
    progress: Progress,
    start: datetime,
    full: bool,
    with_references: bool,
) -> None:
    """Ask for all that is missing or stale (`full`: for everything); each answer is stored before the next question.

    :param start: when the run began.
    """
    run = Run(store, services, outcome, progress, Since.of(start, full))
    work_off(run, _DESCRIBING + (_CITING if with_references else ()))
    _tell(run, with_references)
    outcome.requests_to = services.requests
    outcome.requests = sum(outcome.requests_to[service] for service in (ARXIV, OAI))
    outcome.unknown = store.asks.unknown_since(start.isoformat())


def _tell(run: Run, with_references: bool) -> None:
    """One line about each service that gave up, with what waits for it; about all that cannot be reached, one."""
    lines = {service: str(error) for service, error in run.silent.items() if not isinstance(error, Unreachable)}
    away = [service for service in run.silent if service not in lines]
    if away:
        lines[away[0]] = f"{_listed(away)} cannot be reached (no connection)"
    for service, line in lines.items():
        together = away if service in away else [service]
        waits = dict(one for name in together for one in _waiting(run, name, with_references) if one[1])
        _tell_one(run, service, line, [f"{count} {_plural(count, what)}" for what, count in waits.items()])


def _tell_one(run: Run, service: str, line: str, waits: Sequence[str]) -> None:
    if not waits:
        run.outcome.notes.append(f"{line}; other services told what was asked")
        return
    verb = "waits" if len(waits) == 1 and waits[0].startswith("1 ") else "wait"
    line = f"{line}; {_listed(waits)} {verb} for the next `kg ingest`"
    excused = service in _OPTIONAL and isinstance(run.silent[service], ServicePaused)
    (run.outcome.notes if excused else run.outcome.problems_of_service).append(line)


def _waiting(run: Run, service: str, with_references: bool) -> list[tuple[str, int]]:
    asks, since = run.store.asks, run.since
    missing: dict[str, Callable[[], list[tuple[str, int]]]] = {
        ARXIV: lambda: [
            ("paper", len(asks.stale(since.fresh, since.unknown))),
            ("title", len(asks.unresolved("arxiv-title", since.unknown))),
        ],
        OAI: lambda: [("paper", len(asks.undescribed("oai", (), since.unknown)))],
        SEMANTIC_SCHOLAR: lambda: [
            ("title", len(asks.unresolved("s2-match", since.unknown))),
            ("bibliography", _without_references(run, "s2-references") if with_references else 0),
        ],
        OPENALEX: lambda: [("bibliography", _without_references(run, "openalex-references"))],
    }
    return missing[service]()


def _without_references(run: Run, route: str) -> int:
    return len(run.store.asks.without_references(route, run.since.references, run.since.no_references))


def _plural(count: int, what: str) -> str:
    return what if count == 1 else {"bibliography": "bibliographies"}.get(what, f"{what}s")


def _listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
