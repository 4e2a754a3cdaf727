"""Pages of conformance: the trend of a dataset, one report with its mapping, entering one."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.checkup.report.cells import Figure
from shixiao.checkup.report.speech import both_days
from shixiao.pictures import IntervalRow, interval_plot
from shixiao.records.models import CatalogueItem, ConformanceReport
from shixiao.sharing.standards.conformance import Trend, mapping_sheet
from shixiao.sharing.standards.conformance.trend import WORDS
from shixiao.terms import BadInput, Text
from shixiao.web.catalogue.views import found
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.dates import DayInput
from shixiao.web.shell.lists import FORMATS, download, page_of
from shixiao.web.shell.pages import language, say, words
from shixiao.workflows.conformance import hundredths_of, report, told_of, trend_in
from shixiao.workflows.permissions import check, may
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing

SHOWN = 12  # reports in the picture, the latest
MOST_MAPPED = 100  # columns of a mapping that a page shows; its file has all
NARROW = 190  # px; half as wide again in large print, which fits a phone at the largest
TITLE = Text("符合全部规则的行所占比例", "Share of rows that keep every rule")
CAPTION = Text(
    "每个点是一次交付，逐行核验得出。",
    "Each dot is a delivery, measured row by row.",
)
UNIT = Text("占比（%）", "share, %")
ENTERED = Text("已登记，写入存证账本。", "Entered, and on record.")
KNOWN = Text("这份结果此前已经登记。", "This result was entered before.")
TONES = {"better": "green", "worse": "red", "no_change": "plain"}


class Entering(forms.Form):
    """What a run measured, and of which day the table is."""

    file = forms.FileField(
        label=words("结果文件", "Result"),
        help_text=words(
            "shixiao sharing conform 表 --elements 标准 --json 的输出；里面没有数据值。",
            "What shixiao sharing conform TABLE --elements FILE --json prints; it holds no values.",
        ),
    )
    day = forms.DateField(
        label=words("表是哪一天的", "Day of the table"),
        widget=DayInput(),
    )


def trend(request: HttpRequest, code: str) -> HttpResponse:
    """Show how far the deliveries of a dataset follow the standards, one after the other."""
    actor = actor_on(request)
    item = found(actor, code)
    rows = list(item.conformance.all())
    changes = trend_in(rows)
    context = {
        "item": item,
        "rows": _lines(rows, changes),
        "last": rows[-1] if rows else None,
        "picture": _picture(rows) if rows else None,
        "may_add": may(actor, "conformance.add", item),
    }
    return render(request, "conformance/trend.html.j2", context)


def _lines(rows: list[ConformanceReport], changes: Trend) -> list[dict[str, Any]]:
    """Return reports with their change from the one before, the newest first."""
    steps = zip_longest(rows, (None, *changes.steps))
    lines = [
        {
            "row": row,
            "says": (WORDS[step.says], TONES[step.says]) if step else None,
        }
        for row, step in steps
        if row is not None
    ]
    return lines[::-1]


def _picture(rows: list[ConformanceReport]) -> Figure:
    lines = [IntervalRow(both_days(row.day), hundredths_of(row)) for row in rows[-SHOWN:]]
    wide, narrow = (
        interval_plot(
            lines,
            unit=UNIT,
            language=language(),
            title=TITLE,
            width=size,
            digits=1,
            id_prefix=name,
        )
        for size, name in ((640, "trend"), (NARROW, "trend-narrow"))
    )
    return Figure(wide, narrow, say(CAPTION), say(TITLE))


def one(request: HttpRequest, code: str, entry: str) -> HttpResponse:
    """Show one report, rule by rule; or give the mapping that it drafts as a file."""
    item = found(actor_on(request), code)
    row = item.conformance.select_related("file").filter(pk=entry).first()
    if row is None:
        raise Missing(NOT_FOUND)
    told = told_of(row)
    wanted = request.GET.get("form", "")
    if wanted in FORMATS:
        return download(mapping_sheet(told.mapping, language=language()), wanted)
    page = page_of(request, sorted(told.rules, key=lambda rule: rule.passed))
    broken = sum(not rule.passed for rule in told.rules)
    context = {"item": item, "row": row, "told": told, "page": page, "broken": broken}
    context["mapping"] = told.mapping[:MOST_MAPPED]
    return render(request, "conformance/one.html.j2", context)


def add(request: HttpRequest, code: str) -> HttpResponse:
    """Enter what was measured of a delivery."""
    actor = actor_on(request)
    item = found(actor, code)
    check(actor, "conformance.add", item)
    initial = {"day": timezone.localdate()}
    form = Entering(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            _entered(request, item, form)
        except BadInput as error:
            form.add_error("file", error.in_language(language()))
        except Incomplete as error:
            form.add_error(error.field, say(error.text))
        else:
            return HttpResponseRedirect(reverse("dataset_conformance", args=[code]))
    status = 422 if request.method == "POST" else 200
    context = {"item": item, "form": form}
    return render(request, "conformance/add.html.j2", context, status=status)


def _entered(request: HttpRequest, item: CatalogueItem, form: Entering) -> None:
    upload, day = form.cleaned_data["file"], form.cleaned_data["day"]
    data, actor = upload.read(), actor_on(request)
    _, new = report(item, data, file=upload.name, day=day, actor=actor, at=timezone.now())
    messages.success(request, say(ENTERED if new else KNOWN))
