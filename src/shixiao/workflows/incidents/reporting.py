"""Reporting, containing and grading an incident; every clock begins when it became known.

Anybody with a post may report. Containing may shut the system down at once. Grading sets the clocks
(``security.incidents``) and forces a new test of the system (SEC-28), but in a drill does neither
shut nor test anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from shixiao.records.models import Incident, IncidentClock, Organisation, System
from shixiao.rules import load_calendar
from shixiao.security.incidents import (
    GRADES,
    Case,
    Due,
    Grade,
    Kind,
    Operator,
    at_least,
    duties,
    least_grade,
)
from shixiao.terms import Text
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.incidents.moving import begin, concerned, go, leaf, mode_of, tell_of
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act, needed
from shixiao.workflows.permissions import check, may, signed_in
from shixiao.workflows.refusals import NOT_YOURS, Forbidden, Incomplete
from shixiao.workflows.systems.admitting import suspend
from shixiao.workflows.systems.retesting import force

AHEAD = timedelta(minutes=1)  # by which clocks may differ
NO_KIND = Text("请选择发生了什么。", "Choose what happened.")
NO_TITLE = Text("请用一句话写明事件。", "Say in a sentence what it is.")
NO_STORY = Text("请写明看到了什么。", "Say what was seen.")
NOT_YET = Text("发现时间不能晚于现在。", "It cannot have become known later than now.")
NO_DEPARTMENT = Text("请指定责任部门或系统。", "Name the department or the system.")
NO_GRADE = Text("请选择等级和运营者。", "Choose the grade and who runs it.")
TOO_LOW = Text(
    "涉及 {n:,} 人，至少为{grade}（规则 INC-G）。",
    "{n:,} persons are concerned: it is {grade} at least (rule INC-G).",
)
REPORTED = Text("有人报告安全事件：{title}", "An incident was reported: {title}")
GRADED = Text(
    "事件“{title}”定为{grade}，最早的报告时限为 {due}。",
    "The incident “{title}” is graded {grade}; the first report is due by {due}.",
)
SHUT = Text("发生安全事件（{code}），暂停使用。", "An incident ({code}); it is shut.")


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody reports.

    Attributes:
        kind: id of ``security.incidents.Kind``.
        title: in a sentence.
        story: what was seen.
        known: when it was found or told of.
        system: where it happened, if in a system on the register.
        department: whose it is; that of the system where one is named.
        drill: whether it is a drill.
    """

    kind: str
    title: str
    story: str
    known: datetime
    system: System | None
    department: Organisation | None
    drill: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """How an incident is judged.

    Attributes:
        grade, operator: ids of ``security.incidents``.
        personal: whether personal information leaked, was changed or lost, or may have been.
        public: whether a defect touches national security or the public interest.
        persons: how many, as far as is known.
    """

    grade: str
    operator: str
    personal: bool
    public: bool
    persons: int


@transaction.atomic
def report(told: Report, *, actor: Actor, at: datetime) -> Incident:
    """Report an incident, or begin a drill.

    Raises:
        Forbidden: the person has no post, or begins a drill of another department.
        Incomplete: something is missing, or it became known in the future.
    """
    check(actor, "incident.report")
    department = told.system.department if told.system else told.department
    if department is None:
        raise Incomplete(NO_DEPARTMENT, field="department")
    if told.drill and not may(actor, "incident.handle", department):
        raise Forbidden(NOT_YOURS)
    if told.kind not in set(Kind):
        raise Incomplete(NO_KIND, field="kind")
    if told.known > at + AHEAD:
        raise Incomplete(NOT_YET, field="known")
    made = Incident.objects.create(
        kind=told.kind,
        title=needed(told.title, field="title", missing=NO_TITLE)[:200],
        story=needed(told.story, field="story", missing=NO_STORY),
        system=told.system,
        department=department,
        drill=told.drill,
        known=told.known,
        reported=at,
        reported_by=signed_in(actor),
        state="reported",
        entered=at,
    )
    facts = {
        "kind": made.kind,
        "mode": mode_of(made),
        "department": department.code,
        "day": timezone.localdate(made.known).isoformat(),
    }
    sealed = {"actor": actor.account, "statement": made.story}
    put("incident.reported", made.code, at=at, facts=facts, sealed=sealed)
    text = REPORTED.format(title=made.title)
    tell_of(made, concerned(made, at), "incident.reported", text, at)
    return made


