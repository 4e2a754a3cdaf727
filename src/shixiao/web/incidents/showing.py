"""Incidents in words, as their pages show them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import Gateway, Incident, IncidentClock
from shixiao.security.assessing import library
from shixiao.security.incidents import GRADES, KINDS, OPERATORS, Grade, Kind, Operator
from shixiao.terms import Text
from shixiao.web.incidents.forms import duty_name
from shixiao.web.requests.showing import ledger_of
from shixiao.web.shell.pages import mixed, say
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import rule
from shixiao.workflows.incidents.moving import doable, life
from shixiao.workflows.incidents.telling import ITEMS

TONES = {
    "reported": "red",
    "contained": "amber",
    "handled": "amber",
    "closed": "green",
    "dismissed": "grey",
}
HOUR = 3600
DRILL = Text("演练", "Drill")


def line(row: Incident) -> dict[str, Any]:
    """Return an incident as a line of a list."""
    kind = KINDS[Kind(row.kind)]
    where, en = row.department.name.zh, row.department.name.en
    grade = f"，{GRADES[Grade(row.grade)].zh}" if row.grade else ""
    grade_en = f", {GRADES[Grade(row.grade)].en}" if row.grade else ""
    title = (
        Text(f"【演练】{row.title}", f"[Drill] {row.title}") if row.drill else Text.of(row.title)
    )
    return {
        "title": mixed(title),
        "to": reverse("incident", args=[row.code]),
        "about": Text(f"{kind.zh}{grade} · {where}", f"{kind.en}{grade_en} · {en}"),
        "from": row.code,
        "tag": life().states[row.state].name,
        "tone": TONES[row.state],
    }


def clock_line(row: Incident, clock: IncidentClock, now: datetime) -> dict[str, Any]:
    """Return a duty with its last moment, and how it stands."""
    state, tone = _standing(clock, now)
    return {
        "name": duty_name(row, clock.duty),
        "rule": rule(clock.rule),
        "due": clock.due,
        "day": _last_day(clock),
        "state": state,
        "tone": tone,
        "met": clock.met,
        "reference": clock.reference,
    }


def _last_day(clock: IncidentClock) -> date | None:
    """Return the last day of a period that is counted in days; None where hours are counted."""
    last = timezone.localtime(clock.due - timedelta(seconds=1))
    return last.date() if rule(clock.rule).unit_of(clock.part or None) != "hour" else None


def _standing(clock: IncidentClock, now: datetime) -> tuple[Text, str]:
    if clock.met is not None:
        if clock.met <= clock.due:
            return Text("按时完成", "Done in time"), "green"
        return Text("已完成，超期", "Done, too late"), "grey"
    left = (clock.due - now).total_seconds() / HOUR
    if left < 0:
        return Text(f"逾期 {-left:.0f} 小时", f"Overdue by {-left:.0f} h"), "red"
    if left < 48:
        return Text(f"剩 {left:.0f} 小时", f"{left:.0f} h left"), "amber"
    return Text(f"剩 {left / 24:.0f} 天", f"{left / 24:.0f} days left"), "plain"


def shown(row: Incident, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return what the page of an incident shows."""
    notice = row.notice or {}
    criteria = library().criteria
    return {
        "row": row,
        "drill": DRILL,
        "state": life().states[row.state],
        "tone": TONES[row.state],
        "verbs": doable(row, actor),
        "kind": KINDS[Kind(row.kind)],
        "grade": GRADES[Grade(row.grade)] if row.grade else None,
        "operator": OPERATORS[Operator(row.operator)] if row.operator else None,
        "clocks": [clock_line(row, each, now) for each in row.clocks.all()],
        "persons": row.persons.count(),
        "unproven": row.persons.filter(proven=False).count(),
        "receipts": row.receipts.count(),
        "notice": [(ITEMS[name], notice[name]) for name in ITEMS if name in notice],
        "criteria": [criteria[name].name for name in row.criteria if name in criteria],
        "silent_names": [
            say(gateway.department.name)
            for gateway in Gateway.objects.filter(code__in=row.silent).select_related("department")
        ],
        "leaves": ledger_of(row.code),
    }
