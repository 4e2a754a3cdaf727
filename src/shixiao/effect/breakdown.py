"""Measures of every subject and arm: one aggregate per grouping, intervals from its sums.

The engine does the counting; what comes back per subject and arm is n, Σx and Σx² of each metric,
two quantiles of each duration, and counts of durations rounded to three digits for their intervals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import ibis
import numpy as np
import numpy.typing as npt

from shixiao.effect.catalogue import Measure, Statistic, measures
from shixiao.effect.profile import CELL, CaseProfile
from shixiao.effect.subjects import Grouping
from shixiao.evidence.engines import Engine, Table
from shixiao.rules import RulePack
from shixiao.statistics import mean_from_sums, order_statistic_ranks, quantile_rank, wilson
from shixiao.terms import Estimate, Subject, Text

SECOND = 1_000_000
SUBJECT, ARM = "__subject", "__arm"

Key = tuple[str, str]
Rows = list[dict[str, Any]]
# distinct values in order, and how many cases have at most each
Counted = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class Arm:
    """Some of a subject's cases: those whose ``column`` says ``value``."""

    column: str
    value: str


@dataclass(frozen=True, slots=True)
class Sums:
    """All that a mean or a share over cases is computed from.

    Attributes:
        n: cases that speak to the metric.
        total: sum of the metric over them; of a share, the cases that have it.
        squares: sum of its squares.
    """

    n: int
    total: float
    squares: float


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of one subject, of all its cases or of one arm.

    ``sums`` are None for quantiles, which hang on every single case, and for full counts.
    """

    subject: Subject
    measure: str
    arm: Arm | None
    estimate: Estimate
    sums: Sums | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the contract form (CONTRACTS: evaluate, ``measures``)."""
        return {
            "subject": self.subject.to_json(),
            "measure": self.measure,
            "arm": self.arm.value if self.arm else None,
            "arm_column": self.arm.column if self.arm else None,
            "estimate": self.estimate.to_json(),
        }


def measure_grouping(
    profile: CaseProfile,
    engine: Engine,
    grouping: Grouping,
    *,
    subject_of: Callable[[str], Subject],
    arm_column: str | None,
    rules: RulePack,
) -> list[Measured]:
    """Compute every measure the profile knows for one grouping and one way of splitting it.

    Args:
        profile: the cases.
        engine: where they lie.
        grouping: which subjects.
        subject_of: names a subject by the value of the grouping's column.
        arm_column: splits each subject's cases; None takes them whole.
        rules: gives the level of intervals and the fewest cases for a number.
    """
    keyed = _keyed(profile.table, grouping.column, arm_column)
    level = rules.number("E-17")
    minimum = int(rules.number("E-16"))
    rows = _aggregate(keyed, profile, engine)
    known = [m for m in measures() if m.statistic is not Statistic.FACT and profile.knows(m.metric)]
    bounds = {
        metric: _duration_cells(keyed, engine, metric)
        for metric in dict.fromkeys(m.metric for m in known if m.statistic.quantile)
    }
    measured = []
    for row in sorted(rows, key=lambda r: (r[SUBJECT], r[ARM])):
        key = (row[SUBJECT], row[ARM])
        arm = Arm(arm_column, row[ARM]) if arm_column is not None else None
        for item in known:
            if not row[f"{item.metric}.n"]:
                continue
            sums = None
            if item.statistic.quantile is None:
                sums = _sums(item, row)
                estimate = estimate_of_sums(item, sums, level=level, minimum=minimum)
            else:
                cells = bounds.get(item.metric, {}).get(key)
                estimate = _quantile(item, row, cells, level=level, minimum=minimum)
            measured.append(Measured(subject_of(row[SUBJECT]), item.id, arm, estimate, sums))
    return measured


def _keyed(table: Table, subject_column: str | None, arm_column: str | None) -> Table:
    """Add text columns that name the subject and the arm; cases without either drop out."""
    subject = table[subject_column].cast("string") if subject_column else ibis.literal("")
    arm = table[arm_column].cast("string") if arm_column else ibis.literal("")
    metrics = [m.metric + end for m in measures() for end in ("", CELL)]
    metrics = [name for name in metrics if name in table.columns]
    # A narrow table: Ibis takes time for every column of every expression.
    keyed = table.select(*dict.fromkeys(metrics), **{SUBJECT: subject, ARM: arm})
    return keyed.filter(keyed[SUBJECT].notnull() & keyed[ARM].notnull())


