"""Mechanical copy: the counter process was carried online step by step and nothing got lighter.

The verdict comes from the comparison of online with counter (effect.verdicts, rules E-03 to E-06).
As a finding over many services it also needs a p: the chance that a process whose steps did fall
to the threshold of rule E-04 would show a ratio as high as the one seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from scipy.special import ndtr, ndtri

from shixiao.checkup.detectors.registry import Detector, detector, detectors
from shixiao.checkup.detectors.trial import Screening, Trial
from shixiao.checkup.scene import Scene
from shixiao.effect import Compared
from shixiao.effect.verdicts import COPIED
from shixiao.statistics import Observed
from shixiao.statistics.reasons import too_few_per_arm
from shixiao.terms import (
    Estimate,
    EvidenceReference,
    Innocent,
    Severity,
    SubjectKind,
    Text,
    Verdict,
)

KIND = "mechanical_copy"
MEASURE = "steps_kept_online"
STEPS = ("visible_steps", "steps")
NOT_COMPARED = Text(
    "没有同时在网上和窗口办理的服务，无从比较",
    "no service has cases both online and at a counter, so nothing can be compared",
)


@detector(KIND)
def mechanical_copy(scene: Scene) -> Iterable[Screening]:
    """Put every service that has both channels to the test."""
    steps = _steps(scene)
    trials, verdicts = [], {}
    for verdict in scene.verdicts:
        subject = verdict.subject
        if subject.kind is SubjectKind.SERVICE and subject.id in steps:
            trials.append(_trial(scene, steps[subject.id]))
            verdicts[subject.id] = verdict
    if not trials:
        yield Screening.lacking([MEASURE], NOT_COMPARED)
        return

    def explain(trial: Trial) -> tuple[Innocent, ...]:
        return _explained(verdicts[trial.subject.id])

    def evidence(flagged: Iterable[Trial]) -> dict[tuple[str, str, str], tuple[EvidenceReference]]:
        return {t.key: (scene.evidence("cases", _cases(scene, t.subject.id)),) for t in flagged}

    yield Screening(tuple(trials), explain=explain, evidence=evidence)


def _steps(scene: Scene) -> dict[str, Compared]:
    """Return service → its compared steps, those that people meet before those recorded."""
    found: dict[str, Compared] = {}
    for measure in reversed(STEPS):
        for item in scene.compared:
            channels = (item.comparison.column, item.comparison.a, item.comparison.b)
            fits = item.measure == measure and not item.suggested
            if fits and channels == ("channel", "online", "counter"):
                found[item.subject.id] = item
    return found


def _trial(scene: Scene, steps: Compared) -> Trial:
    minimum = int(scene.rules.number("F-11", "cases"))
    facts: dict[str, Text | str | int | float] = {
        "online": steps.cases[0],
        "counter": steps.cases[1],
    }
    if min(steps.cases) < minimum:
        reason = too_few_per_arm(*steps.cases, needed=minimum)
        ratio = Estimate.insufficient(sum(steps.cases), reason, value=steps.ratio.value)
        seen = _observed(steps.ratio)
        return Trial(MEASURE, steps.subject, ratio, facts=facts, observed=seen)
    p = chance_of_fallen(steps.ratio, scene.rules.number("E-04"))
    return Trial(
        MEASURE,
        steps.subject,
        steps.ratio,
        p=p,
        ratio=steps.ratio,
        facts=facts,
        severity=Severity.MEDIUM,
        observed=_observed(steps.ratio),
    )


def _observed(ratio: Estimate) -> Observed | None:
    """Return the log ratio and its error; a bootstrap may leave a ratio without an interval."""
    value, low, high = ratio.value, ratio.low, ratio.high
    if value is None or low is None or high is None:
        return None
    if not 0.0 < low <= value <= high or low == high:
        return None
    return Observed.of_interval(value, low, high, level=ratio.level)


def chance_of_fallen(ratio: Estimate, threshold: float) -> float | None:
    """Chance of a log ratio as high as this if the true one lay at the threshold."""
    if not ratio.ok or not ratio.value or not ratio.low or not ratio.high:
        return None
    width = math.log(ratio.high) - math.log(ratio.low)
    if width == 0:
        return 0.0 if ratio.value > threshold else 1.0
    error = width / (2 * float(ndtri(0.5 + ratio.level / 2)))
    return float(ndtr(-(math.log(ratio.value) - math.log(threshold)) / error))


def _explained(verdict: Verdict) -> tuple[Innocent, ...]:
    """Find a process that kept its steps innocent unless nothing got lighter."""
    texts = _described().innocents
    if verdict.verdict != COPIED:
        return (Innocent("lean", texts["lean_explains"], explains=True),)
    grounds = verdict.grounds
    joined = Text(
        "；".join(g.zh.rstrip("。") for g in grounds),
        "; ".join(g.en.rstrip(".") for g in grounds),
    )
    return (Innocent("lean", texts["lean"].format(grounds=joined), explains=False),)


def _described() -> Detector:
    return next(d for d in detectors() if d.kind == KIND)


def _cases(scene: Scene, service: str) -> list[str]:
    """Return the first online cases of a service."""
    if scene.profile is None:
        return []
    table = scene.profile.table
    chosen = table.filter((table.service_id == service) & (table.channel == "online"))
    ordered = chosen.select("case_id").order_by("case_id").limit(int(scene.rules.number("F-03")))
    return [str(key) for key in scene.engine.rows(ordered)["case_id"]]
