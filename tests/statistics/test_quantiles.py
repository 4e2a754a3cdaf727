"""Quantiles: exact coverage of order statistics, and the law of the one-draw bootstrap."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from shixiao.statistics import (
    cases_for_quantile,
    median_interval,
    order_statistic_ranks,
    quantile_draws,
    quantile_interval,
    quantile_rank,
    quantile_rank_draws,
    ratio_of_quantiles,
)
from shixiao.terms import Status


def coverage(lo, hi, n, q):
    """P(the q quantile of a continuous law lies between the order statistics lo and hi)."""
    return binom.cdf(hi - 1, n, q) - binom.cdf(lo - 1, n, q)


@given(st.integers(6, 3_000), st.sampled_from([0.1, 0.5, 0.9]), st.sampled_from([0.8, 0.95]))
def test_the_ranks_cover_and_no_nearer_ranks_keep_the_tails(n, q, level):
    lo, hi = order_statistic_ranks(n, q, level=level)
    tail = (1 - level) / 2 + 1e-12
    if lo is not None:
        assert binom.cdf(lo - 1, n, q) <= tail < binom.cdf(lo, n, q)
    else:
        assert binom.cdf(0, n, q) > tail
    if hi is not None:
        assert binom.sf(hi - 1, n, q) <= tail < binom.sf(hi - 2, n, q)
    else:
        assert binom.sf(n - 1, n, q) > tail
    if lo is not None and hi is not None:
        assert coverage(lo, hi, n, q) >= level - 1e-12


@pytest.mark.parametrize(
    ("n", "ranks"), [(6, (1, 6)), (10, (2, 9)), (20, (6, 15)), (100, (40, 61))]
)
def test_the_median_ranks_are_those_of_the_sign_test_tables(n, ranks):
    assert order_statistic_ranks(n, 0.5) == ranks


@pytest.mark.parametrize(
    ("q", "level", "n"), [(0.5, 0.95, 6), (0.9, 0.95, 36), (0.5, 0.99, 8), (0.5, 0.9375, 5)]
)
def test_the_fewest_cases_leave_the_tail_its_share(q, level, n):
    assert None in order_statistic_ranks(n - 1, q, level=level)
    assert None not in order_statistic_ranks(n, q, level=level)
    worst = max(q, 1 - q)
    assert cases_for_quantile(q, level=level) == n
    assert worst**n <= (1 - level) / 2 < worst ** (n - 1)


def test_ranks_of_a_hundred_million_cases_take_no_time():
    lo, hi = order_statistic_ranks(10**8, 0.5)
    assert (hi - lo) / 10**8 == pytest.approx(2 * 1.959964 * 0.5 / 10**4, rel=1e-3)
    assert lo + hi == 10**8 + 1


@pytest.mark.parametrize(
    ("n", "q", "rank"), [(1, 0.5, 1), (4, 0.5, 2), (5, 0.5, 3), (100, 0.07, 7), (10, 0.95, 10)]
)
def test_the_sample_quantile_has_the_rank_of_the_distribution_function(n, q, rank):
    assert quantile_rank(n, q) == rank


@pytest.mark.parametrize(("n", "q"), [(0, 0.5), (5, 0.0), (5, 1.0)])
def test_impossible_quantiles_are_refused(n, q):
    with pytest.raises(ValueError, match="quantile"):
        quantile_rank(n, q)


@given(st.lists(st.integers(0, 50), min_size=6, max_size=200))
def test_the_median_lies_in_its_interval(values):
    estimate = median_interval(sorted(values))
    assert estimate.low <= estimate.value <= estimate.high
    assert estimate.value in values


@pytest.mark.parametrize(("values", "value"), [([], None), ([1, 2, 3, 4, 5], 3.0)])
def test_too_few_cases_for_a_median_say_how_many_are_needed(values, value):
    estimate = median_interval(values)
    assert estimate.status is Status.INSUFFICIENT
    assert estimate.value == value
    assert "6" in estimate.reason.zh


@pytest.mark.parametrize("values", [[2, 1], [1, float("nan")], [[1, 2]]])
def test_values_out_of_order_are_refused(values):
    with pytest.raises(ValueError, match="ascending"):
        quantile_interval(values, 0.5)


@pytest.mark.parametrize(("n", "q"), [(25, 0.5), (60, 0.9)])
def test_the_interval_covers_the_quantile_of_a_continuous_law(n, q):
    rng = np.random.default_rng(30)
    values = np.sort(rng.exponential(size=(4_000, n)), axis=1)
    lo, hi = order_statistic_ranks(n, q)
    truth = -np.log(1 - q)
    covered = np.mean((values[:, lo - 1] <= truth) & (truth <= values[:, hi - 1]))
    assert covered == pytest.approx(coverage(lo, hi, n, q), abs=0.012)
    assert covered > 0.94


@pytest.mark.parametrize(("n", "q"), [(7, 0.5), (30, 0.5), (30, 0.9), (1, 0.5)])
def test_the_drawn_ranks_have_the_law_of_resampled_quantiles(n, q):
    ranks = quantile_rank_draws(n, q, draws=40_000, rng=np.random.default_rng(31))
    k, j = quantile_rank(n, q), np.arange(1, n + 1)
    # The resampled quantile is at most the j-th case when k or more resampled cases are.
    exact = binom.sf(k - 1, n, j / n)
    drawn = np.searchsorted(np.sort(ranks), j, side="right") / 40_000
    assert drawn == pytest.approx(exact, abs=4 * 0.5 / np.sqrt(40_000))


def test_the_drawn_quantiles_are_the_values_at_the_drawn_ranks():
    values = np.array([1.0, 4.0, 9.0, 16.0])
    ranks = quantile_rank_draws(4, 0.5, draws=50, rng=np.random.default_rng(1))
    drawn = quantile_draws(values, 0.5, draws=50, rng=np.random.default_rng(1))
    assert drawn.tolist() == values[ranks - 1].tolist()


@pytest.mark.parametrize(("q", "n"), [(0.5, 80), (0.9, 150)])
def test_the_ratio_of_quantiles_covers_the_truth(q, n):
    rng = np.random.default_rng(32)
    covered = 0
    for _ in range(2_000):
        a, b = np.sort(rng.exponential(0.5, n)), np.sort(rng.exponential(1.0, n))
        estimate = ratio_of_quantiles(a, b, q, draws=399, rng=rng)
        covered += estimate.low <= 0.5 <= estimate.high
    # 0.95 and 3.3 standard errors; percentile intervals of quantiles err a little on the wide side.
    assert covered / 2_000 == pytest.approx(0.953, abs=0.018)


@pytest.mark.parametrize(
    ("a", "b", "word"),
    [
        ([1.0] * 5, [1.0] * 9, "at least 6"),
        ([1.0] * 9, [0.0] * 9, "denominator"),
        ([0.0] * 9, [0.0] * 9, "Both"),
        ([1.0] * 9, [0.0] * 4 + [1.0] * 5, "unbounded"),
    ],
)
def test_a_ratio_of_quantiles_that_has_no_bounds_says_why(a, b, word):
    estimate = ratio_of_quantiles(a, b, 0.5, draws=199, rng=np.random.default_rng(1))
    assert estimate.status is Status.INSUFFICIENT
    assert word in estimate.reason.en
