"""Pages of services, departments, apps and platforms."""

from __future__ import annotations

from typing import Any

from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shixiao.records.models import Case, Evaluation, Finding, Organisation, Standing
from shixiao.terms import Text
from shixiao.web.cases.seen import visible_cases
from shixiao.web.cases.showing import case_line
from shixiao.web.findings.showing import lines
from shixiao.web.results.reading import ASKED, actor_on, chosen, part
from shixiao.web.shell.lists import FORMATS, cut, download, ordered, page_of, sorting
from shixiao.web.subjects.forms import Filter
from shixiao.web.subjects.rows import COLUMNS, KINDS, NOTE, SORTS, cells, sheet
from shixiao.workflows.refusals import NOT_FOUND, Missing

MOST_FINDINGS = 50
MOST_SERVICES = 200


def listing(request: HttpRequest, kind: str) -> HttpResponse:
    """List the subjects of a kind: filtered and sorted by the address, or as a file."""
    evaluation = chosen(request)
    if evaluation is None:
        return render(request, "subjects/none.html.j2", {"kind": KINDS[kind]})
    departments = department_names(evaluation)
    rows = Standing.objects.filter(evaluation=evaluation, kind=kind)
    bands = rows.aggregate(most=Max("band"))["most"] or 0
    form = Filter(request.GET, departments=departments, bands=bands)
    if form.is_valid():
        rows = _filtered(rows, form.cleaned_data)
    sort = sorting(request, SORTS, "-findings")
    rows = ordered(rows, sort, SORTS)
    form_asked = request.GET.get("form", "")
    if form_asked in FORMATS:
        return download(sheet(kind, cut(rows.iterator()), departments), form_asked)
    page = page_of(request, rows)
    question = _question(request)
    return render(
        request,
        "subjects/list.html.j2",
        {
            "kind": KINDS[kind],
            "evaluation": evaluation,
            "filters": form,
            "columns": COLUMNS,
            "rows": [cells(standing, departments, question) for standing in page],
            "page": page,
            "sort": sort,
            "note": NOTE,
        },
    )


def one(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    """Show one subject: what it does to people, its findings, its cases, where it stands."""
    evaluation = chosen(request)
    standing = (
        Standing.objects.filter(evaluation=evaluation, kind=kind, slug=slug).first()
        if evaluation
        else None
    )
    if evaluation is None or standing is None:
        raise Missing(NOT_FOUND)
    departments = department_names(evaluation)
    question = _question(request)
    return render(
        request,
        "subjects/one.html.j2",
        {
            "kind": KINDS[kind],
            "kind_id": kind,
            "evaluation": evaluation,
            "standing": standing,
            "owner": departments.get(standing.department) if kind != "department" else None,
            "owner_slug": _owner_slug(evaluation, standing) if kind != "department" else "",
            "body": part(evaluation, f"services/{standing.detail['page']}")
            if kind == "service"
            else "",
            "columns": COLUMNS,
            "row": cells(standing, departments, question),
            "findings": lines(_findings(evaluation, standing)),
            "cases": list(_cases(request, standing)),
            "case_line": case_line,
            "services": [
                cells(row, departments, question) for row in _services(evaluation, standing)
            ],
            "note": NOTE,
            "question": question,
        },
    )


def department_names(evaluation: Evaluation) -> dict[str, Text]:
    """Return id → name of every department, in order of ids; one query."""
    del evaluation
    found = Organisation.objects.filter(kind="department").order_by("code")
    return dict(found.values_list("code", "name"))


def _filtered(rows: QuerySet[Standing], asked: dict[str, Any]) -> QuerySet[Standing]:
    if asked["q"]:
        rows = rows.filter(words__contains=asked["q"].strip().casefold())
    if asked["department"]:
        rows = rows.filter(department=asked["department"])
    if asked["verdict"]:
        rows = rows.filter(verdict=asked["verdict"])
    if asked["band"]:
        rows = rows.filter(band=int(asked["band"]))
    return rows


def _question(request: HttpRequest) -> str:
    """Return the question that keeps a chosen evaluation from page to page."""
    code = request.GET.get(ASKED, "")
    return f"?{ASKED}={code}" if code else ""


def _findings(evaluation: Evaluation, standing: Standing) -> list[Finding]:
    rows = Finding.objects.filter(
        subject_kind=standing.kind, subject=standing.subject, sightings__evaluation=evaluation
    )
    return list(rows[:MOST_FINDINGS])


def _cases(request: HttpRequest, standing: Standing) -> QuerySet[Case]:
    rows = visible_cases(actor_on(request))
    if standing.kind == "department":
        return rows.filter(department__code=standing.subject)[:MOST_FINDINGS]
    return rows.filter(subject_kind=standing.kind, subject=standing.subject)[:MOST_FINDINGS]


def _services(evaluation: Evaluation, standing: Standing) -> list[Standing]:
    """Return what a department is responsible for, those of the lowest bands first."""
    if standing.kind != "department":
        return []
    rows = Standing.objects.filter(evaluation=evaluation, department=standing.subject)
    return list(ordered(rows.exclude(kind="department"), "-band", SORTS)[:MOST_SERVICES])


def _owner_slug(evaluation: Evaluation, standing: Standing) -> str:
    rows = Standing.objects.filter(
        evaluation=evaluation, kind="department", subject=standing.department
    )
    return rows.values_list("slug", flat=True).first() or ""
