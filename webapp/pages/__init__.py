"""The pages. The address is the whole state; every page of data has a `.json` twin, and a `.bib` one of its papers."""

from __future__ import annotations

from flask import Blueprint

from webapp import replies
from webapp.pages import paper, search, things

blueprint = Blueprint("pages", __name__)
blueprint.before_request(replies.start_clock)

for rule, view in (
    ("/", search.home),
    ("/search.json", search.search_json),
    ("/search.bib", search.search_bib),
    ("/healthz", search.healthz),
    ("/paper/<path:reference>", paper.paper),
    ("/author/<author_id>", things.author),
    ("/topic/<topic_id>", things.topic),
    ("/list/<list_id>", things.reading_list),
):
    blueprint.add_url_rule(rule, view_func=view)
