"""Ratios of means: coverage with and without strata, agreement with scipy, honest refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap as scipy_bootstrap

from shixiao.statistics import CellSample, Stratum, ratio_of_means, ratio_of_stratified_means
from shixiao.terms import Status

samples = st.lists(st.integers(0, 9), min_size=2, max_size=40)


def cells(values):
    return CellSample.from_cases(values)


def ratio(a, b, *, seed=1, draws=199, **options):
    rng = np.random.default_rng(seed)
    return ratio_of_means(cells(a), cells(b), draws=draws, rng=rng, **options)


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_the_ratio_of_two_count_means_covers_the_truth(method):
    rng = np.random.default_rng(20)
    covered = 0
    for _ in range(2_000):
        a, b = cells(rng.poisson(1.5, 100)), cells(rng.poisson(2.5, 80))
        estimate = ratio_of_means(a, b, draws=199, rng=rng, method=method)
        covered += estimate.low <= 0.6 <= estimate.high
    # 3.3 standard errors of 2,000 replications, around the small loss known at these sizes.
    assert covered / 2_000 == pytest.approx(0.945, abs=0.016)


def test_bca_corrects_the_lopsided_misses_of_a_skew_denominator():
    rng = np.random.default_rng(21)
    misses = {"percentile": np.zeros(2), "bca": np.zeros(2)}
    for _ in range(500):
        a, b = cells(rng.gamma(20, 0.05, 40)), cells(rng.exponential(1.0, 25))
        seed = int(rng.integers(2**31))
        for method in misses:
            draws = np.random.default_rng(seed)
            estimate = ratio_of_means(a, b, draws=199, rng=draws, method=method)
            misses[method] += (estimate.low > 1.0, estimate.high < 1.0)
    lopsided = {method: abs(count[0] - count[1]) for method, count in misses.items()}
    assert lopsided["bca"] < lopsided["percentile"]
    assert misses["bca"].sum() / 500 < 0.12


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_the_interval_agrees_with_scipy_resampling_cases(method):
    rng = np.random.default_rng(22)
    a, b = rng.negative_binomial(2, 0.4, 60), 1 + rng.negative_binomial(1, 0.4, 45)
    ours = ratio(a, b, draws=20_000, method=method)
    theirs = scipy_bootstrap(
        (a, b),
        lambda x, y, axis: x.mean(axis) / y.mean(axis),
        n_resamples=20_000,
        method=method,
        vectorized=True,
        rng=rng,
    ).confidence_interval
    width = theirs.high - theirs.low
    assert ours.low == pytest.approx(theirs.low, abs=0.03 * width)
    assert ours.high == pytest.approx(theirs.high, abs=0.03 * width)


def confounded_strata(rng, size):
    """Strata whose means differ tenfold and whose mix differs between the arms; true ratio 0.8."""
    plan = [(1.0, 0.7, 0.2), (4.0, 0.2, 0.3), (10.0, 0.1, 0.5)]
    return [
        Stratum(
            cells(rng.poisson(0.8 * mean, int(size * share_a))),
            cells(rng.poisson(mean, int(size * share_b))),
        )
        for mean, share_a, share_b in plan
    ]


def test_strata_take_out_the_case_mix_and_cover_the_truth():
    rng = np.random.default_rng(23)
    covered = crude = 0
    for _ in range(1_000):
        strata = confounded_strata(rng, 150)
        estimate = ratio_of_stratified_means(strata, draws=199, rng=rng)
        covered += estimate.low <= 0.8 <= estimate.high
        totals = [
            sum(float(arm.counts @ arm.values) for arm in arms) / sum(arm.n for arm in arms)
            for arms in ([s.a for s in strata], [s.b for s in strata])
        ]
        crude += totals[0] / totals[1] < 0.5
    assert covered / 1_000 == pytest.approx(0.945, abs=0.023)
    assert crude == 1_000


def test_the_default_weight_is_that_of_overlap():
    rng = np.random.default_rng(24)
    strata = confounded_strata(rng, 100)
    explicit = [Stratum(s.a, s.b, 7 * s.a.n * s.b.n / (s.a.n + s.b.n)) for s in strata]
    one, other = (
        ratio_of_stratified_means(form, draws=199, rng=np.random.default_rng(1))
        for form in (strata, explicit)
    )
    assert one.to_json() == other.to_json()


def test_a_stratum_that_one_arm_lacks_is_left_out():
    shared = Stratum(cells([1, 2, 3]), cells([2, 4, 6]))
    alone = Stratum(cells([100, 200]), CellSample(np.array([]), np.array([])))
    with_it, without = (
        ratio_of_stratified_means(form, draws=199, rng=np.random.default_rng(1))
        for form in ([shared, alone], [shared])
    )
    assert with_it == without
    assert without.n == 6


def test_arms_that_share_no_stratum_are_not_compared():
    empty = CellSample(np.array([]), np.array([]))
    strata = [Stratum(cells([1, 2]), empty), Stratum(empty, cells([1, 2]))]
    estimate = ratio_of_stratified_means(strata, draws=199, rng=np.random.default_rng(1))
    assert estimate.status is Status.INSUFFICIENT
    assert "stratum" in estimate.reason.en


@given(samples, samples)
@settings(max_examples=60)
def test_an_estimate_holds_its_value_or_says_why_not(a, b):
    estimate = ratio(a, b, draws=99)
    if estimate.ok:
        assert estimate.value == pytest.approx(np.mean(a) / np.mean(b))
        assert estimate.low <= estimate.value <= estimate.high
    else:
        assert estimate.reason.zh
        assert estimate.high is None
    assert estimate.n == len(a) + len(b)


@given(samples, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_the_order_of_cases_changes_no_byte(a, random):
    shuffled = list(a)
    random.shuffle(shuffled)
    assert ratio(a, [1, 2, 4]) == ratio(shuffled, [1, 2, 4])


def test_a_unit_change_scales_the_ratio():
    a, b = [1, 2, 5, 3], [2, 2, 7]
    plain, scaled = ratio(a, b), ratio([60 * x for x in a], b)
    assert (scaled.low, scaled.high) == pytest.approx((60 * plain.low, 60 * plain.high))


@pytest.mark.parametrize(
    ("a", "b", "word"),
    [
        ([0] * 30, [0] * 30, "Both"),
        ([1] * 30, [0] * 30, "denominator"),
        ([1] * 30, [0] * 29 + [1], "unbounded"),
        ([1], [1, 2], "at least 2"),
        ([], [1, 2], "hold 0 and 2"),
    ],
)
def test_what_has_no_ratio_says_why_in_both_languages(a, b, word):
    estimate = ratio(a, b)
    assert estimate.status is Status.INSUFFICIENT
    assert estimate.high is None
    assert word in estimate.reason.en


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_a_zero_denominator_stays_insufficient_by_either_method(method):
    assert ratio([1, 2, 3], [0, 0, 0], method=method).status is Status.INSUFFICIENT


def test_a_caller_may_ask_for_more_cases():
    assert "300" in ratio([1, 2] * 50, [1, 3] * 50, minimum=300).reason.zh


@pytest.mark.parametrize("n", [10, 100, 1000])
def test_an_arm_of_equal_cases_claims_no_more_than_the_rule_of_three(n):
    estimate = ratio([0] * n, [1, 2, 3] * 100, draws=4_999)
    assert estimate.value == estimate.low == 0.0
    # Upper 97.5 % bound of an outcome never seen among n cases.
    assert estimate.high == pytest.approx(1 - 0.025 ** (1 / n), rel=0.15)


@pytest.mark.parametrize(
    ("strata", "word"),
    [
        ([Stratum(cells([1, 2]), cells([1, 2]), -1.0)], "weight"),
        ([Stratum(cells([1, 2]), CellSample(np.array([]), np.array([])), 1.0)], "both arms"),
        ([Stratum(cells([[1, 2], [2, 1]]), cells([1, 2]))], "one metric"),
    ],
)
def test_impossible_strata_are_refused(strata, word):
    with pytest.raises(ValueError, match=word):
        ratio_of_stratified_means(strata, draws=99, rng=np.random.default_rng(1))
