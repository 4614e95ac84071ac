"""arXiv's OAI-PMH service (`/oai`): every error of the protocol is an answer with status 200.

Source: the service's own code and templates, as gathered in the project's reference (rows O1 to O7). Not copied: the
records of the formats `oai_dc` and `arXivOld`, and the words of most errors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, unquote, urlencode
from xml.sax.saxutils import escape, quoteattr

from tests.replica import oai_xml
from tests.replica.asked import Answer, Asked
from tests.replica.records import Record
from tests.replica.world import OAI_BEGINS, World

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
"""
_BASE = "https://oaipmh.arxiv.org/oai"
_FORMATS = ("oai_dc", "arXiv", "arXivOld", "arXivRaw")
_COPIED = ("arXiv", "arXivRaw")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_VERBS: dict[str, tuple[set[str], set[str]]] = {  # verb -> arguments that must, and that may be there
    "Identify": (set(), set()),
    "ListMetadataFormats": (set(), {"identifier"}),
    "ListSets": (set(), set()),
    "GetRecord": ({"identifier", "metadataPrefix"}, set()),
    "ListRecords": ({"metadataPrefix"}, {"from", "until", "set"}),
    "ListIdentifiers": ({"metadataPrefix"}, {"from", "until", "set"}),
}
_WITHOUT_QUESTION = frozenset({"badVerb", "badArgument", "badResumptionToken"})


class _Refused(Exception):
    """An error of the protocol."""

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code


def answer(world: World, asked: Asked) -> Answer:
    """The answer to one request."""
    question = "".join(f" {name}={quoteattr(value)}" for name, value in asked.pairs)
    try:
        body = _answered(world, asked.params, len(asked.pairs))
    except _Refused as error:
        body = f"<error code='{error.code}'>{escape(str(error))}</error>"
        question = "" if error.code in _WITHOUT_QUESTION else question
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    head = f"{_HEAD}<responseDate>{now}</responseDate>\n<request{question}>{_BASE}</request>\n"
    return Answer(200, f"{head}{body}\n</OAI-PMH>".encode(), "text/xml")


def _answered(world: World, params: dict[str, str], count: int) -> str:
    verb = params.pop("verb", "")
    if verb not in _VERBS or count != len(params) + 1:
        raise _Refused("badVerb" if verb not in _VERBS else "badArgument")
    if "resumptionToken" in params:
        return _resumed(world, verb, params)
    must, may = _VERBS[verb]
    if not must <= set(params) <= must | may:
        raise _Refused("badArgument", "The request includes illegal arguments, or is missing required arguments.")
    if params.get("metadataPrefix", "arXiv") not in _COPIED:
        raise _Refused("cannotDisseminateFormat")
    if verb == "GetRecord":
        record = _named(world, params["identifier"])
        return f"<GetRecord>{oai_xml.whole(record, world.datestamp(record), params['metadataPrefix'])}</GetRecord>"
    if verb in {"ListRecords", "ListIdentifiers"}:
        return _page(world, verb, params)
    return _description(world, verb)


def _description(world: World, verb: str) -> str:
    if verb == "Identify":
        return (
            f"<Identify><repositoryName>arXiv</repositoryName><baseURL>{_BASE}</baseURL>"
            "<protocolVersion>2.0</protocolVersion><adminEmail>help@arxiv.org</adminEmail>"
            f"<earliestDatestamp>{OAI_BEGINS}</earliestDatestamp><deletedRecord>persistent</deletedRecord>"
            "<granularity>YYYY-MM-DD</granularity></Identify>"
        )
    if verb == "ListSets":
        names = oai_xml.all_sets(world.known("oai").values())
        sets = (f"<set><setSpec>{name}</setSpec><setName>{name.split(':')[-1]}</setName></set>" for name in names)
        return f"<ListSets>{''.join(sets)}</ListSets>"
    formats = "".join(f"<metadataFormat><metadataPrefix>{name}</metadataPrefix></metadataFormat>" for name in _FORMATS)
    return f"<ListMetadataFormats>{formats}</ListMetadataFormats>"


