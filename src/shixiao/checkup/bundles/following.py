"""Following: what a reader works out from open cells and their sums, and from which of them.

Closed cells are the unknowns of the sums. One is determined when it is the same in every solution,
that is, when every vector that changes no sum leaves it alone; one such vector, drawn at random, is
0 exactly there. Most follow step by step, from a sum in which nothing else is unknown; the others
from a ring of sums, of which a combination has the cell alone.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, eye_array
from scipy.sparse.linalg import splu

Sum = tuple[int, tuple[int, ...]]
Floats = NDArray[np.float64]
_RIDGE = 1e-8
_ROUNDS = 6
_ZERO = 1e-5
_SEED = 11
_NEAR = 8


@dataclass(frozen=True, slots=True)
class Group:
    """Closed cells of few people whose sum follows; ``grounds``: open cells that it follows from.

    Those are all, or the nearest where it follows from a ring of sums: such a ring can be large.
    """

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
    _touching: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for place, (total, parts) in enumerate(self.sums):
            for cell in (total, *parts):
                self._touching[cell].append(place)

    def follows(self, closed: Set[int]) -> Iterator[Follows]:
        """Give what follows, for each lot of closed cells that hang together."""
        for cells, rows in _together(self.sums, closed):
            key = frozenset(cells)
            if key not in self._settled:
                self._settled[key] = _Lot(self, cells, rows).follows()
            yield self._settled[key]

    def nearest(self, among: Set[int], group: Set[int]) -> frozenset[int]:
        """Return some of the cells that are nearest to the group.

        Closing one nearby opens the ring around the group, closing one far away another ring. A sum
        of few parts is a short way: through one of many parts goes a ring for each of them.
        """
        met: set[int] = set()
        reached = dict.fromkeys(group, 0)
        waiting = [(0, cell) for cell in sorted(group)]
        while waiting and len(met) < _NEAR:
            way, cell = heappop(waiting)
            if way > reached[cell]:
                continue
            if cell in among:
                met.add(cell)
            for place in self._touching[cell]:
                total, parts = self.sums[place]
                for other in (total, *parts):
                    there = way + len(parts)
                    if there < reached.get(other, there + 1):
                        reached[other] = there
                        heappush(waiting, (there, other))
        return frozenset(met)


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
        self.table, self.cells = table, cells
        self.rows = dict(rows)
        self.of: dict[int, list[int]] = defaultdict(list)
        for row, members in rows:
            for cell in members:
                self.of[cell].append(row)

    def follows(self) -> Follows:
        known = self._known()
        groups = sorted(self._small(known))
        return Follows(known, tuple(Group(cells, self._grounds(cells)) for cells in groups))

    def _sign(self, row: int, cell: int) -> float:
        return 1.0 if cell == self.table.sums[row][0] else -1.0

    def _known(self) -> frozenset[int]:
        """Return the cells that a random vector which changes no sum leaves at 0.

        It is complex: of so many real numbers one would be near 0 by chance.
        """
        draw = np.random.default_rng(_SEED).standard_normal((2, len(self.cells)))
        free = dict(zip(self.cells, (draw[0] + 1j * draw[1]).tolist(), strict=True))
        free |= self._core.unchanged(free)
        for cell, row in reversed(tuple(self._leaves.items())):
            others = sum(self._sign(row, c) * free[c] for c in self.rows[row] if c != cell)
            free[cell] = -self._sign(row, cell) * others
        return frozenset(cell for cell, much in free.items() if abs(much) < _ZERO)

    def _small(self, known: Set[int]) -> set[tuple[int, ...]]:
        """Return the small groups: cells that are known, and what is left of a sum beside them."""
        counts, fewest = self.table.counts, self.table.fewest
        found: set[tuple[int, ...]] = {(cell,) for cell in known if counts[cell] < fewest}
        for row, members in self.rows.items():
            total = self.table.sums[row][0]
            left = tuple(cell for cell in members if cell not in known)
            if left and total not in left and sum(counts[cell] for cell in left) < fewest:
                found.add(left)
        return found

    @cached_property
    def _leaves(self) -> Mapping[int, int]:
        """Cell → its only sum, when the sums of the cells before it are put aside, in that order.

        Whatever the others of the sum are, such a cell makes it come out: what is left over, the
        core, decides alone.
        """
        within = {cell: set(rows) for cell, rows in self.of.items()}
        waiting = deque(cell for cell, rows in within.items() if len(rows) == 1)
        leaves: dict[int, int] = {}
        while waiting:
            cell = waiting.popleft()
            for row in tuple(within[cell]):
                leaves[cell] = row
                for other in self.rows[row]:
                    within[other].discard(row)
                    if len(within[other]) == 1:
                        waiting.append(other)
        return leaves

    @cached_property
    def _core(self) -> _Core:
        aside = set(self._leaves.values())
        entries = [
            (row, cell, self._sign(row, cell))
            for row, members in self.rows.items()
            if row not in aside
            for cell in members
        ]
        return _Core(entries)

    @cached_property
    def _steps(self) -> Mapping[int, int]:
        """Cell → the sum it follows from step by step, in the order of the steps."""
        unknown = {row: set(members) for row, members in self.rows.items()}
        steps: dict[int, int] = {}
        waiting = deque(row for row, members in unknown.items() if len(members) == 1)
        while waiting:
            row = waiting.popleft()
            for cell in tuple(unknown[row]):
                steps[cell] = row
                for other in self.of[cell]:
                    unknown[other].discard(cell)
                    if len(unknown[other]) == 1:
                        waiting.append(other)
        return steps

    @cached_property
    def _left(self) -> Mapping[frozenset[int], int]:
        """What of a sum does not follow step by step → that sum."""
        steps = self._steps
        return {
            frozenset(cell for cell in members if cell not in steps): row
            for row, members in self.rows.items()
        }

    def _grounds(self, group: tuple[int, ...]) -> frozenset[int]:
        """Return the open cells that a group follows from: few where it does step by step."""
        steps, wanted = self._steps, frozenset(group)
        if len(group) == 1 and group[0] in steps:
            return self._behind(steps[group[0]], wanted)
        row = self._left.get(wanted)
        return self._combined(wanted) if row is None else self._behind(row, wanted)

    def _behind(self, row: int, group: Set[int]) -> frozenset[int]:
        """Return the open cells of a sum, and of the sums that its closed cells follow from."""
        open_: set[int] = set()
        seen, waiting = set(group), [row]
        while waiting:
            total, parts = self.table.sums[waiting.pop()]
            for cell in (total, *parts):
                if cell not in self.of:
                    open_.add(cell)
                elif cell not in seen:
                    seen.add(cell)
                    waiting.append(self._steps[cell])
        return frozenset(open_)

    def _combined(self, group: Set[int]) -> frozenset[int]:
        """Return the open cells of the combination of sums that has the group alone."""
        lacking = defaultdict(float, dict.fromkeys(group, 1.0))
        shares: dict[int, float] = {}
        for cell, row in self._leaves.items():
            if abs(lacking[cell]) > _ZERO:
                shares[row] = self._sign(row, cell) * lacking[cell]
                for other in self.rows[row]:
                    lacking[other] -= shares[row] * self._sign(row, other)
        shares |= self._core.combination(lacking)
        weight: dict[int, float] = defaultdict(float)
        for row, share in shares.items():
            total, parts = self.table.sums[row]
            for cell in (total, *parts):
                weight[cell] += share * self._sign(row, cell)
        found = {cell for cell, much in weight.items() if abs(much) > _ZERO} - self.of.keys()
        return self.table.nearest(found, group)


class _Core:
    """Sums in which every cell is in another sum too, as equations."""

    def __init__(self, entries: Sequence[tuple[int, int, float]]) -> None:
        self.rows = {row: at for at, row in enumerate(dict.fromkeys(e[0] for e in entries))}
        self.cells = {cell: at for at, cell in enumerate(dict.fromkeys(e[1] for e in entries))}
        signs = [sign for _, _, sign in entries]
        places = [self.rows[e[0]] for e in entries], [self.cells[e[1]] for e in entries]
        self.matrix = csr_array((signs, places), shape=(len(self.rows), len(self.cells)))

    @cached_property
    def _solve(self) -> Callable[[Floats], Floats]:
        # A slight ridge, for sums may be redundant; what it leaves is taken out in a few rounds.
        square = self.matrix @ self.matrix.T + _RIDGE * eye_array(len(self.rows))
        solve: Callable[[Floats], Floats] = splu(square.tocsc()).solve
        return solve

    def unchanged(self, start: Mapping[int, complex]) -> dict[int, complex]:
        """Return the part of a vector that changes no sum."""
        if not self.cells:
            return {}
        whole = np.array([start[cell] for cell in self.cells])
        free = np.column_stack([whole.real, whole.imag])
        for _ in range(_ROUNDS):
            free = free - self.matrix.T @ self._solve(self.matrix @ free)
        return dict(zip(self.cells, (free[:, 0] + 1j * free[:, 1]).tolist(), strict=True))

    def combination(self, wanted: Mapping[int, float]) -> dict[int, float]:
        """Return how often each sum is taken so that the cells come out as wanted."""
        lacking = np.array([wanted.get(cell, 0.0) for cell in self.cells])
        if not np.any(np.abs(lacking) > _ZERO):
            return {}
        shares = np.zeros(len(self.rows))
        for _ in range(_ROUNDS):
            shares = shares + self._solve(self.matrix @ (lacking - self.matrix.T @ shares))
        found = zip(self.rows, shares.tolist(), strict=True)
        return {row: share for row, share in found if abs(share) > _ZERO}
