"""Closing by numbers: chance, trend and being the worst close nothing; a real improvement does."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shixiao.statistics import (
    Observed,
    Untouched,
    closing_test,
    error_needed,
    foreseen,
    untouched,
)

REPLICATIONS = 600
# Three standard errors of a share of 5 % in so many replications.
CHANCE = 3 * math.sqrt(0.05 * 0.95 / REPLICATIONS)
REAL = math.log(0.7)


class City:
    """Services in two periods; the worst of the first is picked, and perhaps corrected."""

    def __init__(self, rng, *, services=60, spread=0.3, ups_and_downs=0.05, slope=0.9, tails=None):
        draw = rng.standard_normal if tails is None else lambda n: rng.standard_t(tails, n)
        before, after = (rng.integers(100, 2000, services) ** -0.5 for _ in range(2))
        level = spread * draw(services)
        earlier = level + before * rng.standard_normal(services)
        self.worst = int(earlier.argmax())
        # Everybody grows by a tenth meanwhile: a trend is nobody's merit and nobody's fault.
        self.true_later = 0.1 + slope * level + ups_and_downs * draw(services)
        self.earlier = np.column_stack([earlier, before])
        self.noise, self.after = after * rng.standard_normal(services), after

    def test(self, effect=0.0):
        later = self.true_later + self.noise
        later[self.worst] += effect
        after = np.column_stack([later, self.after])
        others = np.arange(len(later)) != self.worst
        peers = untouched(self.earlier[others], after[others])
        assert peers is not None
        mine = Observed(*self.earlier[self.worst])
        return closing_test(mine, Observed(*after[self.worst]), peers), mine, peers


@pytest.mark.parametrize(
    "city",
    [
        {},
        {"services": 12},
        {"spread": 0.0, "ups_and_downs": 0.0},
        {"spread": 0.5, "ups_and_downs": 0.3, "slope": 0.5},
        {"tails": 5},
    ],
    ids=["usual", "few peers", "nothing but chance", "restless", "long tails"],
)
def test_the_worst_left_alone_closes_at_most_one_in_twenty(city):
    rng = np.random.default_rng(4)
    closed = [City(rng, **city).test()[0].high < 0 for _ in range(REPLICATIONS)]
    assert np.mean(closed) <= 0.05 + CHANCE


def test_comparing_the_worst_with_its_own_past_alone_would_close_far_more():
    rng = np.random.default_rng(4)
    closed = []
    for _ in range(REPLICATIONS):
        city = City(rng, spread=0.05, ups_and_downs=0.0)
        i = city.worst
        change = city.true_later[i] - 0.1 + city.noise[i] - city.earlier[i, 0]
        closed.append(change + 1.96 * math.hypot(city.earlier[i, 1], city.after[i]) < 0)
    assert np.mean(closed) > 0.15


def test_an_improvement_of_three_tenths_closes_once_the_error_is_small_enough():
    rng = np.random.default_rng(5)
    closed = []
    while len(closed) < REPLICATIONS:
        city = City(rng)
        result, mine, peers = city.test(effect=REAL)
        needed = error_needed(mine, peers, change=REAL)
        if needed is not None and city.after[city.worst] <= needed:
            closed.append(result.high < 0)
    assert np.mean(closed) >= 0.9


def test_the_error_needed_gives_the_power_asked_for():
    rng = np.random.default_rng(6)
    peers = Untouched(0.0, 0.09, 0.1, 0.9, 0.0025, 400, np.zeros((2, 2)))
    mine = Observed(0.8, 0.05)
    needed = error_needed(mine, peers, change=REAL, power=0.9)
    assert needed is not None
    expected, variance = peers.expected(mine)
    later = expected + REAL + rng.standard_normal(20_000) * math.hypot(math.sqrt(variance), needed)
    closed = [closing_test(mine, Observed(x, needed), peers).high < 0 for x in later]
    assert np.mean(closed) == pytest.approx(0.9, abs=0.01)


def test_where_services_go_up_and_down_by_more_than_the_improvement_no_number_of_cases_will_do():
    peers = Untouched(0.0, 0.09, 0.0, 0.9, 0.25, 400, np.zeros((2, 2)))
    assert error_needed(Observed(0.8, 0.05), peers, change=REAL) is None


VALUES = st.floats(-3, 3)
ERRORS = st.floats(0.01, 0.5)
PEERS = st.lists(st.tuples(VALUES, ERRORS, VALUES, ERRORS), min_size=10, max_size=30)


@settings(max_examples=60)
@given(PEERS, VALUES, ERRORS, st.floats(-5, 5))
def test_the_unit_of_the_measure_changes_nothing(rows, value, error, shift):
    table = np.array(rows)
    moved = table + np.array([shift, 0, shift, 0])
    found = []
    for part, by in ((table, 0.0), (moved, shift)):
        peers = untouched(part[:, :2], part[:, 2:])
        assert peers is not None
        result = closing_test(Observed(value + by, error), Observed(by, error), peers)
        assert result.low < result.change < result.high
        assert 0.0 <= result.p <= 1.0
        found.append((result.change, result.high))
    assert found[0] == pytest.approx(found[1], abs=1e-4)


def test_peers_that_do_not_differ_lend_their_later_mean_and_nothing_else():
    earlier = np.column_stack([np.zeros(20), np.full(20, 0.3)])
    later = np.column_stack([np.full(20, 0.4), np.full(20, 0.3)])
    peers = untouched(earlier, later)
    assert peers is not None
    assert peers.spread == 0
    assert peers.expected(Observed(2.0, 0.3))[0] == pytest.approx(0.4)


def test_nobody_left_alone_is_expected_to_move_further_from_its_peers():
    peers = Untouched(0.0, 0.09, 0.1, 1.7, 0.0025, 60, np.zeros((2, 2)))
    assert peers.expected(Observed(0.5, 0.01))[0] == pytest.approx(0.6)


def test_too_few_peers_tell_nothing():
    few = np.ones((9, 2))
    assert untouched(few, few) is None
    assert foreseen(few, ups_and_downs=0.1) is None


def test_before_a_later_period_exists_levels_are_foreseen_to_stay_nearer_the_centre():
    rng = np.random.default_rng(7)
    earlier = np.column_stack([1.0 + 0.3 * rng.standard_normal(200), np.full(200, 0.1)])
    peers = foreseen(earlier, ups_and_downs=0.05)
    assert peers is not None
    level, variance = peers.expected(Observed(2.0, 0.1))
    assert 1.8 < level < 2.0
    assert variance > 0.05**2


@pytest.mark.parametrize(
    "wrong",
    [np.ones((12, 3)), np.full((12, 2), np.nan), np.zeros((12, 2)), np.ones(12)],
    ids=["columns", "not finite", "no error", "shape"],
)
def test_what_is_no_value_with_its_error_is_refused(wrong):
    with pytest.raises(ValueError, match="Peers need"):
        untouched(wrong, wrong)
    with pytest.raises(ValueError, match="Peers need"):
        foreseen(wrong, ups_and_downs=0.1)


def test_shares_and_intervals_come_on_scales_of_their_own():
    share = Observed.of_share(20, 100)
    assert share.value == pytest.approx(math.log(20.5 / 80.5))
    mean = Observed.of_interval(4.0, 2.0, 8.0)
    assert mean.value == pytest.approx(math.log(4))
    assert mean.error == pytest.approx(math.log(2) / 1.96, rel=1e-3)
    for wrong in ((5, 4), (-1, 4), (0, 0)):
        with pytest.raises(ValueError, match="A share"):
            Observed.of_share(*wrong)
    with pytest.raises(ValueError, match="A level needs"):
        Observed.of_interval(1.0, 0.0, 2.0)
