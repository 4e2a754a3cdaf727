"""Incidents: of what grade one is at least, and who has to be told by when.

Hours run on through nights and holidays; days are counted by the calendar (Civil Code arts. 201 and
203). Sources: 国家网络安全事件报告管理办法 art. 4 (INC-T) and its summary report (INC-S),
网络数据安全管理条例 arts. 10 and 11 (NDR-10), 个人信息保护法 art. 57 (INC-P),
政务数据共享条例 art. 35 (INC-R).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from shixiao.rules import Clock, RulePack, WorkingCalendar
from shixiao.terms import Text


class Kind(StrEnum):
    """What happened, or may have."""

    LEAK = "leak"
    OUTAGE = "outage"
    ATTACK = "attack"
    TAMPERING = "tampering"
    DEFECT = "defect"


class Grade(StrEnum):
    """How grave it is, by the grading guide; the least first."""

    GENERAL = "general"
    LARGER = "larger"
    MAJOR = "major"
    EXTREME = "extreme"


class Operator(StrEnum):
    """Who runs the system, which decides to whom and how soon is reported (INC-T)."""

    CRITICAL = "critical_infrastructure"
    CENTRAL = "central"
    OTHER = "other"


class Duty(StrEnum):
    """To whom something has to be said."""

    AUTHORITY = "authority"
    CYBERSPACE = "cyberspace"
    DEFECT = "defect"
    PERSONS = "persons"
    SUMMARY = "summary"


KINDS = {
    Kind.LEAK: Text("数据泄露", "leak of data"),
    Kind.OUTAGE: Text("服务中断", "outage"),
    Kind.ATTACK: Text("网络攻击", "attack"),
    Kind.TAMPERING: Text("数据篡改、丢失", "tampering or loss of data"),
    Kind.DEFECT: Text("缺陷漏洞", "defect or vulnerability"),
}
GRADES = {
    Grade.GENERAL: Text("一般", "ordinary"),
    Grade.LARGER: Text("较大", "larger"),
    Grade.MAJOR: Text("重大", "major"),
    Grade.EXTREME: Text("特别重大", "extremely grave"),
}
OPERATORS = {
    Operator.OTHER: Text("其他（本市各部门）", "another, such as a department of the city"),
    Operator.CENTRAL: Text("中央和国家机关及直属单位", "a central organ or one of its units"),
    Operator.CRITICAL: Text("关键信息基础设施", "critical information infrastructure"),
}
DUTIES = {
    Duty.AUTHORITY: Text("向数据主管部门报告", "Report to the authority for data"),
    Duty.DEFECT: Text("向有关主管部门报告缺陷漏洞", "Report the defect to the authority"),
    Duty.PERSONS: Text("通知受影响的个人", "Notify the persons affected"),
    Duty.SUMMARY: Text("报送总结报告", "Send the summary report"),
}
CYBERSPACE = {
    Operator.OTHER: Text("向省级网信部门报告", "Report to the cyberspace office of the province"),
    Operator.CENTRAL: Text("向本部门网信工作机构报告", "Report to the organ’s cyberspace unit"),
    Operator.CRITICAL: Text(
        "向保护工作部门和公安机关报告", "Report to the protecting department and the police"
    ),
}
_ORDER = list(Grade)


@dataclass(frozen=True, slots=True)
class Due:
    """One duty and until when it has to be done.

    Attributes:
        duty: which.
        rule: that sets its time.
        part: of the rule; "" for the whole.
        at: the last moment.
    """

    duty: Duty
    rule: str
    part: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """What decides the duties of an incident.

    Attributes:
        kind, grade, operator: see there.
        personal: whether personal information leaked, was changed or lost, or may have been.
        public: whether a defect touches national security or the public interest.
    """

    kind: Kind
    grade: Grade
    operator: Operator
    personal: bool
    public: bool


def least_grade(persons: int, rules: RulePack) -> Grade:
    """Return the lowest grade that so many persons allow (INC-G)."""
    reached = [g for g in _ORDER[1:] if persons >= rules.number("INC-G", g)]
    return reached[-1] if reached else Grade.GENERAL


def at_least(grade: Grade, other: Grade) -> bool:
    """Say whether a grade is as grave as another, or more."""
    return _ORDER.index(grade) >= _ORDER.index(other)


def duties(
    case: Case, known: datetime, *, rules: RulePack, calendar: WorkingCalendar, zone: ZoneInfo
) -> tuple[Due, ...]:
    """Return what has to be said to whom, from the moment when it became known.

    Args:
        case: what decides.
        known: when it was found or told of; every clock begins then.
        rules: in force.
        calendar: working days.
        zone: in which days begin and end.
    """
    found = [Due(Duty.AUTHORITY, "INC-R", "", _hours(known, rules.number("INC-R")))]
    if at_least(case.grade, Grade.LARGER):
        hours = rules.number("INC-T", case.operator)
        found.append(Due(Duty.CYBERSPACE, "INC-T", case.operator, _hours(known, hours)))
    if case.kind is Kind.DEFECT and case.public:
        found.append(Due(Duty.DEFECT, "NDR-10", "", _hours(known, rules.number("NDR-10"))))
    if case.personal:
        end = end_of(known, "INC-P", rules=rules, calendar=calendar, zone=zone)
        found.append(Due(Duty.PERSONS, "INC-P", "days", end))
    return tuple(found)


def summary(
    handled: datetime, *, rules: RulePack, calendar: WorkingCalendar, zone: ZoneInfo
) -> Due:
    """Return until when the summary is due, once an incident was handled."""
    end = end_of(handled, "INC-S", rules=rules, calendar=calendar, zone=zone)
    return Due(Duty.SUMMARY, "INC-S", "days", end)


def end_of(
    start: datetime, rule: str, *, rules: RulePack, calendar: WorkingCalendar, zone: ZoneInfo
) -> datetime:
    """Return the end of the last day of a period that is counted in days."""
    clock = Clock.of(rules.rule(rule))
    due = clock.deadline(start.astimezone(zone).date(), calendar).due
    return datetime.combine(due + timedelta(days=1), time.min, zone)


def _hours(start: datetime, hours: float) -> datetime:
    return start + timedelta(hours=hours)
