"""arXiv's query API (`/api/query`): what it answers to which parameters.

Source: the service's own code, documentation and recorded answers, as gathered in the project's reference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tests.replica import legacy as old
from tests.replica.asked import Answer, Asked
from tests.replica.atom import CONTENT_TYPE, entry, error_feed, feed
from tests.replica.expressions import parse
from tests.replica.records import Record
from tests.replica.world import World

# The service looks for these anywhere in a part of id_list (`re.search`), so much that is no id passes, finds
# nothing, and is silently absent from the answer.
_VALID = re.compile(r"\d{4}\.\d{4,5}(v\d*)?|([a-z-]+(\.[a-z]{2})?)/\d{2}[01]\d{4}(v\d*)?", re.IGNORECASE)
_EXACT = re.compile(r"(\d{4}\.\d{4,5}|[a-z-]+/\d{7})(?:v(\d+))?")
_CHOICES = {
    "sortBy": ("relevance", "lastUpdatedDate", "submittedDate"),
    "sortOrder": ("ascending", "descending"),
}
_DEEPEST = 10_000
_LONGEST_ADDRESS = 8000

Found = Sequence[tuple[Record, int]]


def answer(world: World, asked: Asked, legacy: bool = False) -> Answer:
    """The answer to one request; `legacy` is the dialect of the service before 2025-11 (A25)."""
    params = asked.params
    if len(asked.target) > _LONGEST_ADDRESS:
        return Answer(414, b"<html><title>Error 414 (Request-URI Too Large)</title></html>", "text/html")
    problem = _problem(params)
    if problem:
        return Answer(400, error_feed(problem))
    if refusal := _refused(world, params):
        return refusal
    start, most = int(params.get("start", 0)), int(params.get("max_results", 10))
    if most == 0 or 1 + round(start / most) > _DEEPEST // most:  # A13
        return Answer(500, error_feed("internal error"))
    found = _found(world.known("arxiv"), params)
    query = "&".join(f"{name}={params.get(name, '')}" for name in ("search_query", "id_list"))
    query += f"&start={start}&max_results={most}"
    if legacy:
        rows = _with_missing(found, params)
        return Answer(200, old.feed(query, rows[start : start + most], len(rows), start, most), old.CONTENT_TYPE)
    entries = [entry(record, version) for record, version in found[start : start + most]]
    return Answer(200, feed(query, entries, len(found), start, most), CONTENT_TYPE)


def _refused(world: World, params: Mapping[str, str]) -> Answer | None:
    """A5, A24: what is answered to a list that holds an id which the service refuses."""
    for part in params.get("id_list", "").split(","):
        if status := world.refused.get(part):
            return Answer(status, error_feed(f"incorrect id format for {part}") if status == 400 else b"")
    return None


def _with_missing(found: Found, params: Mapping[str, str]) -> list[tuple[Record, int] | None]:
    """A25: in the order of the request, with None for each id that is not known."""
    if not params.get("id_list") or params.get("search_query"):
        return list(found)
    by_name = {name: row for row in found for name in (row[0].id, f"{row[0].id}v{row[1]}")}
    return [by_name.get(part) for part in dict.fromkeys(params["id_list"].split(","))]


def _problem(params: Mapping[str, str]) -> str | None:
    """What the service says of parameters that it refuses."""
    if not params.get("search_query") and not params.get("id_list"):
        return "search_query and id_list cannot both be empty"
    for name in ("start", "max_results"):
        text = params.get(name, "0")
        if not re.fullmatch(r"-?\d+", text):
            return f"{name} must be an integer"
        if int(text) < 0:
            return f"{name} must be non-negative"
    for name, choices in _CHOICES.items():
        if params.get(name, choices[0]) not in choices:
            return f"{name} must be in: {', '.join(choices)}"
    if ids := params.get("id_list"):
        for part in ids.split(","):
            if not _VALID.search(part):
                return f"incorrect id format for {part}"
    return None


def _found(records: Mapping[str, Record], params: Mapping[str, str]) -> Found:
    if params.get("id_list"):
        found = _by_id(records, params["id_list"].split(","))
    else:
        found = [(record, record.versions) for record in records.values()]
    if params.get("search_query"):
        test = parse(params["search_query"])
        found = [(record, version) for record, version in found if test(record)]
    by = params.get("sortBy", "relevance")
    if by != "relevance":
        which = 0 if by == "submittedDate" else -1
        found.sort(key=lambda item: item[0].created[which], reverse=params.get("sortOrder") != "ascending")
    return found


def _by_id(records: Mapping[str, Record], parts: Sequence[str]) -> list[tuple[Record, int]]:
    """Each paper once, in an order that is not the request's; what is unknown is simply not there."""
    found: dict[tuple[str, int], tuple[Record, int]] = {}
    for part in parts:
        match = _EXACT.fullmatch(part)
        record = records.get(match[1]) if match else None
        if match and record:
            version = int(match[2]) if match[2] else record.versions
            if 1 <= version <= record.versions:
                found[record.id, version] = (record, version)
    return [found[key] for key in sorted(found, key=lambda key: key[0][::-1])]
