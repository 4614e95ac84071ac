"""arXiv's OAI-PMH service: the second route to the metadata of a paper, and the way to harvest a set.

https://info.arxiv.org/help/oa/index.html, https://www.openarchives.org/OAI/openarchivesprotocol.html. The format
`arXivRaw` is used because the date of the first version is only there: `created` of `arXiv` is the newest one's.
Every error of the protocol comes with HTTP 200. The pace is shared with the query API: one request in three
seconds for both together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import requests
from lxml import etree

from ingest.people import split_authors
from ingest.services.asking import Asker, Refused, RequestRefused, first_words
from ingest.services.web import Web, tree_of
from kg.errors import ServiceError
from kg.identifiers import parse_arxiv_id
from kg.papers import Metadata
from kg.text import squeezed

_FORMAT = "arXivRaw"
_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_RAW = "{http://arxiv.org/OAI/arXivRaw/}"


@dataclass(frozen=True, slots=True)
class Page:
    """Some records of a harvest; `token` asks for the next ones, `day` is the server's date of the answer."""

    records: tuple[Metadata, ...]
    token: str | None
    day: str


class BadToken(ServiceError):
    """The server no longer knows the place in the answer: begin again at the day."""


class OaiPmh:
    """arXiv's OAI-PMH service at `url`."""

    def __init__(self, url: str, asker: Asker) -> None:
        self._url, self._web = url, Web(asker)

    def paper(self, arxiv_id: str, at: str) -> Metadata | None:
        """Metadata of one paper; None where arXiv has none of that id.

        :raises ServiceError: the service cannot be reached, or gives no believable answer.
        """
        root = self._ask(verb="GetRecord", metadataPrefix=_FORMAT, identifier=f"oai:arXiv.org:{arxiv_id}")
        if _error(root) == "idDoesNotExist":
            return None
        found = next(_records(root, at), None)
        if found is None or found.arxiv_id != arxiv_id:
            raise ServiceError(f"arXiv's OAI-PMH does not answer: {_error(root) or 'another record'}")
        return found

    def page(self, set_name: str, since: str, token: str | None, at: str) -> Page:
        """Records of a set that changed since a day (`YYYY-MM-DD`), or those that follow a `token`.

        :raises BadToken: the token is too old.
        :raises RequestRefused: the set is unknown.
        :raises ServiceError: the service gives no believable answer.
        """
        where = {"resumptionToken": token} if token else {"metadataPrefix": _FORMAT, "set": set_name, "from": since}
        root = self._ask(verb="ListRecords", **where)
        error = _error(root)
        if error == "badResumptionToken":
            raise BadToken("arXiv's OAI-PMH does not know its token any more")
        if error and error != "noRecordsMatch":
            raise RequestRefused(f"arXiv's OAI-PMH refuses --set {set_name} --since {since}: {_message(root)}", 200)
        following = root.findtext(f".//{_OAI}resumptionToken")
        return Page(tuple(_records(root, at)), following or None, (root.findtext(f"{_OAI}responseDate") or at)[:10])

    def _ask(self, **params: str) -> etree._Element:
        return self._web.ask(self._url, _tree, **params)


def oai_set(name: str) -> str:
    """The set of a category (`cs.LG` is `cs:cs:LG`, `hep-th` is `physics:hep-th`) or an archive; a set stays."""
    if ":" in name:
        return name
    archive, _, subject = name.partition(".")
    group = "physics" if archive in _OF_PHYSICS else archive
    if subject:
        return f"{group}:{archive}:{subject}"
    return name if group == archive else f"{group}:{archive}"


_OF_PHYSICS = frozenset(
    """astro-ph cond-mat gr-qc hep-ex hep-lat hep-ph hep-th math-ph nlin nucl-ex nucl-th quant-ph""".split()
)


def _tree(answer: requests.Response) -> etree._Element:
    body = answer.content.strip()
    if not body.startswith((b"<?xml", b"<OAI-PMH")) or not body.endswith(b"</OAI-PMH>"):
        raise Refused(f"no whole OAI-PMH answer{first_words(answer)}")
    try:
        return tree_of(body)
    except etree.XMLSyntaxError as error:
        raise Refused("a damaged OAI-PMH answer") from error


def _error(root: etree._Element) -> str | None:
    found = root.find(f"{_OAI}error")
    return None if found is None else found.get("code")


def _message(root: etree._Element) -> str:
    return squeezed(root.findtext(f"{_OAI}error") or "")


def _records(root: etree._Element, at: str) -> Iterator[Metadata]:
    for raw in root.iter(f"{_RAW}arXivRaw"):
        if record := _metadata(raw, at):
            yield record


def _day(text: str) -> str | None:
    """A mail's date as a day; None where it is none: the rest of the record is not lost by it."""
    try:
        return parsedate_to_datetime(text).date().isoformat()
    except (ValueError, OverflowError):
        return None


def _metadata(raw: etree._Element, at: str) -> Metadata | None:
    def text(name: str) -> str | None:
        return squeezed(raw.findtext(_RAW + name) or "") or None

    arxiv_id, title = parse_arxiv_id(text("id") or ""), text("title")
    versions = raw.findall(f"{_RAW}version")
    if arxiv_id is None or not title or not versions:
        return None
    dates = [_day(version.findtext(f"{_RAW}date") or "") for version in versions]
    comment = text("comments")
    return Metadata(
        arxiv_id=arxiv_id.base,
        title=title,
        source="oai",
        abstract=text("abstract"),
        authors=split_authors(text("authors") or ""),
        categories=tuple((text("categories") or "").split()),
        published=dates[0],
        updated=dates[-1],
        version=int(re.sub(r"\D", "", versions[-1].get("version") or "")[:4] or 1),
        doi=(text("doi") or "").partition(" ")[0] or None,
        comment=comment,
        journal_ref=text("journal-ref"),
        withdrawn="withdrawn" in (comment or "").lower(),
        fetched_at=at,
    )
