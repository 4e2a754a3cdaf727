"""The course of an objection: one pure step for each verb, with its clock and what is told.

Every step leaves the person told, every state in which somebody has to act has a last day by a
rule, and whatever decides or ends an objection has a reason and names the statutory remedies.
The table is ``data/objections.yaml``; records keep what these steps say.

Source: 行政复议法 arts. 30, 42, 53, 62, by which our own rules OBJ-01 to OBJ-06 are set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml
from shixiao.rules import Clock, RulePack, WorkingCalendar
from shixiao.terms import BadInput, Text

ACCEPT, DECIDE, CARRY = "OBJ-02", "OBJ-03", "OBJ-06"
ORDINARY, SIMPLIFIED = "ordinary", "simplified"
SUSPENDS = "OBJ-04"
NOT_NOW = Text("异议已进入别的环节，这一步不能办。", "It has moved on; this cannot be done now.")
NOT_YET = Text("期限未满。", "The time has not passed.")
PAST = Text(
    "期限已过：没有答复的视为受理，期限也不能再延长。",
    "The day has passed: silence has accepted it, and the time is not extended any more.",
)
NO_REASON = Text("请写明理由，理由将告知本人。", "Give the reason; the person is told.")
NO_OUTCOME = Text("请选择怎样处理。", "Choose what is to be done.")
NO_TRACK = Text("请选择普通程序或简易程序。", "Choose the ordinary or the simplified procedure.")
ONCE = Text("期限只能延长一次；简易程序不能延长。", "It is extended once, never when simplified.")


@dataclass(frozen=True, slots=True)
class Told:
    """A notice to the person.

    Attributes:
        kind: which (``notices`` of the table).
        on: when.
        due: the day that it names; None where it names none.
        reason: that it gives; "" for none.
        remedies: whether it names the last days of the statutory remedies.
    """

    kind: str
    on: date
    due: date | None
    reason: str
    remedies: bool


@dataclass(frozen=True, slots=True)
class Course:
    """Where an objection stands.

    Attributes:
        state: of the table.
        since: when it entered the state.
        due: last day of what has to be done now; None where nobody has to act.
        rule: by which that day is set.
        track: ``ordinary`` or ``simplified``; "" before it is accepted.
        accepted: when it was accepted.
        extended: whether the time was extended.
        overdue: whether the person was told that the day has passed.
        outcome: what is to be done; "" where it is not upheld or not decided.
        reason: of the newest step that needed one.
        suspended: whether the effect of the decision is suspended meanwhile.
    """

    state: str
    since: date
    due: date | None
    rule: str
    track: str = ""
    accepted: date | None = None
    extended: bool = False
    overdue: bool = False
    outcome: str = ""
    reason: str = ""
    suspended: bool = False


@cache
def table() -> Mapping[str, Any]:
    """Return the table of states and verbs as it is written."""
    text = files("shixiao.fairness").joinpath("data/objections.yaml").read_text("utf-8")
    found: Mapping[str, Any] = load_yaml(text)
    return found


def ended(state: str) -> bool:
    """Say whether nobody has to act any more."""
    return not table()["states"][state]["owner"]["zh"]


def suspends(*, automatic: bool, irreversible: bool, rules: RulePack) -> bool:
    """Say whether an objection suspends the effect of such a decision (OBJ-04)."""
    cases = rules.rule(SUSPENDS).value
    given = {"automatic": automatic, "irreversible": irreversible}
    return isinstance(cases, list) and any(given.get(str(case)) for case in cases)


def file(
    on: date, *, suspended: bool, rules: RulePack, calendar: WorkingCalendar
) -> tuple[Course, Told]:
    """Return a new objection and the notice of its receipt."""
    due = Clock.of(rules.rule(ACCEPT)).deadline(on, calendar).due
    return Course("filed", on, due, ACCEPT, suspended=suspended), Told("filed", on, due, "", False)


def step(
    course: Course,
    verb: str,
    on: date,
    given: Mapping[str, str],
    *,
    rules: RulePack,
    calendar: WorkingCalendar,
) -> tuple[Course, Told]:
    """Carry a verb out.

    Args:
        course: where it stands.
        verb: of the table.
        on: when.
        given: ``reason``, ``outcome``, ``track`` as the verb needs them.
        rules: OBJ-02, OBJ-03, OBJ-06.
        calendar: of working days.

    Raises:
        BadInput: it cannot be done now, or something that it needs is missing (``column``).
    """
    entry = table()["verbs"][verb]
    if course.state not in entry["from"]:
        raise BadInput(NOT_NOW)
    if entry.get("after_due") and (course.due is None or on <= course.due):
        raise BadInput(NOT_YET)
    if entry.get("by_due") and course.due is not None and on > course.due:
        raise BadInput(PAST)
    _check_needs(entry, given)
    moved = replace(course, reason=given.get("reason", "").strip())
    if verb in {"accept", "deem"}:
        track = given.get("track", ORDINARY) if verb == "accept" else ORDINARY
        due = Clock.of(rules.rule(DECIDE), track).deadline(on, calendar).due
        moved = replace(moved, track=track, accepted=on, due=due, rule=DECIDE, overdue=False)
    elif verb == "extend":
        moved = _extended(moved, rules, calendar)
    elif verb == "uphold":
        due = Clock.of(rules.rule(CARRY)).deadline(on, calendar).due
        moved = replace(moved, due=due, rule=CARRY, overdue=False, outcome=given["outcome"])
    if "to" in entry:
        moved = replace(moved, state=entry["to"], since=on)
    if ended(moved.state):
        moved = replace(moved, due=None, rule="", suspended=False)
    told = Told(entry["tells"], on, moved.due, moved.reason, bool(entry.get("remedies")))
    return moved, told


def pass_day(
    course: Course, on: date, *, rules: RulePack, calendar: WorkingCalendar
) -> tuple[Course, Told] | None:
    """Return what a day changes by itself: silence accepts, and what is late is said; else None."""
    if course.due is None or on <= course.due:
        return None
    if course.state == "filed":
        return step(course, "deem", on, {}, rules=rules, calendar=calendar)
    if course.overdue:
        return None
    return replace(course, overdue=True), Told("overdue", on, course.due, "", True)


def _check_needs(entry: Mapping[str, Any], given: Mapping[str, str]) -> None:
    needs = entry.get("needs", ())
    if "reason" in needs and not given.get("reason", "").strip():
        raise BadInput(NO_REASON, column="reason")
    if "outcome" in needs and given.get("outcome") not in table()["outcomes"]:
        raise BadInput(NO_OUTCOME, column="outcome")
    if "track" in needs and given.get("track") not in {ORDINARY, SIMPLIFIED}:
        raise BadInput(NO_TRACK, column="track")


def _extended(course: Course, rules: RulePack, calendar: WorkingCalendar) -> Course:
    if course.extended or course.track != ORDINARY or course.accepted is None:
        raise BadInput(ONCE)
    clock = Clock.of(rules.rule(DECIDE), ORDINARY)
    due = clock.deadline(course.accepted, calendar, extension=clock.extension_limit).due
    return replace(course, due=due, extended=True, overdue=False)
