"""The board of supervision: what is overdue, where it waits, and how long each state takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from shixiao.checkup.report.cells import Cell
from shixiao.exports import Sheet
from shixiao.exports.sheets import Cell as Value
from shixiao.records.models import Case, Finding
from shixiao.terms import Text
from shixiao.web.cases.board_tables import (
    COLUMNS,
    HEADS,
    MARKS,
    case_cells,
    case_values,
    named_kind,
    stay_values,
    stays_cells,
    tally_cells,
    tally_values,
)
from shixiao.web.results.filters import OfDepartment, departments
from shixiao.web.results.words import kind_name
from shixiao.web.shell.lists import FORMATS, cut, download, page_of
from shixiao.web.shell.pages import words
from shixiao.workflows.cases.life import life
from shixiao.workflows.cases.overview import (
    Tally,
    Watched,
    kind_of,
    stays,
    tallies,
    tally,
    watched,
)

NO_DEPARTMENT = Text("未指定部门", "No department yet")


class Filter(OfDepartment):
    """Which cases to look at."""

    kind = forms.ChoiceField(label=words("问题类别", "Kind of finding"), required=False)
    origin = forms.ChoiceField(label=words("来源", "Origin"), required=False)
    need = forms.ChoiceField(label=words("时限", "Time limit"), required=False)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        met = Finding.objects.filter(cases__isnull=False).order_by("kind")
        kinds = met.values_list("kind", flat=True).distinct()
        self.offer("kind", {kind: kind_name(kind) for kind in kinds})
        self.offer("origin", life().origins)
        self.offer("need", MARKS)


def board(request: HttpRequest) -> HttpResponse:
    """Show the board as the address filters it, or one of its tables as a file."""
    form = Filter(request.GET, departments=departments())
    asked = form.cleaned_data if form.is_valid() else {}
    chosen = chosen_cases(asked)
    cases = looked_at(chosen, asked.get("need", ""))
    as_file, name = request.GET.get("form", ""), request.GET.get("table", "cases")
    if as_file in FORMATS and name in HEADS:
        return download(_sheet(name, cases, chosen), as_file)
    page, here = page_of(request, cases), request.get_full_path()
    context = {
        "filters": form,
        "answer": answer(tally(cases)),
        "counts": tally(cases),
        "columns": COLUMNS,
        "page": page,
        "cases": [case_cells(each) for each in page],
        "departments": _by_department(cases, here),
        "kinds": _by_kind(cases, here),
        "states": stays_cells(stays(chosen)),
    }
    return render(request, "cases/board.html.j2", context)


def chosen_cases(asked: Mapping[str, str]) -> QuerySet[Case]:
    """Return cases as the filter has them, ended ones too."""
    rows = Case.objects.select_related("department", "finding", "handler").defer(
        "story", "contact", "responsible", "handler__email", "handler__phone"
    )
    if asked.get("department"):
        rows = rows.filter(department__code=asked["department"])
    if asked.get("kind"):
        rows = rows.filter(finding__kind=asked["kind"])
    if asked.get("origin"):
        rows = rows.filter(origin=asked["origin"])
    return rows


def looked_at(chosen: QuerySet[Case], need: str = "") -> list[Watched]:
    """Return the open ones among the chosen cases, with a need where one is asked for."""
    waiting = chosen.exclude(state__in=life().ended)
    found = watched(waiting, timezone.localdate())
    return [each for each in found if not need or need in each.marks]


def answer(counts: Tally) -> Text:
    """Return the sentence on top."""
    if not counts.open:
        return Text("没有在办的案件。", "No case is open.")
    if not counts.overdue and not counts.soon:
        return Text(
            f"在办 {counts.open} 件，没有逾期，也没有即将到期的。",
            f"{counts.open} open, none overdue or due soon.",
        )
    return Text(
        f"在办 {counts.open} 件：逾期 {counts.overdue} 件（其中列入督办 {counts.supervised} 件），"
        f"即将到期 {counts.soon} 件。",
        f"{counts.open} open: {counts.overdue} overdue ({counts.supervised} of them supervised),"
        f" {counts.soon} due soon.",
    )


def department_tallies(cases: list[Watched]) -> list[tuple[str, Text, Tally]]:
    """Return code and name of each department with its tally; those without one come first."""
    names = departments()
    return [
        (code, names.get(code, NO_DEPARTMENT), counts)
        for code, counts in tallies(cases, lambda c: c.department.code if c.department else "")
    ]


def _by_department(cases: list[Watched], here: str) -> list[tuple[Cell, ...]]:
    return [
        tally_cells(name, counts, here, department=code)
        for code, name, counts in department_tallies(cases)
    ]


def _by_kind(cases: list[Watched], here: str) -> list[tuple[Cell, ...]]:
    return [
        tally_cells(
            named_kind(kind), counts, here, **{"origin" if kind in life().origins else "kind": kind}
        )
        for kind, counts in tallies(cases, kind_of)
    ]


def _sheet(name: str, cases: list[Watched], chosen: QuerySet[Case]) -> Sheet:
    rows: list[tuple[Value, ...]]
    if name == "departments":
        rows = [tally_values(each, counts) for _, each, counts in department_tallies(cases)]
    elif name == "kinds":
        rows = [tally_values(named_kind(k), counts) for k, counts in tallies(cases, kind_of)]
    elif name == "states":
        rows = [stay_values(stay) for stay in stays(chosen)]
    else:
        rows = [case_values(each) for each in cut(cases)]
    return Sheet(f"board-{name}", HEADS[name], rows)
