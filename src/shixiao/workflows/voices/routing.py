"""Routing: a matter goes to the department of its service, or where the classifier is sure enough.

Below the margin a person decides, with the suggestion and the words that spoke for it. What the
person decides is a label to learn from. Praise and good ratings are entered and told on.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import Organisation, Standing, Voice, VoiceStep
from shixiao.seals import sha256_of
from shixiao.terms import Text
from shixiao.voice import Message
from shixiao.voice.handling import Policy, marks, step
from shixiao.workflows.clock import pack
from shixiao.workflows.evaluations import current
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act
from shixiao.workflows.queued import skips_locked
from shixiao.workflows.refusals import Incomplete
from shixiao.workflows.voices import learning
from shixiao.workflows.voices.moving import Said, begin, course_of, enter, go, prepared
from shixiao.workflows.voices.policies import policy_now

PART = 1_000
PATIENCE = 50.0  # seconds of a run: the next one begins after a minute
BY_SERVICE = Text("您选择的服务由它负责。", "It is in charge of the service that you chose.")
BY_WORDS = Text("内容中的“{words}”等字词。", "Words such as “{words}”.")
BY_PERSON = Text("由受理人员分派。", "Routed by the intake desk.")
NO_DEPARTMENT = Text("请选择承办部门。", "Choose the department in charge.")


@dataclass(frozen=True, slots=True)
class _Look:
    """What is known of a matter that was looked at: where it goes and why; None for a person."""

    row: Voice
    department: Organisation | None
    why: Text


def route_waiting(*, now: datetime) -> int:
    """Look at all matters that wait; return how many went their way by themselves."""
    began, routed = time.monotonic(), 0
    while time.monotonic() - began < PATIENCE:
        looked, moved = _part(now)
        routed += moved
        if looked < PART:
            break
    return routed


@transaction.atomic
def assign(row: Voice, act: Act, *, department: Organisation | None, reason: str = "") -> Voice:
    """Route a matter by a person: what was suggested is accepted or corrected, and learnt.

    Raises:
        Forbidden, Stale: the person may not; it moved on.
        Incomplete: no department.
    """
    held = begin(row, "assign", act)
    if department is None or department.kind != Organisation.Kind.DEPARTMENT:
        raise Incomplete(NO_DEPARTMENT, field="department")
    held.label = department.code
    why = Text.of(reason.strip()) if reason.strip() else BY_PERSON
    go(held, "assign", act, Said({"reason": why}, department))
    return held


@transaction.atomic
def decline(row: Voice, act: Act, *, ground: str, reason: str) -> Voice:
    """Do not accept a matter, on a listed ground and with the way that is open.

    Raises:
        Forbidden, Stale, Incomplete: as ``assign``.
    """
    held = begin(row, "decline", act)
    go(held, "decline", act, Said({"ground": ground, "reason": reason}))
    return held


@transaction.atomic
def _part(now: datetime) -> tuple[int, int]:
    """Look at some matters and move them; return how many were looked at and how many moved."""
    waiting = Voice.objects.filter(looked=False).order_by("received")
    rows = list(waiting.select_for_update(of=("self",), skip_locked=skips_locked())[:PART])
    if not rows:
        return 0, 0
    looks, policy = _looks(rows), policy_now()
    steps = [made for look in looks if (made := _moved(look, now, policy)) is not None]
    Voice.objects.bulk_update(rows, _KEPT, batch_size=200)
    if steps:
        told = [[each.voice.code, each.department.code if each.department else ""]
                for each in steps]  # fmt: skip
        facts = {"records": len(steps), "sha256": sha256_of(told)}
        leaf = put("voice.routed", "routing", at=now, facts=facts)
        for each in steps:
            each.leaf = leaf.code
        enter(steps, now)
    return len(rows), len(steps)


_KEPT = ("looked", "marks", "urgent", "suggested", "department", "state", "entered", "due",
         "due_rule", "began", "version", "overdue", "late")  # fmt: skip


def _looks(rows: Sequence[Voice]) -> list[_Look]:
    """Look at matters: what is in them, which service, which department the words speak for."""
    by_code = {o.code: o for o in Organisation.objects.filter(kind="department", active=True)}
    by_id = {o.pk: o for o in by_code.values()}
    owners = _owners({row.service for row in rows if row.service})
    known = learning.newest()
    readable = [row for row in rows if row.state == "received" and (row.text or row.title)]
    routes: dict[Any, Any] = {}
    if known is not None and readable:
        messages = [Message(row.code, row.text, row.title) for row in readable]
        found = known[1].routes(messages)
        routes = {row.pk: route for row, route in zip(readable, found, strict=True)}
    labels: dict[str, str] = known[0].labels if known is not None else {}
    looks = []
    for row in rows:
        seen = marks(f"{row.title}\n{row.text}", rules=pack())
        row.looked, row.marks, row.urgent = True, ",".join(seen), "urgent" in seen
        department, why = by_code.get(owners.get(row.service, "")), BY_SERVICE
        route = routes.get(row.pk)
        if department is None and route is not None:
            code = labels.get(route.label, "")
            row.suggested = {
                "department": code,
                "label": route.label,
                "runner_up": route.runner_up,
                "confidence": round(route.confidence, 4),
                "margin": round(route.margin, 4),
                "why": list(route.why),
                "model": known[0].code if known is not None else "",
            }
            if route.automatic and code in by_code:
                department = by_code[code]
                why = BY_WORDS.format(words="、".join(route.why))
        elif department is None and row.named_id in by_id:
            row.suggested = {"department": by_id[row.named_id].code, "named": True}
        looks.append(_Look(row, department, why))
    return looks


def _moved(look: _Look, now: datetime, policy: Policy) -> VoiceStep | None:
    """Move a matter that goes by itself; None where a person has to look at it."""
    row = look.row
    if row.state != "received":
        return None
    thanks = row.kind == "praise" or (row.kind == "rating" and row.level > 2)
    if look.department is None and not thanks:
        return None
    verb = "note" if thanks else "route"
    given: dict[str, Any] = {"reason": look.why}
    code = {"department": look.department.code} if look.department else {}
    course, told = step(course_of(row), verb, timezone.localdate(now), code, policy)
    return prepared(row, verb, course, told, now, Said(given, look.department))


def _owners(services: set[str]) -> dict[str, str]:
    """Return service → code of the department that is in charge of it."""
    evaluation = current()
    if not services or evaluation is None:
        return {}
    rows = Standing.objects.filter(evaluation=evaluation, kind="service", subject__in=services)
    return dict(rows.values_list("subject", "department"))


def choices() -> list[tuple[str, Text]]:
    """Return code and name of each department that can be in charge."""
    rows = Organisation.objects.filter(kind="department", active=True)
    return [(row.code, row.name) for row in rows]


def department_of(code: str) -> Organisation | None:
    """Return the department of a code; None where there is none."""
    return Organisation.objects.filter(code=code, kind="department", active=True).first()
