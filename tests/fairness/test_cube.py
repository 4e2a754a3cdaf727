"""The cube: merging is a sum, whatever the order; rolling up and merging commute."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from shixiao.fairness.cube import Cube, same
from shixiao.terms import BadInput
from tests.fairness.drawn import cube_of, cubes

few = settings(max_examples=40)


@few
@given(cubes(), cubes())
def test_merging_is_commutative(a: Cube, b: Cube) -> None:
    assert same(a.merged(b), b.merged(a))


@few
@given(cubes(), cubes(), cubes())
def test_merging_is_associative(a: Cube, b: Cube, c: Cube) -> None:
    assert same(a.merged(b).merged(c), a.merged(b.merged(c)))


@few
@given(cubes(), cubes())
def test_rolling_up_what_was_merged_is_merging_what_was_rolled_up(a: Cube, b: Cube) -> None:
    assert same(a.merged(b).by("g"), a.by("g").merged(b.by("g")))


@few
@given(cubes())
def test_the_parts_by_a_dimension_merge_to_the_whole(a: Cube) -> None:
    whole = Cube.of(a.dimensions, [], [])
    for value in a.values("g"):
        whole = whole.merged(a.only("g", value))
    assert same(whole, a)


def test_rolling_up_adds_and_keeps_what_is_not_known_apart() -> None:
    cube = cube_of({("a", "x"): {"tp": 1}, ("a", "y"): {"tn": 2}, (None, "x"): {"fp": 4}}, "g", "h")
    rolled = cube.by("g")
    assert rolled.keys == (("a",), (None,))
    assert rolled.column("n").tolist() == [3, 4]
    assert cube.by().column("selected").tolist() == [5]


def test_cubes_of_other_dimensions_do_not_merge() -> None:
    with pytest.raises(BadInput, match="different dimensions"):
        cube_of({("a",): {}}, "g").merged(cube_of({("a",): {}}, "h"))


def test_a_dimension_that_is_not_there_is_named() -> None:
    with pytest.raises(BadInput, match="no dimension “region”"):
        cube_of({("a",): {}}, "g").by("region")
