"""What is new as an Atom 1.0 feed (RFC 4287): an entry for each paper that came, and for each that a service changed.

Ids are UUIDs (version 5) of the library's first run, the paper and the run: the same from any host that serves a copy
of this library, after any number of runs, and no other library's.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from flask import request, url_for

from kg.answers_news import Change, NewAnswer, NewRun
from kg.papers import Paper
from webapp.show import paper_url, web
from webapp.tex import plain
from webapp.tex.signs import clean

_ATOM = "http://www.w3.org/2005/Atom"
_SUBJECTS = "http://arxiv.org/schemas/atom"  # the scheme of categories in arXiv's own feeds
_NEVER = "1970-01-01T00:00:00+00:00"
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 cannot hold
_SAID = {"version": "New version", "withdrawn": "Withdrawn", "title": "New title"}

register_namespace("", _ATOM)


def feed(answer: NewAnswer, papers: Mapping[str, Paper], began: str) -> bytes:
    """The runs of an answer as a feed; `papers` are those that changed, `began` is when the first run did."""
    library = uuid.uuid5(uuid.NAMESPACE_URL, f"kg:{began}")
    root = Element(f"{{{_ATOM}}}feed")
    _text(root, "id", library.urn)
    _text(root, "title", "New in this library")
    _text(root, "subtitle", "Papers that came, and papers that a service changed; of large runs the first.")
    _text(root, "updated", answer.results[0].finished_at if answer.results else _NEVER)
    _text(SubElement(root, _name("author")), "name", "kg")
    _text(root, "generator", "kg")
    _link(root, "self", request.url, "application/atom+xml")
    query = request.query_string.decode("ascii", "replace")
    _link(root, "alternate", url_for("pages.new", _external=True) + (f"?{query}" if query else ""), "text/html")
    for run in answer.results:
        for paper in run.papers:
            _entry(root, library, run, paper)
        for change in run.changes:
            if change.paper in papers:
                _entry(root, library, run, papers[change.paper], change)
    indent(root)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _entry(root: Element, library: uuid.UUID, run: NewRun, paper: Paper, change: Change | None = None) -> None:
    """An entry of a paper: that it came, or what changed of it."""
    entry = SubElement(root, _name("entry"))
    said = f" {change.what} {change.after or ''} {change.at}" if change else ""
    _text(entry, "id", uuid.uuid5(library, f"{paper.id} {run.run}{said}").urn)
    _text(entry, "title", (f"{_SAID[change.what]}: " if change else "") + plain(paper.name))
    _text(entry, "updated", run.finished_at)
    for author in paper.authors:
        _text(SubElement(entry, _name("author")), "name", author.name)
    _link(entry, "alternate", request.host_url.rstrip("/") + paper_url(paper.id), "text/html")
    if paper.arxiv_id and (address := web(paper.url)):
        _link(entry, "related", address, "text/html")
    for category in paper.categories:
        SubElement(entry, _name("category"), term=_fit(category), scheme=_SUBJECTS)
    for topic in paper.topics:
        SubElement(entry, _name("category"), term=_fit(topic.id), label=_fit(plain(topic.label)))
    if summary := plain(_what(change) if change else paper.abstract):
        _text(entry, "summary", summary, type="text")


def _what(change: Change) -> str:
    if change.what == "withdrawn":
        return change.after or "The paper was withdrawn."
    return f"{change.before} → {change.after}"


def _text(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, _name(name), attributes).text = _fit(text)


def _link(parent: Element, rel: str, href: str, kind: str) -> None:
    SubElement(parent, _name("link"), rel=rel, href=_fit(href), type=kind)


def _name(name: str) -> str:
    return f"{{{_ATOM}}}{name}"


def _fit(text: str) -> str:
    return _NO_XML.sub("", clean(text))
