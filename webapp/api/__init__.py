"""The JSON API under /api/v1, its OpenAPI document, and the page that shows that document."""

from __future__ import annotations

from flask import Blueprint

from webapp import replies
from webapp.api import documentation
from webapp.api.routes import ROUTES

blueprint = Blueprint("api", __name__)
blueprint.before_request(replies.start_clock)

for route in ROUTES:
    blueprint.add_url_rule(f"/api/v1{route.rule}", route.id, route, methods=[route.method])
    if route.id == "healthz":
        blueprint.add_url_rule("/healthz", view_func=route, endpoint="health")
blueprint.add_url_rule("/api/v1/openapi.json", view_func=documentation.openapi)
blueprint.add_url_rule("/api", view_func=documentation.page)
