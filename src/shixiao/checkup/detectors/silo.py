"""Silos: how much of what services ask for is held by another department and could be had?

Fields and materials with a known element count; one is a silo where another department holds it
under terms that do not lawfully close it, while no law demands the original. Every department has
some, so the share is held against the other departments and stays a lead (rule SIL-03).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from shixiao.checkup.detectors.rates import Counts, trials_of
from shixiao.checkup.detectors.registry import detector
from shixiao.checkup.detectors.sharing_tables import (
    NO_DAY,
    holdings,
    lacking,
    needs,
    standing_grants,
)
from shixiao.checkup.detectors.trial import Evidence, Screening, Trial
from shixiao.checkup.scene import Scene
from shixiao.sharing.silos import OPEN, find_silos
from shixiao.terms import SubjectKind

MEASURE = "held_elsewhere"


@detector("silo")
def silo(scene: Scene) -> Iterable[Screening]:
    """Count what each department asks for although another holds it."""
    reason = lacking(
        scene,
        services=("department_id",),
        requirements=("element_id",),
        datasets=("elements", "sharing"),
    )
    if reason is not None or scene.as_of is None:
        yield Screening.lacking([MEASURE], reason or NO_DAY)
        return
    asked = [need for need in needs(scene) if need.element_id]
    granted = standing_grants(scene) if scene.has("grants", "starts") else []
    silos = find_silos(asked, holdings(scene).values(), granted, on=scene.as_of)
    held: dict[str, list[str]] = defaultdict(list)
    for each in silos:
        if each.way in OPEN:
            key = f"{each.need.service_id} · {each.need.item_id}"
            held[each.need.department_id].append(key)
    totals: dict[str, int] = defaultdict(int)
    for need in asked:
        totals[need.department_id] += 1
    counts: Counts = {name: (len(held[name]), n) for name, n in totals.items()}

    def evidence(flagged: Sequence[Trial]) -> Evidence:
        return {t.key: (scene.evidence("requirements", held[t.subject.id]),) for t in flagged}

    minimum = int(scene.rules.number("SIL-03", "items"))
    trials = trials_of(scene, MEASURE, SubjectKind.DEPARTMENT, counts, minimum=minimum)
    yield Screening(tuple(trials), evidence=evidence)
