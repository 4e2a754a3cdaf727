"""The editor of the activity map: rows of the gate, corrected and confirmed page by page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils import timezone

from shixiao.evidence.activity_map import FLAGS
from shixiao.evidence.schema import load_schemas
from shixiao.records.models import Standing
from shixiao.terms import Text
from shixiao.web.evidence.forms import RowFilter
from shixiao.web.evidence.views import found_evidence
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.pages import say
from shixiao.workflows import activity_maps
from shixiao.workflows.activity_maps import Edit, Row
from shixiao.workflows.permissions import may
from shixiao.workflows.refusals import Incomplete

ROWS = 25  # a form has seven fields a row, and a limit
SAVED = Text(
    "已确认，存为第 {version} 版，写入存证账本。下一次评估将使用它；收到的证据文件没有改动。",
    "Confirmed and kept as version {version}, on record in the ledger. The next evaluation uses it;"
    " the files of the evidence were not touched.",
)
AS_THEY_STAND = "all"


def edit(request: HttpRequest, evidence: str) -> HttpResponse:
    """Show the rows; with a right to it, save those of the page, or all that fit the filter."""
    found = found_evidence(request, evidence)
    rows = activity_maps.rows_of(found)
    form = RowFilter(request.GET)
    shown = _filtered(rows, form.cleaned_data if form.is_valid() else {})
    problem = None
    if request.method == "POST":
        try:
            made = activity_maps.confirm(
                found,
                _edits(request.POST, shown),
                based_on=_version(request.POST),
                actor=actor_on(request),
                at=timezone.now(),
            )
        except Incomplete as error:
            problem = error
        else:
            messages.success(request, say(SAVED.format(version=made.version)))
            return HttpResponseRedirect(request.get_full_path())
    page = Paginator(shown, ROWS).get_page(request.GET.get("page"))
    columns = {column.name: column.title for column in load_schemas()["activity_map"].columns}
    context = {
        "evidence": found,
        "filters": form,
        "page": page,
        "columns": columns,
        "flags": FLAGS,
        "known": activity_maps.newest(found),
        "services": _services(found.pk, page),
        "total": len(rows),
        "confirmed": sum(row.confirmed for row in rows),
        "open_shown": sum(not row.confirmed for row in shown),
        "problem": problem,
        "may_edit": may(actor_on(request), "evidence.map", found),
    }
    status = 422 if problem else 200
    return render(request, "evidence/map.html.j2", context, status=status)


def _filtered(rows: list[Row], asked: Mapping[str, Any]) -> list[Row]:
    service, activity = asked.get("service", "").strip(), asked.get("activity", "").strip()
    return [
        row
        for row in rows
        if (not service or row.service_id == service)
        and (not activity or activity.casefold() in row.activity.casefold())
        and not (asked.get("open") and row.confirmed)
    ]


def _edits(given: QueryDict, shown: list[Row]) -> dict[str, Edit]:
    """Return what was said of the rows of the page; or the open rows as they stand."""
    if given.get("what") == AS_THEY_STAND:
        return {row.key: Edit(row.step, row.flags) for row in shown if not row.confirmed}
    return {
        key: Edit(
            given.get(f"step_{key}", ""),
            frozenset(flag for flag in FLAGS if f"{flag}_{key}" in given),
        )
        for key in given.getlist("row")
        if f"sure_{key}" in given
    }


def _version(given: QueryDict) -> int:
    text = given.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 9 else -1


def _services(evidence: Any, page: Any) -> dict[str, Text]:
    """Return names of the services on the page, as the newest evaluation knows them; one query."""
    ids = {row.service_id for row in page}
    rows = Standing.objects.filter(kind="service", subject__in=ids, evaluation__evidence=evidence)
    return dict(rows.order_by("evaluation__asked").values_list("subject", "name"))
