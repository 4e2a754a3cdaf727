"""Pages of sharing: how the duties of every department stand, and those of one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from shixiao.records.models import Organisation
from shixiao.sharing.duties import Status
from shixiao.web.sharing.duties import article, lines
from shixiao.workflows.clock import rule
from shixiao.workflows.duties.standing import Standing, standing
from shixiao.workflows.refusals import NOT_FOUND, Missing

MOST_SHOWN = 200
KINDS = ("department", "bureau")


def overview(request: HttpRequest) -> HttpResponse:
    """Show how the duties of each department stand, the most breaches first."""
    today = timezone.localdate()
    rows = [(row, standing(row, today)) for row in _organisations()]
    rows.sort(key=lambda each: (-each[1].total(Status.BREACHED), each[0].code))
    context = {
        "rows": [_counts(row, found) | {"department": row} for row, found in rows],
        "breached": sum(found.total(Status.BREACHED) for _, found in rows),
        "cut": any(found.cut for _, found in rows),
    }
    return render(request, "sharing/overview.html.j2", context)


def department(request: HttpRequest, code: str) -> HttpResponse:
    """Show the duties of a department: counted, and what is open or breached."""
    row = next((each for each in _organisations() if each.code == code), None)
    if row is None:
        raise Missing(NOT_FOUND)
    today = timezone.localdate()
    found = standing(row, today)
    context = _counts(row, found) | {
        "department": row,
        "counts": [(each, article(rule(each.duty.rule))) for each in found.counts],
        "open": lines(found.open[:MOST_SHOWN], today),
        "cut": found.cut,
        "more": max(0, len(found.open) - MOST_SHOWN),
    }
    return render(request, "sharing/department.html.j2", context)


def _organisations() -> list[Organisation]:
    return list(Organisation.objects.filter(kind__in=KINDS, active=True).order_by("code"))


def _counts(row: Organisation, found: Standing) -> dict[str, Any]:
    return {status.value: found.total(status) for status in Status} | {"name": row.name}
