"""Suppression: no cell of 1 to 10 people is shown, and none follows from what is shown.

Cells hang together by sums (a city and its departments, a share and its complement). Small cells
are hidden first. Then whatever a reader could still work out from the visible cells and the sums is
sought exactly, and of the cells it follows from the least are hidden until nothing small follows
(primary and complementary suppression; L. Willenborg and T. de Waal (2001), Elements of Statistical
Disclosure Control, ch. 6).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence, Set
from dataclasses import dataclass, field

from shixiao.checkup.bundles.following import Group, Sum, Table

Cell = Hashable
WHOLE = 1000
"""How many times as much a cell is worth that all else is held against, as the number of cases."""
_PROGRESS = 0.8
_MOST = 1 / 200  # of all cells


@dataclass(slots=True)
class Cells:
    """Counts of people and how they add up.

    Attributes:
        counts: cell → people; cells of nobody are no cells and may be left out.
        sums: (total, parts): the parts make up the total exactly.
        never: cells that are shown nowhere, such as what the parts leave over.
        secret: cells that may not follow from others either, however many people they count.
        weight: how much more than a cell of as many people a cell is worth; 1 where it is not told.
    """

    counts: dict[Cell, int] = field(default_factory=dict)
    sums: list[tuple[Cell, tuple[Cell, ...]]] = field(default_factory=list)
    never: set[Cell] = field(default_factory=set)
    secret: set[Cell] = field(default_factory=set)
    weight: dict[Cell, int] = field(default_factory=dict)

    def add(self, cell: Cell, count: int, *, weight: int = 1) -> None:
        """Take a cell that may be shown."""
        if count:
            self.counts[cell] = count
            self.weight[cell] = weight

    def relate(self, total: Cell, parts: Iterable[Cell]) -> None:
        """Say that parts belong to a total; what they leave over becomes a cell of its own."""
        known = tuple(part for part in parts if part in self.counts)
        rest = self.counts.get(total, 0) - sum(self.counts[part] for part in known)
        if not known or rest < 0:
            return
        if rest:
            left = ("rest", len(self.sums))
            self.counts[left] = rest
            self.never.add(left)
            known = (*known, left)
        self.sums.append((total, known))


def hidden(cells: Cells, *, fewest: int) -> frozenset[Cell]:
    """Return the cells that must not be shown.

    Args:
        cells: counts and their sums.
        fewest: people in the smallest cell that may be shown.
    """
    names = list(cells.counts)
    number = {cell: at for at, cell in enumerate(names)}
    sums = dict.fromkeys((number[t], tuple(number[p] for p in parts)) for t, parts in cells.sums)
    closed = _Closing(
        # What must not follow from others is kept like a cell of nobody.
        [0 if cell in cells.secret else cells.counts[cell] for cell in names],
        [cells.counts[cell] * cells.weight.get(cell, 1) for cell in names],
        list(sums),
        {number[cell] for cell in cells.never},
        fewest,
    ).run()
    return frozenset(names[at] for at in closed)


class _Closing:
    """Closes cells, known by number here, until nothing small follows from the open ones."""

    def __init__(
        self,
        counts: Sequence[int],
        costs: Sequence[int],
        sums: Sequence[Sum],
        never: Set[int],
        fewest: int,
    ) -> None:
        self.costs, self.never = costs, never
        self.table = Table(counts, sums, fewest)
        self.closed = {at for at, count in enumerate(counts) if count < fewest} | never

    def run(self) -> set[int]:
        """Return the closed cells; where closing a few changes little, a few more are closed."""
        many, before, most = 1, 0, max(int(_MOST * len(self.costs)), 1)
        while True:
            lots = list(self.table.follows(self.closed))
            groups = [group for lot in lots for group in lot.groups]
            if not groups:
                # What follows from open cells all the same is shown too: hiding it hides nothing.
                known = {cell for lot in lots for cell in lot.known}
                return self.closed - (known - self.never)
            many = min(many * 2, most) if before and len(groups) > _PROGRESS * before else 1
            before = len(groups)
            self.closed |= self._victims(groups, many)

    def _victims(self, groups: Iterable[Group], many: int) -> set[int]:
        """Return the cheapest cells that each group follows from, so that ``many`` of them close.

        A group that cells chosen before may already save gets none of its own; those that follow
        from few have the first say.
        """
        chosen: set[int] = set()
        for group in sorted(groups, key=lambda g: (len(g.grounds), g.cells)):
            wanted = many - len(group.grounds & chosen)
            order = sorted(group.grounds - chosen, key=lambda cell: (self.costs[cell], cell))
            chosen.update(order[: max(wanted, 0)])
        return chosen
