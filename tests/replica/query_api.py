"""arXiv's query API (`/api/query`): what it answers to which parameters.

Source: the service's own code, documentation and recorded answers, as gathered in the project's reference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tests.replica.asked import Answer, Asked
from tests.replica.atom import CONTENT_TYPE, entry, error_feed, feed, old_dialect
from tests.replica.expressions import parse
from tests.replica.records import Record
from tests.replica.world import World

# The service looks for these anywhere in a part of id_list (`re.search`), so much that is no id passes, finds
# nothing, and is silently absent from the answer.
_VALID = re.compile(r"\d{4}\.\d{4,5}(v\d*)?|([a-z-]+(\.[a-z]{2})?)/\d{2}[01]\d{4}(v\d*)?", re.IGNORECASE)
_EXACT = re.compile(r"(\d{4}\.\d{4,5}|[a-z-]+/\d{7})(?:v(\d+))?")
_SORTS = ("relevance", "lastUpdatedDate", "submittedDate")
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
    if most == 0 or most > _DEEPEST or start + most > _DEEPEST:
        return Answer(500, error_feed("internal error"))
    found = _found(world.known("arxiv"), params)
    return _page(found, params, start, most, legacy)


def _refused(world: World, params: Mapping[str, str]) -> Answer | None:
    """A5, A24: what is answered to a list that holds an id which the service refuses."""
    for part in params.get("id_list", "").split(","):
        if status := world.refused.get(part):
            return Answer(status, error_feed(f"incorrect id format for {part}") if status == 400 else b"")
    return None


def _page(found: Found, params: Mapping[str, str], start: int, most: int, legacy: bool) -> Answer:
    names = ("search_query", "id_list", "start", "max_results")
    query = "&".join(f"{name}={params.get(name, '')}" for name in names)
    entries = [entry(record, version) for record, version in found[start : start + most]]
    if not legacy:
        return Answer(200, feed(query, entries, len(found), start, most), CONTENT_TYPE)
    asked = [part for part in params.get("id_list", "").split(",") if part]
    missing = max(0, len(asked) - len(found))
    skeletons = ['  <entry>\n    <category term="" scheme="http://arxiv.org/schemas/atom"/>\n  </entry>'] * missing
    return Answer(
        200, old_dialect(feed(query, [*skeletons, *entries], len(found) + missing, start, most)), CONTENT_TYPE
    )


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
    if params.get("sortBy", "relevance") not in _SORTS:
        return f"sortBy must be in: {', '.join(_SORTS)}"
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
    if params.get("sortBy") == "submittedDate":
        found.sort(key=lambda item: item[0].created[0], reverse=params.get("sortOrder") != "ascending")
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
