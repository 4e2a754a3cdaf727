"""Suppression: nothing small is shown, and nothing small follows from what is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from shixiao.checkup.bundles.suppression import WHOLE, Cell, Cells, hidden

FEWEST = 11
Sums = Sequence[tuple[Cell, tuple[Cell, ...]]]


def follow(counts: Mapping[Cell, int], sums: Sums, unknown: frozenset[Cell]) -> set[Cell]:
    """Return what follows from the cells that are known, by ranks: the textbook way."""
    order = [cell for cell in counts if cell in unknown]
    rows = []
    for total, parts in sums:
        signs = {total: 1.0} | dict.fromkeys(parts, -1.0)
        rows.append([signs.get(cell, 0.0) for cell in order])
    matrix = np.array(rows or [[0.0] * len(order)])
    rank = np.linalg.matrix_rank(matrix)
    found = set()
    for place, cell in enumerate(order):
        unit = np.zeros((1, len(order)))
        unit[0, place] = 1.0
        if np.linalg.matrix_rank(np.vstack([matrix, unit])) == rank:
            found.add(cell)
    return found


def table(rows: Sequence[Sequence[int]]) -> Cells:
    """A table with the sums of its rows and columns and of everything."""
    cells = Cells()
    for r, row in enumerate(rows):
        for c, count in enumerate(row):
            cells.add((r, c), count)
        cells.add(("row", r), sum(row))
    for c in range(len(rows[0])):
        cells.add(("column", c), sum(row[c] for row in rows))
    cells.add("all", sum(map(sum, rows)))
    for r, row in enumerate(rows):
        cells.relate(("row", r), [(r, c) for c in range(len(row))])
    for c in range(len(rows[0])):
        cells.relate(("column", c), [(r, c) for r in range(len(rows))])
    cells.relate("all", [("row", r) for r in range(len(rows))])
    cells.relate("all", [("column", c) for c in range(len(rows[0]))])
    return cells


def test_a_small_cell_takes_its_complement_with_it() -> None:
    cells = table([[3, 40], [50, 60]])
    closed = hidden(cells, fewest=FEWEST)
    assert (0, 0) in closed
    assert follow(cells.counts, cells.sums, closed).isdisjoint({(0, 0)})


def test_a_table_of_large_cells_is_shown_whole() -> None:
    assert hidden(table([[30, 40], [50, 60]]), fewest=FEWEST) == frozenset()


@given(
    st.lists(st.lists(st.integers(11, 90), min_size=3, max_size=3), min_size=3, max_size=3),
    st.sets(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=3),
)
@settings(max_examples=60)
def test_a_secret_cell_follows_from_nothing_however_large(
    rows: list[list[int]], secret: set[Cell]
) -> None:
    cells = table(rows)
    cells.secret |= secret
    closed = hidden(cells, fewest=FEWEST)
    assert secret <= closed
    assert follow(cells.counts, cells.sums, closed).isdisjoint(secret)


def test_what_two_parts_leave_over_is_a_cell_too() -> None:
    cells = Cells()
    for name, count in (("all", 100), ("a", 60), ("b", 37)):
        cells.add(name, count)
    cells.relate("all", ["a", "b"])
    closed = hidden(cells, fewest=FEWEST)
    assert closed & {"all", "a", "b"}


def test_cells_of_nobody_are_no_cells() -> None:
    assert hidden(table([[0, 40], [50, 60]]), fewest=FEWEST) == frozenset()


def test_a_dear_cell_is_kept_where_another_will_do() -> None:
    cells = Cells()
    for name, count in (("all", 20), ("with", 15), ("without", 5)):
        cells.add(name, count, weight=WHOLE if name == "all" else 1)
    cells.relate("all", ["with", "without"])
    assert hidden(cells, fewest=FEWEST) == {"with", "without"}


counts = st.one_of(st.integers(0, 12), st.integers(11, 300))


@settings(max_examples=60)
@given(st.integers(2, 5).flatmap(lambda w: st.lists(st.lists(counts, min_size=w, max_size=w), min_size=2, max_size=5)))  # fmt: skip  # noqa: E501
def test_no_small_cell_of_any_table_follows_from_what_is_shown(rows: list[list[int]]) -> None:
    cells = table(rows)
    closed = hidden(cells, fewest=FEWEST)
    small = {cell for cell, count in cells.counts.items() if count < FEWEST}
    assert small <= closed
    assert not small & follow(cells.counts, cells.sums, closed)
