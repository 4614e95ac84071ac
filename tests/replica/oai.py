"""arXiv's OAI-PMH service (`/oai`): every error of the protocol is an answer with status 200.

Source: the service's own code and templates, as gathered in the project's reference (rows O1 to O7).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qsl, quote, unquote
from xml.sax.saxutils import escape

from tests.replica.asked import Answer, Asked
from tests.replica.records import Record
from tests.replica.world import World

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">\n'
_EARLIEST = "2005-09-16"
_FORMATS = ("oai_dc", "arXiv", "arXivOld", "arXivRaw")
_VERBS: dict[str, tuple[set[str], set[str]]] = {  # verb -> arguments that must, and that may be there
    "Identify": (set(), set()),
    "ListMetadataFormats": (set(), {"identifier"}),
    "ListSets": (set(), set()),
    "GetRecord": ({"identifier", "metadataPrefix"}, set()),
    "ListRecords": ({"metadataPrefix"}, {"from", "until", "set"}),
    "ListIdentifiers": ({"metadataPrefix"}, {"from", "until", "set"}),
}
_PHYSICS = "astro-ph cond-mat gr-qc hep-ex hep-lat hep-ph hep-th math-ph nlin nucl-ex nucl-th quant-ph".split()


class _Refused(Exception):
    """An error of the protocol."""

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code


def answer(world: World, asked: Asked) -> Answer:
    """The answer to one request."""
    try:
        body = _answered(world, dict(asked.pairs), len(asked.pairs))
    except _Refused as error:
        body = f"<error code='{error.code}'>{escape(str(error))}</error>"
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = f"{_HEAD}<responseDate>{now}</responseDate>\n<request>https://oaipmh.arxiv.org/oai</request>\n{body}\n</OAI-PMH>"
    return Answer(200, text.encode(), "text/xml")


def _answered(world: World, params: dict[str, str], count: int) -> str:
    verb = params.pop("verb", "")
    if verb not in _VERBS or count != len(params) + 1:
        raise _Refused("badVerb" if verb not in _VERBS else "badArgument")
    if "resumptionToken" in params:
        return _resumed(world, verb, params)
    must, may = _VERBS[verb]
    if not must <= set(params) <= must | may:
        raise _Refused("badArgument", "The request includes illegal arguments, or is missing required arguments.")
    if params.get("metadataPrefix", "arXiv") not in _FORMATS:
        raise _Refused("cannotDisseminateFormat")
    if verb == "GetRecord":
        return f"<GetRecord>{_record(world, _named(world, params['identifier']), params['metadataPrefix'])}</GetRecord>"
    if verb in {"ListRecords", "ListIdentifiers"}:
        return _page(world, verb, params, 0)
    return _description(world, verb)


def _description(world: World, verb: str) -> str:
    if verb == "Identify":
        return (
            f"<Identify><earliestDatestamp>{_EARLIEST}</earliestDatestamp><deletedRecord>persistent</deletedRecord>"
            "<granularity>YYYY-MM-DD</granularity></Identify>"
        )
    if verb == "ListSets":
        sets = sorted({spec for record in world.known("oai").values() for spec in _sets(record)})
        return f"<ListSets>{''.join(f'<set><setSpec>{spec}</setSpec></set>' for spec in sets)}</ListSets>"
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
    if set(params) != {"resumptionToken"}:
        raise _Refused("badArgument")
    query = dict(parse_qsl(unquote(params["resumptionToken"])))
    if query.pop("verb", "") != verb or not query.get("skip", "").isdigit():
        raise _Refused("badResumptionToken", "Token decoding failed or format is invalid.")
    return _page(world, verb, query, int(query.pop("skip")))


def _page(world: World, verb: str, params: Mapping[str, str], skip: int) -> str:
    found = _selected(world, params)
    if not found:
        raise _Refused("noRecordsMatch")
    size = world.oai_page_size if verb == "ListRecords" else world.oai_identifiers_page_size
    shown = found[skip : skip + size]
    whole = verb == "ListRecords"
    prefix = params["metadataPrefix"]
    rows = [_record(world, record, prefix) if whole else _header(world, record) for record in shown]
    return f"<{verb}>{''.join(rows)}{_token(world, verb, params, found, skip, size)}</{verb}>"


def _token(world: World, verb: str, params: Mapping[str, str], found: Sequence[Record], skip: int, size: int) -> str:
    """Stateless: the next page begins at the last day seen, less what was seen of it."""
    if skip + size >= len(found):
        return "<resumptionToken/>" if skip else ""
    last = world.datestamp(found[skip + size - 1])
    before = sum(world.datestamp(record) < last for record in found)
    query = {"verb": verb, **params, "from": last, "skip": str(skip + size - before)}
    text = quote("&".join(f"{name}={value}" for name, value in query.items()), safe="")
    midnight = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT00:00:00Z")
    return f"<resumptionToken expirationDate='{midnight}'>{text}</resumptionToken>"


def _selected(world: World, params: Mapping[str, str]) -> list[Record]:
    """O5: records of the set that changed in the days asked for, by day."""
    today = datetime.now(UTC).date().isoformat()
    begin, end = params.get("from", _EARLIEST), params.get("until", today)
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", begin) or not re.fullmatch(r"\d{4}-\d\d-\d\d", end):
        raise _Refused("badArgument", "dates are YYYY-MM-DD")
    if begin < _EARLIEST or end > today or begin > end:
        raise _Refused("badArgument", "start date too early" if begin < _EARLIEST else "the dates make no range")
    known = world.known("oai").values()
    if (wanted := params.get("set")) and not any(wanted in _sets(record) for record in world.records.values()):
        raise _Refused("badArgument", "unknown set")
    found = [
        r for r in known if begin <= max(world.datestamp(r), _EARLIEST) <= end and (not wanted or wanted in _sets(r))
    ]
    return sorted(found, key=lambda record: (world.datestamp(record), record.id))


def _sets(record: Record) -> set[str]:
    """`cs`, `cs:cs` and `cs:cs:LG` for cs.LG; `physics` and `physics:hep-th` for hep-th."""
    found: set[str] = set()
    for category in record.categories:
        archive, _, subject = category.partition(".")
        group = "physics" if archive in _PHYSICS else archive
        found |= {group, f"{group}:{archive}"} | ({f"{group}:{archive}:{subject}"} if subject else set())
    return found


def _header(world: World, record: Record) -> str:
    sets = "".join(f"<setSpec>{spec}</setSpec>" for spec in sorted(_sets(record)) if spec.count(":"))
    stamp = world.datestamp(record)
    return f"<header><identifier>oai:arXiv.org:{record.id}</identifier><datestamp>{stamp}</datestamp>{sets}</header>"


def _record(world: World, record: Record, prefix: str) -> str:
    body = _raw(record) if prefix == "arXivRaw" else _plain(record)
    return f"<record>{_header(world, record)}<metadata>{body}</metadata></record>"


def _raw(record: Record) -> str:
    """`arXivRaw`: all versions with their dates, and the authors as one string."""
    versions = "".join(
        f'<version version="v{number}"><date>{_date(created)}</date><size>1kb</size></version>'
        for number, created in enumerate(record.created, start=1)
    )
    *first, last = record.authors or ("Anonymous",)
    authors = f"{', '.join(first)} and {last}" if first else last
    return (
        f'<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{record.id}</id><submitter>(removed)</submitter>{versions}'
        f"<title>{escape(record.title)}</title><authors>{escape(authors)}</authors>{_common(record)}</arXivRaw>"
    )


def _plain(record: Record) -> str:
    """`arXiv`: `created` is the newest version's day, not the first one's (code)."""
    authors = "".join(f"<author><keyname>{escape(name)}</keyname></author>" for name in record.authors)
    return (
        f'<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{record.id}</id><created>{record.created[-1][:10]}</created>'
        f"<authors>{authors}</authors><title>{escape(record.title)}</title>{_common(record)}</arXiv>"
    )


def _common(record: Record) -> str:
    parts = [("categories", " ".join(record.categories)), ("comments", record.comment)]
    parts += [("journal-ref", record.journal_ref), ("doi", " ".join(record.dois)), ("abstract", record.abstract)]
    return "".join(f"<{name}>{escape(text)}</{name}>" for name, text in parts if text)


def _date(created: str) -> str:
    return format_datetime(datetime.fromisoformat(created.replace("Z", "+00:00")), usegmt=True)
