"""Pages of findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.checkup.report.words import SEVERITIES
from shixiao.exports import Sheet
from shixiao.records.models import Evaluation, Finding, Sighting
from shixiao.terms import Severity, Text
from shixiao.web.cases.seen import visible_cases
from shixiao.web.cases.showing import case_line
from shixiao.web.findings.showing import STATES, lines, seen
from shixiao.web.results.filters import OfDepartment, departments
from shixiao.web.results.reading import actor_on, claim
from shixiao.web.results.words import kind_name, kinds
from shixiao.web.shell.lists import FORMATS, cut, download, ordered, page_of, sorting
from shixiao.web.shell.pages import words
from shixiao.workflows.actors import Actor
from shixiao.workflows.cases.opening import open_on_finding
from shixiao.workflows.evaluations import visible
from shixiao.workflows.permissions import may
from shixiao.workflows.refusals import NOT_FOUND, Missing
from shixiao.workflows.roles import Scope

SORTS: Mapping[str, Sequence[str]] = {
    "gravity": ("gravity", "kind", "code"),
    "kind": ("kind", "gravity", "code"),
    "subject": ("subject", "gravity", "code"),
}


class Filter(OfDepartment):
    """Which findings to show."""

    kind = forms.ChoiceField(label=words("类别", "Kind"), required=False)
    severity = forms.ChoiceField(label=words("轻重", "How grave"), required=False)
    state = forms.ChoiceField(label=words("处理情况", "State"), required=False)
    field_order = ("kind", "severity", "state", "department")

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.offer("kind", {kind: Text.of(each.name) for kind, each in kinds().items()})
        self.offer("severity", {str(each): text for each, (text, _) in SEVERITIES.items()})
        self.offer("state", {state: text for state, (text, _) in STATES.items()})


def visible_findings(actor: Actor) -> QuerySet[Finding]:
    """Return findings of evaluations that the person may see."""
    if actor.reach("evaluation.read") is Scope.ANY:
        return Finding.objects.all()
    allowed = visible(actor).filter(state=Evaluation.State.DONE).values("pk")
    seen_in = Sighting.objects.filter(finding=OuterRef("pk"), evaluation__in=allowed)
    return Finding.objects.filter(Exists(seen_in))


def listing(request: HttpRequest) -> HttpResponse:
    """List findings: filtered and sorted by the address, or as a file."""
    actor = actor_on(request)
    form = Filter(request.GET, departments=departments())
    rows = visible_findings(actor).filter(**form.asked(department="department__code"))
    sort = sorting(request, SORTS, "gravity")
    rows = ordered(rows, sort, SORTS).select_related("department")
    form_asked = request.GET.get("form", "")
    if form_asked in FORMATS:
        return download(_sheet(cut(rows), actor), form_asked)
    page = page_of(request, rows)
    return render(
        request,
        "findings/list.html.j2",
        {
            "filters": form,
            "lines": lines(page, actor),
            "page": page,
            "sort": sort,
            "by_kind": _by_kind(actor),
        },
    )


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a finding with its history; with a right to it, a case is opened here."""
    actor = actor_on(request)
    finding = visible_findings(actor).filter(code=code).select_related("department").first()
    if finding is None:
        raise Missing(NOT_FOUND)
    inside = may(actor, "evaluation.read", finding)
    rows = finding.sightings.filter(evaluation__in=visible(actor).values("pk"))
    sightings = [
        (sighting, seen(sighting, inside=inside))
        for sighting in rows.select_related("evaluation").order_by("-evaluation__asked")
    ]
    return render(
        request,
        "findings/one.html.j2",
        {
            "finding": finding,
            "line": lines([finding], actor)[0],
            "about": kinds()[finding.kind].about if finding.kind in kinds() else None,
            "kind": kind_name(finding.kind),
            "newest": sightings[0][1],
            "sightings": sightings,
            "cases": list(visible_cases(actor).filter(finding=finding)),
            "case_line": case_line,
        },
    )


def open_case(request: HttpRequest, code: str) -> HttpResponse:
    """Enter a finding as a lead and go to its case."""
    actor = actor_on(request)
    finding = visible_findings(actor).filter(code=code).first()
    if finding is None:
        raise Missing(NOT_FOUND)
    case = open_on_finding(finding, actor=actor, at=timezone.now())
    return HttpResponseRedirect(reverse("case", args=[case.code]))


def _by_kind(actor: Actor) -> list[tuple[Text, str, int]]:
    """Return how many findings of each kind wait, most first."""
    waiting = visible_findings(actor).filter(state__in=("lead", "case"))
    counts = waiting.order_by().values("kind").annotate(n=Count("pk", distinct=True))
    rows = [(kind_name(row["kind"]), row["kind"], row["n"]) for row in counts]
    return sorted(rows, key=lambda row: (-row[2], row[1]))


def _sheet(findings: list[Finding], actor: Actor) -> Sheet:
    heads = (
        Text("编号", "Id"),
        Text("类别", "Kind"),
        Text("对象编号", "Subject id"),
        Text("对象", "Subject"),
        Text("部门", "Department"),
        Text("轻重", "How grave"),
        Text("处理情况", "State"),
        Text("发现（中文）", "Finding (Chinese)"),
        Text("发现（英文）", "Finding (English)"),
    )
    return Sheet(
        "findings",
        heads,
        [
            (
                f.code,
                kind_name(f.kind).zh,
                f.subject,
                f.subject_name.zh,
                f.department.name.zh if f.department else "",
                SEVERITIES[Severity(f.severity)][0].zh,
                STATES[f.state][0].zh,
                claim(actor, f).zh,
                claim(actor, f).en,
            )
            for f in findings
        ],
    )