@transaction.atomic
def contain(incident: Incident, act: Act, *, contained: str, shut: bool) -> Incident:
    """Enter how the harm was stopped; the system may be shut down with it, but in a drill.

    Raises:
        Forbidden: it is another department's, or the person may not shut systems down.
        Stale: it moved on.
        Incomplete: nothing is said.
    """
    held = begin(incident, "contain", act)
    said = needed(contained, field="contained")
    system = held.system
    if shut and not held.drill and system is not None and system.state == "admitted":
        reason = SHUT.format(code=held.code)
        suspend(system, reason=reason, seen=None, actor=act.actor, at=act.at)
        held.shut = True
    go(held, "contain", act, reason=said, contained=said)
    return held


@transaction.atomic
def classify(incident: Incident, act: Act, judged: Judgement) -> Incident:
    """Judge the grade of an incident; its clocks run from when it became known.

    A later judgement may change it: what was told stays told, and what is not due any more goes.

    Raises:
        Forbidden: it is another department's.
        Stale: it moved on.
        Incomplete: no grade, or one below what so many persons allow.
    """
    held = begin(incident, "classify", act)
    if judged.grade not in set(Grade) or judged.operator not in set(Operator):
        raise Incomplete(NO_GRADE, field="grade")
    grade = Grade(judged.grade)
    lowest = least_grade(judged.persons, pack())
    if not at_least(grade, lowest):
        said = TOO_LOW.format(n=judged.persons, grade=GRADES[lowest])
        raise Incomplete(said, field="grade")
    operator = Operator(judged.operator)
    case = Case(Kind(held.kind), grade, operator, judged.personal, judged.public)
    found = duties(case, held.known, rules=pack(), calendar=load_calendar("cn"), zone=zone())
    _set_clocks(held, found)
    changed: dict[str, Any] = {
        "grade": grade.value,
        "operator": operator.value,
        "personal": judged.personal,
        "public": judged.public,
    }
    go(held, "classify", act, **changed)
    first = min(due.at for due in found)
    facts = {
        "severity": grade.value,
        "rules_sha256": pack().hash,
        "due": first.isoformat(),
    }
    leaf(held, "incident.classified", act, facts)
    if held.system is not None and not held.drill:
        force(moving.locked(held.system), "incident", held.code, at=act.at, actor=act.actor)
    moment = f"{timezone.localtime(first):%Y-%m-%d %H:%M}"
    text = GRADED.format(title=held.title, grade=GRADES[grade], due=moment)
    tell_of(held, concerned(held, act.at), "incident.classified", text, act.at)
    return held


@transaction.atomic
def dismiss(incident: Incident, act: Act, *, reason: str) -> Incident:
    """Dismiss what did not happen; its clocks end.

    Raises:
        Forbidden: the person may not.
        Stale: it moved on.
        Incomplete: no reason.
    """
    held = begin(incident, "dismiss", act)
    said = needed(reason, field="reason")
    held.clocks.filter(met__isnull=True).delete()
    go(held, "dismiss", act, reason=said, cause=said)
    return held


def zone() -> ZoneInfo:
    """Return the zone in which days begin and end."""
    return ZoneInfo(settings.TIME_ZONE)


def keep_clock(held: Incident, due: Due, begins: datetime) -> None:
    """Keep a clock of an incident; one that was met stays as it is."""
    known = held.clocks.filter(duty=due.duty).first()
    if known is not None and known.met is not None:
        return
    IncidentClock.objects.update_or_create(
        incident=held,
        duty=due.duty.value,
        defaults={"rule": due.rule, "part": due.part, "begins": begins, "due": due.at},
    )


def _set_clocks(held: Incident, found: tuple[Due, ...]) -> None:
    for due in found:
        keep_clock(held, due, held.known)
    kept = [due.duty.value for due in found]
    held.clocks.filter(met__isnull=True).exclude(duty__in=kept).delete()
