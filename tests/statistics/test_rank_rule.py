"""The ranking rule: false orders are as rare as promised, and ranks and bands fit together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.statistics import rank


def ids(n):
    return [f"s{i:03}" for i in range(n)]


def ranked(points, errors, *, seed=1, draws=400, higher_is_better=True):
    rng = np.random.default_rng(seed)
    points = np.asarray(points, dtype=float)
    noise = rng.standard_normal((len(points), draws)) * np.asarray(errors, dtype=float)[:, None]
    drawn = points[:, None] + noise
    return rank(ids(len(points)), points, drawn, higher_is_better=higher_is_better)


subjects = st.lists(st.tuples(st.floats(-20, 20), st.floats(0.1, 3)), min_size=1, max_size=14).map(
    lambda rows: tuple(zip(*rows, strict=True))
)


@pytest.mark.parametrize(
    ("truth", "alike"),
    [
        (np.zeros(12), slice(None)),
        # Two groups apart: inside the lower group of equals order must stay as rare.
        (np.array([30.0] * 6 + [0.0] * 6), slice(6, 12)),
    ],
)
def test_equals_are_put_in_order_in_at_most_5_percent_of_rankings(truth, alike):
    rng = np.random.default_rng(50)
    error = np.linspace(0.5, 2, 12)
    false = 0
    for _ in range(1_000):
        points = truth + error * rng.standard_normal(12)
        drawn = points[:, None] + error[:, None] * rng.standard_normal((12, 399))
        result = rank(ids(12), points, drawn, higher_is_better=True)
        among = set(ids(12)[alike])
        false += any(among & set(r.above) for r in result[alike])
    assert false / 1_000 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 1_000)


def test_the_rule_is_not_needlessly_timid():
    rng = np.random.default_rng(51)
    ordered = 0
    for _ in range(1_000):
        points = rng.standard_normal(8)
        drawn = points[:, None] + rng.standard_normal((8, 399))
        ordered += any(r.above for r in rank(ids(8), points, drawn, higher_is_better=True))
    assert ordered / 1_000 >= 0.05 - 3 * np.sqrt(0.05 * 0.95 / 1_000)


def test_clear_differences_give_single_ranks():
    result = ranked([1.0, 100.0, 50.0], [0.5, 0.5, 0.5])
    assert [(r.low, r.high, r.band) for r in result] == [(3, 3, 3), (1, 1, 1), (2, 2, 2)]
    assert result[0].above == ("s001", "s002")


def test_burdens_rank_the_other_way_round():
    result = ranked([1.0, 100.0, 50.0], [0.5, 0.5, 0.5], higher_is_better=False)
    assert [r.low for r in result] == [1, 3, 2]


@given(subjects)
def test_ranks_are_the_counts_of_who_stands_above(table):
    points, errors = table
    result = ranked(points, errors, draws=60)
    of = len(result)
    above = {r.id: set(r.above) for r in result}
    for r in result:
        assert 1 <= r.low <= r.high <= r.of == of
        assert r.low == 1 + len(r.above)
        assert r.high == of - sum(r.id in others for others in above.values())
        assert not any(r.id in above[other] for other in r.above), "antisymmetric"
        assert all(above[other] <= above[r.id] for other in r.above), "transitive"


@given(subjects)
def test_a_higher_band_means_standing_above_and_equals_share_a_band(table):
    result = ranked(*table, draws=60)
    for one in result:
        for other in result:
            if one.band < other.band:
                assert one.id in other.above
            if one.id in other.above:
                assert one.band <= other.band
    assert {r.band for r in result} == set(range(1, max(r.band for r in result) + 1))


@given(subjects)
def test_bands_are_cut_wherever_they_can_be(table):
    result = ranked(*table, draws=60)
    for band in range(1, max(r.band for r in result) + 1):
        members = sorted((r for r in result if r.band == band), key=lambda r: (r.low, r.high))
        for cut in range(1, len(members)):
            upper, lower = members[:cut], members[cut:]
            assert not all(u.id in low.above for u in upper for low in lower)


@given(subjects, st.randoms(use_true_random=False))
def test_the_order_of_subjects_changes_nothing(table, random):
    points, errors = (np.array(column) for column in table)
    drawn = points[:, None] + errors[:, None] * np.random.default_rng(1).standard_normal(
        (len(points), 60)
    )
    shuffle = list(range(len(points)))
    random.shuffle(shuffle)
    names = np.array(ids(len(points)))
    plain = rank(names.tolist(), points, drawn, higher_is_better=True)
    mixed = rank(names[shuffle].tolist(), points[shuffle], drawn[shuffle], higher_is_better=True)
    assert sorted(mixed, key=lambda r: r.id) == plain


def test_shared_draws_make_small_differences_visible():
    rng = np.random.default_rng(52)
    shared = 10 * rng.standard_normal(400)
    own = rng.standard_normal((3, 400)) * np.array([[0.1], [0.1], [10.0]])
    points = np.array([1.0, 2.0, 1.5])
    drawn = points[:, None] + own + np.array([[1.0], [1.0], [0.0]]) * shared
    result = rank(ids(3), points, drawn, higher_is_better=True)
    assert [r.above for r in result] == [("s001",), (), ()]


def test_facts_without_error_are_ordered_by_value_and_ties_share():
    points = np.array([3.0, 1.0, 3.0])
    drawn = np.repeat(points[:, None], 50, axis=1)
    result = rank(ids(3), points, drawn, higher_is_better=True)
    assert [(r.low, r.high, r.band) for r in result] == [(1, 2, 1), (3, 3, 2), (1, 2, 1)]


def test_a_chain_of_overlaps_shares_one_band():
    # s000 stands above s002, but neither can be told from s001: no order may be printed.
    result = ranked([4.0, 2.0, 0.0], [0.3, 2.0, 0.3])
    assert result[2].above == ("s000",)
    assert {r.band for r in result} == {1}


def test_six_hundred_subjects_and_a_thousand_draws_are_ranked():
    result = ranked(np.arange(600) // 100 * 40.0, np.ones(600), draws=1_000)
    assert [r.band for r in result[::100]] == [6, 5, 4, 3, 2, 1]
    assert (result[0].low, result[0].high) == (501, 600)


def test_nobody_to_rank_is_an_empty_ranking():
    assert rank([], [], [], higher_is_better=True) == []


@pytest.mark.parametrize(
    ("names", "points", "draws", "word"),
    [
        (["a", "a"], [1.0, 2.0], np.zeros((2, 99)), "own"),
        (["a", "b"], [1.0], np.zeros((2, 99)), "estimates"),
        (["a", "b"], [1.0, np.nan], np.zeros((2, 99)), "finite"),
        (["a", "b"], [1.0, 2.0], np.zeros((2, 9)), "too few"),
    ],
)
def test_an_impossible_ranking_is_refused(names, points, draws, word):
    with pytest.raises(ValueError, match=word):
        rank(names, points, draws, higher_is_better=True)
