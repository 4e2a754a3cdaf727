"""The course of a matter: one pure step for each verb, with its clock and what the person is told.

The clock of the reply is the person's: a transfer does not restart it, a stop needs a listed
reason, and only "not solved" starts it anew. Departments that pass a matter to and fro lose it to
the inspectors (HND-06), who give it to one for good. Nobody can forbid the person to open it again.
The table is ``data/matters.yaml``; records keep what these steps say.

Source: 国办发〔2020〕53号 (closed loop, no number of days); GB/T 39734 and local rules on ratings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml
from shixiao.rules import Clock, RulePack, WorkingCalendar
from shixiao.terms import BadInput, Text

ROUTE, REPLY, RATING, PAUSES, SAY, PASSES, AGAIN, JUDGE = (
    "HND-01", "HND-02", "HND-03", "HND-04", "HND-05", "HND-06", "HND-07", "HND-08",
)  # fmt: skip
STANDARD = "standard"
TIMED = {"say": SAY, "judge": JUDGE, "route": ROUTE}  # clock of the table → its rule
OWED = ("assigned", "escalated")  # states in which a reply is owed and its clock runs
NOT_NOW = Text("诉求已进入别的环节，这一步不能办。", "It has moved on; this cannot be done now.")
NOT_YET = Text("期限未满。", "The time has not passed.")
NO_REASON = Text("请写明理由，理由将告知本人。", "Give the reason; the person is told.")
NO_REPLY = Text("请写明答复。", "Write the reply.")
NO_DEPARTMENT = Text("请选择承办部门。", "Choose the department in charge.")
NO_BASIS = Text(
    "只能因列明的理由暂停计时，请选择。", "A clock stops for a listed reason only; choose one."
)
NO_GROUND = Text("请选择不予受理的理由。", "Choose the ground on which it is not accepted.")
NO_ANSWER = Text("请选择回访结果。", "Choose what the call-back found.")
SETTLED = Text(
    "督查员已经裁定由您的部门承办，不能再转办。",
    "The inspectors gave it to your department; it cannot be transferred any more.",
)
ONCE = Text("期限只能延长一次。", "The time is extended once.")
SECOND = Text("一件评价只能申请复核一次。", "A rating is reviewed at a department's wish once.")
TOO_LATE_NOW = Text(
    "整改期限已过，不能再申请复核。", "The day has passed; no review can be asked for any more."
)
PASSED = Text("期限已过，不能再延长。", "The day has passed; it cannot be extended any more.")
TOO_LATE = Text(
    "办结已超过 60 日，请另行提出，写上原编号即可。",
    "It was closed more than 60 days ago; bring it anew and name the former number.",
)
ONLY_RATINGS = Text("只有评价可以申请误评复核。", "Only ratings are reviewed as false.")
GIVEN = {
    "department": NO_DEPARTMENT, "reason": NO_REASON, "reply": NO_REPLY, "basis": NO_BASIS,
    "ground": NO_GROUND, "answer": NO_ANSWER,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Policy:
    """What a place has laid down: rules, calendar, and which preset of the clocks it uses."""

    rules: RulePack
    calendar: WorkingCalendar
    preset: str = STANDARD


@dataclass(frozen=True, slots=True)
class Told:
    """A notice to the person: which (``notices`` of the table), when, and the day it names."""

    kind: str
    on: date
    due: date | None


@dataclass(frozen=True, slots=True)
class Course:
    """Where a matter stands.

    Attributes:
        kind: of the table; a rating has a clock of its own.
        state: of the table.
        since: when it entered the state.
        due: last day of what has to be done now; None where nobody has to act or the clock stands.
        rule: by which that day is set.
        left: working days left when the clock was stopped, or a review began.
        began: when the clock of the reply began.
        transfers: how often departments passed it on since it was last settled.
        reopened: how often the person opened it again.
        extended: whether the time was extended.
        settled: whether the inspectors gave it to a department for good.
        overdue: whether the person was told that the day has passed.
        solved: what the person said; None for nothing.
        late: whether the day of a reply passed without one; no verb clears it.
        disputed: whether the department asked for a review of the rating.
        excluded: whether the rating was found false.
    """

    kind: str
    state: str
    since: date
    due: date | None
    rule: str
    left: int = 0
    began: date | None = None
    transfers: int = 0
    reopened: int = 0
    extended: bool = False
    settled: bool = False
    overdue: bool = False
    solved: bool | None = None
    late: bool = False
    disputed: bool = False
    excluded: bool = False


@cache
def table() -> Mapping[str, Any]:
    """Return the table of states and verbs as it is written."""
    text = files("shixiao.voice").joinpath("data/matters.yaml").read_text("utf-8")
    found: Mapping[str, Any] = load_yaml(text)
    return found


def ended(state: str) -> bool:
    """Say whether nobody has to act any more."""
    return not table()["states"][state]["owner"]["zh"]


def receive(kind: str, on: date, policy: Policy) -> Course:
    """Return a matter that was just received."""
    return Course(kind, "received", on, _due(ROUTE, on, policy), ROUTE)


def step(course: Course, verb: str, on: date, given: Mapping[str, str], policy: Policy) -> (
    tuple[Course, Told]
):  # fmt: skip
    """Carry a verb out.

    Args:
        course: where it stands.
        verb: of the table.
        on: when.
        given: ``department``, ``reason``, ``reply``, ``basis``, ``ground``, ``answer`` as needed.
        policy: rules, calendar, preset.

    Raises:
        BadInput: it cannot be done now, or something that it needs is missing (``column``).
    """
    entry = table()["verbs"][verb]
    _check(course, verb, entry, on, given, policy)
    course = _looked_at(course, on)
    to, clock, tells = entry.get("to"), entry.get("clock", ""), entry["tells"]
    if verb == "reopen":
        to, clock, tells = _again(course, given)
    moved = _with_clock(course, clock, on, policy)
    if verb == "transfer":
        moved = replace(moved, transfers=moved.transfers + 1)
        if moved.transfers >= policy.rules.number(PASSES):
            return _into(moved, "escalated", on), Told("escalated", on, moved.due)
    elif verb == "settle":
        moved = replace(moved, settled=True, transfers=0)
    elif verb == "extend":
        moved = _extended(moved, on, policy)
    elif verb == "reopen":
        moved = replace(moved, reopened=moved.reopened + 1, solved=False)
        moved = replace(moved, extended=moved.extended and course.excluded)
    elif verb == "dispute":
        moved = replace(moved, disputed=True)
    elif verb in {"keep", "exclude"}:
        moved = replace(moved, excluded=verb == "exclude")
    elif verb == "solve" or (verb == "call" and given["answer"] == "solved"):
        moved = replace(moved, solved=True)
    if to is not None:
        moved = _into(moved, to, on)
    return moved, Told(tells, on, moved.due)


def pass_day(course: Course, on: date, policy: Policy) -> tuple[Course, Told] | None:
    """Return what a day changes by itself: silence closes, and what is late is said; else None."""
    if course.due is None or on <= course.due:
        return None
    if course.state == "replied":
        return step(course, "lapse", on, {}, policy)
    if course.overdue:
        return None
    return replace(_looked_at(course, on), overdue=True), Told("overdue", on, course.due)


def _looked_at(course: Course, on: date) -> Course:
    """Return a course marked as late where the day of its reply has passed."""
    passed = course.state in OWED and course.due is not None and on > course.due
    return replace(course, late=True) if passed else course


def _again(course: Course, given: Mapping[str, str]) -> tuple[str, str, str]:
    """Return where what is opened again goes, which clock it has, and the notice.

    A rating that was found false is judged anew; what no department had is routed first.
    """
    if course.excluded:
        return "appealed", "judge", "rejudged"
    if not given.get("department"):
        return "received", "route", "anew"
    return "assigned", "reply", "reopened"


def _into(course: Course, state: str, on: date) -> Course:
    if state != course.state:
        course = replace(course, state=state, since=on)
    return replace(course, due=None, rule="") if ended(state) else course


def _check(
    course: Course,
    verb: str,
    entry: Mapping[str, Any],
    on: date,
    given: Mapping[str, str],
    policy: Policy,
) -> None:
    if course.state not in entry["from"]:
        raise BadInput(NOT_NOW)
    if entry.get("after_due") and (course.due is None or on <= course.due):
        raise BadInput(NOT_YET)
    for need in entry.get("needs", ()):
        if not given.get(need, "").strip():
            raise BadInput(GIVEN[need], column=need)
    if verb == "pause" and given["basis"] not in policy.rules.words(PAUSES):
        raise BadInput(NO_BASIS, column="basis")
    if verb == "decline" and given["ground"] not in table()["grounds"]:
        raise BadInput(NO_GROUND, column="ground")
    if verb == "call" and given["answer"] not in table()["answers"]:
        raise BadInput(NO_ANSWER, column="answer")
    if verb == "transfer" and course.settled:
        raise BadInput(SETTLED)
    if verb == "dispute":
        _check_dispute(course, on)
    last = course.since + timedelta(days=policy.rules.number(AGAIN))
    if verb == "reopen" and course.state == "closed" and on > last:
        raise BadInput(TOO_LATE)


def _check_dispute(course: Course, on: date) -> None:
    if course.kind != "rating":
        raise BadInput(ONLY_RATINGS)
    if course.disputed:
        raise BadInput(SECOND)
    if course.due is not None and on > course.due:
        raise BadInput(TOO_LATE_NOW)


def _with_clock(course: Course, clock: str, on: date, policy: Policy) -> Course:
    """Return the course with its day set as the verb wants it."""
    if clock == "reply":
        rule = _reply_rule(course)
        due = _due(rule, on, policy, policy.preset)
        return replace(course, due=due, rule=rule, began=on, overdue=False)
    if clock in {"stop", "judge"} and course.due is not None:
        course = replace(course, left=policy.calendar.between(on, course.due))
    if clock == "stop":
        return replace(course, due=None)
    if clock in TIMED:
        rule = TIMED[clock]
        return replace(course, due=_due(rule, on, policy), rule=rule, overdue=False)
    if clock == "run":
        due, told = policy.calendar.add(on, max(course.left, 0)), course.state == "paused"
        return replace(course, due=due, rule=_reply_rule(course), left=0,
                       overdue=course.overdue and told)  # fmt: skip
    return course


def _reply_rule(course: Course) -> str:
    return RATING if course.kind == "rating" else REPLY


def _due(rule: str, on: date, policy: Policy, part: str | None = None) -> date:
    return Clock.of(policy.rules.rule(rule), part).deadline(on, policy.calendar).due


def _extended(course: Course, on: date, policy: Policy) -> Course:
    """Return the course with its day moved on by as much as the preset allows, once."""
    if course.extended or course.due is None:
        raise BadInput(ONCE)
    if on > course.due:
        raise BadInput(PASSED)
    clock = Clock.of(policy.rules.rule(_reply_rule(course)), policy.preset)
    due = policy.calendar.add(course.due, clock.extension_limit)
    return replace(course, due=due, extended=True)
