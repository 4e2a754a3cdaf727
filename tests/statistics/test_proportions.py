"""Proportions: exact coverage by summing over every possible outcome, and published examples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from shixiao.statistics import (
    minimum_n,
    newcombe_bounds,
    newcombe_difference,
    wilson,
    wilson_bounds,
)
from shixiao.terms import Status

counts = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts, st.sampled_from([0.8, 0.95, 0.998]))
def test_wilson_equals_statsmodels(count, level):
    x, n = count
    estimate = wilson(x, n, level=level)
    low, high = proportion_confint(x, n, alpha=1 - level, method="wilson")
    assert estimate.low == pytest.approx(low, abs=1e-12)
    assert estimate.high == pytest.approx(high, abs=1e-12)
    assert estimate.level == level


@given(counts)
def test_wilson_contains_its_estimate_and_stays_between_0_and_1(count):
    estimate = wilson(*count)
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1
    assert estimate.low < estimate.high


@given(counts)
def test_wilson_is_the_same_seen_from_the_failures(count):
    x, n = count
    one, other = wilson(x, n), wilson(n - x, n)
    assert one.low == pytest.approx(1 - other.high, abs=1e-12)


@given(st.integers(2, 300))
def test_more_successes_never_lower_a_bound(n):
    low, high = wilson_bounds(np.arange(n + 1), n)
    assert (np.diff(low) >= 0).all()
    assert (np.diff(high) >= 0).all()


def test_the_ends_are_exact():
    assert wilson(0, 12).low == 0.0
    assert wilson(12, 12).high == 1.0


@pytest.mark.parametrize(
    ("n", "p", "published"),
    # Simulated coverage of Wilson, 20,000 replications each, so accurate to about 0.005.
    [(20, 0.02, 0.941), (200, 0.02, 0.934)],
)
def test_wilson_covers_rare_outcomes_as_simulated(n, p, published):
    x = np.arange(n + 1)
    low, high = wilson_bounds(x, n)
    coverage = binom.pmf(x, n, p)[(low <= p) & (p <= high)].sum()
    assert coverage == pytest.approx(published, abs=0.006)


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_wilson_covers_the_level_on_average_over_p(level):
    n, grid = 40, np.linspace(0.005, 0.995, 397)
    x = np.arange(n + 1)
    low, high = wilson_bounds(x, n, level=level)
    inside = (low <= grid[:, None]) & (grid[:, None] <= high)
    coverage = (binom.pmf(x, n, grid[:, None]) * inside).sum(axis=1)
    assert coverage.mean() == pytest.approx(level, abs=0.006)


@pytest.mark.parametrize("count", [wilson(0, 0), newcombe_difference(0, 0, 1, 5)])
def test_no_cases_are_insufficient_and_never_zero(count):
    assert count.status is Status.INSUFFICIENT
    assert count.value is None
    assert "1" in count.reason.zh


def test_bounds_without_cases_are_nan():
    assert np.isnan(wilson_bounds([0, 1], [0, 2])[0]).tolist() == [True, False]


@pytest.mark.parametrize(("x", "n"), [(3, 2), (-1, 2), (float("nan"), 2)])
def test_impossible_counts_are_refused(x, n):
    with pytest.raises(ValueError, match="successes"):
        wilson_bounds(x, n)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_impossible_levels_are_refused(level):
    with pytest.raises(ValueError, match="between 0 and 1"):
        wilson(1, 2, level=level)


@pytest.mark.parametrize(
    ("first", "second", "published"),
    [  # Newcombe (1998), Table II, method 10.
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((6, 7), (2, 7), (0.0582, 0.8062)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
        ((0, 10), (0, 20), (-0.1611, 0.2775)),
        ((0, 10), (0, 10), (-0.2775, 0.2775)),
        ((10, 10), (0, 20), (0.6791, 1.0000)),
        ((10, 10), (0, 10), (0.6075, 1.0000)),
    ],
)
def test_newcombe_gives_the_published_table(first, second, published):
    estimate = newcombe_difference(*first, *second)
    assert (round(estimate.low, 4), round(estimate.high, 4)) == published
    assert estimate.n == first[1] + second[1]


@given(counts, counts)
def test_newcombe_equals_statsmodels_and_turns_sign_with_the_arms(first, second):
    estimate = newcombe_difference(*first, *second)
    low, high = confint_proportions_2indep(*first, *second, method="newcomb", compare="diff")
    assert (estimate.low, estimate.high) == pytest.approx((low, high), abs=1e-9)
    assert estimate.low <= estimate.value <= estimate.high
    turned = newcombe_difference(*second, *first)
    assert turned.low == pytest.approx(-estimate.high, abs=1e-12)


def test_newcombe_covers_the_level_on_average():
    n1, n2 = 30, 45
    x1, x2 = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)[None, :]
    low, high = newcombe_bounds(x1, n1, x2, n2)
    coverages = []
    for p1, p2 in np.random.default_rng(7).uniform(0.02, 0.98, size=(400, 2)):
        inside = (low <= p1 - p2) & (p1 - p2 <= high)
        coverages.append((binom.pmf(x1, n1, p1) * binom.pmf(x2, n2, p2) * inside).sum())
    assert np.mean(coverages) == pytest.approx(0.953, abs=0.006)
    assert min(coverages) > 0.9


@pytest.mark.parametrize("half_width", [0.02, 0.05, 0.1, 0.3, 0.5])
@pytest.mark.parametrize("proportion", [0.5, 0.2, 0.0])
def test_minimum_n_is_the_first_n_narrow_enough(half_width, proportion):
    n = minimum_n(half_width, proportion=proportion)

    def half(m):
        low, high = wilson_bounds(proportion * m, m)
        return (high - low) / 2

    assert half(n) <= half_width + 1e-12
    assert n == 1 or half(n - 1) > half_width


@pytest.mark.parametrize("half_width", [0.0, 0.6, -0.1])
def test_minimum_n_refuses_impossible_half_widths(half_width):
    with pytest.raises(ValueError, match="half-width"):
        minimum_n(half_width)
