"""The clock of an answer: by sharing attribute, extended by consent, still while papers lack.

Source: Decree 809 arts. 21–22. That the clock stands still between the one-time notice and the
completed papers is local policy: the decree counts from the day on which a request is received,
and an incomplete one is not yet one that can be answered.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from shixiao.records.models import SharingRequest
from shixiao.rules import Suspension
from shixiao.terms import Text
from shixiao.workflows.clock import due_day, rule
from shixiao.workflows.moving import Term

BY_SHARING = {"unconditional": "GDS-21u", "conditional": "GDS-21c", "not_shared": "GDS-21c"}
WAITED = Text("等待补正材料", "waiting for missing papers")


def rule_of(request: SharingRequest) -> str:
    """Return the rule by which the answer is due."""
    return BY_SHARING.get(request.sharing, "GDS-21c")


def longest_extension(request: SharingRequest) -> int:
    """Return the working days by which the law lets the answer be put off."""
    return int(str(rule(rule_of(request)).part("days_extension")))


def answer_term(request: SharingRequest) -> Term:
    """Return until when the provider has to answer, everything counted that stopped the clock."""
    name = rule_of(request)
    if request.filed is None:
        return Term(name, None)
    waits = [
        Suspension(date.fromisoformat(start), date.fromisoformat(end), WAITED)
        for start, end in request.waits
        if end and start <= end
    ]
    filed = timezone.localdate(request.filed)
    due = due_day(name, filed, suspensions=waits, extension=request.extension)
    return Term(name, due)


def waiting_from(day: date, request: SharingRequest) -> list[list[str]]:
    """Return the waits with a new one that begins on the day after the notice."""
    return [*request.waits, [(day + timedelta(days=1)).isoformat(), ""]]


def waited_until(day: date, request: SharingRequest) -> list[list[str]]:
    """Return the waits with the last one ended on the day on which the papers came."""
    *former, (start, _) = request.waits
    return [*former, [start, day.isoformat()]] if start <= day.isoformat() else former
