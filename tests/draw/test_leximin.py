"""The lottery is leximin: against every panel there is, against maximin, in simple cases."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings

from shixiao.draw import LEXIMIN, MAXIMIN, Pool, Quota, distribution, freeze
from shixiao.draw.hashing import ONE
from tests.draw.cast import drawable, every_composition, leximin_by_hand, people, quotas

Drawable = tuple[Pool, int, tuple[Quota, ...]]

# Found by search: the optimum of the relaxation is no mixture of whole panels here.
ENTANGLED = (
    people(
        *("a1 b0 c1", "a1 b1 c1", "a1 b0 c0", "a0 b0 c0", "a1 b1 c0", "a0 b1 c1"),
        categories=("a", "b", "c"),
    ),
    3,
    quotas("a a0 1 1, a a1 2 2, b b0 2 2, b b1 1 1, c c0 2 2, c c1 1 1"),
)


def test_where_the_relaxation_promises_too_much_panels_are_generated() -> None:
    pool, size, rules = ENTANGLED
    frozen = freeze(pool, size=size, quotas=rules)
    relaxed = distribution._optimum(frozen.panels, LEXIMIN)
    assert relaxed is not None
    promised = min(relaxed / frozen.panels.members)
    assert promised > min(frozen.chances) + 1e-6
    assert list(map(float, frozen.chances)) == pytest.approx(leximin_by_hand(frozen), abs=1e-9)


@given(drawable())
@settings(max_examples=30)
@example(ENTANGLED)
def test_probabilities_are_those_of_leximin_over_every_panel(case: Drawable) -> None:
    pool, size, rules = case
    frozen = freeze(pool, size=size, quotas=rules)
    found = np.array([float(chance) for chance in frozen.chances])
    assert found == pytest.approx(leximin_by_hand(frozen), abs=1e-6)


@pytest.mark.slow
@given(drawable())
@settings(max_examples=40)
def test_stages_over_generated_panels_find_the_same_without_the_relaxation(case: Drawable) -> None:
    pool, size, rules = case
    frozen = freeze(pool, size=size, quotas=rules)
    panels = frozen.panels
    start = [np.array(every_composition(frozen)[0])]
    chances = distribution._generated(panels, start, LEXIMIN)
    found = chances @ np.array(start) / panels.members
    assert found == pytest.approx([float(chance) for chance in frozen.chances], abs=1e-6)


@given(drawable(largest=14))
@settings(max_examples=30)
def test_every_composition_is_a_panel_and_chances_sum_to_exactly_one(case: Drawable) -> None:
    pool, size, rules = case
    frozen = freeze(pool, size=size, quotas=rules)
    panels, lottery = frozen.panels, frozen.lottery
    assert sum(lottery.parts) == ONE
    assert min(lottery.parts) > 0
    for counts in lottery.counts:
        sums = panels.having @ counts
        assert sum(counts) == size
        assert (np.array(counts) <= panels.members).all()
        assert ((panels.least <= sums) & (sums <= panels.most)).all()
    expected = sum(
        (chance * n for chance, n in zip(frozen.chances, map(len, frozen.members), strict=True)),
        Fraction(0),
    )
    assert expected == size


@given(drawable(largest=14))
@settings(max_examples=30)
def test_leximin_is_never_below_maximin(case: Drawable) -> None:
    pool, size, rules = case
    sorted_chances = [
        sorted(freeze(pool, size=size, quotas=rules, algorithm=name).inclusion.values())
        for name in (LEXIMIN, MAXIMIN)
    ]
    for best, other in zip(*sorted_chances, strict=True):
        if abs(best - other) > 1e-7:
            assert best > other
            break


def test_persons_of_one_type_all_have_the_same_chance() -> None:
    pool = people("f old", "f old", "f young", "m old", "m young", "m young")
    rules = quotas("gender f 1 1, gender m 1 1, age old 1 1, age young 1 1")
    inclusion = freeze(pool, size=2, quotas=rules).inclusion
    assert inclusion["p00"] == inclusion["p01"]
    assert sum(inclusion.values()) == pytest.approx(2)


def test_the_rest_is_raised_where_one_type_holds_the_lowest_down() -> None:
    # One woman takes a seat in two; nine men share the other: maximin alone may starve some men.
    pool = people(*["f"] * 1, *["m"] * 9, categories=("gender",))
    frozen = freeze(pool, size=2, quotas=quotas("gender f 0 1, gender m 1 2"))
    assert sorted(map(float, frozen.chances)) == pytest.approx([0.2, 0.2])
    tight = freeze(pool, size=2, quotas=quotas("gender f 1 1, gender m 1 1"))
    assert sorted(map(float, tight.chances)) == pytest.approx([1 / 9, 1])


def test_a_person_whom_no_panel_seats_has_no_chance_and_holds_nobody_down() -> None:
    pool = people("f x", "m x", "m y", "m y", categories=("gender", "team"))
    rules = quotas("gender f 0 0, gender m 1 1, team x 0 0, team y 1 1")
    for algorithm in (LEXIMIN, MAXIMIN):
        frozen = freeze(pool, size=1, quotas=rules, algorithm=algorithm)
        assert frozen.inclusion == pytest.approx({"p00": 0, "p01": 0, "p02": 0.5, "p03": 0.5})
