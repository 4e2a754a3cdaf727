"""Garwood's interval and the exact comparison of two rates, against tables and their promise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom, poisson

from shixiao.statistics import garwood, growth_p
from shixiao.terms import Status

# Confidence limits for the expectation of a Poisson variable at 95 % (Pearson and Hartley,
# Biometrika Tables for Statisticians I, table 40).
TABLE = [(0, 0.0, 3.69), (1, 0.0253, 5.57), (5, 1.62, 11.67), (10, 4.80, 18.39), (20, 12.22, 30.89)]


@pytest.mark.parametrize(("count", "low", "high"), TABLE)
def test_the_interval_is_that_of_the_published_table(count: int, low: float, high: float) -> None:
    found = garwood(count, 1.0)
    assert (found.value, found.n) == (count, count)
    assert found.low == pytest.approx(low, abs=0.006)
    assert found.high == pytest.approx(high, abs=0.006)
    halved = garwood(count, 2.0)
    assert halved.high == pytest.approx(found.high / 2)


@pytest.mark.parametrize("mean", [0.3, 1.0, 2.7, 8.0, 30.0])
@pytest.mark.parametrize("level", [0.9, 0.95, 0.999])
def test_the_interval_covers_no_less_than_it_says(mean: float, level: float) -> None:
    """Coverage is summed over all counts that may come, not drawn."""
    counts = range(int(mean + 12 * math.sqrt(mean) + 20))
    covered = sum(
        poisson.pmf(n, mean)
        for n in counts
        if (one := garwood(n, 1.0, level=level)).low <= mean <= one.high
    )
    assert covered >= level - 1e-9


def test_without_exposure_nothing_is_known() -> None:
    found = garwood(0, 0)
    assert (found.status, found.value) == (Status.INSUFFICIENT, None)
    for bad in ((-1, 1.0), (1, -1.0)):
        with pytest.raises(ValueError, match="not negative"):
            garwood(*bad)


@pytest.mark.parametrize(
    ("count", "exposure", "earlier", "before"), [(5, 28, 10, 364), (1, 1, 0, 9), (12, 2, 30, 9)]
)
def test_growth_is_the_tail_of_a_binomial(
    count: int, exposure: float, earlier: int, before: float
) -> None:
    share = exposure / (exposure + before)
    expected = float(binom.sf(count - 1, count + earlier, share))
    assert growth_p(count, exposure, earlier, before) == pytest.approx(expected, rel=1e-9)
    assert growth_p(0, exposure, earlier, before) == 1.0


@pytest.mark.parametrize("times", [1.0, 1.5])
def test_growth_is_told_no_more_often_than_it_may_be_where_there_is_none(times: float) -> None:
    draw = np.random.default_rng(7)
    before = draw.poisson(0.05 * 364, 4_000)
    late = draw.poisson(0.05 * times * 28, 4_000)
    told = [
        growth_p(int(x), 28, int(y), 364, times=times) <= 0.05
        for x, y in zip(late, before, strict=True)
    ]
    assert np.mean(told) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 4_000)


@pytest.mark.parametrize(
    "given", [(1, 0, 1, 1), (1, 1, 1, 0), (-1, 1, 1, 1), (1, 1, -1, 1), (1, 1, 1, 1, 0.0)]
)
def test_what_cannot_be_compared_is_an_error_of_the_caller(given: tuple[float, ...]) -> None:
    count, exposure, earlier, before, *times = given
    with pytest.raises(ValueError, match=r"exposure|negative"):
        growth_p(int(count), exposure, int(earlier), before, times=times[0] if times else 1.0)
