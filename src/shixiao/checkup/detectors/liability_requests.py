"""Requests against arts. 21 and 22 of Decree 809: answered and delivered late, or kept back.

What is missing from an application is named once, and an incomplete one is not refused outright.

An answer is due within 1 working day for data shared without condition and within 10 for others,
longer where the authority consented before that; data come within 20 working days of a yes.
"""

from __future__ import annotations

from datetime import date

from shixiao.checkup.detectors.liability_duties import extended
from shixiao.checkup.detectors.looks import Look
from shixiao.checkup.detectors.sharing_requests import Asked, asked_for
from shixiao.checkup.scene import Scene
from shixiao.rules import Clock, WorkingCalendar
from shixiao.sharing.silos import Sharing, on_a_law


def kept_back(scene: Scene) -> list[Look]:
    """Art. 39(2): shared data refused without a law, or an incomplete application outright."""
    return [
        Look("39-2", one.provider, "requests", one.request_id, not one.granted and _baseless(one))
        for one in asked_for(scene)
        if one.granted is not None
        and (one.holding.sharing is Sharing.UNCONDITIONAL or one.notified is not None)
    ]


def _baseless(one: Asked) -> bool:
    """Say whether a refusal sets a condition that the decree does not know."""
    outright = one.notified is False
    free = one.holding.sharing is Sharing.UNCONDITIONAL
    return outright or (free and not on_a_law(one.basis))


def late(scene: Scene) -> list[Look]:
    """Art. 39(4): not answered or not delivered in time, without a proper reason."""
    if scene.law_calendar is None or scene.as_of is None:
        return []
    found = []
    for one in asked_for(scene):
        missed = _missed(scene, scene.law_calendar, one.until or scene.as_of, one)
        if missed is not None:
            breach = missed and not one.excused
            found.append(Look("39-4", one.provider, "requests", one.request_id, breach))
    return found


def _missed(scene: Scene, calendar: WorkingCalendar, on: date, one: Asked) -> bool | None:
    """Say whether a time was missed; None while the first of them still runs."""
    name = "GDS-21u" if one.holding.sharing is Sharing.UNCONDITIONAL else "GDS-21c"
    clock = Clock.of(scene.rules.rule(name))
    due = extended(clock, one.opened, one.extension, one.consented, calendar)
    if one.answered is None:
        return True if on > due else None
    if one.answered > due:
        return True
    if not one.granted:
        return False
    by = Clock.of(scene.rules.rule("GDS-22")).deadline(one.answered, calendar).due
    told = scene.has("requests", "delivered") and "delivered" in one.tells
    if one.delivered is None and not told:
        return False
    return one.delivered > by if one.delivered is not None else on > by
