"""Pages of bulletins: the months, one with its table and files, and publishing it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.exports import Sheet
from shixiao.records.models import Bulletin, Organisation
from shixiao.terms import Text
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import FORMATS, download
from shixiao.web.shell.pages import language, say, words
from shixiao.workflows import bulletins
from shixiao.workflows.bulletins import Row
from shixiao.workflows.moving import LONGEST
from shixiao.workflows.permissions import may
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing

MOST_OPEN = 12
EARLIEST = date(2000, 1, 1)
PUBLISHED = Text("通报已发布，不再变化。", "The bulletin is published and no longer changes.")
COLUMNS: tuple[tuple[str, Text], ...] = (
    ("received", Text("收到申请", "Requests received")),
    ("answered", Text("答复", "Answered")),
    ("late", Text("其中超期", "Of these late")),
    ("silent", Text("逾期未答复", "Overdue, no answer")),
    ("days", Text("答复中位用时（工作日）", "Median working days to answer")),
    ("refused", Text("不同意", "Refused")),
    ("delivered", Text("提供数据", "Delivered")),
    ("delivered_late", Text("提供超期", "Delivered late")),
    ("corrections", Text("校核反馈", "Corrections answered")),
    ("corrections_late", Text("校核超期", "Corrections late")),
    ("asked", Text("提出申请", "Requests made")),
    ("grants", Text("月末有效授权", "Grants in force at the end")),
    ("unused", Text("当月未使用", "Not used in the month")),
    ("used", Text("经网关取得（次）", "Exchanges through gateways")),
    ("turned_away", Text("被网关拒绝（次）", "Turned away by gateways")),
)
PROVIDED, ASKED = COLUMNS[:10], COLUMNS[10:]


class Remark(forms.Form):
    """What the authority says to the figures."""

    remark = forms.CharField(
        label=words("通报说明", "Remark"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST,
        required=False,
        help_text=words("与数字一同公开。", "It is public beside the figures."),
    )


def listing(request: HttpRequest) -> HttpResponse:
    """List the months that were published, and for the authority those that were not."""
    published = list(Bulletin.objects.all()[:120])
    known = {row.month for row in published}
    waiting = [month for month in _months() if month not in known]
    context = {
        "published": [(row, title(row.month)) for row in published],
        "waiting": [(f"{month:%Y-%m}", title(month)) for month in waiting]
        if may(actor_on(request), "bulletin.publish")
        else [],
    }
    return render(request, "sharing/bulletins.html.j2", context)


def one(request: HttpRequest, month: str) -> HttpResponse:
    """Show the bulletin of a month, or what it would say; publish it."""
    first = _month(month)
    actor = actor_on(request)
    made = Bulletin.objects.filter(month=first).first()
    may_publish = made is None and may(actor, "bulletin.publish")
    if made is None and not may_publish:
        raise Missing(NOT_FOUND)
    form = Remark(request.POST or None)
    if request.method == "POST" and form.is_valid():
        remark = form.cleaned_data["remark"]
        try:
            bulletins.publish(first, remark=remark, actor=actor, at=timezone.now())
        except Incomplete as error:
            form.add_error(error.field or None, say(error.text))
        else:
            messages.success(request, say(PUBLISHED))
            return HttpResponseRedirect(reverse("bulletin", args=[month]))
    rows = bulletins.figures(first) if made is None else bulletins.published_rows(made)
    wanted = request.GET.get("form", "")
    if wanted in FORMATS:
        return download(_sheet(first, rows), wanted)
    names = _names()
    context = {
        "title": title(first),
        "bulletin": made,
        "provided": _table(rows, PROVIDED, names),
        "asked": _table(rows, ASKED, names),
        "total": _total(rows),
        "form": form if may_publish else None,
    }
    return render(request, "sharing/bulletin.html.j2", context, status=_status(request))


def title(month: date) -> Text:
    """Return what the bulletin of a month is called."""
    return Text(
        f"{month.year}年{month.month}月数据共享通报",
        f"Bulletin of sharing, {month:%B %Y}",
    )


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200


def _months() -> list[date]:
    """Return the months that are over, the latest first."""
    month, found = bulletins.month_of(timezone.localdate()), []
    for _ in range(MOST_OPEN):
        month = bulletins.month_before(month)
        found.append(month)
    return found


def _month(written: str) -> date:
    """Read a month of an address.

    Raises:
        Missing: it is none, not over yet, or before there were records.
    """
    try:
        first = date.fromisoformat(f"{written}-01")
    except ValueError:
        raise Missing(NOT_FOUND) from None
    if not EARLIEST <= first < bulletins.month_of(timezone.localdate()):
        raise Missing(NOT_FOUND)
    return first


def _names() -> dict[str, Any]:
    return dict(Organisation.objects.values_list("code", "name"))


def _table(
    rows: Sequence[Row], columns: Sequence[tuple[str, Text]], names: dict[str, Any]
) -> dict[str, Any]:
    """Return a part of the figures: departments for which all of it is zero are left out."""
    lines = [
        (names.get(row.code, row.code), [_said(getattr(row, column)) for column, _ in columns])
        for row in rows
        if any(getattr(row, column) for column, _ in columns)
    ]
    return {"columns": [name for _, name in columns], "rows": lines}


def _said(value: float | None) -> str:
    return "—" if value is None else f"{value:,.1f}" if value % 1 else f"{value:,.0f}"


def _total(rows: Sequence[Row]) -> dict[str, int]:
    """Return sums over all departments."""
    parts = ("received", "answered", "late", "silent")
    return {part: sum(getattr(row, part) for row in rows) for part in parts}


def _sheet(month: date, rows: Sequence[Row]) -> Sheet:
    names = _names()
    heads = (Text("部门", "Department"), *(name for _, name in COLUMNS))
    lines = [
        (
            Text.of(names[row.code]).in_language(language()) if row.code in names else row.code,
            *(getattr(row, column) for column, _ in COLUMNS),
        )
        for row in rows
    ]
    return Sheet(f"sharing-{month:%Y-%m}", heads, lines)
