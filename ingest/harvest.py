"""Harvesting a set of arXiv (`cs.LG`) since a date, page by page over OAI-PMH, as the protocol asks for it.

Dates are those on which records changed. A harvest that was interrupted goes on from its token; one that is complete
goes on from the day of the server's answer, with a day of overlap, since records that change between two pages slip.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from ingest.outcome import Outcome, Progress
from ingest.services.asking import RequestRefused
from ingest.services.oai import BadToken, OaiPmh, oai_set
from kg.errors import ServiceError, UsageError
from kg.store import Store
from kg.store.asks import moment
from kg.store.harvests import Harvest

EARLIEST = date(2005, 9, 16)  # of arXiv's records; an earlier day is refused
_OVERLAP = timedelta(days=1)


def harvest(store: Store, oai: OaiPmh, set_name: str, since: date | None, outcome: Outcome, progress: Progress) -> None:
    """Load all records of a set that changed since a day, or since the last harvest of it.

    :raises UsageError: no day is given, and the set was never harvested.
    """
    place = _place(store, oai_set(set_name), since)
    try:
        while not _page(store, oai, place, outcome):
            place = store.harvests.get(place.set_name) or place
            progress(f"harvesting {set_name}", outcome.harvested, 0)
    except BadToken:  # they last until midnight
        with store.transaction():
            store.harvests.save(replace(place, token=None))
        harvest(store, oai, set_name, None, outcome, progress)
    except RequestRefused as error:
        outcome.problems_of_service.append(str(error))
    except ServiceError as error:
        outcome.problems_of_service.append(f"{error}; `kg ingest --set {set_name}` goes on from there")


def _place(store: Store, name: str, since: date | None) -> Harvest:
    """Where to go on; another day than the last time begins anew."""
    known = store.harvests.get(name)
    if since is None and known is None:
        raise UsageError(f"the set {name} was never harvested: give --since YYYY-MM-DD")
    if known and (since is None or known.since == since.isoformat()):
        return known
    assert since is not None
    return Harvest(name, since.isoformat())


def _page(store: Store, oai: OaiPmh, place: Harvest, outcome: Outcome) -> bool:
    """Load the next page; True at the end."""
    day = date.fromisoformat(place.next_day) - _OVERLAP if place.next_day else date.fromisoformat(place.since)
    page = oai.page(place.set_name, max(day, EARLIEST).isoformat(), place.token, moment()[:19] + "+00:00")
    unique = {record.arxiv_id: record for record in page.records}  # one that is edited meanwhile comes twice
    with store.transaction():
        store.metadata.save(unique.values(), bulk=True)
        # The day of the first answer counts: what changes while later pages come is asked for next time.
        store.harvests.save(_next(place, page.token, page.day))
        store.fulltext.refresh()
    outcome.harvested += len(unique)
    return page.token is None


def _next(place: Harvest, token: str | None, day: str) -> Harvest:
    if token is None:
        return replace(place, token=None, next_day=place.until or day, until=None)
    return replace(place, token=token, until=place.until or day)
