"""Following: what a reader works out from open cells and their sums, and from which of them.

Closed cells are the unknowns of the sums. One is determined when it is the same in every solution,
that is, when every vector that changes no sum leaves it alone; one such vector, drawn at random, is
0 exactly there. Most follow step by step, from a sum in which nothing else is unknown; the others
from a ring of sums, of which a combination has the cell alone.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, eye_array
from scipy.sparse.linalg import splu

Sum = tuple[int, tuple[int, ...]]
_RIDGE = 1e-8
_ROUNDS = 6
_ZERO = 1e-5
_SEED = 11


@dataclass(frozen=True, slots=True)
class Group:
    """Closed cells of few people whose sum follows; ``grounds``: the open cells it follows from."""

    cells: tuple[int, ...]
    grounds: frozenset[int]


@dataclass(frozen=True, slots=True)
class Follows:
    """What follows of cells that hang together: those that are known, and small groups."""

    known: frozenset[int]
    groups: tuple[Group, ...]


@dataclass(slots=True)
class Table:
    """Cells by number, with what was found of those that hang together.

    Attributes:
        counts: people in each cell.
        sums: (total, parts): the parts make up the total exactly.
        fewest: people in the smallest group that may be known.
    """

    counts: Sequence[int]
    sums: Sequence[Sum]
    fewest: int
    _settled: dict[frozenset[int], Follows] = field(default_factory=dict)

    def follows(self, closed: Set[int]) -> Iterator[Follows]:
        """Give what follows, for each lot of closed cells that hang together."""
        for cells, rows in _together(self.sums, closed):
            key = frozenset(cells)
            if key not in self._settled:
                self._settled[key] = _Lot(self, cells, rows).follows()
            yield self._settled[key]


def _together(
    sums: Sequence[Sum], closed: Set[int]
) -> Iterable[tuple[list[int], list[tuple[int, list[int]]]]]:
    """Return closed cells by what hangs together, each lot with its sums and who is in them."""
    rows = [
        (place, [cell for cell in (total, *parts) if cell in closed])
        for place, (total, parts) in enumerate(sums)
    ]
    rows = [(place, members) for place, members in rows if members]
    parent: dict[int, int] = {}

    def root(cell: int) -> int:
        while (above := parent.setdefault(cell, cell)) != cell:
            parent[cell] = cell = parent[above]
        return cell

    for _, members in rows:
        for cell in members:
            parent[root(cell)] = root(members[0])
    lots: dict[int, tuple[list[int], list[tuple[int, list[int]]]]] = defaultdict(lambda: ([], []))
    for cell in list(parent):
        lots[root(cell)][0].append(cell)
    for row in rows:
        lots[root(row[1][0])][1].append(row)
    return lots.values()


class _Lot:
    """Closed cells that hang together, and the sums that they are in."""

    def __init__(
        self, table: Table, cells: Sequence[int], rows: Sequence[tuple[int, list[int]]]
    ) -> None:
        self.table, self.rows = table, rows
        self.place = {cell: at for at, cell in enumerate(cells)}
        self.members = dict(rows)
        entries = [
            (at, self.place[cell], 1.0 if cell == table.sums[row][0] else -1.0)
            for at, (row, members) in enumerate(rows)
            for cell in members
        ]
        rows_at, columns, signs = zip(*entries, strict=True)
        shape = (len(rows), len(cells))
        self.matrix = csr_array((signs, (rows_at, columns)), shape=shape)
        # A slight ridge, for sums may be redundant; what it leaves is taken out in a few rounds.
        square = self.matrix @ self.matrix.T + _RIDGE * eye_array(len(rows))
        self.solve = splu(square.tocsc()).solve

    def follows(self) -> Follows:
        known = self._known()
        groups = sorted(self._small(known))
        return Follows(known, tuple(Group(cells, self._grounds(cells)) for cells in groups))

    def _known(self) -> frozenset[int]:
        free = np.random.default_rng(_SEED).standard_normal(len(self.place))
        for _ in range(_ROUNDS):
            free = free - self.matrix.T @ self.solve(self.matrix @ free)
        return frozenset(cell for cell, at in self.place.items() if abs(free[at]) < _ZERO)

    def _small(self, known: Set[int]) -> set[tuple[int, ...]]:
        """Return the small groups: cells that are known, and what is left of a sum beside them."""
        counts, fewest = self.table.counts, self.table.fewest
        found: set[tuple[int, ...]] = {(cell,) for cell in known if counts[cell] < fewest}
        for row, members in self.rows:
            total = self.table.sums[row][0]
            left = tuple(cell for cell in members if cell not in known)
            if left and total not in left and sum(counts[cell] for cell in left) < fewest:
                found.add(left)
        return found

    @cached_property
    def _steps(self) -> Mapping[int, int]:
        """Cell → the sum it follows from step by step, in the order of the steps."""
        unknown = {row: set(members) for row, members in self.rows}
        of: dict[int, list[int]] = defaultdict(list)
        for row, members in self.rows:
            for cell in members:
                of[cell].append(row)
        steps: dict[int, int] = {}
        waiting = deque(row for row, members in unknown.items() if len(members) == 1)
        while waiting:
            row = waiting.popleft()
            for cell in tuple(unknown[row]):
                steps[cell] = row
                for other in of[cell]:
                    unknown[other].discard(cell)
                    if len(unknown[other]) == 1:
                        waiting.append(other)
        return steps

    @cached_property
    def _left(self) -> Mapping[frozenset[int], int]:
        """What of a sum does not follow step by step → that sum."""
        steps = self._steps
        return {frozenset(c for c in members if c not in steps): row for row, members in self.rows}

    def _grounds(self, group: tuple[int, ...]) -> frozenset[int]:
        """Return the open cells that a group follows from: few where it does step by step."""
        steps, wanted = self._steps, set(group)
        if len(group) == 1 and group[0] in steps:
            return self._behind(steps[group[0]], wanted)
        row = self._left.get(frozenset(group))
        return self._combined(group) if row is None else self._behind(row, wanted)

    def _behind(self, row: int, group: Set[int]) -> frozenset[int]:
        """Return the open cells of a sum, and of the sums that its closed cells follow from."""
        open_: set[int] = set()
        seen, waiting = set(group), [row]
        while waiting:
            total, parts = self.table.sums[waiting.pop()]
            for cell in (total, *parts):
                if cell not in self.place:
                    open_.add(cell)
                elif cell not in seen:
                    seen.add(cell)
                    waiting.append(self._steps[cell])
        return frozenset(open_)

    def _combined(self, group: tuple[int, ...]) -> frozenset[int]:
        """Return the open cells of the combination of sums that has the group alone."""
        wanted = np.zeros(len(self.place))
        wanted[[self.place[cell] for cell in group]] = 1.0
        shares: NDArray[np.float64] = np.zeros(len(self.rows))
        for _ in range(_ROUNDS):
            shares = shares + self.solve(self.matrix @ (wanted - self.matrix.T @ shares))
        weight: dict[int, float] = defaultdict(float)
        for share, (row, _) in zip(shares.tolist(), self.rows, strict=True):
            if abs(share) > _ZERO:
                total, parts = self.table.sums[row]
                weight[total] += share
                for part in parts:
                    weight[part] -= share
        found = (cell for cell, much in weight.items() if abs(much) > _ZERO)
        return frozenset(cell for cell in found if cell not in self.place)
