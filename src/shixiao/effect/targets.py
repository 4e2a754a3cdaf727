"""Targets: what was promised before the launch, and was it kept on the day that was named?

Baseline, target, day and least n are registered before anybody can know how it went. On the day an
interval decides and never a point: met where it lies on the good side of the target, missed where
it lies on the other, and insufficient where the target is inside or cases are too few. Nobody looks
before the day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shixiao.effect.catalogue import Measure
from shixiao.terms import Estimate, Text


@dataclass(frozen=True, slots=True)
class Registered:
    """A target as it stands in the package; what a row does not say is None or "".

    Attributes:
        subject_id: the service or app.
        measure: as it was written: an id or the name of a measure.
        baseline: value before.
        target: value that is promised.
        due: the day on which it is measured.
        least_n: fewest cases on which that may rest.
        registered: the day of registration.
    """

    subject_id: str
    measure: str
    baseline: float | None
    target: float | None
    due: date | None
    least_n: int | None
    registered: date | None


@dataclass(frozen=True, slots=True)
class Target:
    """A target that can be judged; values are in the unit of the measure, shares from 0 to 1."""

    measure: Measure
    baseline: float
    target: float
    due: date
    least_n: int


class Outcome(StrEnum):
    """What came of a target."""

    MET = "met"
    MISSED = "missed"
    INSUFFICIENT = "insufficient"
    NOT_DUE = "not_due"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of a target, in words; ``reassess``: whether it goes back under assessment."""

    outcome: Outcome
    says: Text
    reassess: bool


NOT_DUE = Text(
    "{measure}：约定 {due} 复评，今天是 {on}，不到日子不判定。",
    "{measure}: to be measured on {due}, and today is {on}; nothing is said before the day.",
)
NO_NUMBER = Text("{measure}：到期无法判定（{why}）。", "{measure}: cannot be judged ({why}).")
TOO_FEW = Text(
    "{measure}：只有 {n} 件，约定至少 {least} 件，到期无法判定。",
    "{measure}: {n} cases where at least {least} were agreed; cannot be judged.",
)
NO_INTERVAL = Text("没有区间", "there is no interval")
MET = Text(
    "{measure}：区间 {low}–{high} 整个达到目标 {target}（基线 {baseline}），达标。",
    "{measure}: the interval {low}–{high} keeps the target {target} throughout (baseline "
    "{baseline}); met.",
)
MISSED = Text(
    "{measure}：区间 {low}–{high} 整个未达到目标 {target}（基线 {baseline}），未达标，"
    "退回重新评估。",
    "{measure}: the interval {low}–{high} misses the target {target} throughout (baseline "
    "{baseline}); missed, back under assessment.",
)
BETWEEN = Text(
    "{measure}：区间 {low}–{high} 含有目标 {target}（基线 {baseline}），"
    "既不能说达标，也不能说未达标。",
    "{measure}: the interval {low}–{high} holds the target {target} (baseline {baseline}); neither "
    "met nor missed can be said.",
)
SAID = {Outcome.MET: MET, Outcome.MISSED: MISSED, Outcome.INSUFFICIENT: BETWEEN}


def judged(target: Target, estimate: Estimate, *, on: date) -> Judgement:
    """Say whether a target was kept.

    Args:
        target: as it was registered.
        estimate: the measure over cases since the launch, in its unit.
        on: today.
    """
    name = target.measure.name
    if on < target.due:
        says = NOT_DUE.format(measure=name, due=target.due, on=on)
        return Judgement(Outcome.NOT_DUE, says, reassess=False)
    why = _unusable(target, estimate)
    if why is not None:
        return Judgement(Outcome.INSUFFICIENT, why, reassess=False)
    outcome = _outcome(target, estimate.low or 0.0, estimate.high or 0.0)
    says = SAID[outcome].format(
        measure=name,
        low=f"{estimate.low:.4g}",
        high=f"{estimate.high:.4g}",
        target=f"{target.target:g}",
        baseline=f"{target.baseline:g}",
    )
    return Judgement(outcome, says, reassess=outcome is Outcome.MISSED)


def _unusable(target: Target, estimate: Estimate) -> Text | None:
    """Say why an estimate decides nothing; None where it does."""
    name = target.measure.name
    if not estimate.ok or estimate.low is None or estimate.high is None:
        return NO_NUMBER.format(measure=name, why=estimate.reason or NO_INTERVAL)
    if estimate.n < target.least_n:
        return TOO_FEW.format(measure=name, n=f"{estimate.n:,}", least=f"{target.least_n:,}")
    return None


def _outcome(target: Target, low: float, high: float) -> Outcome:
    if target.measure.better == "lower":
        worst, best, bar = high, low, target.target
    else:
        worst, best, bar = -low, -high, -target.target
    if worst <= bar:
        return Outcome.MET
    return Outcome.MISSED if best > bar else Outcome.INSUFFICIENT
