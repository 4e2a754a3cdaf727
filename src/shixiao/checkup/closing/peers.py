"""Peers: subjects that nobody touched, read in both periods: what closing learns from."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from shixiao.checkup.closing.readings import Reading, SubjectKey
from shixiao.checkup.closing.scales import Scale
from shixiao.rules import RulePack
from shixiao.statistics import Untouched, untouched
from shixiao.statistics.level import Floats

PeriodReadings = Mapping[SubjectKey, Reading]


def comparable(
    periods: tuple[PeriodReadings, ...],
    *,
    scale: Scale,
    rules: RulePack,
    left_out: Collection[SubjectKey],
) -> list[SubjectKey]:
    """Return the subjects with enough rows in every period, in order.

    Enough is told from the number of rows and the usual share, never from a subject's own value:
    choosing by what is compared would bend the comparison.
    """
    everybody = set.intersection(*(set(period) for period in periods)) - set(left_out)
    found = sorted(
        subject
        for subject in everybody
        if all(
            period[subject].observed is not None
            and period[subject].n >= rules.number("C-05", "cases")
            for period in periods
        )
    )
    if scale is not Scale.LOG_ODDS:
        return found
    rarer = [_rarer(period, found) for period in periods]
    least = rules.number("C-05", "flagged")
    return [
        subject
        for subject in found
        if all(p[subject].n * share >= least for p, share in zip(periods, rarer, strict=True))
    ]


def _rarer(period: PeriodReadings, subjects: list[SubjectKey]) -> float:
    """Return the usual share of flagged rows, or of the others where these are fewer."""
    total = sum(period[s].n for s in subjects)
    flagged = sum(period[s].n * (period[s].value or 0.0) for s in subjects)
    share = flagged / total if total else 0.0
    return min(share, 1.0 - share)


def table(period: PeriodReadings, subjects: list[SubjectKey]) -> Floats:
    """Return value and error of each subject, shape (subjects, 2)."""
    rows = [period[s].observed for s in subjects]
    return np.array([(r.value, r.error) for r in rows if r is not None]).reshape(-1, 2)


def learnt(
    before: PeriodReadings,
    after: PeriodReadings,
    *,
    scale: Scale,
    rules: RulePack,
    left_out: Collection[SubjectKey],
) -> tuple[Untouched | None, int]:
    """Learn what becomes of subjects that nobody touched; also say how many there are."""
    subjects = comparable((before, after), scale=scale, rules=rules, left_out=left_out)
    return untouched(table(before, subjects), table(after, subjects)), len(subjects)
