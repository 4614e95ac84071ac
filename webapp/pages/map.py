"""The map of the library: every paper a point, the topics named on it, and what a search finds."""

from __future__ import annotations

from flask import Response, render_template, request

from kg.answers_map import MapAnswer
from kg.envelope import plain
from kg.mapping import MOST_TITLES
from kg.parameters import MOST
from webapp import params, replies
from webapp.pictures.dots import GREY, HEIGHT, PALETTE, WIDTH, colour_of, dots, image, is_light
from webapp.queries import SearchQuery
from webapp.replies import library


def map_page() -> str:
    """The map with the hits of a search beside it; without one, the topics."""
    answer = _answer()
    few = len(answer.points) <= MOST_TITLES
    colours = _colours(answer)
    drawn = None if few or not is_light(answer.points, colours) else dots(answer.points, colours)
    return render_template(
        "map.html",
        answer=answer,
        query=request.args.get("q", ""),
        asks=_asks(),
        filters=params.filters(),
        few=few,
        drawn=drawn,
        groups=_grouped(answer) if few else (),
        places={hit.result.id: hit for hit in answer.hits if hit.x is not None},
        palette=PALETTE,
        grey=GREY,
        size=(WIDTH, HEIGHT),
    )


def map_as(twin: str) -> Response:
    """The map as JSON, or what is found on it as a file."""
    answer = _answer()
    if twin != "json":
        return replies.as_file(twin, replies.papers_of(hit.result for hit in answer.hits).values())
    points = {name: getattr(answer.points, name) for name in ("ids", "x", "y", "topic")}
    if answer.points.titles:
        points["titles"] = answer.points.titles
    hits = [{**plain(hit.result), "x": hit.x, "y": hit.y} for hit in answer.hits]
    return replies.one(
        {"topics": plain(answer.topics), "points": points, "hits": hits, "count": answer.count}, answer.notes
    )


def map_svg() -> Response:
    """The points alone, as an image."""
    answer = library().map()
    return Response(image(answer.points, _colours(answer)), content_type="image/svg+xml")


def _asks() -> bool:
    return bool(request.args.get("q", "").strip() or params.filters())


def _answer() -> MapAnswer:
    """The map with what the request asks for; at most a hundred hits.

    :raises BadRequest: a parameter is no such thing.
    """
    question = params.read(SearchQuery, limit=MOST).question
    return library().map(question if _asks() else None)


def _colours(answer: MapAnswer) -> tuple[int, ...]:
    return tuple(topic.colour for topic in answer.topics)


def _grouped(answer: MapAnswer) -> list[tuple[str, list[tuple[str, str, float, float]]]]:
    """The points (id, title, x, y) by colour."""
    found: dict[str, list[tuple[str, str, float, float]]] = {}
    points = answer.points
    for id_, title, x, y, topic in zip(points.ids, points.titles, points.x, points.y, points.topic, strict=True):
        colour = colour_of(None if topic is None else answer.topics[topic].colour)
        found.setdefault(colour, []).append((id_, title or id_, x, y))
    return sorted(found.items())
