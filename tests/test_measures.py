"""Measures, against figures worked out by hand."""

from math import log2

import numpy as np
import pytest

from search.measures import average_precision, intervals, ndcg, ndcg_of_pool, recall, reciprocal_rank

FOUND = [0, 2, 0, 1, 0]  # ranked: grade 2 at rank 2, grade 1 at rank 4; grade 3 was not found
JUDGED = [1, 0, 3, 2, 0, 0, 0, 0, 0, 0]


def test_ndcg_takes_grades_as_gains_and_what_was_not_found_into_the_ideal() -> None:
    # 2/log2(3) + 1/log2(5) = 1.26186 + 0.43068; ideal 3 + 2/log2(3) + 1/log2(4) = 4.76186
    assert ndcg(FOUND, JUDGED, 10) == pytest.approx(1.69254 / 4.76186, abs=1e-5)
    assert ndcg(FOUND, JUDGED, 10) != pytest.approx(3 / log2(3) + 1 / log2(5), abs=1e-3)  # not 2^grade - 1


def test_ndcg_cuts_both_rankings() -> None:
    assert ndcg(FOUND, JUDGED, 2) == pytest.approx(1.26186 / 4.26186, abs=1e-5)
    assert ndcg(FOUND, JUDGED, 1) == 0.0
    assert ndcg([3, 2, 1], JUDGED, 10) == pytest.approx(1.0)


def test_a_negative_grade_neither_adds_nor_takes_away() -> None:
    assert ndcg([-1, 1], [1, -1], 10) == pytest.approx(1 / log2(3))
    assert average_precision([-1, 1], [1, -1]) == 0.5


def test_ndcg_of_a_pool_is_cut_at_a_fifth_of_it() -> None:
    assert ndcg_of_pool(FOUND, JUDGED) == ndcg(FOUND, JUDGED, 2)  # 20 % of 10
    assert ndcg_of_pool(FOUND, [*JUDGED, 0, 0, 0, 0]) == ndcg(FOUND, JUDGED, 2)  # 2.8: rounded down
    assert ndcg_of_pool([1, 0], [1, 0, 0]) == 1.0  # 0.6: never nothing


def test_recall_counts_every_relevant_document() -> None:
    assert recall(FOUND, JUDGED, 3) == pytest.approx(1 / 3)
    assert recall(FOUND, JUDGED, 20) == pytest.approx(2 / 3)


def test_average_precision() -> None:
    # precision 1/2 at rank 2 and 2/4 at rank 4, over three relevant documents
    assert average_precision(FOUND, JUDGED) == pytest.approx((1 / 2 + 2 / 4) / 3)
    assert average_precision([1, 1, 1], [1, 1, 1, 0]) == 1.0


def test_reciprocal_rank() -> None:
    assert reciprocal_rank(FOUND) == 0.5
    assert reciprocal_rank([0, 0]) == 0.0


def test_where_nothing_is_relevant_all_is_0() -> None:
    assert ndcg([0, 0], [0, 0], 10) == recall([0], [0], 10) == average_precision([0], [0]) == 0.0
    assert ndcg([], [1], 10) == recall([], [1], 10) == average_precision([], [1]) == reciprocal_rank([]) == 0.0


def test_intervals_are_the_same_every_time_and_hold_the_mean() -> None:
    values = np.random.default_rng(3).random((50, 2))
    bounds = intervals(values)
    assert np.array_equal(bounds, intervals(values))
    assert not np.array_equal(bounds, intervals(values, seed=1))
    assert (bounds[:, 0] < values.mean(axis=0)).all()
    assert (values.mean(axis=0) < bounds[:, 1]).all()


def test_intervals_are_as_wide_as_theory_says() -> None:
    """Half of the queries 0, half 1: the mean has the deviation 0.5 / sqrt(400), and 95 % lie within 1.96 of it."""
    values = np.array([[0.0], [1.0]] * 200)
    ((low, high),) = intervals(values)
    assert low == pytest.approx(0.5 - 1.96 * 0.025, abs=0.005)
    assert high == pytest.approx(0.5 + 1.96 * 0.025, abs=0.005)


def test_a_wider_level_is_a_wider_interval_and_equal_values_have_none() -> None:
    values = np.random.default_rng(3).random((50, 1))
    (narrow,), (wide,) = intervals(values, 0.5), intervals(values, 0.99)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]
    assert intervals(np.full((5, 1), 0.25)).tolist() == [[0.25, 0.25]]


def test_differences_are_drawn_in_pairs() -> None:
    one = np.random.default_rng(3).random((40, 1))
    ((low, high),) = intervals((one + 0.1) - one)
    assert (low, high) == pytest.approx((0.1, 0.1))
