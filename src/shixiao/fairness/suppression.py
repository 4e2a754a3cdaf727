"""Suppression: cells of too few persons are withheld, and so many more that none can be told.

Whoever publishes counts with totals also publishes what a total less the other cells gives away. So
cells of 1 to ``least`` - 1 persons are withheld (primary), and then others (complementary), until

- no total less its shown parts speaks of fewer than ``least`` persons, and
- no withheld cell is determined by the shown ones, in whatever combination.

Tables of the same persons must be given all at once: then none is the difference of two others.

Source: L. Willenborg and T. de Waal (2001), Elements of Statistical Disclosure Control, ch. 4-5;
CMS cell size suppression policy (values 1 to 10 are withheld and cannot be derived).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shixiao.fairness.cube import Cube, Integers, Key
from shixiao.terms import BadInput, Text

MOST_CELLS = 2_000
"""Finest cells of one publication; what is determined is asked of as many equations."""

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Published:
    """What may be published of one table.

    Attributes:
        dimensions: of the table.
        keys: its cells.
        n: persons of each cell; None where it is withheld.
    """

    dimensions: tuple[str, ...]
    keys: tuple[Key, ...]
    n: tuple[int | None, ...]


def suppress(cube: Cube, tables: Sequence[Sequence[str]], *, least: int) -> list[Published]:
    """Withhold what tables of the same persons would give away about fewer than ``least``.

    Args:
        cube: counts by at least the dimensions of all tables; one decision stands for a person.
        tables: dimensions of each table to publish; () is the total of everybody.
        least: fewest persons of a published cell. That nobody is in a cell may be published.

    Returns:
        The tables in their order.

    Raises:
        BadInput: the tables together have too many cells.
    """
    names = sorted({name for table in tables for name in table}, key=cube.dimensions.index)
    finest = cube.by(*names)
    if len(finest.keys) > MOST_CELLS:
        raise BadInput(
            Text(
                f"公布的表共有超过 {MOST_CELLS} 个单元格；请减少分组，或把取值归并成段。",
                f"the tables have more than {MOST_CELLS} cells; take fewer groups, or put their"
                " values into bands",
            )
        )
    rolled = [finest.by(*table) for table in tables]
    holds = np.vstack([_incidence(finest, table) for table in rolled])
    n = np.concatenate([table.column("n") for table in rolled])
    table_of = np.repeat(np.arange(len(rolled)), [len(table.keys) for table in rolled])
    shown = (n >= least) | (n == 0)
    while (cell := _to_withhold(holds, n, table_of, shown, least)) is not None:
        shown[cell] = False
    found = []
    for number, table in enumerate(rolled):
        mine = table_of == number
        values = zip(n[mine].tolist(), shown[mine].tolist(), strict=True)
        kept = tuple(count if visible else None for count, visible in values)
        found.append(Published(table.dimensions, table.keys, kept))
    return found


def _incidence(finest: Cube, table: Cube) -> Floats:
    """Return which finest cells each cell of a table adds up, (cells of it, finest cells)."""
    places = [finest.dimensions.index(name) for name in table.dimensions]
    number = {key: place for place, key in enumerate(table.keys)}
    rows = np.zeros((len(table.keys), len(finest.keys)))
    for cell, key in enumerate(finest.keys):
        rows[number[tuple(key[place] for place in places)], cell] = 1
    return rows


def _to_withhold(
    holds: Floats, n: Integers, table_of: Integers, shown: Flags, least: int
) -> int | None:
    """Return the cell to withhold next, or None when nothing is given away."""
    found = _small_remainder(holds, n, table_of, shown, least)
    return _determining(holds, n, shown) if found is None else found


def _small_remainder(
    holds: Floats, n: Integers, table_of: Integers, shown: Flags, least: int
) -> int | None:
    """Find a total whose shown parts in one table leave 1 to ``least`` - 1 persons.

    The smallest of these parts goes: the remainder then speaks of its persons as well. Where the
    remainder has no shown part, the total is no larger than what it hides, and goes itself.
    """
    inside = holds @ holds.T >= holds.sum(axis=1)[None, :]  # [total, part]: the part lies in it
    for total in np.flatnonzero(shown & (n > 0)):
        for table in np.unique(table_of):
            parts = np.flatnonzero(inside[total] & (table_of == table))
            if total in parts or holds[parts].sum() != holds[total].sum():
                continue  # the table does not divide this total
            visible = parts[shown[parts] & (n[parts] > 0)]
            left = int(n[total] - n[visible].sum())
            if 0 < left < least:
                return int(visible[np.argmin(n[visible])]) if len(visible) else int(total)
    return None


def _determining(holds: Floats, n: Integers, shown: Flags) -> int | None:
    """Find a withheld cell that shown ones determine; return the smallest part that helps to.

    A sum is determined exactly when its row is a combination of the shown rows.
    """
    visible, hidden = np.flatnonzero(shown), np.flatnonzero(~shown)
    if not len(visible) or not len(hidden):
        return None
    basis = np.linalg.svd(holds[visible], full_matrices=False)
    kept = basis[2][basis[1] > 1e-9 * basis[1][0]]
    left = holds[hidden] - holds[hidden] @ kept.T @ kept
    told = hidden[np.abs(left).max(axis=1) < 1e-8]
    if not len(told):
        return None
    weights, *_ = np.linalg.lstsq(holds[visible].T, holds[told[0]], rcond=None)
    used = visible[(np.abs(weights) > 1e-8) & (n[visible] > 0)]
    if not len(used):
        used = visible[np.abs(weights) > 1e-8]
    # Parts go before totals: most is kept that way.
    return int(min(used, key=lambda cell: (holds[cell].sum(), n[cell])))
