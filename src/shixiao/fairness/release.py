"""Releases: the tables of one closed quarter that experts may ask, withheld all at once.

Whoever may cross groups at will can subtract one answer from another until a few persons are left.
So nothing is withheld question by question: all tables of a quarter, up to three groups crossed,
are held against each other once (``suppression``) and kept as they are. An answer is a part of
that release or a sum of its parts, and two answers never tell more than the release does. Quarters
have no decision in common, and a quarter that was released is not released again.

Not only persons of a group are withheld where they are few: so is every sort of them that a rate
tells apart, whoever was selected and whoever was not, whose advice was followed and whose was not.
Appeals are in no release: they come long after the quarter is frozen.

Source: as ``suppression``; I. Dinur and K. Nissim (2003), PODS, 202-210 (why many answers have to
be judged together).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from shixiao.fairness.cube import COUNTS, PLACE, Cube, Integers, Key
from shixiao.fairness.guard import ground
from shixiao.fairness.suppression import publishable
from shixiao.rules import RulePack
from shixiao.terms import Text

DEEPEST = 3
FINEST = 200  # finest cells of a release; what is withheld is asked of as many equations
SPARSE = 1 / 3  # share of withheld cells from which fewer groups are crossed
SORTS: Mapping[str, tuple[str, ...]] = {
    "selection": ("selected",),
    "outcome": ("tp", "fp", "fn", "tn"),
    "advice": ("advised", "overrides"),
}
"""Counts that are shown together where no sort of persons that they tell apart is too small."""
ASKABLE = ("selection", "tpr", "fpr", "fnr", "override")
"""Metrics that can be asked."""
TOGETHER = "\x1f"  # between values that were put together
Cells = dict[Key, dict[str, int] | None]


@dataclass(frozen=True, slots=True)
class Release:
    """The tables of one quarter.

    Attributes:
        dimensions: groups that may be crossed; left_out: those for which there are too many cells.
        depth: how many of them are crossed at most.
        cells: counts by the groups of the table and the values of the cell; None where withheld.
        no_errors: why there are no error rates; None where there are.
    """

    dimensions: tuple[str, ...]
    left_out: tuple[str, ...]
    depth: int
    cells: Mapping[tuple[str, ...], Cells]
    no_errors: Text | None

    def to_json(self) -> dict[str, Any]:
        """Return what is kept."""
        return {
            "dimensions": list(self.dimensions),
            "left_out": list(self.left_out),
            "depth": self.depth,
            "no_errors": self.no_errors.to_json() if self.no_errors else None,
            "tables": [
                {"by": list(by), "rows": [[list(key), counts] for key, counts in rows.items()]}
                for by, rows in self.cells.items()
            ],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Release:
        """Read what was kept."""
        return cls(
            tuple(kept["dimensions"]),
            tuple(kept["left_out"]),
            kept["depth"],
            {
                tuple(table["by"]): {tuple(key): counts for key, counts in table["rows"]}
                for table in kept["tables"]
            },
            Text.of(kept["no_errors"]) if kept["no_errors"] else None,
        )

    def values(self, dimension: str) -> list[str | None]:
        """Return the values of a group."""
        return [key[0] for key in self.cells[(dimension,)]]

    def asked(
        self, by: Sequence[str], merged: Mapping[str, Iterable[str | None]] | None = None
    ) -> Cells:
        """Return a table of the release, with values put together as asked.

        Args:
            by: groups to cross, at most ``depth``, in any order.
            merged: by group, values that become one; it is withheld where one of them is, and so
                is a part that is withheld in one of them.

        Raises:
            KeyError: the release has no such table.
        """
        order = tuple(sorted(by, key=self.dimensions.index))
        together = {name: frozenset(values) for name, values in (merged or {}).items()}
        found: Cells = {}
        for key, counts in self.cells[order].items():
            spoken = tuple(
                TOGETHER.join(sorted("" if v is None else v for v in together[name]))
                if value in together.get(name, frozenset()) and len(together[name]) > 1
                else value
                for name, value in zip(order, key, strict=True)
            )
            if spoken not in found:
                found[spoken] = None if counts is None else dict(counts)
            else:
                found[spoken] = _sum(found[spoken], counts)
        return found


def release(
    cube: Cube, *, rules: RulePack, least: int, random: str | None, outcome: bool
) -> Release:
    """Make the release of a quarter.

    The finest tables are tried first; where too much of them would be withheld, fewer groups are
    crossed, so that what is left can be used.

    Args:
        cube: counts of one system in one quarter.
        rules: as ``guard.ground``.
        least: fewest persons of a cell.
        random: value of the arm that was drawn at random; None without one.
        outcome: whether outcomes are known.
    """
    names, left_out = _affordable(cube)
    errors = ground(cube, rules=rules, random=random, outcome=outcome)
    whole, known = cube.by(*names), errors.errors.by(*names) if errors.identifiable else None
    for depth in range(min(DEEPEST, len(names)), -1, -1):
        tables = [by for k in range(depth + 1) for by in combinations(names, k)]
        most = SPARSE if depth > 1 else 1.0
        cells = _withheld(whole, known, tables, least, most)
        if cells is not None:
            return Release(names, left_out, depth, cells, errors.why_not)
    raise AssertionError("a table of everybody is never too sparse")


def _affordable(cube: Cube) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the groups that come into the release, in their order, and those that do not."""
    taken: list[str] = []
    for name in cube.groups:
        if len(cube.by(*taken, name).keys) <= FINEST:
            taken.append(name)
    return tuple(taken), tuple(name for name in cube.groups if name not in taken)


