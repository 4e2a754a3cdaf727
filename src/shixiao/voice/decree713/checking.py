"""Checks: is an event of the course lawful now, on what is given with it?

Order and clocks come from the table; what the Decree asks of a single act is checked here, each by
the article that asks it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shixiao.rules import Clock, RulePack, WorkingCalendar
from shixiao.terms import BadInput, Text
from shixiao.voice.decree713.course import (
    DAY,
    LIST,
    MATERIALS,
    Happened,
    day_of,
    in_order,
    newest,
    standing,
    table,
    waiting,
)
from shixiao.voice.decree713.speakers import against_most, read_speakers

PERIOD, NOTICE, REGISTER, SIZE, EXPERTS, SPEAKERS, LONGEST = (
    "DEC-30", "CON-01", "CON-03", "CON-04", "CON-05", "CON-06", "CON-10",
)  # fmt: skip
NOT_NOW = Text(
    "按《重大行政决策程序暂行条例》规定的次序，现在不能“{name}”。",
    "By the order of Decree 713 this cannot be done now: {name}.",
)
BACKWARDS = Text(
    "日期早于上一步（{day}）。", "The day lies before that of the step before it ({day})."
)
NOT_BEFORE = Text(
    "最早 {day} 才能“{name}”（条例第{articles}条）。",
    "Not before {day}: {name} (Decree 713, art. {articles}).",
)
TOO_LATE = Text(
    "最迟应在 {day} “{name}”；已来不及，请先将听证会延期。",
    "The last day was {day}: {name}. Postpone the hearing first.",
)
MISSING = Text("请填写。", "Fill this in.")
SHORT = Text(
    "征求意见一般不少于 30 日（到 {day}）；缩短的须写明理由，理由随草案公布（条例第十五条）。",
    "A consultation takes 30 days as a rule (until {day}); a shorter one says why, in public"
    " (Decree 713, art. 15).",
)
PAST = Text("截止日期须晚于今天。", "The last day has to lie after today.")
FAR = Text(
    "最长 {n} 日，最迟 {day}；请核对年份。",
    "{n} days are the most: {day} at the latest. Check the year.",
)
SOON = Text(
    "听证会须至少提前 {n} 日公告，最早 {day}。",
    "A hearing is announced {n} days before: {day} at the earliest.",
)
REGISTER_SHORT = Text(
    "报名期限至少 {n} 日，且须给抽签、公布名单和送达材料留出时间（最迟 {last} 截止）。",
    "Registration takes {n} days at least and ends by {last}, to leave time for the draw, the"
    " list and the materials.",
)
SIZES = Text("听证参加人为 {least} 至 {most} 人。", "A hearing has {least} to {most} participants.")
EARLIER = Text(
    "只能延期，不能提前；新日期须晚于 {day}。", "Only later: the new day lies after {day}."
)
UNSIGNED = Text(
    "还有 {n} 名参加人没有确认听证记录（条例第十七条）。",
    "{n} participants have not confirmed the record (Decree 713, art. 17).",
)
UNANSWERED = Text(
    "还有 {n} 组意见没有答复采纳情况。", "{n} groups of opinion have no reply on how they are used."
)
FEW_EXPERTS = Text(
    "至少须有 {n} 名没有直接利害关系、已署名的专家意见；现有 {now} 份。",
    "Opinions of {n} experts without direct interest, signed, are needed; there are {now}.",
)
SAME_UNIT = Text(
    "审查人不能来自承办单位，也不能是送审人本人。",
    "The reviewer comes neither from the drafting unit nor is he who submitted it.",
)
FEW_SPEAKERS = Text(
    "集体讨论至少有 {n} 人发言，行政首长最后发言（条例第三十条）。",
    "A collective discussion has {n} speakers at least, the head last (Decree 713, art. 30).",
)
NOT_LAST = Text(
    "最后一行应为行政首长：{name}（条例第三十条）。",
    "The last line is the head: {name} (Decree 713, art. 30).",
)
ALONE = Text(
    "决定与会议组成人员多数人的意见不一致，须写明会上说明的理由（条例第三十条）。",
    "The decision is other than what most members said; give the reason told at the meeting"
    " (Decree 713, art. 30).",
)
HEAD_SAYS = Text(
    "行政首长的意见与登记的决定不一致。", "What the head said is not what is entered as decided."
)
LACKING = Text("归档材料不全：{what}。", "The file lacks: {what}.")
SAME_ASSESSOR = Text(
    "“{name}”在决策前承担过论证评估，不能承担决策后评估（条例第三十六条）。",
    "“{name}” assessed it before the decision and cannot do so after it (Decree 713, art. 36).",
)


@dataclass(frozen=True, slots=True)
class Case:
    """An act that is checked: the log before it, the day, and what is given."""

    log: Sequence[Happened]
    event: str
    on: date
    given: Mapping[str, Any]
    rules: RulePack
    calendar: WorkingCalendar

    def said(self, name: str) -> str:
        """Return what was given under a name, as text."""
        return str(self.given.get(name) or "").strip()

    def need(self, *names: str) -> None:
        """Refuse where something is not given."""
        for name in names:
            if not self.said(name):
                raise BadInput(MISSING, column=name)


def check(
    log: Sequence[Happened],
    event: str,
    on: date,
    given: Mapping[str, Any],
    *,
    rules: RulePack,
    calendar: WorkingCalendar,
) -> None:
    """Refuse an event that is out of order, before its clock, or lacks what the Decree asks.

    Raises:
        BadInput: it is; ``column`` names the field where one is meant.
    """
    entry, case = table().events[event], Case(log, event, on, given, rules, calendar)
    stands = standing(log)
    if not in_order(entry, stands) or (event in stands and not entry.again):
        raise BadInput(NOT_NOW.format(name=entry.name))
    if log and on < log[-1].on:
        raise BadInput(BACKWARDS.format(day=log[-1].on.isoformat()))
    wait = waiting(log, event, rules=rules, calendar=calendar)
    if wait.first is not None and on < wait.first:
        articles = Text("、".join(map(str, entry.articles)), ", ".join(map(str, entry.articles)))
        day = wait.first.isoformat()
        raise BadInput(NOT_BEFORE.format(day=day, name=entry.name, articles=articles))
    if wait.last is not None and on > wait.last:
        raise BadInput(TOO_LATE.format(day=wait.last.isoformat(), name=entry.name))
    case.need(*(name for name in entry.needs if name in PLAIN))
    if event in CHECKS:
        CHECKS[event](case)


PLAIN = {
    "text", "reason", "basis", "how", "measures", "assessor", "heard", "minutes", "number",
    "meeting", "trigger", "announced",
}  # fmt: skip


def _open(case: Case) -> None:
    until = _day(case, "until")
    if until <= case.on:
        raise BadInput(PAST, column="until")
    _check_near(case, until, "until")
    least = Clock.of(case.rules.rule(PERIOD)).deadline(case.on, case.calendar).due
    if until < least and not case.said("reason"):
        raise BadInput(SHORT.format(day=least.isoformat()), column="reason")


def _check_near(case: Case, day: date, column: str) -> None:
    """Refuse a day so far off that it is a slip: it is public then, and nothing goes on before."""
    n = int(case.rules.number(LONGEST))
    last = case.on + n * DAY
    if day > last:
        raise BadInput(FAR.format(n=n, day=last.isoformat()), column=column)


def _announce(case: Case) -> None:
    case.need("place", "how")
    day = _day(case, "day")
    notice, register = (int(case.rules.number(name)) for name in (NOTICE, REGISTER))
    earliest = case.on + notice * DAY
    if day < earliest:
        raise BadInput(SOON.format(n=notice, day=earliest.isoformat()), column="day")
    _check_near(case, day, "day")
    _registration(case, day, case.on + register * DAY)
    least, most = (int(case.rules.number(SIZE, part)) for part in ("least", "most"))
    if not least <= int(case.given.get("size") or 0) <= most:
        raise BadInput(SIZES.format(least=least, most=most), column="size")


def _registration(case: Case, day: date, least: date) -> None:
    """Refuse a registration that is too short, or leaves no time before the list is due."""
    last = day - int(case.rules.number(LIST)) * DAY
    if not least <= _day(case, "until") < last:
        n = int(case.rules.number(REGISTER))
        raise BadInput(REGISTER_SHORT.format(n=n, last=last.isoformat()), column="until")


def _postpone(case: Case) -> None:
    was, day = day_of(case.log, "day", "announce", "postpone") or case.on, _day(case, "day")
    if day <= max(was, case.on):
        raise BadInput(EARLIER.format(day=max(was, case.on).isoformat()), column="day")
    _check_near(case, day, "day")
    if "choose" not in standing(case.log):  # whoever wants to may still register
        _registration(case, day, day_of(case.log, "until", "announce", "postpone") or case.on)


def _hold(case: Case) -> None:
    delivered = newest(case.log, "deliver")
    day = day_of(case.log, "day", "announce", "postpone")
    served = int(case.rules.number(MATERIALS))
    if delivered is None or day is None or delivered.on + served * DAY > day:
        raise BadInput(NOT_NOW.format(name=table().events["hold"].name))


def _confirm(case: Case) -> None:
    if n := int(case.given.get("waiting", 1)):
        raise BadInput(UNSIGNED.format(n=n))


def _settle(case: Case) -> None:
    if n := int(case.given.get("unanswered", 1)):
        raise BadInput(UNANSWERED.format(n=n))


def _argue(case: Case) -> None:
    least, now = int(case.rules.number(EXPERTS)), int(case.given.get("opinions", 0))
    if now < least:
        raise BadInput(FEW_EXPERTS.format(n=least, now=now))


def _review(case: Case) -> None:
    if case.given.get("same_unit", True):
        raise BadInput(SAME_UNIT)


def _discuss(case: Case) -> None:
    case.need("head")
    speakers = read_speakers(case.said("speakers"))
    least = int(case.rules.number(SPEAKERS))
    if len(speakers) < least:
        raise BadInput(FEW_SPEAKERS.format(n=least), column="speakers")
    head = case.said("head")
    if speakers[-1].name != head or any(each.name == head for each in speakers[:-1]):
        raise BadInput(NOT_LAST.format(name=head), column="speakers")
    adopted = case.event == "adopt"
    if (speakers[-1].says == "for") != adopted:
        raise BadInput(HEAD_SAYS, column="speakers")
    if against_most(speakers, adopted=adopted) and not case.said("reason"):
        raise BadInput(ALONE, column="reason")


def _archive(case: Case) -> None:
    lacking = case.given.get("lacking", ())
    if lacking:
        names = [Text.of(each) for each in lacking]
        what = Text("、".join(n.zh for n in names), ", ".join(n.en for n in names))
        raise BadInput(LACKING.format(what=what))


def _evaluate(case: Case) -> None:
    name = case.said("assessor")
    if case.said("trigger") not in table().words["triggers"]:
        raise BadInput(MISSING, column="trigger")
    first = {
        _bare(unit)
        for each in case.log
        for unit in (each.facts.get("assessor", ""), *each.facts.get("assessors", ()))
        if unit and each.event in {"argue", "assess", "risky"}
    }
    if _bare(name) in first:
        raise BadInput(SAME_ASSESSOR.format(name=name), column="assessor")


def _bare(name: str) -> str:
    """Return a name without spaces and case, so that a blank does not make it another."""
    return "".join(name.split()).casefold()


def _day(case: Case, name: str) -> date:
    said = case.given.get(name)
    try:
        return said if isinstance(said, date) else date.fromisoformat(str(said))
    except ValueError:
        raise BadInput(MISSING, column=name) from None


CHECKS: Mapping[str, Callable[[Case], None]] = {
    "open": _open,
    "announce": _announce,
    "postpone": _postpone,
    "hold": _hold,
    "confirm": _confirm,
    "settle": _settle,
    "argue": _argue,
    "return": _review,
    "unlawful": _review,
    "clear": _review,
    "warn": _review,
    "adopt": _discuss,
    "defer": _discuss,
    "reject": _discuss,
    "archive": _archive,
    "evaluate": _evaluate,
}