def _named(world: World, identifier: str) -> Record:
    """O1, O2: the parser of identifiers is tolerant of versions, `.pdf` and subject classes."""
    name = re.sub(r"(v\d+)?(\.pdf)?$", "", identifier.removeprefix("oai:arXiv.org:"))
    record = world.known("oai").get(re.sub(r"^([a-z-]+)\.[A-Z]{2}/", r"\1/", name))
    if record is None:
        raise _Refused("idDoesNotExist", "Nothing found for this ID")
    return record


def _resumed(world: World, verb: str, params: Mapping[str, str]) -> str:
    """O3, O4: a token is the query itself, quoted, with what to skip; it suffers no other argument."""
    if set(params) != {"resumptionToken"} or not _VERBS[verb][1] & {"from"}:
        raise _Refused("badArgument")
    query = dict(parse_qsl(unquote(params["resumptionToken"])))
    if query.pop("verb", "") != verb or not query.get("skip", "").isdigit() or "metadataPrefix" not in query:
        raise _Refused("badResumptionToken", "Token decoding failed or format is invalid.")
    return _page(world, verb, query, int(query.pop("skip")), resumed=True)


def _page(world: World, verb: str, params: Mapping[str, str], skip: int = 0, resumed: bool = False) -> str:
    found = _selected(world, params)[skip:]
    if not found:
        raise _Refused("noRecordsMatch")
    size = world.oai_page_size if verb == "ListRecords" else world.oai_identifiers_page_size
    if verb == "ListRecords":
        rows = [oai_xml.whole(record, world.datestamp(record), params["metadataPrefix"]) for record in found[:size]]
    else:
        rows = [oai_xml.header(record, world.datestamp(record)) for record in found[:size]]
    token = _token(world, verb, params, found, skip, size) if resumed or len(found) > size else ""
    return f"<{verb}>{''.join(rows)}{token}</{verb}>"


def _token(world: World, verb: str, params: Mapping[str, str], found: Sequence[Record], skip: int, size: int) -> str:
    """O3, O7: stateless. The next page begins at the day of its first record, less what was seen of that day."""
    if len(found) <= size:
        return "<resumptionToken/>"
    first, following = world.datestamp(found[0]), world.datestamp(found[size])
    query = {"verb": verb, **params}
    if first == following:
        query["skip"] = str(skip + size)
    else:
        seen = sum(world.datestamp(record) == following for record in found[:size])
        query |= {"from": following, "skip": str(seen)}
    midnight = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT00:00:00Z")
    return f"<resumptionToken expirationDate='{midnight}'>{quote(urlencode(query), safe='')}</resumptionToken>"


def _selected(world: World, params: Mapping[str, str]) -> list[Record]:
    """O5: records of the set that changed in the days asked for, by day."""
    begin, end = _days(params)
    wanted = params.get("set")
    if wanted and not oai_xml.is_set(wanted):
        raise _Refused("badArgument", "unknown set")
    found = [record for record in world.known("oai").values() if begin <= world.datestamp(record) <= end]
    if wanted:
        found = [r for r in found if any(f"{spec}:".startswith(f"{wanted}:") for spec in oai_xml.specs(r))]
    return sorted(found, key=lambda record: (world.datestamp(record), record.id))


def _days(params: Mapping[str, str]) -> tuple[str, str]:
    """O5: the first and the last day, if that is a range that may be asked for."""
    today = datetime.now(UTC).date().isoformat()
    begin, end = params.get("from", OAI_BEGINS), params.get("until", today)
    if not _DAY.fullmatch(begin) or not _DAY.fullmatch(end):
        raise _Refused("badArgument", "dates are YYYY-MM-DD")
    if begin < OAI_BEGINS or end > today or begin > end:
        raise _Refused("badArgument", "start date too early" if begin < OAI_BEGINS else "the dates make no range")
    return begin, end