def _withheld(
    whole: Cube,
    errors: Cube | None,
    tables: Sequence[tuple[str, ...]],
    least: int,
    most: float,
) -> dict[tuple[str, ...], Cells] | None:
    """Return the cells of all tables; None where more than ``most`` of them had to be withheld."""
    shown = publishable(whole, tables, whole.column("n")[:, None], least=least)
    if (~shown).mean() > most:
        return None
    cells: dict[tuple[str, ...], Cells] = {}
    flags = iter(shown.tolist())
    for by in tables:
        table = whole.by(*by)
        told = zip(table.keys, table.column("n").tolist(), strict=True)
        cells[by] = {key: {"n": n} if next(flags) else None for key, n in told}
    deepest = max(map(len, tables))
    for sort in SORTS:
        own = errors if sort == "outcome" else whole
        if own is None:
            continue
        for depth in range(deepest, -1, -1):
            some = [by for by in tables if len(by) <= depth]
            if _added(cells, some, sort, whole, own, least, SPARSE if depth > 1 else 1.0):
                break
    return cells


def _added(
    cells: dict[tuple[str, ...], Cells],
    tables: Sequence[tuple[str, ...]],
    sort: str,
    whole: Cube,
    own: Cube,
    least: int,
    most: float,
) -> bool:
    """Add counts to the shown cells in which no sort of persons is too small.

    False, and nothing added, where more than ``most`` of them have to be withheld.
    """
    there = dict(zip(own.keys, own.counts, strict=True))
    nothing = np.zeros(len(COUNTS), np.int64)
    counts = np.stack([there.get(key, nothing) for key in whole.keys])
    kinds = _kinds(sort, whole.counts, counts)
    shown = publishable(whole, tables, kinds, least=least)
    if (~shown).mean() > most:
        return False
    flags = iter(shown.tolist())
    summed = Cube.of(whole.dimensions, whole.keys, counts)
    for by in tables:
        table = summed.by(*by)
        for key, row in zip(table.keys, table.counts, strict=True):
            held = cells[by][key]
            # A cell that is withheld cannot speak of its sorts; to take cells out tells nothing.
            if next(flags) and held is not None:
                held |= {name: int(row[PLACE[name]]) for name in SORTS[sort]}
    return True


def _kinds(sort: str, whole: Integers, own: Integers) -> Integers:
    """Return the sorts of persons that counts tell apart; they add up to everybody."""

    def of(name: str, counts: Integers = own) -> Integers:
        return counts[:, PLACE[name]]

    n, selected = of("n", whole), of("selected", whole)
    if sort == "selection":
        return np.column_stack([selected, n - selected])
    if sort == "advice":
        followed = of("advised") - of("overrides")
        return np.column_stack([of("overrides"), followed, n - of("advised")])
    errors = [of(name) for name in SORTS["outcome"]]
    unknown = [selected - errors[0] - errors[1], n - selected - errors[2] - errors[3]]
    return np.column_stack([*errors, *unknown])


def _sum(one: dict[str, int] | None, other: dict[str, int] | None) -> dict[str, int] | None:
    """Add two cells; a part that one of them withholds is not told of both."""
    if one is None or other is None:
        return None
    return {name: one[name] + other[name] for name in one.keys() & other.keys()}
