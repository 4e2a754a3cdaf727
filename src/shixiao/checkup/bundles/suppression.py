"""Suppression: no cell of 1 to 10 people is shown, and none follows from what is shown.

Cells hang together by sums (a city and its departments, a share and its complement). Small cells
are hidden first. Then whatever a reader could still work out from the visible cells and the sums is
sought exactly, and the smallest neighbours are hidden until nothing small follows (primary and
complementary suppression; L. Willenborg and T. de Waal (2001), Elements of Statistical Disclosure
Control, ch. 6).

What a reader can work out is linear algebra: the hidden cells are the unknowns of the sums. A
hidden cell is determined when it is the same in every solution, that is, when every vector that
changes no sum leaves it alone. One such vector, drawn at random, is 0 exactly there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence, Set
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array, eye_array
from scipy.sparse.linalg import splu

Cell = Hashable
_DEAR = 1000
"""How many times its own count a dear cell is worth."""
_PROGRESS = 0.8
_RIDGE = 1e-8
_ROUNDS = 6
_ZERO = 1e-5
_SEED = 11


@dataclass(slots=True)
class Cells:
    """Counts of people and how they add up.

    Attributes:
        counts: cell → people; cells of nobody are no cells and may be left out.
        sums: (total, parts): the parts make up the total exactly.
        never: cells that are shown nowhere, such as what the parts leave over.
        dear: cells that much else hangs on: others are hidden in their stead where that helps.
    """

    counts: dict[Cell, int] = field(default_factory=dict)
    sums: list[tuple[Cell, tuple[Cell, ...]]] = field(default_factory=list)
    never: set[Cell] = field(default_factory=set)
    dear: set[Cell] = field(default_factory=set)

    def add(self, cell: Cell, count: int) -> None:
        """Take a cell that may be shown."""
        if count:
            self.counts[cell] = count

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
    closed = _Closing(
        [cells.counts[cell] for cell in names],
        [_DEAR if cell in cells.dear else 1 for cell in names],
        [(number[total], tuple(number[p] for p in parts)) for total, parts in cells.sums],
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
        sums: Sequence[tuple[int, tuple[int, ...]]],
        never: Set[int],
        fewest: int,
    ) -> None:
        self.counts, self.costs, self.sums, self.fewest = counts, costs, sums, fewest
        self.never = never
        self.closed = {at for at, count in enumerate(counts) if count < fewest} | never
        self.touching: dict[int, list[int]] = defaultdict(list)
        for place, (total, parts) in enumerate(sums):
            for cell in (total, *parts):
                self.touching[cell].append(place)

    def run(self) -> set[int]:
        """Return the closed cells; where closing a few changes little, ever more are closed."""
        settled: dict[frozenset[int], tuple[int, ...]] = {}
        many, before = 1, 0
        while True:
            self.known = frozenset(determined(self.sums, self.closed, settled))
            groups = self._small_groups()
            if not groups:
                # What follows from open cells all the same is shown too: hiding it hides nothing.
                return self.closed - (self.known - self.never)
            many = many * 2 if before and len(groups) > _PROGRESS * before else 1
            before = len(groups)
            self.closed |= self._victims(groups, many)

    def _small_groups(self) -> list[tuple[int, ...]]:
        """Return the small groups of closed cells whose sum follows from what is open."""
        found: set[tuple[int, ...]] = set()
        for total, parts in self.sums:
            if total in self.closed and total not in self.known:
                continue
            unknown = tuple(p for p in parts if p in self.closed and p not in self.known)
            if unknown and sum(self.counts[cell] for cell in unknown) < self.fewest:
                found.add(unknown)
        found |= {(cell,) for cell in self.known if self.counts[cell] < self.fewest}
        return sorted(found)

    def _victims(self, groups: Iterable[tuple[int, ...]], many: int) -> set[int]:
        """Return the smallest cells that each group follows from, so that ``many`` of them close.

        A group that cells chosen before may already save gets none of its own.
        """
        chosen: set[int] = set()
        for group in groups:
            grounds = self._grounds(group)
            wanted = many - len(grounds & chosen)
            order = sorted(grounds - chosen, key=lambda c: (self.counts[c] * self.costs[c], c))
            chosen.update(order[: max(wanted, 0)])
        return chosen

    def _grounds(self, group: Sequence[int]) -> set[int]:
        """Return the nearest open cells that a group follows from, through what they determine.

        Dear cells count as far away. Where a group follows from a ring of sums, none of which
        determines a cell by itself, all closed neighbours are followed.
        """
        for through in (self.known, self.closed):
            open_: set[int] = set()
            reached, frontier = set(group), set(group)
            while frontier:
                places = {place for cell in frontier for place in self.touching[cell]}
                frontier = set()
                for place in places:
                    met = {self.sums[place][0], *self.sums[place][1]} - reached
                    behind = met & self.closed
                    if behind <= through:
                        open_ |= met - self.closed
                        frontier |= behind
                reached |= frontier
                cheap = {cell for cell in open_ if self.costs[cell] == 1}
                if cheap:
                    return cheap
            if open_:
                return open_
        return set()


def determined(
    sums: Sequence[tuple[int, Sequence[int]]],
    unknown: Set[int],
    settled: dict[frozenset[int], tuple[int, ...]],
) -> list[int]:
    """Return the unknown cells that follow from all other cells and the sums.

    Args:
        sums: (total, parts).
        unknown: cells whose counts are not given.
        settled: what was found before of cells that hang together; it is added to.
    """
    found: list[int] = []
    for cells, rows in _together(sums, unknown):
        key = frozenset(cells)
        if key not in settled:
            settled[key] = _determined_of(cells, rows)
        found += settled[key]
    return found


Row = list[tuple[int, float]]


def _together(
    sums: Sequence[tuple[int, Sequence[int]]], unknown: Set[int]
) -> list[tuple[list[int], list[Row]]]:
    """Return unknown cells by what hangs together, each with its equations."""
    rows: list[Row] = []
    for total, parts in sums:
        row = [(total, 1.0), *((part, -1.0) for part in parts)]
        row = [(cell, sign) for cell, sign in row if cell in unknown]
        if row:
            rows.append(row)
    parent: dict[int, int] = {}

    def root(cell: int) -> int:
        while (above := parent.setdefault(cell, cell)) != cell:
            parent[cell] = cell = parent[above]
        return cell

    for row in rows:
        for cell, _ in row:
            parent[root(cell)] = root(row[0][0])
    groups: dict[int, tuple[list[int], list[Row]]] = defaultdict(lambda: ([], []))
    for cell in list(parent):
        groups[root(cell)][0].append(cell)
    for row in rows:
        groups[root(row[0][0])][1].append(row)
    return list(groups.values())


def _determined_of(cells: Sequence[int], rows: Sequence[Row]) -> tuple[int, ...]:
    """Return the cells that a random vector which changes no sum leaves at 0.

    The vector is a random one less its part in the row space of the sums, which is taken out a few
    times over because the equations are solved with a slight ridge (they may be redundant).
    """
    place = {cell: at for at, cell in enumerate(cells)}
    entries = [(at, place[cell], sign) for at, row in enumerate(rows) for cell, sign in row]
    rows_at, columns, signs = zip(*entries, strict=True)
    matrix = csr_array((signs, (rows_at, columns)), shape=(len(rows), len(cells)))
    solve = splu((matrix @ matrix.T + _RIDGE * eye_array(len(rows))).tocsc()).solve
    free = np.random.default_rng(_SEED).standard_normal(len(cells))
    for _ in range(_ROUNDS):
        free = free - matrix.T @ solve(matrix @ free)
    return tuple(cell for cell, at in place.items() if abs(free[at]) < _ZERO)
