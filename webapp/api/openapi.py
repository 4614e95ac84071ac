"""The OpenAPI 3.1 document of the API (https://spec.openapis.org/oas/v3.1.1), made of the routes' own types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.json import schema_components

from kg import __version__
from kg.exports import FORMATS
from kg.parameters import MOST
from kg.refusals import names
from webapp.api.route import Route
from webapp.queries import WITH_COMMAS

_REF = "#/components/schemas/{name}"
_DESCRIPTION = f"""\
Search, related papers and what to cite, from the library on this machine.

Answers have `meta`: `count` (on all pages), `took_ms`, `next` (the `cursor` of the next page, or null) and `notes`
(what you should know of it). `limit` is 1 to {MOST}. Errors are problems by RFC 9457; their `detail` names the cause.
What is asked by GET has an ETag that covers all but `took_ms`, but for `/status` and `/healthz`. New keys may be added:
pass over those you do not know."""
_FAULTS = {
    400: "A parameter is unknown, missing or not of its kind; it is named.",
    401: "The bearer token is missing or wrong.",
    404: "Nothing goes by a name that the request gives.",
    413: "The body is larger than 1 MiB.",
    415: "The body is not application/json.",
    422: "The body does not fit its schema, or names a paper that is not in the library.",
    431: "The address and headers are longer than 64 KiB together.",
    503: "The library cannot be read at the moment.",
}


class Problem(Struct):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str


def document(routes: Sequence[Route], token: bool) -> dict[str, Any]:
    """The document that describes these routes; with a `token`, that each request needs one."""
    answers, components = _schemas([route.answer for route in routes] + [Problem], routes)
    paths: dict[str, Any] = {}
    for route, answer in zip(routes, answers, strict=False):
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, answer, answers[-1], token)
    found: dict[str, Any] = {
        "openapi": "3.1.1",
        "info": {"title": "kg", "version": __version__, "description": _DESCRIPTION},
        "servers": [{"url": "/api/v1"}],
        "paths": paths,
        "components": {"schemas": components},
    }
    if token:
        found["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        found["security"] = [{"token": []}]
    plain: dict[str, Any] = msgspec.to_builtins(found)
    return plain


def _parameters(route: Route) -> list[dict[str, Any]]:
    """The parameters of a route, as OpenAPI has them."""
    return [_in_path(name, kind) for name, kind in route.names.items()] + _in_query(route)


def _operation(route: Route, answer: Any, problem: Any, token: bool) -> dict[str, Any]:
    summary, _, more = route.summary.partition("\n\n")
    faults = [400, 431, 503, *([413, 415, 422] if route.body else [])]
    faults += [404] if route.names or route.names_things else []
    found: dict[str, Any] = {
        "operationId": route.id,
        "summary": " ".join(summary.split()),
        "parameters": _parameters(route),
        "responses": {
            "200": _answer(route, answer),
            **{str(status): _problem(status, problem) for status in sorted(faults + ([401] if token else []))},
        },
    }
    if more:
        found["description"] = more
    if route.method == "GET" and route.lasting:
        found["responses"]["304"] = {"description": "What `If-None-Match` names is still the answer."}
    if route.body:
        (body,), _ = schema_components([route.body], ref_template=_REF)
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return found


def _answer(route: Route, schema: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}}
    if route.bibliography:
        content |= {format_.media_type: {"schema": {"type": "string"}} for format_ in FORMATS.values()}
    found: dict[str, Any] = {"description": "The answer.", "content": content}
    if route.method == "GET" and route.lasting:
        found["headers"] = {"ETag": {"description": "Names this answer.", "schema": {"type": "string"}}}
    return found


def _problem(status: int, schema: Any) -> dict[str, Any]:
    return {"description": _FAULTS[status], "content": {"application/problem+json": {"schema": schema}}}


def _in_path(name: str, kind: Any) -> dict[str, Any]:
    return _parameter(name, "path", dict(msgspec.json.schema(kind)), required=True)


def _in_query(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    (_,), components = schema_components([route.query], ref_template=_REF)
    schema = components[route.query.__name__]
    parts, needed = schema["properties"], schema["required"]
    return [_parameter(name, "query", parts[name], name in needed) for name in names(route.query)]


def _parameter(name: str, place: str, schema: dict[str, Any], required: bool) -> dict[str, Any]:
    schema = _of_addresses(schema)
    found: dict[str, Any] = {"name": name, "in": place, "required": required}
    if described := schema.pop("description", ""):
        found["description"] = described
    if name in WITH_COMMAS:
        found |= {"style": "form", "explode": False}
    return found | {"schema": schema}


def _of_addresses(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a parameter: in an address there is no null, what is not given is left out."""
    found = dict(schema)
    if kinds := [kind for kind in found.pop("anyOf", []) if kind != {"type": "null"}]:
        found |= kinds[0]
    if found.get("default") in (None, (), ""):
        found.pop("default", None)
    return found


def _schemas(types: Sequence[Any], routes: Iterable[Route]) -> tuple[Sequence[Any], dict[str, Any]]:
    """The schemas of answers, whose keys are always there, and of what is sent."""
    schemas, components = schema_components(types, ref_template=_REF)
    for schema in components.values():
        for part in schema.get("properties", {}).values():
            part.pop("default", None)
        schema["required"] = list(schema.get("properties", ()))
    for schema, route in zip(schemas, routes, strict=False):
        if route.results is not None:
            _let_choose(components, schema["$ref"].removeprefix(_REF.format(name="")), route.results.__name__)
    for route in routes:
        if route.body:
            components |= schema_components([route.body], ref_template=_REF)[1]
    return schemas, components


def _let_choose(components: dict[str, Any], listing: str, result: str) -> None:
    """Say that `fields` may leave keys out of the results of a listing, but for their ids."""
    part = components[result] | {"title": f"Part of {result}", "required": ["id"]}
    components[f"{result}Part"] = part
    components[listing]["properties"]["results"] = {
        "type": "array",
        "items": {"$ref": _REF.format(name=f"{result}Part")},
        "description": "Whole, or with the keys that `fields` names.",
    }
    if f'/{result}"' not in msgspec.json.encode(components).decode():
        del components[result]
