"""Pages of sharing: how the duties of every department stood, and how those of one stand."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from shixiao.sharing.duties import Status
from shixiao.web.sharing.duties import article, lines
from shixiao.workflows.clock import rule
from shixiao.workflows.duties.standing import standing
from shixiao.workflows.organisations import offices
from shixiao.workflows.refusals import NOT_FOUND, Missing

MOST_SHOWN = 200


def overview(request: HttpRequest) -> HttpResponse:
    """Show how the duties of each department stood when they were counted, the worst first."""
    rows = [(row, getattr(row, "duties", None)) for row in offices().select_related("duties")]
    rows.sort(key=lambda each: (-(each[1].breached if each[1] else -1), each[0].code))
    counted = [totals for _, totals in rows if totals is not None]
    context = {
        "rows": rows,
        "breached": sum(totals.breached for totals in counted),
        "cut": any(totals.cut for totals in counted),
        "counted": min((totals.counted for totals in counted), default=None),
    }
    return render(request, "sharing/overview.html.j2", context)


def department(request: HttpRequest, code: str) -> HttpResponse:
    """Show the duties of a department: counted, and what is open or breached."""
    row = offices().filter(code=code).first()
    if row is None:
        raise Missing(NOT_FOUND)
    today = timezone.localdate()
    found = standing(row, today)
    context = {status.value: found.total(status) for status in Status} | {
        "name": row.name,
        "counts": [(each, article(rule(each.duty.rule))) for each in found.counts],
        "open": lines(found.open[:MOST_SHOWN], today),
        "cut": found.cut,
        "more": max(0, len(found.open) - MOST_SHOWN),
    }
    return render(request, "sharing/department.html.j2", context)
