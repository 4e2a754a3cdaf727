"""Stepped wedges: the ratio of a second method, the exact level of the lot, intervals, plans."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from shixiao.statistics import schedule, wedge_effect, wedge_plan
from shixiao.statistics.wedge_fit import Wedge, fit, information, log_ratio
from shixiao.terms import Status

UNITS, PERIODS = 12, 6
STARTS = np.arange(UNITS) % 4 + 1


def drawn_counts(seed, *, ratio=1.0, rate=6.0, units=UNITS, periods=PERIODS, starts=STARTS):
    rng = np.random.default_rng(seed)
    exposure = rng.integers(5, 40, size=(units, 1)) * np.ones((1, periods))
    after = np.arange(periods)[None, :] >= np.asarray(starts)[:, None]
    mean = rate * exposure / 20 * np.where(after, ratio, 1.0) * rng.gamma(2, 0.5, (units, 1))
    return rng.poisson(mean), exposure


def effect(counts, exposure, starts=STARTS, **options):
    options = {"drawn": True, "draws": 999, "rng": np.random.default_rng(1)} | options
    return wedge_effect(counts, exposure, starts, **options)


def poisson_regression(counts, exposure, starts):
    """The same mean by iterated least squares, as statsmodels fits it."""
    units, periods = counts.shape
    after = (np.arange(periods)[None, :] >= starts[:, None]).astype(float)
    rows = np.kron(np.eye(units), np.ones((periods, 1)))
    columns = np.kron(np.ones((units, 1)), np.eye(periods))[:, 1:]
    design = np.column_stack([after.ravel(), rows, columns])
    used = exposure.ravel() > 0
    return sm.GLM(
        counts.ravel()[used],
        design[used],
        family=sm.families.Poisson(),
        offset=np.log(exposure.ravel()[used]),
    ).fit(tol=1e-12)


@pytest.mark.parametrize("ratio", [0.3, 1.0, 2.5])
@pytest.mark.parametrize("holes", [False, True])
def test_the_ratio_and_its_information_are_those_of_a_regression(ratio, holes):
    counts, exposure = drawn_counts(3, ratio=ratio)
    if holes:
        exposure = exposure * (np.random.default_rng(9).random(counts.shape) > 0.15)
        counts = np.where(exposure > 0, counts, 0)
    wedge = Wedge.of(counts, exposure, STARTS)
    oracle = poisson_regression(counts, exposure, STARTS)
    found = log_ratio(wedge)
    assert found == pytest.approx(oracle.params[0], abs=1e-5)
    known = information(fit(wedge, found), wedge.after)
    assert 1 / math.sqrt(known) == pytest.approx(oracle.bse[0], rel=1e-3)


def test_fitted_counts_keep_the_margins():
    counts, exposure = drawn_counts(4)
    fitted = fit(Wedge.of(counts, exposure, STARTS), -0.5)
    assert fitted.sum(axis=0) == pytest.approx(counts.sum(axis=0), abs=1e-5)
    assert fitted.sum(axis=1) == pytest.approx(counts.sum(axis=1), abs=1e-5)


def test_p_is_the_share_of_all_deals_of_the_lot():
    starts = np.array([1, 1, 2, 2, 3, 3])
    counts, exposure = drawn_counts(5, units=6, periods=5, starts=starts, ratio=0.4)
    fitted = fit(Wedge.of(counts, exposure, starts), 0.0)
    residuals = counts - fitted

    def score(dealt):
        after = np.arange(5)[None, :] >= np.array(dealt)[:, None]
        return float((residuals * after).sum())

    every = np.array([score(dealt) for dealt in permutations(starts.tolist())])
    seen = score(starts.tolist())
    exact = 2 * min((every <= seen + 1e-9).mean(), (every >= seen - 1e-9).mean())
    found = effect(counts, exposure, starts, draws=20_000, fewest_units=6)
    assert found.p == pytest.approx(min(1.0, exact), abs=0.012)


@pytest.mark.slow
def test_a_lot_without_an_effect_is_called_one_in_twenty_times_under_trend_and_scatter():
    rejected = []
    for seed in range(300):
        rng = np.random.default_rng([7, seed])
        rate = rng.gamma(0.7, 1, (UNITS, 1)) * np.exp(0.4 * np.arange(PERIODS))
        counts = rng.poisson(2 * rate * rng.gamma(1, 1, (UNITS, PERIODS)))
        starts = rng.permutation(STARTS)
        found = effect(counts, np.ones_like(rate * counts), starts, draws=199, rng=rng)
        rejected.append(found.p is not None and found.p <= 0.05)
    assert np.mean(rejected) == pytest.approx(0.05, abs=0.035)


def test_intervals_cover_and_hold_the_ratio():
    covered = []
    for seed in range(120):
        counts, exposure = drawn_counts([11, seed], ratio=0.5)
        starts = STARTS
        found = effect(counts, exposure, starts, draws=299).ratio
        assert found.low <= found.value <= found.high
        covered.append(found.low <= 0.5 <= found.high)
    assert np.mean(covered) >= 0.89  # 0.95 less three of its standard errors


@given(st.integers(0, 10_000), st.sampled_from([2, 5]))
@settings(max_examples=20, deadline=None)
def test_exposure_in_other_units_changes_nothing(seed, factor):
    counts, exposure = drawn_counts(seed)
    one, other = (effect(counts, exposure * by, draws=99) for by in (1, factor))
    assert one.p == other.p
    assert one.ratio.value == pytest.approx(other.ratio.value, rel=1e-6)


def test_the_same_seed_gives_the_same_answer():
    counts, exposure = drawn_counts(8)
    assert effect(counts, exposure) == effect(counts, exposure)


def test_dates_that_nobody_drew_are_described_and_not_judged():
    counts, exposure = drawn_counts(3, ratio=0.5)
    found = effect(counts, exposure, drawn=False)
    assert found.ratio.status is Status.NOT_ASSESSABLE
    assert found.ratio.value is not None
    assert found.ratio.low is found.ratio.high is found.p is None
    assert "抽签" in found.ratio.reason.zh


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"starts": np.zeros(UNITS, int)}, "0 periods"),
        ({"fewest_units": 40}, "at least 40"),
        ({"fewest_findings": 10_000}, "more"),
    ],
)
def test_too_little_says_what_is_lacking(change, words):
    counts, exposure = drawn_counts(3)
    found = effect(counts, exposure, **{"starts": STARTS} | change)
    assert found.ratio.status is Status.INSUFFICIENT
    assert words in found.ratio.reason.en
    assert found.p is None


def test_an_interval_that_holds_a_halving_and_no_change_says_how_many_more_it_takes():
    counts, exposure = drawn_counts(6, rate=0.6)
    found = effect(counts, exposure)
    assert found.ratio.status is Status.INSUFFICIENT
    assert found.ratio.low < 0.5
    assert found.ratio.high > 1
    more = int(found.ratio.reason.en.split("about ")[1].split(" more")[0])
    assert 20 < more < 2_000


def test_where_none_is_left_the_ratio_is_nothing_and_the_lot_bounds_it():
    counts, exposure = drawn_counts(3)
    counts[np.arange(PERIODS)[None, :] >= STARTS[:, None]] = 0
    found = effect(counts, exposure)
    assert found.ratio.status is Status.OK
    assert (found.ratio.value, found.ratio.low, found.after) == (0.0, 0.0, 0)
    assert 0 < found.ratio.high < 0.5
    assert found.p < 0.05


def test_counts_that_never_change_show_no_effect():
    counts, exposure = np.full((12, PERIODS), 2), np.full((12, PERIODS), 8.0)
    starts = np.repeat(np.arange(1, 7), 2)
    found = effect(counts, exposure, starts=starts)
    assert found.p == 1.0
    assert found.ratio.low <= 1.0 <= found.ratio.high


def test_nothing_before_the_start_leaves_no_ratio():
    counts, exposure = drawn_counts(3)
    counts[np.arange(PERIODS)[None, :] < STARTS[:, None]] = 0
    found = effect(counts, exposure)
    assert found.ratio.status is Status.INSUFFICIENT
    assert found.before == 0


@pytest.mark.parametrize(
    ("counts", "exposure", "starts"),
    [
        ([[1, 2]], [[1, 1]], [0, 1]),
        ([[1, -2]], [[1, 1]], [1]),
        ([[1, 0.5]], [[1, 1]], [1]),
        ([[1, 2]], [[1, -1]], [1]),
        ([[1, 2]], [[1, 1]], [0.5]),
        ([1, 2], [1, 1], [1, 1]),
    ],
)
def test_what_is_no_wedge_is_refused(counts, exposure, starts):
    with pytest.raises(ValueError, match=r"stepped wedge|Findings|Exposure|start"):
        effect(counts, exposure, starts)


def test_a_schedule_follows_the_ranks_in_equal_groups():
    ranks = {"a": 3, "b": 1, "c": 5, "d": 2, "e": 4}
    found = schedule(["a", "b", "c", "d", "e"], 2, ranks, first=2, every=3)
    assert found == {"a": 2, "b": 2, "c": 5, "d": 2, "e": 5}


@pytest.mark.parametrize(
    "wrong",
    [
        {"units": ["a", "a"]},
        {"steps": 1},
        {"steps": 3},
        {"ranks": {"a": 1}},
        {"ranks": {"a": 1, "b": 1}},
        {"first": 0},
        {"every": 0},
    ],
)
def test_a_schedule_that_cannot_be_is_refused(wrong):
    call = {"units": ["a", "b"], "steps": 2, "ranks": {"a": 1, "b": 2}, "first": 1, "every": 1}
    call |= wrong
    with pytest.raises(ValueError, match=r"schedule|rank"):
        schedule(call.pop("units"), call.pop("steps"), call.pop("ranks"), **call)


def plan_of(rate, **options):
    rng = np.random.default_rng(2)
    past = rng.poisson(rate, (40, 8))
    call = {"steps": 4, "first": 2, "every": 1, "most": 30} | options
    return wedge_plan(past, np.ones((40, 8)), rng=rng, **call)


def test_a_plan_is_shorter_where_there_is_more_to_count():
    assert plan_of(4.0).periods <= plan_of(2.0, every=2).periods <= 12


def test_a_plan_reaches_what_it_promises():
    plan = plan_of(1.2, every=2)
    seen = []
    for seed in range(150):
        rng = np.random.default_rng([13, seed])
        starts = rng.permutation(np.arange(40) % 4) * 2 + 2
        after = np.arange(plan.periods)[None, :] >= starts[:, None]
        counts = rng.poisson(1.2 * np.where(after, 0.5, 1.0))
        found = effect(counts, np.ones(counts.shape), starts, draws=199, rng=rng)
        seen.append(found.p <= 0.05 and found.ratio.value < 1)
    assert np.mean(seen) == pytest.approx(dict(plan.power)[plan.periods], abs=0.1)


def test_a_plan_says_when_no_time_is_enough():
    plan = plan_of(0.03)
    assert plan.periods is None
    assert "30" in plan.reason.zh


def test_a_plan_needs_a_past():
    plan = wedge_plan(
        np.zeros((4, 3)), np.ones((4, 3)), steps=2, first=1, every=1, most=9,
        rng=np.random.default_rng(1),
    )  # fmt: skip
    assert plan.periods is None
    assert plan.reason is not None
