"""Ratios: MOVER-R against its definition, its mirror images and exact coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import binom

from shixiao.statistics import (
    estimate_ratio,
    mover_r,
    proportion_ratio,
    proportion_ratio_bounds,
    wilson,
)
from shixiao.terms import Estimate, Status, Text

counts = st.integers(2, 300).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n)))
sizes = st.floats(0.05, 5)
numerators = st.tuples(st.floats(-5, 5), sizes, sizes).map(
    lambda t: (t[0], t[0] - t[1], t[0] + t[2])
)
denominators = st.tuples(st.floats(0.5, 5), st.floats(0.05, 0.9), sizes).map(
    lambda t: (t[0], t[0] * (1 - t[1]), t[0] + t[2])
)


def difference_limit(ratio, part1, part2, side):
    """Limit of theta1 - R theta2 by MOVER for a difference (Zou and Donner 2008)."""
    t1, l1, u1 = part1
    t2, l2, u2 = part2
    scaled = sorted((ratio * l2, ratio * u2))
    if side == "low":
        return t1 - ratio * t2 - math.hypot(t1 - l1, scaled[1] - ratio * t2)
    return t1 - ratio * t2 + math.hypot(u1 - t1, ratio * t2 - scaled[0])


@given(numerators, denominators)
def test_each_bound_is_where_the_limit_of_the_difference_vanishes(part1, part2):
    low, high = mover_r(*part1, *part2)
    for bound, side in ((low, "low"), (high, "high")):
        root = brentq(lambda r, s=side: difference_limit(r, part1, part2, s), -1e4, 1e4)
        assert float(bound) == pytest.approx(root, abs=1e-6)


@given(counts, counts)
def test_for_proportions_the_bounds_are_the_published_formula(first, second):
    e1, e2 = wilson(*first), wilson(*second)
    t1, l1, u1, t2, l2, u2 = e1.value, e1.low, e1.high, e2.value, e2.low, e2.high
    assume(abs(2 * t2 - u2) > 1e-3)
    low, high = mover_r(t1, l1, u1, t2, l2, u2)
    root = math.sqrt((t1 * t2) ** 2 - l1 * u2 * (2 * t1 - l1) * (2 * t2 - u2))
    assert low == pytest.approx((t1 * t2 - root) / (u2 * (2 * t2 - u2)), rel=1e-6)
    root = math.sqrt((t1 * t2) ** 2 - u1 * l2 * (2 * t1 - u1) * (2 * t2 - l2))
    assert high == pytest.approx((t1 * t2 + root) / (l2 * (2 * t2 - l2)), rel=1e-6)


def test_a_denominator_interval_twice_its_value_is_no_singularity():
    # u2 = 2 t2 divides the published form by zero; its limit is l1 (2 t1 - l1) / (2 t1 t2).
    low, _ = mover_r(0.5, 0.4, 0.6, 0.1, 0.05, 0.2)
    assert low == pytest.approx(0.4 * (2 * 0.5 - 0.4) / (2 * 0.5 * 0.1))


@given(numerators, denominators)
def test_signs_turn_the_interval_round(part1, part2):
    (t1, l1, u1), (t2, l2, u2) = part1, part2
    low, high = mover_r(*part1, *part2)
    turned = mover_r(-t1, -u1, -l1, *part2)
    assert (-turned[1], -turned[0]) == pytest.approx((low, high))
    both = mover_r(-t1, -u1, -l1, -t2, -u2, -l2)
    assert both == pytest.approx((low, high))
    assert low <= t1 / t2 <= high


@pytest.mark.parametrize(("l2", "u2"), [(0.0, 0.4), (-0.1, 0.4), (-0.4, 0.3), (math.nan, 0.4)])
def test_a_denominator_that_may_be_zero_leaves_the_ratio_undefined(l2, u2):
    low, high = mover_r(0.5, 0.4, 0.6, 0.2, l2, u2)
    assert math.isnan(low)
    assert math.isnan(high)


def test_an_interval_without_its_estimate_is_refused():
    with pytest.raises(ValueError, match="contain"):
        mover_r(0.5, 0.6, 0.7, 1, 0.5, 2)


@given(counts, counts)
def test_the_ratio_lies_in_its_interval_and_inverts_with_the_arms(first, second):
    estimate, inverse = proportion_ratio(*first, *second), proportion_ratio(*second, *first)
    assert estimate.low <= estimate.value <= estimate.high
    assert inverse.high == pytest.approx(1 / estimate.low, rel=1e-6)


@pytest.mark.parametrize(
    ("n1", "n2", "p1", "p2", "published"),
    # Simulated coverage of MOVER-R on Wilson limits, 20,000 replications each.
    [(30, 1000, 0.05, 0.05, 0.955), (100, 1000, 0.02, 0.02, 0.963), (500, 5000, 0.05, 0.05, 0.949)],
)
def test_the_ratio_of_rare_outcomes_covers_as_simulated(n1, n2, p1, p2, published):
    rng = np.random.default_rng(11)
    x1, x2 = rng.binomial(n1, p1, 40_000), rng.binomial(n2, p2, 40_000)
    low, high = proportion_ratio_bounds(x1, n1, x2, n2)
    assert np.mean((low <= p1 / p2) & (p1 / p2 <= high)) == pytest.approx(published, abs=0.007)


def test_the_ratio_covers_exactly_enough_for_two_middling_groups():
    n1, n2, p1, p2 = 100, 60, 0.24, 0.30
    x1, x2 = np.arange(n1 + 1)[:, None], np.arange(1, n2 + 1)[None, :]
    low, high = proportion_ratio_bounds(x1, n1, x2, n2)
    inside = (low <= p1 / p2) & (p1 / p2 <= high)
    coverage = (binom.pmf(x1, n1, p1) * binom.pmf(x2, n2, p2) * inside).sum()
    assert coverage == pytest.approx(0.95, abs=0.008)


def test_no_success_above_is_zero_with_a_real_upper_bound():
    estimate = proportion_ratio(0, 30, 5, 40)
    assert estimate.ok
    assert estimate.value == estimate.low == 0.0
    assert estimate.high > 0.5


def test_no_success_below_keeps_only_the_lower_bound():
    estimate = proportion_ratio(8, 30, 0, 40)
    assert estimate.status is Status.INSUFFICIENT
    assert (estimate.value, estimate.high) == (None, None)
    # The limit of the bound as the denominator's success share goes to 0.
    e1, e2 = wilson(8, 30), wilson(0, 40)
    limit, _ = mover_r(e1.value, e1.low, e1.high, 1e-9, 1e-10, e2.high)
    assert estimate.low == pytest.approx(float(limit), rel=1e-6)


@pytest.mark.parametrize(
    ("arguments", "word"), [((0, 30, 0, 40), "Both"), ((0, 0, 3, 40), "no cases")]
)
def test_nothing_over_nothing_says_why(arguments, word):
    estimate = proportion_ratio(*arguments)
    assert estimate.status is Status.INSUFFICIENT
    assert word in estimate.reason.en


def test_the_ratio_of_two_estimates_is_that_of_the_proportions():
    assert estimate_ratio(wilson(12, 40), wilson(30, 50)) == proportion_ratio(12, 40, 30, 50)


@pytest.mark.parametrize(
    ("denominator", "value", "word"),
    [
        (Estimate(0.2, -0.1, 0.5, 9), 2.5, "unbounded"),
        (Estimate(0.0, -0.1, 0.5, 9), None, "zero"),
        (Estimate.not_assessable(Text("缺表", "a table is missing")), None, "interval"),
    ],
)
def test_an_unfit_denominator_is_insufficient(denominator, value, word):
    estimate = estimate_ratio(Estimate(0.5, 0.4, 0.6, 10), denominator)
    assert estimate.status is Status.INSUFFICIENT
    assert estimate.value == value
    assert word in estimate.reason.en


def test_levels_are_not_mixed():
    with pytest.raises(ValueError, match="same level"):
        estimate_ratio(wilson(1, 4), wilson(1, 4, level=0.9))
