"""Handling: an objection is accepted or not, its time extended, or it is withdrawn."""

from __future__ import annotations

import hmac
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from shixiao.fairness.objections import step
from shixiao.records.models import Objection
from shixiao.rules import load_calendar
from shixiao.seals import read_code
from shixiao.terms import BadInput
from shixiao.workflows import moving
from shixiao.workflows.actors import NOBODY
from shixiao.workflows.clock import pack
from shixiao.workflows.moving import Act
from shixiao.workflows.objections.moving import begin, course_of, go, keep
from shixiao.workflows.query_codes import query_hash
from shixiao.workflows.refusals import Stale


@transaction.atomic
def accept(objection: Objection, act: Act, *, track: str) -> Objection:
    """Accept an objection for the ordinary or the simplified procedure."""
    held = begin(objection, "accept", act)
    go(held, "accept", act, {"track": track})
    return held


@transaction.atomic
def refuse(objection: Objection, act: Act, *, reason: str) -> Objection:
    """Do not accept an objection, with the reason."""
    held = begin(objection, "refuse", act)
    go(held, "refuse", act, {"reason": reason})
    return held


@transaction.atomic
def extend(objection: Objection, act: Act, *, reason: str) -> Objection:
    """Extend the time to decide, once, with the reason."""
    held = begin(objection, "extend", act)
    go(held, "extend", act, {"reason": reason})
    return held


@transaction.atomic
def withdraw(objection: Objection, *, at: datetime) -> Objection:
    """Take an objection back; whoever holds its query code may.

    Raises:
        Stale: it was decided.
    """
    held, today = moving.locked(objection), timezone.localdate(at)
    try:
        course, told = step(
            course_of(held), "withdraw", today, {}, rules=pack(), calendar=load_calendar("cn")
        )
    except BadInput as refused:
        raise Stale(refused.text) from None
    keep(held, course, told, Act(NOBODY, at, held.version))
    return held


def found(number: str, query: str) -> Objection | None:
    """Return the objection under a number whose query code fits; None where none does."""
    code, typed = read_code(number), read_code(query)
    rows = Objection.objects.select_related("system__department", "decision")
    row = rows.filter(code=code).first() if code else None
    kept = row.query_hash if row else "-"
    fits = hmac.compare_digest(kept, query_hash(typed) if typed else "")
    return row if row is not None and fits else None
