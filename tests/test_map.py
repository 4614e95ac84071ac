"""The map of a library: where papers lie, what is named on it, and the page."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from graph.labels import COLOURS, ZOOMS, half_size, hues, placed, spot
from graph.maps import HEIGHT, WIDTH, Matrix, Numbers, Points, fitted, layout
from kg import generations
from kg.answers_map import MapPoints
from kg.generations import MAP
from kg.library import Library
from kg.mapping import draw, is_fresh
from kg.refresh import Options, refresh
from kg.store import Store
from search.index import VectorIndex
from tests.conftest import open_library
from webapp import create_app
from webapp.pictures.dots import GREY, PALETTE, dots

SIZE = np.array([WIDTH, HEIGHT])


def clusters(count: int, kinds: int = 6, seed: int = 0) -> tuple[Matrix, Numbers]:
    """Vectors (n, 32) of length 1 around some centres, and which of these each is of."""
    source = np.random.default_rng(seed)
    kind = np.arange(count) % kinds
    vectors = source.standard_normal((kinds, 32))[kind] + 0.35 * source.standard_normal((count, 32))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), kind


def drawn(vectors: Matrix, numbers: Numbers | None = None, before: Points | None = None) -> Points:
    count = len(vectors)
    nowhere = np.full((count, 2), np.nan, dtype=np.float32)
    return layout(
        vectors,
        np.arange(1, count + 1) if numbers is None else numbers,
        np.zeros(count, dtype=np.int64),
        nowhere if before is None else before,
    )


def of_one_kind(points: Points, kind: Numbers) -> float:
    """The share of points whose nearest point is of the same kind."""
    apart = np.square(points[:, None] - points[None]).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    return float((kind[apart.argmin(axis=1)] == kind).mean())


def test_papers_that_are_alike_lie_near_each_other_and_always_the_same() -> None:
    vectors, kind = clusters(120)
    points = fitted(drawn(vectors))
    assert of_one_kind(points, kind) >= 0.95
    assert ((points >= 0) & (points <= SIZE)).all()
    assert (np.ptp(points, axis=0) > 0.8 * SIZE).all()
    assert (points == fitted(drawn(vectors))).all()


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 8, 9, 12])
def test_a_few_papers(count: int) -> None:
    points = fitted(drawn(clusters(count)[0] if count else np.zeros((0, 1), dtype=np.float32)))
    assert points.shape == (count, 2)
    assert np.isfinite(points).all()
    assert ((points >= 0) & (points <= SIZE)).all()


@pytest.mark.parametrize("count", [2, 7, 40])
def test_papers_of_one_text_lie_side_by_side(count: int) -> None:
    same = np.tile(np.array([[0.6, 0.8]], dtype=np.float32), (count, 1))
    points = fitted(drawn(same))
    apart = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    assert apart[~np.eye(count, dtype=bool)].min() > 6


def test_of_many_papers_landmarks_are_laid_out_and_the_others_beside_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.maps._MOST", 100)
    vectors, kind = clusters(400)
    points = fitted(drawn(vectors))
    assert of_one_kind(points, kind) >= 0.95
    assert len(np.unique(points, axis=0)) == 400


def test_a_small_topic_has_landmarks_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from graph.maps import _landmarks

    monkeypatch.setattr("graph.maps._MOST", 100)
    topics = np.repeat([0, 1, -1], [900, 20, 80])
    chosen = topics[_landmarks(np.arange(1000), topics)]
    assert len(chosen) == 100
    assert [int((chosen == topic).sum()) for topic in (0, 1, -1)] == pytest.approx([81, 5, 13], abs=2)


@pytest.mark.parametrize("most", [3000, 100])
def test_papers_keep_their_place_when_a_tenth_is_new(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr("graph.maps._MOST", most)
    vectors, _ = clusters(330)
    old = np.random.default_rng(1).permutation(330) < 300
    numbers = np.arange(1, 331)
    first = drawn(vectors[old], numbers[old])
    before = np.full((330, 2), np.nan, dtype=np.float32)
    before[old] = first
    again = drawn(vectors, numbers, before)
    moved = np.hypot(*(fitted(again)[old] - fitted(first)).T) / WIDTH
    assert np.median(moved) < 0.04


def test_names_do_not_cover_each_other_at_any_magnification() -> None:
    source = np.random.default_rng(2)
    spots = source.random((120, 2)) * SIZE
    labels = ["x" * int(length) for length in source.integers(3, 50, 120)]
    at, zooms = placed(spots, labels, [5] * 119 + [1])
    assert set(zooms) <= {0, *ZOOMS}
    assert zooms[0] == ZOOMS[0]
    assert zooms[119] == 0 or zooms[119] > 1
    for zoom in ZOOMS:
        shown = np.flatnonzero((zooms > 0) & (zooms <= zoom))
        halves = np.array([half_size(labels[place], zoom) for place in shown])
        for one in range(len(shown)):
            over = np.abs(at[shown] - at[shown[one]]) < halves + halves[one] - 1e-6
            assert over.all(axis=1).sum() == 1
    assert ((at >= 0) & (at <= SIZE)).all()


def test_a_topic_stands_where_its_papers_are_densest() -> None:
    source = np.random.default_rng(3)
    points = np.concatenate([[700, 200] + 12 * source.standard_normal((40, 2)), source.random((20, 2)) * SIZE])
    assert np.hypot(*(np.array(spot(points.astype(np.float32))) - [700, 200])) < 15
    assert spot(np.array([[5, 690]], dtype=np.float32)) == (5, 690)


def test_topics_of_one_colour_lie_far_apart() -> None:
    spots = np.array([[100.0 * place, 0] for place in range(COLOURS)] + [[10, 0], [900, 0]])
    assert hues(spots).tolist() == [*range(COLOURS), COLOURS - 1, 0]


def test_many_points_are_one_path_for_each_colour() -> None:
    points = MapPoints(["a"] * 5, [10, 12.5, 14, 500, 500], [20, 20, 21.9, 600, 601], [0, 0, 0, 1, None])
    paths = re.findall(r'<path stroke="(\S+)" stroke-opacity="(\S+)" d="([^"]+)"/>', dots(points, (3, 4)))
    assert paths == [(PALETTE[3], "0.35", "M10 21h6"), (PALETTE[4], "0.6", "M500 601h2")]


def test_the_palette_is_legible_on_both_grounds() -> None:
    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    assert len(set(PALETTE)) == COLOURS
    for colour in (*PALETTE, GREY):
        for ground in ("#fdfdfc", "#16181c"):
            light, dark = sorted((luminance(colour), luminance(ground)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 3, (colour, ground)


# -- the folder ----------------------------------------------------------------------------


def again(library: Library) -> None:
    refresh(library, Options(offline=True), lambda *_: None, lambda _: None)


def test_ingest_draws_the_map_once(library: Library) -> None:
    folder = library.config.index_folder
    before = generations.read(folder, MAP)
    assert before is not None
    assert before.count == library.status()["embedded"] == 7
    again(library)
    assert generations.read(folder, MAP) == before


def test_a_map_that_is_gone_is_drawn_again_as_it_was(library: Library) -> None:
    before = library.map()
    folder = library.config.index_folder
    for path in folder.glob("map*"):
        path.unlink() if path.is_file() else shutil.rmtree(path)
    assert library.map().points.ids == []
    again(library)
    after = library.map()
    assert after.topics == before.topics
    assert (after.points.ids, after.points.x, after.points.y) == (before.points.ids, before.points.x, before.points.y)


def test_it_is_stale_when_vectors_or_topics_change(library: Library) -> None:
    folder = library.config.index_folder
    with Store(library.config.database) as store:
        assert is_fresh(store, folder)
        store._db.execute("UPDATE topics SET label = 'Another' WHERE id = 'sparsity'")
        assert not is_fresh(store, folder)
        draw(store, VectorIndex(folder), folder)
        assert is_fresh(store, folder)
        assert "Another" in [topic.label for topic in library.map().topics]
        store._db.execute("DELETE FROM paper_topics WHERE topic = 'sparsity'")
        assert not is_fresh(store, folder)
        draw(store, VectorIndex(folder), folder)
        from search.index import build

        build(store, library.config.model_name, folder)
        assert not is_fresh(store, folder)


def test_without_vectors_there_is_none(library: Library, tmp_path: Path) -> None:
    shutil.rmtree(library.config.index_folder)
    with Store(library.config.database) as store:
        assert is_fresh(store, library.config.index_folder)
    page = create_app(library).test_client().get("/graph")
    assert page.status_code == 200
    assert "There is no map of this library yet: `kg ingest` embeds its papers and draws it." in page.text
    found = create_app(library).test_client().get("/graph?q=lottery&mode=keyword").text
    assert "The Lottery Ticket Hypothesis" in found
    assert "<svg viewBox" not in found


def test_an_empty_folder(tmp_path: Path) -> None:
    library = open_library(tmp_path / "nothing")
    page = create_app(library).test_client()
    assert "There is no map" in page.get("/graph").text
    assert page.get("/graph.svg").status_code == page.get("/graph.json").status_code == 200
    library.close()


@pytest.mark.parametrize(
    ("name", "how"),
    [("points.npy", "noise"), ("topic_labels.npy", "noise"), ("ids.npy", "gone"), ("numbers.npy", "cut")],
)
def test_a_damaged_map_is_told_and_drawn_again(library: Library, name: str, how: str) -> None:
    (path,) = library.config.index_folder.glob(f"map-*/{name}")
    whole = path.read_bytes()
    path.write_bytes({"cut": whole[:-9], "noise": bytes(len(whole)), "gone": b""}[how])
    if how == "gone":
        path.unlink()
    client = create_app(library).test_client()
    for address in ("/graph", "/graph?q=lottery", "/graph.json", "/graph.svg"):
        assert client.get(address).status_code == 200
    assert "There is no map" in client.get("/graph").text
    again(library)
    assert library.map().points.ids


# -- the page and its twins ------------------------------------------------------------------


@pytest.fixture
def client(library: Library) -> FlaskClient:
    return create_app(library).test_client()


def result(client: FlaskClient, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    return answer.get_json()["result"]


def test_the_json(client: FlaskClient) -> None:
    found = result(client, "/graph.json")
    points = found["points"]
    assert {len(points[name]) for name in ("ids", "x", "y", "topic", "titles")} == {7}
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in zip(points["x"], points["y"], strict=True))
    assert all(topic is None or 0 <= topic < len(found["topics"]) for topic in points["topic"])
    assert set(found["topics"][0]) == {"id", "label", "papers", "x", "y", "colour", "zoom"}
    papers = [topic["papers"] for topic in found["topics"]]
    assert papers == sorted(papers, reverse=True)
    assert found["hits"] == []


def test_the_json_of_a_search(client: FlaskClient) -> None:
    found = result(client, "/graph.json?q=lottery+ticket&year=2018")
    first = found["hits"][0]
    assert first["id"] == "1803.03635"
    place = found["points"]["ids"].index("1803.03635")
    assert (first["x"], first["y"]) == (found["points"]["x"][place], found["points"]["y"][place])
    assert len(result(client, "/graph.json?q=networks&limit=2")["hits"]) == 2
    (unknown,) = result(client, "/graph.json?id=2001.99999")["hits"]
    assert (unknown["x"], unknown["y"]) == (None, None)  # it has no text, so it has no place either
    assert client.get("/graph?id=2001.99999").status_code == 200


def test_the_page(client: FlaskClient) -> None:
    page = client.get("/graph").text
    assert '<link rel="alternate" type="application/json" href="/graph.json">' in page
    assert 'href="/topic/' in page
    assert len(re.findall(r'<a href="/paper/[^"]+" tabindex="-1"><title>[^<]+</title><circle', page)) == 7
    assert "style=" not in page
    assert re.findall(r"<script(?! src=)", page) == []


def test_the_page_of_a_search(client: FlaskClient) -> None:
    page = client.get("/graph?q=lottery+ticket&year=2018").text
    assert '<link rel="alternate" type="application/json" href="/graph.json?q=lottery+ticket&amp;year=2018">' in page
    assert re.search(r'<g class="hits first">\s*(<a .*\s*)*<a href="/paper/1803.03635"><title>The Lottery Ticket', page)
    assert 'href="/paper/1803.03635">The Lottery Ticket Hypothesis' in page
    assert "Remove the filter year:2018" in page
    assert '<input type="hidden" name="year" value="2018">' in page
    assert "Nothing in the library matches" in client.get("/graph?q=zebra&mode=keyword").text


@pytest.mark.parametrize(
    "question", ["q=%00%ff", "q=%22%3E%3Csvg+onload%3D1%3E", "q=((((", "q=title:", "q=" + "a+" * 3000]
)
def test_a_hostile_question(client: FlaskClient, question: str) -> None:
    page = client.get(f"/graph?{question}")
    assert page.status_code == 200
    assert "<svg onload" not in page.text
    assert client.get(f"/graph.json?{question}").status_code == 200


@pytest.mark.parametrize("question", ["year=soon", "mode=best", "limit=0", "sort=size"])
def test_a_wrong_parameter_is_named(client: FlaskClient, question: str) -> None:
    answer = client.get(f"/graph.json?q=x&{question}")
    assert answer.status_code == 400
    assert json.loads(answer.data)["detail"].startswith(question.split("=")[0])


def test_many_papers_are_an_image(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.mapping.MOST_TITLES", 3)
    monkeypatch.setattr("webapp.pages.map.MOST_TITLES", 3)
    page = client.get("/graph?q=lottery").text
    assert '<path stroke="' in page
    assert 'data-points="/graph.json"' in page
    monkeypatch.setattr("webapp.pictures.dots._LIGHT", 3)
    from webapp.pictures.dots import is_light

    is_light.cache_clear()
    assert 'href="/graph.svg"' in client.get("/graph?q=lottery").text
    image = client.get("/graph.svg")
    assert image.content_type.startswith("image/svg+xml")
    assert image.headers["ETag"]
    assert image.text.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert "titles" not in result(client, "/graph.json")["points"]
