"""A registered target against what was measured: the interval decides, and never a point."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.effect import measure
from shixiao.effect.targets import Outcome, Target, judged
from shixiao.terms import Estimate, Text

DUE = date(2027, 12, 31)
VISITS = Target(measure("visits"), 1.8, 0.5, DUE, 300)
COMPLETION = Target(measure("completion"), 0.7, 0.9, DUE, 300)


def seen(low: float, high: float, n: int = 300) -> Estimate:
    return Estimate((low + high) / 2, low, high, n)


@pytest.mark.parametrize(
    ("target", "estimate", "outcome"),
    [
        (VISITS, seen(0.3, 0.5), Outcome.MET),
        (VISITS, seen(0.3, 0.51), Outcome.INSUFFICIENT),
        (VISITS, seen(0.51, 0.7), Outcome.MISSED),
        (VISITS, seen(0.5, 0.7), Outcome.INSUFFICIENT),
        (VISITS, seen(0.1, 0.2, 299), Outcome.INSUFFICIENT),
        (VISITS, seen(0.9, 1.2, 299), Outcome.INSUFFICIENT),
        (COMPLETION, seen(0.9, 0.95), Outcome.MET),
        (COMPLETION, seen(0.89, 0.95), Outcome.INSUFFICIENT),
        (COMPLETION, seen(0.8, 0.89), Outcome.MISSED),
        (COMPLETION, Estimate(0.95, None, None, 900), Outcome.INSUFFICIENT),
        (COMPLETION, Estimate.not_assessable(Text("缺列", "no column")), Outcome.INSUFFICIENT),
    ],
)
def test_the_interval_decides(target, estimate, outcome):
    found = judged(target, estimate, on=DUE)
    assert found.outcome is outcome
    assert found.reassess == (outcome is Outcome.MISSED)


@given(st.integers(1, 400), st.floats(0, 3), st.floats(0, 1))
def test_nobody_looks_before_the_day(days, low, width):
    found = judged(VISITS, seen(low, low + width), on=DUE - timedelta(days=days))
    assert found.outcome is Outcome.NOT_DUE
    assert not found.reassess


@given(st.floats(0, 3), st.floats(0, 1))
def test_what_is_met_is_never_missed_and_a_point_inside_decides_nothing(low, width):
    found = judged(VISITS, seen(low, low + width), on=DUE).outcome
    assert (found is Outcome.MET) == (low + width <= VISITS.target)
    assert (found is Outcome.MISSED) == (low > VISITS.target)


def test_the_sentence_gives_the_bounds_and_no_point():
    says = judged(VISITS, seen(0.6, 0.8), on=DUE).says
    assert "0.6–0.8" in says.zh
    assert "0.7" not in says.en
    assert "back under assessment" in says.en
