"""Suppression: cells of too few persons are withheld, and so many more that none can be told.

Whoever publishes counts with totals also publishes what a total less the other cells gives away. So
cells of 1 to ``least`` - 1 persons are withheld (primary), and then others (complementary), until

- no total less its shown parts speaks of fewer than ``least`` persons,
- no withheld cell is determined by the shown ones, in whatever combination, and
- of every finest cell of fewer persons the shown ones would allow ``least`` as well.

The last rule holds for every group that somebody may put together: a group that is told to be of
fewer than ``least`` persons bounds each of its finest cells by that number.

Tables of the same persons must be given all at once: then none is the difference of two others.

Source: L. Willenborg and T. de Waal (2001), Elements of Statistical Disclosure Control, ch. 4-5;
CMS cell size suppression policy (values 1 to 10 are withheld and cannot be derived).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

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
    rolled = [cube.by(*table) for table in tables]
    n = np.concatenate([table.column("n") for table in rolled])
    shown = publishable(cube, tables, cube.column("n")[:, None], least=least)
    found, start = [], 0
    for table in rolled:
        part = slice(start, start + len(table.keys))
        values = zip(n[part].tolist(), shown[part].tolist(), strict=True)
        kept = tuple(count if visible else None for count, visible in values)
        found.append(Published(table.dimensions, table.keys, kept))
        start = part.stop
    return found


def publishable(
    cube: Cube, tables: Sequence[Sequence[str]], kinds: Integers, *, least: int
) -> Flags:
    """Say which cells of several tables may be shown together.

    Args:
        cube: as in ``suppress``.
        tables: dimensions of each.
        kinds: shape (cells of the cube, kinds of persons): a cell is shown with all kinds or none,
            and of no kind fewer than ``least`` are told.
        least: fewest persons of a kind; nobody may be told.

    Returns:
        Shape (cells of all tables in their order,).

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
    table_of = np.repeat(np.arange(len(rolled)), [len(table.keys) for table in rolled])
    known = np.rint(_incidence(cube, finest) @ kinds).astype(np.int64)
    persons = np.rint(holds @ known).astype(np.int64)
    shown = np.asarray(((persons >= least) | (persons == 0)).all(axis=1))
    divided = _divisions(holds, table_of)
    while (
        _withhold_remainders(divided, persons, shown, least)
        or _withhold_telling(holds, persons.sum(axis=1), shown)
        or _withhold_bounding(holds, known, shown, least)
    ):
        pass
    return shown


def _incidence(finest: Cube, table: Cube) -> Floats:
    """Return which finest cells each cell of a table adds up, (cells of it, finest cells)."""
    places = [finest.dimensions.index(name) for name in table.dimensions]
    number = {key: place for place, key in enumerate(table.keys)}
    rows = np.zeros((len(table.keys), len(finest.keys)))
    for cell, key in enumerate(finest.keys):
        rows[number[tuple(key[place] for place in places)], cell] = 1
    return rows


def _divisions(holds: Floats, table_of: Integers) -> list[tuple[int, Integers]]:
    """Return each total with its parts in every table that divides it."""
    sizes = holds.sum(axis=1)
    inside = holds @ holds.T >= sizes[None, :]  # [total, part]: the part lies in it
    found = []
    for table in np.unique(table_of):
        members = np.flatnonzero(table_of == table)
        whole = inside[:, members] @ sizes[members]
        for total in np.flatnonzero((whole == sizes) & (table_of != table)):
            found.append((int(total), members[inside[total, members]]))
    return found


def _withhold_remainders(
    divided: list[tuple[int, Integers]], persons: Integers, shown: Flags, least: int
) -> bool:
    """Withhold parts of totals whose shown parts in one table leave 1 to ``least`` - 1 persons.

    The smallest shown part goes: the remainder then speaks of its persons as well. Where the
    remainder has no shown part, the total is no larger than what it hides, and goes itself.
    """
    changed = False
    n = persons.sum(axis=1)
    for total, parts in divided:
        while shown[total] and n[total]:
            visible = parts[shown[parts] & (n[parts] > 0)]
            left = persons[total] - persons[visible].sum(axis=0)
            if not ((left > 0) & (left < least)).any():
                break
            shown[visible[np.argmin(n[visible])] if len(visible) else total] = False
            changed = True
    return changed


def _withhold_telling(holds: Floats, n: Integers, shown: Flags) -> bool:
    """Withhold for each withheld cell that shown ones determine the smallest part that helps to.

    A sum is determined exactly when its row is a combination of the shown rows.
    """
    visible, hidden = np.flatnonzero(shown), np.flatnonzero(~shown)
    if not len(visible) or not len(hidden):
        return False
    rows = holds[visible]
    values, vectors = np.linalg.eigh(rows.T @ rows)
    kept = vectors[:, values > 1e-10 * values[-1]]
    left = holds[hidden] - (holds[hidden] @ kept) @ kept.T
    told = hidden[np.abs(left).max(axis=1) < 1e-7]
    if not len(told):
        return False
    weights, *_ = np.linalg.lstsq(rows.T, holds[told].T, rcond=None)
    gone: set[int] = set()
    for place in range(len(told)):
        used = visible[(np.abs(weights[:, place]) > 1e-8) & (n[visible] > 0)]
        if not len(used):
            used = visible[np.abs(weights[:, place]) > 1e-8]
        if gone.isdisjoint(used.tolist()):  # else what went for another cell may be enough
            # Parts go before totals: most is kept that way.
            gone.add(int(min(used, key=lambda cell: (holds[cell].sum(), n[cell]))))
    shown[list(gone)] = False
    return True


def _withhold_bounding(holds: Floats, known: Integers, shown: Flags, least: int) -> bool:
    """Withhold for each small finest cell that shown ones bound the smallest part that helps to.

    A cell is bounded where no table of persons that agrees with all that is shown has ``least`` in
    it; what bounds it are the rows with a price in that linear programme.
    """
    visible = np.flatnonzero(shown)
    if not len(visible):
        return False
    rows, sizes, n = csr_matrix(holds[visible]), holds.sum(axis=1), holds @ known.sum(axis=1)
    gone: set[int] = set()
    for kind in known.T:
        free = set(np.flatnonzero((kind > 0) & (kind < least)).tolist())
        right = rows @ kind
        while free:
            cell = free.pop()
            aim = np.zeros(len(kind))
            aim[cell] = -1.0
            found = linprog(aim, A_eq=rows, b_eq=right, bounds=(0, None), method="highs")
            if found.x is None:  # without bound
                continue
            free -= set(np.flatnonzero(found.x >= least).tolist())
            if found.x[cell] >= least - 1e-6:
                continue
            used = visible[(np.abs(found.eqlin.marginals) > 1e-9) & (n[visible] > 0)]
            if len(used) and gone.isdisjoint(used.tolist()):
                gone.add(int(min(used, key=lambda row: (sizes[row], n[row]))))
    shown[list(gone)] = False
    return bool(gone)