def _aggregate(keyed: Table, profile: CaseProfile, engine: Engine) -> Rows:
    columns: dict[str, Any] = {}
    for metric in dict.fromkeys(m.metric for m in measures() if profile.knows(m.metric)):
        value = keyed[metric]
        columns[f"{metric}.n"] = value.count()
        quantiles = [m.statistic.quantile for m in measures() if m.metric == metric]
        if any(q is not None for q in quantiles):
            for q in quantiles:
                columns[f"{metric}.{q}"] = value.cast("float64").quantile(q)
        else:
            number = value.cast("float64")
            columns[f"{metric}.sum"] = number.sum()
            columns[f"{metric}.squares"] = (number * number).sum()
    return list(engine.arrow(keyed.group_by([SUBJECT, ARM]).agg(**columns)).to_pylist())


def _duration_cells(keyed: Table, engine: Engine, metric: str) -> dict[Key, Counted]:
    """Counts of durations in seconds, rounded down to three significant digits."""
    chosen = keyed.select(SUBJECT, ARM, cell=keyed[metric + CELL])
    chosen = chosen.filter(chosen.cell.notnull())
    found = engine.arrow(chosen.group_by([SUBJECT, ARM, "cell"]).agg(n=ibis._.count()))
    if not found.num_rows:
        return {}
    coded = [found[name].combine_chunks().dictionary_encode() for name in (SUBJECT, ARM)]
    subject, arm = (column.indices.to_numpy() for column in coded)
    cell, n = found["cell"].to_numpy(), found["n"].to_numpy()
    order = np.lexsort((cell, arm, subject))
    subject, arm, cell, n = subject[order], arm[order], cell[order], n[order]
    changes = (subject[1:] != subject[:-1]) | (arm[1:] != arm[:-1])
    edges = np.flatnonzero(np.concatenate(([True], changes, [True])))
    subjects, arms = (column.dictionary.to_pylist() for column in coded)
    return {
        (subjects[subject[low]], arms[arm[low]]): (cell[low:high], np.cumsum(n[low:high]))
        for low, high in pairwise(edges.tolist())
    }


def _sums(item: Measure, row: dict[str, Any]) -> Sums:
    total, squares = float(row[f"{item.metric}.sum"]), float(row[f"{item.metric}.squares"])
    return Sums(int(row[f"{item.metric}.n"]), total, squares)


def estimate_of_sums(item: Measure, sums: Sums, *, level: float, minimum: int) -> Estimate:
    """Return a mean or a share with its interval.

    Args:
        item: a measure that is a mean or a share.
        sums: over at least one case.
        level: of the interval.
        minimum: fewest cases for a number.
    """
    n, total = sums.n, sums.total
    if item.statistic is Statistic.SHARE:
        if n < minimum:
            return _too_few(n, minimum, value=total / n)
        return wilson(round(total), n, level=level)
    return mean_from_sums(n=n, total=total, squares=sums.squares, level=level, minimum=minimum)


def _quantile(
    item: Measure, row: dict[str, Any], cells: Counted | None, *, level: float, minimum: int
) -> Estimate:
    """The quantile with its order-statistic interval, widened to the edges of the cells."""
    q = item.statistic.quantile
    assert q is not None  # noqa: S101 - only quantiles come here
    n = int(row[f"{item.metric}.n"])
    shown = float(row[f"{item.metric}.{q}"]) / item.scale
    low_rank, high_rank = order_statistic_ranks(n, q, level=level)
    if n < minimum or low_rank is None or high_rank is None or cells is None:
        return _too_few(n, max(minimum, quantile_rank(n, q)), value=shown)
    low = _cell_at(cells, low_rank)
    high = _cell_end(_cell_at(cells, high_rank))
    per_second = SECOND / item.scale
    return Estimate(
        shown, min(low * per_second, shown), max(high * per_second, shown), n, level=level
    )


def _cell_at(cells: Counted, rank: int) -> int:
    """Return the cell that holds the case of this rank, counted from 1."""
    values, seen = cells
    return int(values[int(np.searchsorted(seen, rank))])


def _cell_end(cell: int) -> int:
    """Return the end of a cell of three significant digits, in seconds."""
    return cell + int(10 ** max(0, len(str(abs(cell))) - 3))


def _too_few(n: int, needed: int, *, value: float | None) -> Estimate:
    reason = Text(
        f"只有 {n} 件，至少需要 {needed} 件", f"only {n} cases; at least {needed} are needed"
    )
    return Estimate.insufficient(n, reason, value=value)
