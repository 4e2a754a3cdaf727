"""Reports of citizens: entered without an account, followed by receipt number and query code."""

from __future__ import annotations

import hmac

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from shixiao.records.models import Case, LeafRow, Organisation, Standing
from shixiao.seals import read_code
from shixiao.terms import Text
from shixiao.web.cases.forms import WRONG_CODE, FollowForm, ReportForm
from shixiao.web.cases.showing import clock_of, place_of, title_of, way_of
from shixiao.web.shell.limits import limit
from shixiao.web.shell.pages import say
from shixiao.workflows.cases.life import life
from shixiao.workflows.cases.opening import complain
from shixiao.workflows.evaluations import current
from shixiao.workflows.query_codes import query_hash
from shixiao.workflows.refusals import Incomplete

NOBODY = "00000000-0000-0000-0000-000000000000"
MOST_REPORTS, MOST_TRIES = 20, 20  # an hour from one address
TOO_MANY = Text(
    "一小时内提交得太多，请稍后再试；急事请拨打 12345。",
    "Too much was sent within an hour. Try again later, or call 12345.",
)


def report(request: HttpRequest) -> HttpResponse:
    """Take a report; the answer shows receipt number and query code, once."""
    asked = {name: request.GET.get(name, "") for name in ("kind", "subject")}
    subject = _subject(asked["kind"], asked["subject"])
    initial = {"name": say(subject.name) + "：" if subject else ""}
    if subject is not None:
        owner = Organisation.objects.filter(code=subject.department).first()
        initial["department"] = str(owner.pk) if owner else ""
    form = ReportForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        limit(request, "report", MOST_REPORTS, TOO_MANY)
        given = form.cleaned_data
        try:
            case, leaf, code = complain(
                name=given["name"],
                story=given["story"],
                contact=given["contact"],
                department=Organisation.objects.filter(pk=given["department"] or NOBODY).first(),
                subject=(subject.kind, subject.subject) if subject else ("", ""),
                once=given["once"],
                at=timezone.now(),
            )
        except Incomplete as error:
            form.add_error(error.field or None, say(error.text))
        else:
            context = {"case": case, "leaf": leaf, "query": code, "clock": clock_of(case)}
            return render(request, "cases/reported.html.j2", context)
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/report.html.j2", {"form": form}, status=status)


def follow(request: HttpRequest) -> HttpResponse:
    """Show a citizen his own matter, by receipt number and query code."""
    form = FollowForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        limit(request, "follow", MOST_TRIES, TOO_MANY)
        page = followed(request, form.cleaned_data["number"], form.cleaned_data["code"])
        if page is not None:
            return page
        form.add_error("code", say(WRONG_CODE))
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/follow.html.j2", {"form": form}, status=status)


def followed(request: HttpRequest, number: str, code: str) -> HttpResponse | None:
    """Show the case under a receipt number whose query code fits; None where none does."""
    case = _own(number, code)
    if case is None:
        return None
    return render(request, "cases/followed.html.j2", _shown(case))


def _own(number: str, typed: str) -> Case | None:
    """Return the case under a receipt number whose query code fits."""
    receipt, code = read_code(number), read_code(typed)
    leaf = LeafRow.objects.filter(code=receipt, event="case.entered").first() if receipt else None
    case = Case.objects.filter(code=leaf.subject).first() if leaf else None
    kept = case.query_hash if case else ""
    fits = hmac.compare_digest(kept or "-", query_hash(code) if code else "")
    return case if case is not None and fits else None


def _shown(case: Case) -> dict[str, object]:
    steps = list(case.steps.select_related("leaf").prefetch_related("attachments"))
    return {
        "case": case,
        "title": title_of(case),
        "state": life().states[case.state],
        "clock": clock_of(case),
        "place": place_of(case),
        "way": way_of(case, steps, inside=False),
    }


def _subject(kind: str, slug: str) -> Standing | None:
    evaluation = current() if kind and slug else None
    if evaluation is None:
        return None
    return Standing.objects.filter(evaluation=evaluation, kind=kind, slug=slug).first()
