"""Duplicate collection: people are asked for what the department may already fetch.

Who can have data by sharing may not collect them again from people (Decree 809 art. 19, rule
GDS-19). A grant in force on the last day, which covers the element, is what proves it; where a law
demands the original of the applicant, asking for it is no breach. Services answer for their items,
and departments for the forms that they have the public fill in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shixiao.checkup.detectors.looks import Look, screened
from shixiao.checkup.detectors.registry import detector
from shixiao.checkup.detectors.sharing_tables import (
    NO_DAY,
    form_needs,
    holdings,
    lacking,
    needs,
    standing_grants,
)
from shixiao.checkup.detectors.trial import Screening
from shixiao.checkup.scene import Scene
from shixiao.sharing.silos import Need, find_silos
from shixiao.terms import Severity, SubjectKind, Text

MEASURE, BY_FORM = "asked_though_granted", "form_asks_though_granted"


@detector("duplicate_collection")
def duplicate_collection(scene: Scene) -> Iterable[Screening]:
    """Hold what services and forms ask for against the grants of their departments."""
    reason = no_items(scene)
    if reason is not None:
        yield Screening.lacking([MEASURE], reason)
    else:
        looks = by_services(scene, MEASURE)
        yield screened(scene, SubjectKind.SERVICE, looks, severity=Severity.HIGH)
    reason = no_forms(scene)
    if reason is not None:
        yield Screening.lacking([BY_FORM], reason)
    else:
        looks = by_forms(scene, BY_FORM)
        yield screened(scene, SubjectKind.DEPARTMENT, looks, severity=Severity.HIGH)


def no_items(scene: Scene) -> Text | None:
    """Say what is missing to know what services collect again; None when nothing is."""
    reason = lacking(scene, services=("department_id",), requirements=("element_id",))
    return reason or _no_terms(scene)


def no_forms(scene: Scene) -> Text | None:
    """Say what is missing to know what forms collect again; None when nothing is."""
    return lacking(scene, forms=("audience", "element_id")) or _no_terms(scene)


def by_services(scene: Scene, measure: str, *, of_department: bool = False) -> list[Look]:
    """Return a look for every item with an element: a breach where a grant would give it.

    Its service answers for it, or the department of the service.
    """
    asked = [need for need in needs(scene) if need.element_id]
    again = _again(scene, asked)
    return [
        Look(
            measure,
            need.department_id if of_department else need.service_id,
            "requirements",
            f"{need.service_id} · {need.item_id}",
            (need.service_id, need.item_id) in again,
            said=Text.of(need.name),
        )
        for need in asked
    ]


def by_forms(scene: Scene, measure: str) -> list[Look]:
    """Return a look for every field of a public form; the department answers for it."""
    asked = form_needs(scene)
    again = _again(scene, asked)
    return [
        Look(
            measure,
            need.department_id,
            "forms",
            f"{need.service_id} · {need.item_id}",
            (need.service_id, need.item_id) in again,
            said=Text.of(need.name),
        )
        for need in asked
    ]


def _no_terms(scene: Scene) -> Text | None:
    reason = lacking(scene, datasets=("elements",), grants=("starts",))
    return reason or (NO_DAY if scene.as_of is None else None)


def _again(scene: Scene, asked: Sequence[Need]) -> set[tuple[str, str]]:
    """Return (service or form, item) of what a grant in force gives the department that asks."""
    if scene.as_of is None:
        return set()
    silos = find_silos(asked, holdings(scene).values(), standing_grants(scene), on=scene.as_of)
    return {(silo.need.service_id, silo.need.item_id) for silo in silos if silo.again}
