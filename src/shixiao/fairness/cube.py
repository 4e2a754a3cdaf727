"""The count cube: what a log of decisions says, kept as counts of cells and never as rows.

Every rate of fairness is a function of a few whole numbers per cell, so an audit reads the cube
alone: it costs the same at ten thousand and at a hundred million decisions, and whoever must not
send persons sends counts. All entries are whole numbers, therefore merging two cubes is exactly
associative and commutative, and a cube grows by merging in the cube of what is new.

Source: docs/adr/0043; J. Gray et al. (1997), Data Mining and Knowledge Discovery 1, 29-53.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shixiao.terms import BadInput, Text

Integers = npt.NDArray[np.int64]
Key = tuple[str | None, ...]

FIXED = ("system", "version", "period", "arm")
"""Dimensions that every log may have beside the groups."""
COUNTS = (
    "n",  # decisions whose selection is known
    "selected",  # of n: selected
    "tp",  # selected, outcome found true
    "fp",  # selected, outcome found false
    "fn",  # not selected, outcome found true
    "tn",  # not selected, outcome found false
    "advised",  # of n: the system's advice is known as well
    "overrides",  # of advised: the official decided otherwise
    "raised",  # of overrides: selected against the advice
    "heard",  # of n: known whether the person appealed
    "appealed",  # of heard: appealed
    "answered",  # of appealed: the appeal was decided
    "upheld",  # of answered: in favour of the person
    "timed",  # of n: processing days are known
    "millidays",  # sum of the processing days in thousandths of a day
    "undecided",  # rows without a decision, which are not among n
)
PLACE = {name: place for place, name in enumerate(COUNTS)}


@dataclass(frozen=True, slots=True, eq=False)
class Cube:
    """Counts of decisions per cell.

    Attributes:
        dimensions: names of what tells cells apart; those of ``FIXED`` that are there, then groups.
        keys: one tuple of values per cell, sorted; None where the log says nothing.
        counts: shape (cells, len(COUNTS)), whole numbers from 0, columns as ``COUNTS``.
        bins: shape (entries, 3): cell, bin of days (``sketch``), decisions in it; sorted.
    """

    dimensions: tuple[str, ...]
    keys: tuple[Key, ...]
    counts: Integers
    bins: Integers

    @classmethod
    def of(
        cls,
        dimensions: Sequence[str],
        keys: Sequence[Key],
        counts: npt.ArrayLike,
        bins: npt.ArrayLike = (),
    ) -> Cube:
        """Make a cube of entries whose keys may repeat; equal keys are added up.

        Args:
            dimensions: as in the cube.
            keys: one per entry.
            counts: shape (entries, len(COUNTS)).
            bins: shape (any, 3): number of the entry, bin, decisions.
        """
        order = sorted(set(keys), key=_sortable)
        place = {key: number for number, key in enumerate(order)}
        target = np.fromiter((place[key] for key in keys), np.int64, len(keys))
        given = np.asarray(counts, dtype=np.int64).reshape(len(keys), len(COUNTS))
        total = np.zeros((len(order), len(COUNTS)), dtype=np.int64)
        np.add.at(total, target, given)
        entries = np.asarray(bins, dtype=np.int64).reshape(-1, 3)
        return cls(tuple(dimensions), tuple(order), total, _added_bins(target, entries))

    @property
    def groups(self) -> tuple[str, ...]:
        """The dimensions that are groups of persons."""
        return tuple(name for name in self.dimensions if name not in FIXED)

    def column(self, name: str) -> Integers:
        """Return one count of every cell."""
        found: Integers = self.counts[:, PLACE[name]]
        return found

    def total(self, *names: str) -> int:
        """Return the sum of counts over all cells."""
        return sum(int(self.column(name).sum()) for name in names)

    def merged(self, other: Cube) -> Cube:
        """Return both cubes as one; the order of merging changes nothing.

        Raises:
            BadInput: the cubes have different dimensions.
        """
        if self.dimensions != other.dimensions:
            mine, theirs = ", ".join(self.dimensions), ", ".join(other.dimensions)
            raise BadInput(
                Text(
                    f"两份计数的维度不同（{mine}；{theirs}），不能合并；请按相同的列重新计数。",
                    f"the counts have different dimensions ({mine}; {theirs}) and cannot be merged;"
                    " count both by the same columns",
                )
            )
        shifted = other.bins + np.array([len(self.keys), 0, 0])
        return Cube.of(
            self.dimensions,
            self.keys + other.keys,
            np.vstack([self.counts, other.counts]),
            np.vstack([self.bins, shifted]),
        )

    def by(self, *names: str) -> Cube:
        """Return the cube rolled up to some of its dimensions.

        Raises:
            BadInput: a dimension that is not there.
        """
        missing = [name for name in names if name not in self.dimensions]
        if missing:
            there = ", ".join(self.dimensions)
            raise BadInput(
                Text(
                    f"计数中没有“{missing[0]}”这一维；现有：{there}。",
                    f"the counts have no dimension “{missing[0]}”; there are: {there}",
                )
            )
        places = [self.dimensions.index(name) for name in names]
        keys = [tuple(key[place] for place in places) for key in self.keys]
        return Cube.of(names, keys, self.counts, self.bins)

    def where(self, keep: Callable[[Mapping[str, str | None]], bool]) -> Cube:
        """Return the cells whose values pass, as a cube of the same dimensions."""
        chosen = [
            number
            for number, key in enumerate(self.keys)
            if keep(dict(zip(self.dimensions, key, strict=True)))
        ]
        place = np.full(len(self.keys), -1, dtype=np.int64)
        place[chosen] = np.arange(len(chosen))
        bins = self.bins[place[self.bins[:, 0]] >= 0].copy()
        bins[:, 0] = place[bins[:, 0]]
        keys = tuple(self.keys[number] for number in chosen)
        return Cube(self.dimensions, keys, self.counts[chosen], bins)

    def only(self, dimension: str, value: str | None) -> Cube:
        """Return the cells of one value of one dimension."""
        return self.where(lambda values: values[dimension] == value)

    def values(self, dimension: str) -> tuple[str | None, ...]:
        """Return the values that a dimension has, sorted, the missing one last."""
        place = self.dimensions.index(dimension)
        return tuple(sorted({key[place] for key in self.keys}, key=lambda v: (v is None, v or "")))

    def days(self, cell: int) -> dict[int, int]:
        """Return the sketch of processing days of one cell: decisions per bin."""
        mine = self.bins[self.bins[:, 0] == cell]
        return dict(zip(mine[:, 1].tolist(), mine[:, 2].tolist(), strict=True))


def same(a: Cube, b: Cube) -> bool:
    """Tell whether two cubes say the same."""
    return (
        a.dimensions == b.dimensions
        and a.keys == b.keys
        and np.array_equal(a.counts, b.counts)
        and np.array_equal(a.bins, b.bins)
    )


def _sortable(key: Key) -> tuple[tuple[bool, str], ...]:
    return tuple((value is None, value or "") for value in key)


def _added_bins(target: Integers, entries: Integers) -> Integers:
    """Move entries of bins to their cells and add up those that meet."""
    if not len(entries):
        return np.empty((0, 3), dtype=np.int64)
    places = np.column_stack([target[entries[:, 0]], entries[:, 1]])
    distinct, inverse = np.unique(places, axis=0, return_inverse=True)
    added = np.zeros(len(distinct), dtype=np.int64)
    np.add.at(added, inverse.reshape(-1), entries[:, 2])
    return np.column_stack([distinct, added])
