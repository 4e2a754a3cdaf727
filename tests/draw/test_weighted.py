"""Fixed inclusion probabilities: what they are by definition, and that samples keep them."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.draw import Pool, draw, freeze
from shixiao.draw.hashing import ONE
from shixiao.draw.weighted import inclusion_parts, successive, systematic
from shixiao.terms import BadInput

weights = st.lists(
    st.one_of(st.just(0.0), st.floats(1e-6, 1e6), st.integers(1, 5).map(float)),
    min_size=2,
    max_size=30,
)


@given(weights, st.data())
def test_probabilities_are_clipped_shares_of_one_rate(
    given_: list[float], data: st.DataObject
) -> None:
    count = len(given_)
    size = data.draw(st.integers(1, count))
    floor = Fraction(data.draw(st.integers(0, 10)), 10) * Fraction(size, count)
    positive = sum(weight > 0 for weight in given_)
    if not positive or positive + floor * (count - positive) < size:
        with pytest.raises(BadInput):
            inclusion_parts(given_, size, floor)
        return
    parts = inclusion_parts(given_, size, floor)
    assert sum(parts) == size * ONE
    assert max(parts) <= ONE
    assert min(parts) >= floor * ONE - 1
    free = [
        (weight, part / ONE)
        for part, weight in zip(parts, given_, strict=True)
        if weight and floor + 1e-12 < part / ONE < 1 - 1e-12
    ]
    if free:  # the largest of them tells the rate best, for parts are whole numbers
        heaviest, chance = max(free)
        for part, weight in zip(parts, given_, strict=True):
            wanted = min(max(chance / heaviest * weight, float(floor)), 1.0)
            assert part / ONE == pytest.approx(wanted, rel=1e-9, abs=1e-12)


def test_probabilities_are_what_the_definition_gives_by_hand() -> None:
    # 3 of weights 1, 1, 2, 20: the last is certain, the others share two by 1 : 1 : 2.
    parts = inclusion_parts([1.0, 1.0, 2.0, 20.0], 3, Fraction(0))
    assert [part / ONE for part in parts] == pytest.approx([0.5, 0.5, 1.0, 1.0])
    # With a floor of 0.4 the first three keep 0.4 and the last takes what is left of 2.
    parts = inclusion_parts([1.0, 1.0, 1.0, 9.0], 2, Fraction("0.4"))
    assert [part / ONE for part in parts] == pytest.approx([0.4, 0.4, 0.4, 0.8])


@given(weights, st.integers(0, ONE - 1), st.randoms(use_true_random=False))
def test_a_systematic_sample_has_its_size_and_every_certain_unit(
    given_: list[float], start: int, shuffle: Random
) -> None:
    positive = sum(weight > 0 for weight in given_)
    if not positive:
        return
    size = max(1, positive // 2)
    parts = dict(enumerate(inclusion_parts(given_, size, Fraction(0))))
    order = list(parts.items())
    shuffle.shuffle(order)
    sample = systematic([(str(unit), part) for unit, part in order], start)
    assert len(set(sample)) == len(sample) == size
    assert {str(unit) for unit, part in parts.items() if part == ONE} <= set(sample)
    assert all(parts[int(unit)] > 0 for unit in sample)


def test_over_all_starts_a_unit_is_drawn_as_often_as_its_probability_says() -> None:
    # With parts that are multiples of ONE / 8, eight starts stand for all.
    order = [("a", ONE // 8), ("b", ONE), ("c", 5 * ONE // 8), ("d", ONE // 4)]
    drawn = [unit for eighth in range(8) for unit in systematic(order, eighth * ONE // 8)]
    assert [drawn.count(unit) for unit in "abcd"] == [1, 8, 5, 2]


def test_those_who_stand_in_are_drawn_by_weight_until_nobody_with_weight_is_left() -> None:
    units = [("a", 1), ("b", 0), ("c", 98), ("d", 1)]
    orders = [list(successive(units, first=2, seed=f"{number:x}", tag="")) for number in range(200)]
    assert {frozenset(order) for order in orders} == {frozenset("acd")}
    assert sum(order[0] == "c" for order in orders) > 180


@pytest.mark.parametrize(
    ("given_", "size", "floor", "said"),
    [
        ((0.0, 0.0), 1, "0", "All weights are 0"),
        ((1.0, 0.0, 0.0), 2, "0", "only 1 with a positive weight"),
        ((1.0, 2.0), 1, "0.6", "floor 0.6 must be within 0 and 0.5"),
        ((1.0, 2.0), 1, "-0.1", "floor -0.1 must be within"),
        ((1.0, 2.0), 1, "a tenth", "is no number"),
    ],
)
def test_what_cannot_be_is_said(
    given_: tuple[float, ...], size: int, floor: str, said: str
) -> None:
    pool = Pool(tuple(str(place) for place in range(len(given_))), weights=given_)
    with pytest.raises(BadInput, match=said):
        freeze(pool, size=size, floor=floor)


def test_the_published_probabilities_are_the_ones_used() -> None:
    pool = Pool(tuple("abcd"), weights=(1, 1, 2, 20))
    drawn = draw(freeze(pool, size=3), seed="01")
    assert drawn.inclusion == pytest.approx({"a": 0.5, "b": 0.5, "c": 1.0, "d": 1.0})
    assert drawn.p_min == 0.5
    assert {"c", "d"} <= set(drawn.panel)
