"""Suppression: what is published gives no small cell away, by totals, tables or combinations."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from shixiao.fairness.cube import Cube
from shixiao.fairness.suppression import Published, suppress
from shixiao.terms import BadInput
from tests.fairness.drawn import cube_of

LEAST = 11


def table(rows: list[list[int]]) -> Cube:
    cells = {(f"r{i}", f"c{j}"): {"tn": n} for i, row in enumerate(rows) for j, n in enumerate(row)}
    return cube_of(cells, "row", "column")


def withheld(published: Published) -> list[tuple[str | None, ...]]:
    return [key for key, n in zip(published.keys, published.n, strict=True) if n is None]


def test_a_small_cell_takes_others_with_it_so_that_totals_do_not_tell_it() -> None:
    cube = table([[5, 40, 60], [50, 30, 70], [20, 80, 90]])
    cells, rows, columns, everybody = suppress(
        cube, [("row", "column"), ("row",), ("column",), ()], least=LEAST
    )
    assert ("r0", "c0") in withheld(cells)
    assert len(withheld(cells)) >= 4  # a rectangle at least
    assert withheld(rows) == withheld(columns) == withheld(everybody) == []


def test_without_totals_the_small_cell_goes_alone() -> None:
    (cells,) = suppress(table([[5, 40], [50, 30]]), [("row", "column")], least=LEAST)
    assert withheld(cells) == [("r0", "c0")]


def test_two_small_cells_do_not_hide_each_other_when_their_sum_is_small() -> None:
    cells, rows = suppress(table([[2, 3, 40, 60]]), [("row", "column"), ("row",)], least=LEAST)
    assert withheld(cells) == [("r0", "c0"), ("r0", "c1"), ("r0", "c2")]
    assert withheld(rows) == []


def test_nobody_and_enough_are_published() -> None:
    cells, everybody = suppress(table([[0, 11], [30, 200]]), [("row", "column"), ()], least=LEAST)
    assert cells.n == (0, 11, 30, 200)
    assert everybody.n == (241,)


def test_a_few_persons_in_all_are_not_published_at_all() -> None:
    cells, everybody = suppress(table([[3, 4]]), [("row", "column"), ()], least=LEAST)
    assert (cells.n, everybody.n) == ((None, None), (None,))


def test_too_many_cells_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shixiao.fairness.suppression.MOST_CELLS", 3)
    with pytest.raises(BadInput, match="more than 3 cells"):
        suppress(table([[1, 2], [3, 4]]), [("row", "column")], least=LEAST)


COUNTS = st.one_of(st.integers(0, 15), st.integers(0, 60))
THREE = [("a", "b"), ("a", "c"), ("b", "c"), ("a",), ("b",), ("c",), ()]


@settings(max_examples=25)
@given(st.lists(COUNTS, min_size=12, max_size=12))
def test_whoever_differences_all_tables_learns_no_small_cell(counts: list[int]) -> None:
    """Every published number is an equation; each withheld cell must keep more than one value."""
    keys = [tuple(map(str, key)) for key in product(range(3), range(2), range(2))]
    cube = cube_of({k: {"tn": n} for k, n in zip(keys, counts, strict=True)}, "a", "b", "c")
    tables = suppress(cube, THREE, least=LEAST)
    equations, sums, hidden = [], [], []
    for published in tables:
        places = ["abc".index(name) for name in published.dimensions]
        for key, n in zip(published.keys, published.n, strict=True):
            row = np.array([float(tuple(k[p] for p in places) == key) for k in keys])
            if n is None:
                hidden.append(row)
            else:
                equations.append(row)
                sums.append(n)
                assert n == 0 or n >= LEAST
    for row in hidden:
        least, most = (
            sign
            * linprog(sign * row, A_eq=equations or None, b_eq=sums or None, bounds=(0, 10**4)).fun
            for sign in (1, -1)
        )
        assert most - least > 0.5
