"""The pages. The address is the whole state; every page of data has a `.json` twin, and a `.bib` one of its papers."""

from __future__ import annotations

from flask import Blueprint

from webapp import replies
from webapp.pages import draft, gaps, map, new, paper, search, things

blueprint = Blueprint("pages", __name__)
blueprint.before_request(replies.start_clock)

for rule, view in (
    ("/", search.home),
    ("/search.json", search.search_json),
    ("/search.bib", search.search_bib),
    ("/healthz", search.healthz),
    ("/graph", map.map_page),
    ("/graph.json", map.map_json),
    ("/graph.bib", map.map_bib),
    ("/graph.svg", map.map_svg),
    ("/papers", draft.papers),
    ("/papers.<any(json, bib, csv):twin>", draft.papers_as),
    ("/new", new.new),
    ("/new.<any(json, bib, atom):twin>", new.new_as),
    ("/gaps", gaps.gaps),
    ("/gaps.<any(json, bib):twin>", gaps.gaps_as),
    ("/paper/<path:reference>", paper.paper),
    ("/author/<author_id>", things.author),
    ("/topic/<topic_id>", things.topic),
    ("/list/<list_id>", things.reading_list),
):
    blueprint.add_url_rule(rule, view_func=view)
_TOO_LONG = ["GET", "POST"]  # a long draft is no part of an address
blueprint.add_url_rule("/related", view_func=draft.draft, methods=_TOO_LONG)
blueprint.add_url_rule("/related.<any(json, bib, csv):twin>", view_func=draft.draft_as, methods=_TOO_LONG)
