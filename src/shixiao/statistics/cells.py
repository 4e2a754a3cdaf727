"""Cells: a sample of cases kept as distinct values and how many cases have each."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from shixiao.statistics.level import Floats, Integers


@dataclass(frozen=True, slots=True, eq=False)
class CellSample:
    """A sample of independent cases, told as cells: everything the bootstrap needs to know of it.

    Attributes:
        values: shape (cells,) for one metric or (cells, metrics) for several metrics of the same
            cases, in the units of the metrics. The order of cells has no meaning.
        counts: shape (cells,), how many cases have these values; cells of 0 cases are dropped.
        n: how many cases the sample holds.

    Raises:
        ValueError: when shapes disagree, a value is not finite or a count is no whole number ≥ 0.
    """

    values: Floats
    counts: Integers
    n: int = field(init=False)

    def __post_init__(self) -> None:
        values = np.asarray(self.values, dtype=np.float64)
        counts = np.asarray(self.counts)
        if values.ndim not in (1, 2) or counts.shape != values.shape[:1]:
            raise ValueError("Cells need values (cells,) or (cells, metrics) and counts (cells,)")
        if not np.isfinite(values).all():
            raise ValueError("The values of cells must be finite")
        whole = counts.astype(np.int64)
        if (whole != counts).any() or (whole < 0).any():
            raise ValueError("The counts of cells must be whole numbers from 0")
        present = whole > 0
        object.__setattr__(self, "values", values[present])
        object.__setattr__(self, "counts", whole[present])
        # Asked for a million times in a city: summed once.
        object.__setattr__(self, "n", int(whole.sum()))

    @classmethod
    def from_cases(cls, values: npt.ArrayLike) -> CellSample:
        """Count the distinct values of one row per case, (cases,) or (cases, metrics)."""
        distinct, counts = np.unique(
            np.asarray(values, dtype=np.float64), axis=0, return_counts=True
        )
        return cls(distinct, counts)

    @property
    def mean(self) -> Floats:
        """The mean per case: a 0-d array for one metric, else shape (metrics,).

        Raises:
            ValueError: when the sample holds no case.
        """
        if self.n == 0:
            raise ValueError("A sample without cases has no mean")
        return np.asarray(self.counts @ self.values / self.n)

    @property
    def constant(self) -> bool:
        """True when all cases are alike, so that resampling them shows no spread."""
        return bool((self.values == self.values[:1]).all())
