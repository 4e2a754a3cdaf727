"""Acts of liability: the sixteen acts of arts. 39 to 41 of Decree 809, raised from facts.

Each is a verdict of fact on the department that answers for it. An act whose facts no table states
is not assessed, and what the decree allows (an extension to which the authority consented in time,
an accepted excuse, a refusal on a law, a service stopped after misuse) is no act where a table
states it; what is stated nowhere is not taken to have happened.

Source: rules GDS-39, GDS-40 and GDS-41; clocks GDS-17u, GDS-21u, GDS-21c, GDS-22, GDS-26, GDS-29.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import partial

from shixiao.checkup.detectors.beyond_purpose import used
from shixiao.checkup.detectors.duplicate_collection import (
    by_forms,
    by_services,
    no_forms,
    no_items,
)
from shixiao.checkup.detectors.liability_duties import BY_DAY, BY_RULE, duties_owed, no_duties
from shixiao.checkup.detectors.liability_requests import kept_back, late
from shixiao.checkup.detectors.looks import Look, screened
from shixiao.checkup.detectors.registry import detector
from shixiao.checkup.detectors.sharing_tables import (
    NO_CALENDAR,
    NO_DAY,
    fetched,
    grants,
    holdings,
    lacking,
    sheet,
)
from shixiao.checkup.detectors.trial import Screening
from shixiao.checkup.scene import Scene
from shixiao.evidence.site_rows import AS_OF
from shixiao.sharing.silos import Beyond, overstepped
from shixiao.terms import Severity, SubjectKind, Text

BEYOND = frozenset({Beyond.OTHER_PURPOSE, Beyond.OTHER_DATASET, Beyond.OUT_OF_TIME})
MISUSED = frozenset({*BEYOND, Beyond.OTHER_HANDS})
PROPER = frozenset({"misuse", "agreed", "law"})


@detector("liability")
def liability(scene: Scene) -> Iterable[Screening]:
    """Look for each act where the tables that would show it are there."""
    for acts, columns in ((BY_RULE, ()), (BY_DAY, ("due",))):
        owed = partial(duties_owed, measures=acts)
        yield _of(scene, acts, no_duties(scene, *columns), owed)
    yield _of(scene, ["39-2"], _no_requests(scene), kept_back)
    yield _of(scene, ["39-4"], _no_requests(scene) or _no_clock(scene), late)
    stops = lacking(scene, grants=("stopped",), datasets=("department_id",))
    yield _of(scene, ["39-7"], stops, _stopped)
    nothing_asked = no_items(scene) if no_forms(scene) is not None else None
    yield _of(scene, ["40-1"], nothing_asked, _again)
    uses = lacking(scene, grants=("starts",), exchanges=("ts",))
    nothing_used = uses if lacking(scene, grants=("misused",)) is not None else None
    yield _of(scene, ["40-2"], nothing_used, _beyond)
    yield _of(scene, ["40-3"], lacking(scene, exchanges=("passed_to",)), _passed_on)


def _of(
    scene: Scene,
    measures: Sequence[str],
    reason: Text | None,
    look: Callable[[Scene], list[Look]],
) -> Screening:
    if reason is not None:
        return Screening.lacking(measures, reason)
    return screened(scene, SubjectKind.DEPARTMENT, look(scene), severity=Severity.HIGH)


def _no_requests(scene: Scene) -> Text | None:
    return lacking(scene, requests=("answered", "decision"), datasets=("sharing",))


def _no_clock(scene: Scene) -> Text | None:
    if scene.law_calendar is None:
        return NO_CALENDAR
    return NO_DAY if scene.as_of is None else None


def _stopped(scene: Scene) -> list[Look]:
    """Art. 39(7): a service ended or changed without a proper reason.

    A reason is proper as stated, or where an exchange under the grant went beyond it before.
    """
    providers = {holding.dataset_id: holding.department_id for holding in holdings(scene).values()}
    columns = ("grant_id", "dataset_id", "ends", "stopped", "stop_reason")
    rows = [row for row in sheet(scene, "grants", *columns) if row["dataset_id"] in providers]
    misused = _misused(scene) if scene.has("exchanges", "grant_id") else {}
    found = []
    for row in rows:
        stopped, ends = row["stopped"], row["ends"]
        first = misused.get(row["grant_id"])
        breach = (
            stopped is not None
            and (scene.as_of is None or stopped <= scene.as_of)
            and (ends is None or stopped < ends)
            and row["stop_reason"] not in PROPER
            and (first is None or first > stopped)
        )
        found.append(Look("39-7", providers[row["dataset_id"]], "grants", row["grant_id"], breach))
    return found


def _misused(scene: Scene) -> dict[str, date]:
    """Return grant → first day on which an exchange that names it went beyond it."""
    found: dict[str, date] = {}
    for step in overstepped(
        grants(scene), [one.use for one in fetched(scene) if not one.consented]
    ):
        if step.beyond in MISUSED and step.use.grant_id:
            first = found.get(step.use.grant_id, step.use.day)
            found[step.use.grant_id] = min(first, step.use.day)
    return found


def _again(scene: Scene) -> list[Look]:
    """Art. 40(1): collected again although it can be had by sharing."""
    items = by_services(scene, "40-1", of_department=True) if no_items(scene) is None else []
    fields = by_forms(scene, "40-1") if no_forms(scene) is None else []
    return [*items, *fields]


def _beyond(scene: Scene) -> list[Look]:
    """Art. 40(2): used beyond the scope or the purpose of sharing without consent.

    Exchanges show it, or the provider found it and suspended the grant for it.
    """
    exchanged = scene.has("exchanges", "ts")
    return [*(used(scene, "40-2", BEYOND) if exchanged else []), *_suspended(scene)]


def _suspended(scene: Scene) -> list[Look]:
    """Return a look for each grant under which the provider found misuse."""
    if not scene.has("grants", "misused"):
        return []
    columns = ("grant_id", "to_department", "misused", AS_OF)
    return [
        Look("40-2", row["to_department"], "grants", row["grant_id"], True)
        for row in sheet(scene, "grants", *columns)
        if row["misused"] is not None and row["misused"] <= (scene.known_until(row) or date.max)
    ]


def _passed_on(scene: Scene) -> list[Look]:
    """Art. 40(3): given to a third party without consent."""
    return [
        Look(
            "40-3",
            one.use.to_department,
            "exchanges",
            one.use.exchange_id,
            bool(one.passed_to) and not one.consented,
            one.count,
        )
        for one in fetched(scene)
    ]
