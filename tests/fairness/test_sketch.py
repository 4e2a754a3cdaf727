"""The sketch of days: every quantile within one per cent, and intervals that cover."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.fairness.sketch import SHORTEST, ZERO, bin_of, middle, quantile, quantile_estimate
from shixiao.terms import Status


@given(st.floats(SHORTEST * 1.001, 1e5))
def test_the_middle_of_a_bin_is_within_one_per_cent(days: float) -> None:
    assert middle(bin_of(days)) == pytest.approx(days, rel=0.01)


@given(st.lists(st.floats(0.01, 1000), min_size=1, max_size=60), st.floats(0.01, 0.99))
def test_a_quantile_is_within_one_per_cent_of_the_order_statistic(
    days: list[float], share: float
) -> None:
    rank = max(1, int(np.ceil(share * len(days))))
    found = quantile(Counter(map(bin_of, days)), share)
    assert found == pytest.approx(sorted(days)[rank - 1], rel=0.0101)


def test_a_decision_within_a_minute_took_no_days() -> None:
    assert (bin_of(0.0), middle(ZERO)) == (ZERO, 0.0)


def test_too_few_durations_are_insufficient_and_still_shown() -> None:
    rng = np.random.default_rng(1)
    found = quantile_estimate({bin_of(3.0): 5}, 0.5, minimum=30, draws=100, rng=rng)
    assert found.status is Status.INSUFFICIENT
    assert found.value == pytest.approx(3.0, rel=0.01)


def test_the_interval_of_a_median_covers_it() -> None:
    rng = np.random.default_rng(2)
    covered = 0
    for _ in range(200):
        sketch = Counter(map(bin_of, rng.exponential(10, 120)))
        found = quantile_estimate(sketch, 0.5, minimum=30, draws=200, rng=rng)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 10 * np.log(2) <= found.high
    assert covered >= 0.91 * 200
