"""Observed against expected: by hand, in its mirror image, and how often the interval is right."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.statistics import Mix, proportion_ratio, standardised_ratio
from shixiao.terms import Status

sides = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
mixes = st.lists(st.builds(lambda a, b: Mix(*a, *b), sides, sides), min_size=1, max_size=6)


def test_the_expected_number_applies_the_rates_of_the_others_to_the_own_mix() -> None:
    found = standardised_ratio([Mix(6, 20, 10, 100), Mix(4, 40, 30, 60)], minimum=30)
    assert (found.n, found.observed) == (60, 10)
    assert found.expected == pytest.approx(20 * 0.1 + 40 * 0.5)
    assert found.ratio.value == pytest.approx(10 / 22)
    assert found.ratio.low < 10 / 22 < found.ratio.high < 1


def test_work_that_nobody_else_does_is_left_out_on_both_sides() -> None:
    shared = Mix(6, 40, 10, 100)
    alone = standardised_ratio([shared, Mix(5, 5, 0, 0), Mix(0, 0, 9, 9)], minimum=30)
    assert alone == standardised_ratio([shared], minimum=30)


def test_one_kind_of_work_is_the_plain_ratio_of_two_shares() -> None:
    found = standardised_ratio([Mix(12, 50, 20, 200)], minimum=30).ratio
    plain = proportion_ratio(12, 50, 20, 200)
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high))


FEW = [
    ([Mix(3, 29, 10, 100)], "30"),
    ([Mix(3, 40, 10, 29)], "30"),
    ([Mix(3, 40, 0, 100)], "一次也没有"),
    ([], "30"),
]


@pytest.mark.parametrize(("given_mixes", "says"), FEW)
def test_where_there_is_no_ratio_it_says_what_is_missing(given_mixes: list[Mix], says: str) -> None:
    ratio = standardised_ratio(given_mixes, minimum=30).ratio
    assert ratio.status is Status.INSUFFICIENT
    assert says in ratio.reason.zh


@given(mixes)
def test_the_interval_holds_the_ratio(given_mixes: list[Mix]) -> None:
    found = standardised_ratio(given_mixes, minimum=1)
    if found.ratio.ok:
        assert 0 <= found.ratio.low <= found.ratio.value <= found.ratio.high
        assert found.ratio.value == pytest.approx(found.observed / found.expected)


def test_whoever_works_like_the_others_is_called_different_in_one_of_twenty() -> None:
    rng, rates, missed, tried = np.random.default_rng(4), (0.1, 0.4, 0.25), 0, 600
    for _ in range(tried):
        drawn = [Mix(rng.binomial(30, p), 30, rng.binomial(80, p), 80) for p in rates]
        ratio = standardised_ratio(drawn, minimum=30).ratio
        missed += not ratio.low <= 1 <= ratio.high
    assert missed / tried <= 0.065
