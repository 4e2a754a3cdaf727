"""Pages of services, departments, apps and platforms."""

from __future__ import annotations

from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shixiao.records.models import Case, Evaluation, Finding, Standing
from shixiao.web.cases.seen import visible_cases
from shixiao.web.cases.showing import case_line
from shixiao.web.findings.showing import lines
from shixiao.web.results.filters import departments
from shixiao.web.results.reading import ASKED, actor_on, chosen, part
from shixiao.web.search.people import by_group
from shixiao.web.shell.lists import FORMATS, cut, download, ordered, page_of, sorting
from shixiao.web.subjects.forms import Filter
from shixiao.web.subjects.head import SCORES, head_of
from shixiao.web.subjects.rows import COLUMNS, KINDS, SORTS, cells, columns, note, sheet
from shixiao.workflows.refusals import NOT_FOUND, Missing

MOST_FINDINGS = 50
MOST_SERVICES = 200


def listing(request: HttpRequest, kind: str) -> HttpResponse:
    """List the subjects of a kind: filtered and sorted by the address, or as a file."""
    evaluation = chosen(request)
    if evaluation is None:
        return render(request, "subjects/none.html.j2", {"kind": KINDS[kind]})
    names = departments()
    rows = Standing.objects.filter(evaluation=evaluation, kind=kind)
    bands = rows.aggregate(most=Max("band"))["most"] or 0
    form = Filter(request.GET, departments=names, kind=kind, bands=bands)
    rows = _filtered(rows, form.asked())
    sort = sorting(request, SORTS, "-findings")
    rows = ordered(rows, sort, SORTS)
    form_asked = request.GET.get("form", "")
    if form_asked in FORMATS:
        return download(sheet(kind, cut(rows.iterator()), names), form_asked)
    page = page_of(request, rows)
    question = _question(request)
    return render(
        request,
        "subjects/list.html.j2",
        {
            "kind": KINDS[kind],
            "evaluation": evaluation,
            "filters": form,
            "columns": columns(kind),
            "rows": [cells(standing, names, question) for standing in page],
            "page": page,
            "sort": sort,
            "note": note(),
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
    actor, names, question = actor_on(request), departments(), _question(request)
    page = f"services/{standing.detail['page']}"
    body = part(actor, evaluation, page) if kind == "service" else ""
    found = lines(_findings(evaluation, standing), actor)
    return render(
        request,
        "subjects/one.html.j2",
        {
            "kind": KINDS[kind],
            "kind_id": kind,
            "evaluation": evaluation,
            "standing": standing,
            "owner": names.get(standing.department) if kind != "department" else None,
            "owner_slug": _owner_slug(evaluation, standing) if kind != "department" else "",
            "body": body,
            "head": None if body else head_of(standing, found),
            "score_columns": SCORES,
            "findings": found,
            "cases": list(_cases(request, standing)),
            "case_line": case_line,
            "columns": COLUMNS,
            "services": [cells(row, names, question) for row in _services(evaluation, standing)],
            "note": note(),
            "people": by_group(standing) if kind == "service" else [],
            "question": question,
        },
    )


def _filtered(rows: QuerySet[Standing], asked: dict[str, str]) -> QuerySet[Standing]:
    words = asked.pop("q", "").strip().casefold()
    return rows.filter(words__contains=words, **asked) if words else rows.filter(**asked)


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
