"""Ending: the cause is known, the summary is sent, and the lessons go into the criteria.

A criterion that the incident showed not to hold is entered as such on the system: its assessment
fails there until a new paper shows that it holds again. A drill leaves everything as it is.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from shixiao.records.models import Incident
from shixiao.rules import load_calendar
from shixiao.security.assessing import BASELINE, library
from shixiao.security.incidents import summary
from shixiao.terms import Text
from shixiao.workflows import moving
from shixiao.workflows.clock import pack
from shixiao.workflows.incidents.moving import begin, go, open_clocks
from shixiao.workflows.incidents.reporting import keep_clock, zone
from shixiao.workflows.moving import Act, needed
from shixiao.workflows.refusals import Incomplete
from shixiao.workflows.systems import filing

NO_GRADE = Text("先研判定级，再登记处置结束。", "Judge its grade before its handling ends.")
NOT_TOLD = Text(
    "还有报告或通知没有完成，不能结束。",
    "Reports or notices are still to be made; it cannot be closed.",
)
NO_CAUSE = Text("请写明查明的原因。", "Say what caused it.")
NO_LESSON = Text("请写明教训和改进措施。", "Say what was learned and what changes.")
NO_CRITERION = Text("请从准则库里选择。", "Choose from the library of criteria.")


@transaction.atomic
def settle(incident: Incident, act: Act, *, cause: str) -> Incident:
    """Enter that the handling has ended; the clock of the summary begins.

    Raises:
        Forbidden: it is another department's.
        Stale: it moved on.
        Incomplete: no cause, or it was not graded.
    """
    held = begin(incident, "settle", act)
    said = needed(cause, field="cause", missing=NO_CAUSE)
    if not held.grade:
        raise Incomplete(NO_GRADE)
    due = summary(act.at, rules=pack(), calendar=load_calendar("cn"), zone=zone())
    keep_clock(held, due, act.at)
    go(held, "settle", act, reason=said, cause=said, handled=act.at)
    return held


@transaction.atomic
def close(
    incident: Incident, act: Act, *, lessons: str, criteria: Collection[str] = ()
) -> Incident:
    """Close an incident, once everybody was told; its lessons count against the system.

    Raises:
        Forbidden: the person may not.
        Stale: it moved on.
        Incomplete: a report or notice is missing, no lessons, or no such criterion.
    """
    held = begin(incident, "close", act)
    if open_clocks(held):
        raise Incomplete(NOT_TOLD)
    said = needed(lessons, field="lessons", missing=NO_LESSON)
    if not set(criteria) <= set(library().criteria) - {BASELINE}:
        raise Incomplete(NO_CRITERION, field="criteria")
    named = sorted(set(criteria))
    if held.system is not None and not held.drill:
        system = moving.locked(held.system)
        for name in named:
            filing.refute(system, name, number=held.code, said=said, actor=act.actor, at=act.at)
    go(held, "close", act, reason=said, lessons=said, criteria=named)
    return held
