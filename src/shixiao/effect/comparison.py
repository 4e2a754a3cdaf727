"""Two arms side by side: the ratio of every measure, with case-level bootstrap intervals.

Cases are resampled, not events, because the steps of one case hang together. The engine counts
cases per distinct value of a metric; resampling cases is then a multinomial draw over those cells
and costs the same for a thousand cases or ten million. Case mix is levelled by strata with
overlap weights (Li, Morgan & Zaslavsky 2018) where strata are asked for.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from shixiao.effect.arm_cells import ArmCells
from shixiao.effect.breakdown import SECOND
from shixiao.effect.catalogue import Measure, Statistic, measures
from shixiao.effect.profile import CELL, CaseProfile
from shixiao.effect.subjects import Comparison
from shixiao.rules import RulePack
from shixiao.statistics import (
    CellSample,
    Stratum,
    ratio_of_means,
    ratio_of_quantiles,
    ratio_of_stratified_means,
)
from shixiao.statistics.reasons import too_few_per_arm
from shixiao.terms import Estimate, Subject

SUGGESTED = "_suggested"

Strata = Mapping[str, Mapping[str, CellSample]]


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure of one subject in two arms.

    Attributes:
        subject: of whom.
        measure: id in the catalogue; with ``suggested`` the metric rests on unconfirmed map rows.
        comparison: the two arms.
        ratio: a / b with its interval.
        crude: the same without levelling case mix, where strata were used; else None.
        strata: columns that case mix is levelled by.
        means: value of the statistic in a and in b (of the cells, in the measure's unit).
        cells: of a share, stratum → arm → cases per value: all that its ratios are drawn from.
    """

    subject: Subject
    measure: str
    comparison: Comparison
    ratio: Estimate
    means: tuple[float | None, float | None]
    cases: tuple[int, int]
    crude: Estimate | None = None
    strata: tuple[str, ...] = ()
    suggested: bool = False
    cells: Strata | None = field(default=None, compare=False)

    def to_json(self) -> dict[str, Any]:
        """Return the contract form (CONTRACTS: evaluate, ``comparisons``)."""
        return {
            "subject": self.subject.to_json(),
            "measure": self.measure,
            "column": self.comparison.column,
            "a": self.comparison.a,
            "b": self.comparison.b,
            "n_a": self.cases[0],
            "n_b": self.cases[1],
            "ratio": self.ratio.to_json(),
            "crude_ratio": self.crude.to_json() if self.crude else None,
            "strata": list(self.strata),
            "suggested": self.suggested,
        }


def compare(
    profile: CaseProfile,
    arms: ArmCells,
    *,
    subject_column: str | None,
    subject_of: Callable[[str], Subject],
    strata: Sequence[str],
    rules: RulePack,
    seed: int,
) -> list[Compared]:
    """Compare two arms for every subject of one kind, measure by measure.

    Args:
        profile: says what is known.
        arms: the cases of both arms, counted once for all kinds of subject.
        subject_column: column that names the subjects; None takes all cases as one.
        subject_of: names a subject by the value of the column.
        strata: columns that level case mix.
        rules: draws, level and fewest cases.
        seed: of all chance.
    """
    compared = []
    for item in measures():
        for suggested in (False, True):
            column = item.metric + (SUGGESTED if suggested else "")
            if item.statistic is Statistic.FACT or not profile.knows(column):
                continue
            if suggested and item.metric not in profile.suggested:
                continue
            if item.statistic.quantile is not None:
                column += CELL
            cells = arms.cells(column, subject=subject_column, strata=strata)
            for subject_id in sorted(cells):
                one = compared_cells(
                    item,
                    cells[subject_id],
                    subject_of(subject_id),
                    arms.comparison,
                    strata,
                    rules=rules,
                    rng=chance(seed, subject_id, item, suggested=suggested),
                    suggested=suggested,
                )
                if item.statistic is Statistic.SHARE:
                    one = replace(one, cells=cells[subject_id])
                compared.append(one)
    return compared


def chance(seed: int, subject_id: str, item: Measure, *, suggested: bool) -> np.random.Generator:
    """Return the draws of one comparison; they hang on nothing that is computed before it."""
    key = zlib.crc32(f"{subject_id}\x1f{item.id}\x1f{suggested}".encode())
    return np.random.default_rng([seed, key])


def pooled(strata: Strata, arm: str) -> CellSample:
    """Put the strata of one arm together, equal values joined."""
    parts = [arms[arm] for _, arms in sorted(strata.items()) if arm in arms]
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return CellSample(np.zeros(0), np.zeros(0, np.int64))
    values, inverse = np.unique(np.concatenate([p.values for p in parts]), return_inverse=True)
    counts = np.bincount(inverse, weights=np.concatenate([p.counts for p in parts]))
    return CellSample(values, counts.astype(np.int64))


def _too_few(n: tuple[int, int], minimum: int) -> Estimate | None:
    if min(n) >= minimum:
        return None
    return Estimate.insufficient(sum(n), too_few_per_arm(*n, needed=minimum))


def compared_cells(
    item: Measure,
    strata_cells: Strata,
    subject: Subject,
    comparison: Comparison,
    strata: Sequence[str],
    *,
    rules: RulePack,
    rng: np.random.Generator,
    suggested: bool,
) -> Compared:
    """Compare the two arms of one subject on one measure.

    Args:
        item: the measure.
        strata_cells: stratum → arm → cases per value; one stratum where case mix is not levelled.
        subject: of whom.
        comparison: the two arms.
        strata: columns that level case mix.
        rules: draws, level and fewest cases.
        rng: of all chance.
        suggested: the metric rests on unconfirmed map rows.
    """
    draws, level = int(rules.number("E-18")), rules.number("E-17")
    minimum = int(rules.number("E-01"))
    pooled_a, pooled_b = (pooled(strata_cells, arm) for arm in (comparison.a, comparison.b))
    n = (pooled_a.n, pooled_b.n)
    quantile = item.statistic.quantile
    if quantile is not None:
        a, b = (np.repeat(cells.values, cells.counts) for cells in (pooled_a, pooled_b))
        crude = _too_few(n, minimum) or ratio_of_quantiles(
            a, b, quantile, draws=draws, rng=rng, level=level
        )
        per_unit = SECOND / item.scale
        middle = tuple(
            float(np.quantile(x, quantile)) * per_unit if len(x) else None for x in (a, b)
        )
        return Compared(
            subject, item.id, comparison, crude, (middle[0], middle[1]), n, suggested=suggested
        )
    crude = ratio_of_means(pooled_a, pooled_b, draws=draws, rng=rng, level=level, minimum=minimum)
    means = tuple(float(s.mean) if s.n else None for s in (pooled_a, pooled_b))
    result = Compared(
        subject, item.id, comparison, crude, (means[0], means[1]), n, suggested=suggested
    )
    levelled = [
        Stratum(arms[comparison.a], arms[comparison.b])
        for _, arms in sorted(strata_cells.items())
        if comparison.a in arms and comparison.b in arms
    ]
    if not strata or not levelled or not crude.ok:
        return result
    adjusted = ratio_of_stratified_means(
        levelled, draws=draws, rng=rng, level=level, minimum=minimum
    )
    return Compared(
        subject, item.id, comparison, adjusted, result.means, n, crude, tuple(strata), suggested
    )
