"""Duplicate collection: a service asks people for what its department may already fetch.

Who can have data by sharing may not collect them again from people (Decree 809 art. 19, rule
GDS-19). A grant in force on the last day, which covers the element, is what proves it.
"""

from __future__ import annotations

from collections.abc import Iterable

from shixiao.checkup.detectors.looks import Look, screened
from shixiao.checkup.detectors.registry import detector
from shixiao.checkup.detectors.sharing_tables import NO_DAY, grants, holdings, lacking, needs
from shixiao.checkup.detectors.trial import Screening
from shixiao.checkup.scene import Scene
from shixiao.sharing.silos import find_silos
from shixiao.terms import Severity, SubjectKind, Text

MEASURE = "asked_though_granted"


@detector("duplicate_collection")
def duplicate_collection(scene: Scene) -> Iterable[Screening]:
    """Hold what services ask for against the grants of their departments."""
    reason = no_grounds(scene)
    if reason is not None:
        yield Screening.lacking([MEASURE], reason)
        return
    looks = collected(scene, MEASURE, by_service=True)
    yield screened(scene, SubjectKind.SERVICE, looks, severity=Severity.HIGH)


def no_grounds(scene: Scene) -> Text | None:
    """Say what is missing to know what is collected again; None when nothing is."""
    reason = lacking(
        scene,
        services=("department_id",),
        requirements=("element_id",),
        datasets=("elements",),
        grants=("starts",),
    )
    return reason or (NO_DAY if scene.as_of is None else None)


def collected(scene: Scene, measure: str, *, by_service: bool) -> list[Look]:
    """Return a look for every item with an element: a breach where a grant would give it."""
    if scene.as_of is None:
        return []
    asked = [need for need in needs(scene) if need.element_id]
    silos = find_silos(asked, holdings(scene).values(), grants(scene), on=scene.as_of)
    again = {(silo.need.service_id, silo.need.item_id) for silo in silos if silo.again}
    return [
        Look(
            measure,
            need.service_id if by_service else need.department_id,
            "requirements",
            f"{need.service_id} · {need.item_id}",
            (need.service_id, need.item_id) in again,
            said=Text.of(need.name),
        )
        for need in asked
    ]
