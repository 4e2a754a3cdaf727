"""Refusals: who says no more often than others, without a law that says so, or without a reason?

A refusal states its reason (Decree 809 art. 21, rule GDS-21m); without one it is a breach. How
often a department refuses without resting on a law, an administrative regulation or a State Council
decision is held against the other departments and stays a lead; requests for data that are lawfully
not shared do not count there, but a refusal of them states its reason too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from shixiao.checkup.detectors.looks import Look, screened
from shixiao.checkup.detectors.rates import Counts, trials_of
from shixiao.checkup.detectors.registry import detector
from shixiao.checkup.detectors.sharing_requests import Asked, asked_for
from shixiao.checkup.detectors.trial import Evidence, Screening, Trial
from shixiao.checkup.scene import Scene
from shixiao.sharing.silos import Holding, Sharing, on_a_law
from shixiao.terms import Severity, SubjectKind

OFTEN, NO_REASON = "refused_often", "refused_without_reason"


@detector("refusal")
def refusal(scene: Scene) -> Iterable[Screening]:
    """Count refusals of every department that is asked."""
    reason = scene.lacking("requests", "answered", "decision") or scene.lacking("datasets")
    if reason is not None:
        yield Screening.lacking([OFTEN, NO_REASON], reason)
        return
    answered = [one for one in asked_for(scene) if one.granted is not None]
    yield _often(scene, [one for one in answered if not _closed(one.holding)])
    missing = scene.lacking("requests", "reason")
    if missing is not None:
        yield Screening.lacking([NO_REASON], missing)
        return
    looks = [
        Look(NO_REASON, one.provider, "requests", one.request_id, not one.reason)
        for one in answered
        if not one.granted and "reason" in one.tells
    ]
    yield screened(scene, SubjectKind.DEPARTMENT, looks, severity=Severity.MEDIUM)


def _often(scene: Scene, answered: Sequence[Asked]) -> Screening:
    counts: Counts = {}
    refused: dict[str, list[str]] = defaultdict(list)
    for one in answered:
        hit = not one.granted and not on_a_law(one.basis)
        hits, n = counts.get(one.provider, (0, 0))
        counts[one.provider] = (hits + hit, n + 1)
        if hit:
            refused[one.provider].append(one.request_id)

    def evidence(flagged: Sequence[Trial]) -> Evidence:
        return {t.key: (scene.evidence("requests", refused[t.subject.id]),) for t in flagged}

    minimum = int(scene.rules.number("SIL-02", "answers"))
    trials = trials_of(scene, OFTEN, SubjectKind.DEPARTMENT, counts, minimum=minimum)
    return Screening(tuple(trials), evidence=evidence)


def _closed(holding: Holding) -> bool:
    return holding.sharing is Sharing.NOT_SHARED and on_a_law(holding.basis)
