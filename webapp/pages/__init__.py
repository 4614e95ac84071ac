"""The pages. The address is the whole state; a page of data has twins: `.json`, and `.bib`, `.ris`... of its papers."""

from __future__ import annotations

from flask import Blueprint

from webapp import params, replies
from webapp.pages import draft, gaps, map, new, paper, search, things

blueprint = Blueprint("pages", __name__)
blueprint.before_request(replies.start_clock)
_TWIN = ", ".join(f'"{ending}"' for ending in params.TWINS)

for rule, view in (
    ("/", search.home),
    (f"/search.<any({_TWIN}):twin>", search.search_as),
    ("/graph", map.map_page),
    (f"/graph.<any({_TWIN}):twin>", map.map_as),
    ("/graph.svg", map.map_svg),
    ("/papers", draft.papers),
    (f"/papers.<any({_TWIN}):twin>", draft.papers_as),
    ("/new", new.new),
    (f"/new.<any({_TWIN}, atom):twin>", new.new_as),
    ("/gaps", gaps.gaps),
    (f"/gaps.<any({_TWIN}):twin>", gaps.gaps_as),
    ("/paper/<path:reference>", paper.paper),
    ("/author/<author_id>", things.author),
    ("/topic/<topic_id>", things.topic),
    ("/list/<list_id>", things.reading_list),
):
    blueprint.add_url_rule(rule, view_func=view)
_TOO_LONG = ["GET", "POST"]  # a long draft is no part of an address
blueprint.add_url_rule("/related", view_func=draft.draft, methods=_TOO_LONG)
blueprint.add_url_rule(f"/related.<any({_TWIN}):twin>", view_func=draft.draft_as, methods=_TOO_LONG)
