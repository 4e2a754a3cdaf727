"""The bootstrap from cells: the same law as resampling cases, and intervals that cover."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import bootstrap as scipy_bootstrap
from scipy.stats import ks_2samp

from shixiao.statistics import (
    CellSample,
    estimate_from_draws,
    mean_draws,
    mean_estimate,
    ratio_from_draws,
)
from shixiao.terms import Status


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=60))
def test_cells_keep_what_the_cases_say(cases):
    cells = CellSample.from_cases(cases)
    assert cells.n == len(cases)
    assert float(cells.mean) == pytest.approx(np.mean(cases))
    assert len(cells.values) == len(set(cases))
    assert cells.constant == (len(set(cases)) == 1)


def test_cells_of_several_metrics_stay_together():
    cells = CellSample.from_cases([[1, 5], [2, 5], [1, 5]])
    assert cells.values.tolist() == [[1, 5], [2, 5]]
    assert cells.counts.tolist() == [2, 1]


def test_cells_without_cases_are_dropped():
    assert CellSample(np.array([1.0, 2.0]), np.array([0, 3])).values.tolist() == [2.0]


@pytest.mark.parametrize(
    ("values", "counts"),
    [([1.0], [1, 2]), ([np.nan], [1]), ([1.0], [-1]), ([1.0], [1.5]), ([[[1.0]]], [1])],
)
def test_what_is_no_table_of_cells_is_refused(values, counts):
    with pytest.raises(ValueError, match=r"[Cc]ells"):
        CellSample(np.array(values), np.array(counts))


def test_means_drawn_from_cells_follow_the_law_of_resampled_cases():
    rng = np.random.default_rng(3)
    cases = rng.negative_binomial(1, 0.2, size=40)
    drawn = mean_draws(CellSample.from_cases(cases), draws=20_000, rng=rng)
    resampled = rng.choice(cases, size=(20_000, 40)).mean(axis=1)
    assert ks_2samp(drawn, resampled).pvalue > 0.001
    assert drawn.std() == pytest.approx(cases.std() / np.sqrt(40), rel=0.03)


def test_several_metrics_are_drawn_jointly():
    rng = np.random.default_rng(4)
    first = rng.poisson(3, 200)
    cases = np.column_stack([first, first + rng.poisson(1, 200)])
    drawn = mean_draws(CellSample.from_cases(cases), draws=20_000, rng=rng)
    assert drawn.shape == (2, 20_000)
    covariance = np.cov(cases.T, ddof=0) / 200
    assert np.cov(drawn) == pytest.approx(covariance, rel=0.05)


def test_the_cost_in_draws_does_not_depend_on_the_cases():
    cells = CellSample(np.array([0.0, 1.0]), np.array([3 * 10**9, 10**9]))
    drawn = mean_draws(cells, draws=500, rng=np.random.default_rng(5))
    assert drawn.std() == pytest.approx(np.sqrt(0.25 * 0.75 / 4e9), rel=0.15)


def test_many_cells_drawn_in_blocks_are_the_draws_of_one_block():
    values = np.stack([np.arange(15_000.0), np.arange(15_000.0) ** 2], axis=1)
    cells = CellSample(values, np.ones(15_000, dtype=int))
    drawn = mean_draws(cells, draws=150, rng=np.random.default_rng(6))
    whole = np.random.default_rng(6).multinomial(15_000, np.full(15_000, 1 / 15_000), size=150)
    assert drawn == pytest.approx((whole @ values / 15_000).T)


@pytest.mark.parametrize("n", [600, 6000])
def test_the_mean_of_many_cases_of_little_skewness_is_drawn_as_a_normal(n):
    rng = np.random.default_rng(8)
    cells = CellSample(np.array([0.0, 1.0, 2.0]), np.array([n // 2, n // 3, n // 6]))
    drawn = mean_draws(cells, draws=50_000, rng=rng)
    assert not np.allclose(drawn * n, np.rint(drawn * n))
    exact = rng.multinomial(n, np.array([3, 2, 1]) / 6, size=50_000) @ [0, 1, 2] / n
    assert drawn.std() == pytest.approx(exact.std(), rel=0.02)
    for tail in (0.025, 0.975):
        # A twentieth of the standard deviation: less than two thousand draws resolve.
        assert np.quantile(drawn, tail) == pytest.approx(
            np.quantile(exact, tail), abs=0.05 * exact.std()
        )


def test_the_mean_of_a_rare_event_stays_a_multinomial():
    cells = CellSample(np.array([0.0, 1.0]), np.array([2997, 3]))
    drawn = mean_draws(cells, draws=2000, rng=np.random.default_rng(9))
    assert np.allclose(drawn * 3000, np.rint(drawn * 3000))


@pytest.mark.parametrize(
    "shape",
    # Most of the variance lies in the tails, which stay exact, or in the body, which is pooled.
    [lambda uniform: np.exp(1.3 * ndtri(uniform)), lambda uniform: uniform],
)
def test_pooled_cells_have_the_law_of_exact_cells(shape):
    rng = np.random.default_rng(8)
    cases = shape(rng.random((4_000, 2)))
    cases[:, 1] += cases[:, 0]
    cells = CellSample.from_cases(cases)
    exact = mean_draws(cells, draws=2_000, rng=rng)
    pooled = mean_draws(cells, draws=2_000, rng=rng, exact_cells=1_000)
    assert min(ks_2samp(*pair).pvalue for pair in zip(exact, pooled, strict=True)) > 0.001
    covariance = np.cov(cases.T, ddof=0) / len(cases)
    assert np.cov(pooled) == pytest.approx(covariance, rel=0.12)


def test_pooled_cells_cover_the_mean_of_a_skew_distribution():
    rng = np.random.default_rng(9)
    covered = 0
    for _ in range(300):
        cells = CellSample.from_cases(np.exp(0.8 * rng.standard_normal(2_000)))
        drawn = mean_draws(cells, draws=199, rng=rng, exact_cells=600)
        estimate = estimate_from_draws(float(cells.mean), drawn, n=cells.n)
        covered += estimate.low <= np.exp(0.32) <= estimate.high
    # 3.3 standard errors of a share of 0.95 among 300; the percentile interval loses up to 0.01.
    assert 0.90 <= covered / 300 <= 0.99


def test_the_same_seed_gives_the_same_bytes():
    cells = CellSample.from_cases([1, 2, 2, 5])
    once, again = (mean_draws(cells, draws=50, rng=np.random.default_rng(1)) for _ in range(2))
    assert once.tobytes() == again.tobytes()


def test_a_mean_covers_the_truth():
    rng = np.random.default_rng(10)
    covered = 0
    for _ in range(2_000):
        cells = CellSample.from_cases(rng.poisson(2.0, 120))
        estimate = mean_estimate(cells, draws=199, rng=rng)
        covered += estimate.low <= 2.0 <= estimate.high
    assert covered / 2_000 == pytest.approx(0.945, abs=0.016)


def test_a_mean_of_too_few_cases_shows_the_value_only():
    estimate = mean_estimate(
        CellSample.from_cases([1, 3]), draws=99, rng=np.random.default_rng(1), minimum=30
    )
    assert estimate.status is Status.INSUFFICIENT
    assert (estimate.value, estimate.low) == (2.0, None)
    assert "30" in estimate.reason.zh


def test_several_metrics_make_no_single_estimate():
    with pytest.raises(ValueError, match="one metric"):
        mean_estimate(
            CellSample.from_cases([[1, 2], [2, 3]]), draws=99, rng=np.random.default_rng(1)
        )


def test_no_cases_have_no_bootstrap():
    empty = CellSample(np.array([]), np.array([]))
    with pytest.raises(ValueError, match="without cases"):
        mean_draws(empty, draws=99, rng=np.random.default_rng(1))
    with pytest.raises(ValueError, match="no mean"):
        _ = empty.mean


def test_the_ends_are_the_order_statistics_of_the_draws():
    draws = np.random.default_rng(1).permutation(np.arange(1.0, 1000.0))
    estimate = estimate_from_draws(500.0, draws, n=10)
    assert (estimate.low, estimate.high) == (25.0, 975.0)


def test_too_few_draws_are_refused():
    with pytest.raises(ValueError, match="too few"):
        estimate_from_draws(0.0, np.zeros(38), n=10)


def test_bca_agrees_with_scipy():
    rng = np.random.default_rng(12)
    cases = np.round(np.exp(rng.standard_normal(50)), 2)
    cells = CellSample.from_cases(cases)
    deviation = cases - cases.mean()
    acceleration = (deviation**3).sum() / (6 * (deviation**2).sum() ** 1.5)
    ours = estimate_from_draws(
        float(cells.mean),
        mean_draws(cells, draws=40_000, rng=rng),
        n=50,
        acceleration=acceleration,
    )
    theirs = scipy_bootstrap(
        (cases,), np.mean, n_resamples=40_000, method="BCa", rng=rng
    ).confidence_interval
    width = theirs.high - theirs.low
    assert ours.low == pytest.approx(theirs.low, abs=0.02 * width)
    assert ours.high == pytest.approx(theirs.high, abs=0.02 * width)


@pytest.mark.parametrize(("undefined", "ok"), [(0, True), (20, True), (30, False), (999, False)])
def test_draws_without_a_ratio_widen_and_then_undo_the_interval(undefined, ok):
    numerator = np.ones(999)
    denominator = np.linspace(1, 2, 999)
    denominator[:undefined] = 0.0
    estimate = ratio_from_draws(1.0, numerator, 1.5, denominator, n=50)
    assert estimate.ok is ok
    assert estimate.value == pytest.approx(2 / 3)
    assert (estimate.high is None) is not ok
    if ok:
        defined = ratio_from_draws(1.0, numerator, 1.5, np.linspace(1, 2, 999), n=50)
        assert estimate.low <= defined.low
        assert estimate.high >= defined.high - 1e-12 or undefined > 0


def test_bca_takes_its_bias_from_the_draws_that_have_a_ratio():
    numerator, denominator = np.ones(999), 1 / np.linspace(0.5, 1.5, 999)
    plain = ratio_from_draws(1.0, numerator, 1.0, denominator, n=50, acceleration=0.0)
    # Ten draws lost evenly from both sides leave the median of the others where it was.
    denominator[[*range(100, 105), *range(894, 899)]] = 0.0
    estimate = ratio_from_draws(1.0, numerator, 1.0, denominator, n=50, acceleration=0.0)
    assert plain.low - estimate.low == pytest.approx(estimate.high - plain.high, abs=1e-3)
    assert plain.low - estimate.low == pytest.approx(0.01, abs=1e-3)


@pytest.mark.parametrize(("numerator", "word"), [(0.0, "Both"), (1.0, "denominator")])
def test_a_zero_denominator_has_no_ratio(numerator, word):
    estimate = ratio_from_draws(numerator, np.ones(99), 0.0, np.ones(99), n=5)
    assert estimate.status is Status.INSUFFICIENT
    assert estimate.value is None
    assert word in estimate.reason.en


def test_a_negative_denominator_is_as_good_as_a_positive_one():
    rng = np.random.default_rng(2)
    top, bottom = rng.normal(2, 0.1, 999), rng.normal(3, 0.1, 999)
    plus = ratio_from_draws(2.0, top, 3.0, bottom, n=9)
    minus = ratio_from_draws(-2.0, -top, -3.0, -bottom, n=9)
    assert plus == minus
