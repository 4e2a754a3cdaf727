"""Krippendorff's α: published examples, edges, and the coverage of its interval."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.statistics import krippendorff_alpha
from shixiao.terms import Status

# K. Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, sections C and E:
# four observers, twelve units, missing values.
FOUR_BY_TWELVE = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
"""
# The same source, section A: two observers, ten units, two values; α = 0.095.
TWO_BY_TEN = """
0 1 0 0 0 0 0 0 1 0
1 1 1 0 0 1 0 0 0 0
"""


def long(matrix):
    rows = [line.split() for line in matrix.strip().splitlines()]
    units = [u for row in rows for u in range(len(row))]
    values = [np.nan if cell == "." else float(cell) for row in rows for cell in row]
    return units, values


def alpha(units, values, scale="nominal", *, seed=1, draws=200):
    rng = np.random.default_rng(seed)
    return krippendorff_alpha(units, values, scale=scale, draws=draws, rng=rng)


@pytest.mark.parametrize(
    ("matrix", "scale", "published"),
    [
        (FOUR_BY_TWELVE, "nominal", 0.743),
        (FOUR_BY_TWELVE, "ordinal", 0.815),
        (FOUR_BY_TWELVE, "interval", 0.849),
        (TWO_BY_TEN, "nominal", 0.095),
    ],
)
def test_a_published_example_gives_the_published_alpha(matrix, scale, published):
    found = alpha(*long(matrix), scale)
    assert round(found.value, 3) == published
    assert found.low <= found.value <= found.high


def test_units_that_only_one_observer_valued_do_not_count():
    # Unit 12 of the example has one value only.
    assert alpha(*long(FOUR_BY_TWELVE)).n == 11


def test_perfect_agreement_is_one_and_opposition_is_below_zero():
    units = [0, 0, 1, 1, 2, 2, 3, 3]
    assert alpha(units, [1, 1, 2, 2, 1, 1, 2, 2]).value == 1
    assert alpha(units, [1, 2, 1, 2, 1, 2, 1, 2]).value < 0


@pytest.mark.parametrize(
    ("units", "values"),
    [([], []), ([1], [1.0]), ([1, 1], [1.0, 2.0]), ([1, 1, 2, 2], [3.0, 3.0, 3.0, 3.0])],
    ids=["nothing", "one value", "one unit", "all alike"],
)
def test_what_has_no_alpha_says_why(units, values):
    found = alpha(units, values)
    assert found.status is Status.INSUFFICIENT
    assert found.value is None
    assert found.reason.zh


def test_columns_that_are_not_paired_are_refused():
    with pytest.raises(ValueError, match="one unit per value"):
        alpha([1, 2], [1.0])


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(1, 4)), min_size=4, max_size=60))
def test_the_scale_and_the_order_of_values_do_not_matter(pairs):
    units, values = [u for u, _ in pairs], [float(v) for _, v in pairs]
    found = alpha(units, values, "interval", draws=20)
    moved = alpha(units[::-1], [10 - 3 * v for v in values[::-1]], "interval", draws=20)
    assert (found.value is None) == (moved.value is None)
    if found.value is not None:
        assert found.value == pytest.approx(moved.value)
        assert found.value <= 1


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 1)), min_size=4, max_size=60))
def test_of_two_values_the_interval_scale_says_what_the_nominal_says(pairs):
    units, values = [u for u, _ in pairs], [v / 10 for _, v in pairs]
    nominal, interval = (alpha(units, values, scale, draws=50) for scale in ("nominal", "interval"))
    assert (nominal.value is None) == (interval.value is None)
    if nominal.value is not None:
        assert [interval.value, interval.low, interval.high] == pytest.approx(
            [nominal.value, nominal.low, nominal.high]
        )


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 9)), min_size=4, max_size=40))
def test_the_interval_scale_is_the_mean_square_over_pairs(pairs):
    by_unit = {u: [v / 7 for x, v in pairs if x == u] for u, _ in pairs}
    units = [values for values in by_unit.values() if len(values) > 1]
    every = [v for values in units for v in values]
    found = alpha([u for u, _ in pairs], [v / 7 for _, v in pairs], "interval", draws=5)
    if len(units) < 2 or len(set(every)) < 2:
        assert found.value is None
        return
    within = sum(
        (a - b) ** 2 / (len(values) - 1) for values in units for a in values for b in values
    )
    among = sum((a - b) ** 2 for a in every for b in every) / (len(every) - 1)
    assert found.value == pytest.approx(1 - within / among)


def test_the_interval_covers_the_alpha_that_the_observers_have():
    # Two observers see the truth of a unit (0 or 1, half each) and err independently 1 time in 10:
    # they disagree on 0.18 of units, chance is 0.5, so α = 1 - 0.18 / 0.5 = 0.64.
    rng, covered, rounds = np.random.default_rng(7), 0, 300
    for _ in range(rounds):
        truth = rng.integers(0, 2, 120)
        said = [truth ^ (rng.random(120) < 0.1) for _ in range(2)]
        found = krippendorff_alpha(
            np.tile(np.arange(120), 2), np.concatenate(said), scale="nominal", draws=300, rng=rng
        )
        covered += found.low <= 0.64 <= found.high
    assert 0.91 <= covered / rounds <= 0.98
