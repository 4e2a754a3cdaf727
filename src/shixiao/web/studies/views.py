"""The page of the workbench, and its answers as files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from shixiao.checkup.report.cells import Figure
from shixiao.exports import Sheet
from shixiao.fairness import Line, Release, answer, metric
from shixiao.fairness.decisions import Scheme
from shixiao.pictures import IntervalRow, interval_plot
from shixiao.records.models import CountRelease, System
from shixiao.terms import Estimate, Text
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import FORMATS, download
from shixiao.web.shell.pages import language, say
from shixiao.web.studies.forms import Question, group_name, said, value_name
from shixiao.workflows.clock import pack
from shixiao.workflows.decisions.laying import scheme_of
from shixiao.workflows.permissions import check, may
from shixiao.workflows.refusals import NOT_FOUND, Missing
from shixiao.workflows.studies.releasing import kept, late

NARROW, WIDE = 190, 640
MOST_DRAWN = 40
EVERYBODY = Text("所有人", "Everybody")
TITLE = Text("{name}，{quarter}", "{name}, {quarter}")
CAPTION = Text(
    "每个点是一组人的比率，横线是 95% 区间。",
    "Each dot is the rate of a group, the line its 95% interval.",
)
PERCENT = Text("%", "%")
HEADS = (
    Text("分组", "Group"),
    Text("人数", "Persons"),
    Text("比率", "Rate"),
    Text("下限", "Low"),
    Text("上限", "High"),
    Text("与其他人之差", "Difference from everybody else"),
    Text("差的下限", "Low of it"),
    Text("差的上限", "High of it"),
)


def workbench(request: HttpRequest, code: str) -> HttpResponse:
    """Show a rate by groups of the expert's choice; or give the answer as a file."""
    system = _system(code)
    actor = actor_on(request)
    check(actor, "decision.study", system)
    rows = list(system.count_releases.defer("content"))
    context: dict[str, Any] = {"system": system, "rows": rows, "lines": (), "here": ""}
    if not rows:
        return render(request, "studies/workbench.html.j2", context)
    wanted = request.GET.get("quarter", "")
    row = next((each for each in rows if each.quarter == wanted), rows[0])
    release = kept(row)
    data = request.GET if "rate" in request.GET else _first(row, release)
    scheme = scheme_of(system)
    quarters = [each.quarter for each in rows]
    form = Question(data, quarters=quarters, kept=release, scheme=scheme)
    context |= {"row": row, "release": release, "form": form, "quarter": said(row.quarter)}
    context["late"] = late(row)
    if not form.is_valid():
        return render(request, "studies/workbench.html.j2", context, status=422)
    asked, by = form.cleaned_data["rate"], form.cleaned_data["by"]
    lines = answer(release, asked, by, form.merged(), rules=pack())
    groups = [name for name in release.dimensions if name in by]
    names = [_named(scheme, groups, line) for line in lines]
    if request.GET.get("form", "") in FORMATS:
        return download(_sheet(row, names, lines), request.GET["form"])
    one = metric(asked)
    context |= {
        "metric": one,
        "heads": [group_name(scheme, name) for name in groups],
        "lines": [
            (name, line, _shown(line.difference)) for name, line in zip(names, lines, strict=True)
        ],
        "picture": _picture(names, lines, TITLE.format(name=one.name, quarter=said(row.quarter))),
        "withheld": sum(line.n is None for line in lines),
        "here": request.get_full_path(),
        "may_audit": may(actor, "decision.read", system),
        "review": reverse("decisions_of", args=[system.code]),
    }
    return render(request, "studies/workbench.html.j2", context)


def _system(code: str) -> System:
    found = System.objects.select_related("department").filter(code=code).first()
    if found is None:
        raise Missing(NOT_FOUND)
    return found


def _first(row: CountRelease, release: Release) -> dict[str, Any]:
    """Return the question that the page opens with: selection by the first group."""
    by = list(release.dimensions[: min(1, release.depth)])
    return {"quarter": row.quarter, "rate": "selection", "by": by}


def _named(scheme: Scheme | None, groups: Sequence[str], line: Line) -> str:
    if not line.key:
        return say(EVERYBODY)
    parts = zip(groups, line.key, strict=True)
    return " × ".join(value_name(scheme, group, value) for group, value in parts)


def _shown(difference: Estimate) -> tuple[str, str]:
    """Return a difference in points with its interval, and whether it leaves out 0."""
    if not difference.ok or None in (difference.value, difference.low, difference.high):
        return "", ""
    value, low, high = (100 * float(x or 0) for x in
                        (difference.value, difference.low, difference.high))  # fmt: skip
    tone = "amber" if low > 0 or high < 0 else ""
    return f"{value:+.1f} [{low:+.1f}, {high:+.1f}]", tone


def _hundredths(estimate: Estimate) -> Estimate:
    values = (estimate.value, estimate.low, estimate.high)
    value, low, high = (None if x is None else 100 * x for x in values)
    return Estimate(value, low, high, estimate.n, estimate.level, estimate.status, estimate.reason)


def _picture(names: Sequence[str], lines: Sequence[Line], title: Text) -> Figure | None:
    told = zip(names, lines, strict=True)
    drawn = [(name, line) for name, line in told if line.rate.ok][:MOST_DRAWN]
    if len(drawn) < 2:
        return None
    marks = [IntervalRow(Text.of(name), _hundredths(line.rate)) for name, line in drawn]
    wide, narrow = (
        interval_plot(
            marks,
            unit=PERCENT,
            language=language(),
            title=title,
            width=size,
            digits=1,
            id_prefix=prefix,
        )
        for size, prefix in ((WIDE, "rates"), (NARROW, "rates-narrow"))
    )
    return Figure(wide, narrow, say(CAPTION), say(title))


def _sheet(row: CountRelease, names: Sequence[str], lines: Sequence[Line]) -> Sheet:
    rows = [
        (
            name,
            line.n,
            line.rate.value,
            line.rate.low,
            line.rate.high,
            line.difference.value,
            line.difference.low,
            line.difference.high,
        )
        for name, line in zip(names, lines, strict=True)
    ]
    return Sheet(f"workbench-{row.quarter}", HEADS, rows)
