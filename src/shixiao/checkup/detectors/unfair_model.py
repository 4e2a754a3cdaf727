"""Unfair models: advice that differs by group, scores that mean another thing, forbidden inputs.

The same service through the same channel should not bring one group another advice; and a score
should mean the same chance for everybody (模型设计). What may be no input at all is rule FAI-08.

Source: U. Hébert-Johnson et al. (2018), ICML, "Multicalibration".
"""

from __future__ import annotations

from collections.abc import Iterable

from shixiao.checkup.detectors.decided import Decided, Question, decided, screen
from shixiao.checkup.detectors.registry import detector
from shixiao.checkup.detectors.trial import Screening, Trial
from shixiao.checkup.scene import Scene, rows_of
from shixiao.terms import Estimate, Severity, SubjectKind, Text

FORBIDDEN, RULE = "forbidden_input", "FAI-08"
QUESTIONS = (
    Question("advice_gap", "advised", ("service", "channel"), ("recommended",)),
    Question("miscalibrated", "true", ("bin",), ("score", "outcome")),
)


@detector("unfair_model")
def unfair_model(scene: Scene) -> Iterable[Screening]:
    """Compare groups by advice and by what scores mean, and look at the inputs."""
    yield _inputs(scene)
    decisions = decided(scene)
    if not isinstance(decisions, Decided):
        yield Screening.lacking([q.measure for q in QUESTIONS], decisions)
        return
    yield screen(scene, decisions, QUESTIONS)


def _inputs(scene: Scene) -> Screening:
    """Name the systems that use what a rule forbids."""
    reason = scene.lacking("decision_factors", "factor") or scene.lacking("decisions", "system_id")
    if reason is not None:
        return Screening.lacking([FORBIDDEN], reason)
    factors, decisions = scene.table("decision_factors"), scene.table("decisions")
    joined = factors.join(decisions, "decision_id").select("system_id", "factor", "decision_id")
    counted = joined.group_by(["system_id", "factor"]).agg(n=joined.decision_id.nunique())
    banned = {word.casefold() for word in scene.rules.words(RULE)}
    used: dict[str, dict[str, int]] = {}
    for row in rows_of(scene, counted):
        mine = used.setdefault(str(row["system_id"]), {})
        if str(row["factor"]).strip().casefold() in banned:
            mine[str(row["factor"])] = int(row["n"])
    trials, kept = [], []
    for system, found in sorted(used.items()):
        subject = scene.subject(SubjectKind.SYSTEM, system)
        if not found:
            kept.append((FORBIDDEN, subject))
            continue
        listed = Text("、".join(sorted(found)), ", ".join(sorted(found)))
        estimate = Estimate.fact(len(found), max(found.values()))
        trials.append(
            Trial(
                FORBIDDEN,
                subject,
                estimate,
                fact=True,
                severity=Severity.HIGH,
                facts={"listed": listed},
            )
        )
    return Screening(tuple(trials), kept=tuple(kept))
