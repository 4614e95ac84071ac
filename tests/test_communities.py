"""Communities of papers, and which of this run is which of the run before."""

import numpy as np
import pytest

from graph.communities import combined, groups_of, joined, parts_of, wanted_number
from graph.lineage import heirs, new_ids

Near = tuple[np.ndarray, np.ndarray]


def near(vectors: np.ndarray, k: int = 5) -> Near:
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1)
    k = min(k, len(vectors) - 1)
    places = np.argsort(-cosines, axis=1)[:, :k]
    return places, np.take_along_axis(cosines, places, axis=1).astype(np.float32)


def clouds(number: int, each: int, seed: int = 0) -> np.ndarray:
    """Unit vectors about some orthogonal directions; those of one direction stand one after another."""
    random = np.random.default_rng(seed)
    centres = np.repeat(np.eye(number, 64), each, axis=0)
    vectors = centres + random.normal(0, 0.06, centres.shape)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_papers_that_are_alike_are_one_group() -> None:
    found = groups_of(combined(80, near(clouds(4, 20))))
    blocks = found.reshape(4, 20)
    assert all(len(set(block)) <= 4 for block in blocks.tolist())
    assert not any(set(a) & set(b) for a, b in zip(blocks.tolist(), blocks[1:].tolist(), strict=False))


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_of_few_papers_without_edges_none_has_a_group(count: int) -> None:
    assert (groups_of(combined(count)) == -1).all()
    assert (parts_of(combined(count), groups_of(combined(count))) == -1).all()


def test_citations_and_lists_alone_make_groups() -> None:
    citations = np.array([[0, 1], [1, 2], [2, 0], [1, 0], [3, 3], [7, 8]])
    found = groups_of(combined(9, None, citations, [[4, 5, 6]]))
    assert len(set(found[:3])) == len(set(found[4:7])) == 1
    assert found[0] != found[4]
    assert (found[[3, 7, 8]] == -1).all(), "alone, or only two"


def test_the_graph_is_symmetric_without_loops_and_knows_no_unlike_neighbours() -> None:
    places, cosines = np.array([[1], [0], [-1]]), np.array([[0.9], [0.9], [0.0]], dtype=np.float32)
    graph = combined(3, (places, cosines), np.array([[2, 2], [0, 2], [2, 0]])).toarray()
    assert (graph == graph.T).all()
    assert (graph.diagonal() == 0).all()
    assert graph[0, 1] == pytest.approx(1.8)
    assert graph[0, 2] == graph[2, 0] > 0
    unlike = combined(2, (np.array([[1], [0]]), np.full((2, 1), 0.1, dtype=np.float32)))
    assert unlike.nnz == 0


def test_with_ten_per_cent_new_papers_the_old_ones_stay() -> None:
    vectors = clouds(12, 40)
    old = np.sort(np.random.default_rng(1).choice(480, 436, replace=False))
    before = np.full(480, -1)
    before[old] = groups_of(combined(436, near(vectors[old])))
    after = groups_of(combined(480, near(vectors)), before)
    then = {group: set(np.flatnonzero(before == group).tolist()) for group in np.unique(before[old]).tolist()}
    now = {str(group): set(np.flatnonzero(after == group).tolist()) for group in np.unique(after).tolist()}
    found = heirs(list(then.values()), now)
    stayed = sum(len(members & now[id_]) for members, id_ in zip(then.values(), found, strict=True) if id_)
    assert stayed >= 0.95 * 436
    assert (after >= 0).all()


def test_groups_that_say_nothing_any_more_are_found_anew() -> None:
    graph = combined(80, near(clouds(4, 20)))
    wrong = np.arange(80) % 4
    assert len({tuple(block) for block in groups_of(graph, wrong).reshape(4, 20).tolist()}) == 4
    assert (groups_of(graph, wrong) != wrong).any()


def test_runs_are_equal() -> None:
    graph = combined(200, near(clouds(10, 20)))
    assert (groups_of(graph) == groups_of(graph)).all()


def test_a_paper_joins_the_heading_that_its_neighbours_have_and_leaves_it_late() -> None:
    citations = np.array([[0, 3], [1, 3], [2, 4], [0, 4], [1, 5], [2, 5], [6, 5]])
    labels, never = np.array([0, 0, 1, -1, -1, -1, -1]), np.full(7, -1)
    graph = combined(7, None, citations)
    assert joined(graph, labels, never, least=0.6).tolist() == [0, 0, 1, 0, -1, -1, -1]
    was = np.array([-1, -1, -1, -1, 0, -1, -1])
    assert joined(graph, labels, was, least=0.6)[4] == 0


def test_large_groups_have_parts_that_lie_inside_them() -> None:
    vectors = clouds(8, 100)
    groups = np.zeros(800, dtype=np.int64)
    parts = parts_of(combined(800, near(vectors, 10)), groups)
    assert len(set(parts.tolist()) - {-1}) >= 3
    assert (parts_of(combined(800, near(vectors, 10)), np.arange(800) // 100) == -1).all()


def test_there_are_as_many_groups_as_a_reader_can_look_over() -> None:
    assert 10 <= wanted_number(312) <= 30
    assert 100 <= wanted_number(163_698) <= 200


def test_heirs_share_their_papers() -> None:
    before = {"a": {0, 1, 2, 3}, "b": {4, 5, 6}, "c": {7}}
    assert heirs([{4, 5, 6, 8}, {0, 1, 2}, {9}], before) == ["b", "a", None]
    assert heirs([{0, 4}], before) == [None]
    assert heirs([], before) == []
    assert heirs([{1}, set()], {}) == [None, None]


def test_an_id_is_never_given_twice() -> None:
    assert new_ids(["Kernels", "kernels", "Trees", "?"], {"kernels"}) == ["kernels-2", "kernels-3", "trees", "topic"]
