"""The front page, and the inbox of whoever has signed in."""

from __future__ import annotations

from django.db.models import F, Max
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import Evaluation, Notice, Standing
from shixiao.web.appraisals.showing import front_figure
from shixiao.web.cases.seen import to_do
from shixiao.web.cases.showing import case_line
from shixiao.web.findings.showing import lines
from shixiao.web.findings.views import visible_findings
from shixiao.web.home.citizens import is_citizen, ways_on
from shixiao.web.home.consultations import to_do as consultations_to_do
from shixiao.web.incidents.showing import to_do as incidents_to_do
from shixiao.web.inspections.showing import to_do as inspections_to_do
from shixiao.web.objections.showing import to_do as objections_to_do
from shixiao.web.requests.showing import to_do as sharing_to_do
from shixiao.web.results.filters import departments
from shixiao.web.results.reading import ASKED, actor_on, chosen, part
from shixiao.web.subjects.rows import COLUMNS, cells, note

MOST = 8


def front(request: HttpRequest) -> HttpResponse:
    """Show what a citizen looks for, and what the city's services do for people.

    Whoever has an office sees the city at once: a sentence, a picture, three numbers.
    """
    evaluation = chosen(request)
    actor = actor_on(request)
    first = ways_on(evaluation) if is_citizen(actor) else {"ask": None}
    if evaluation is None:
        return render(request, "home/nothing.html.j2", first | {"appraised": front_figure()})
    code = request.GET.get(ASKED, "")
    question = f"?{ASKED}={code}" if code else ""
    names = departments()
    lowest, band = _lowest(evaluation)
    return render(
        request,
        "home/front.html.j2",
        first
        | {
            "evaluation": evaluation,
            "body": part(actor, evaluation, "city.html"),
            "columns": COLUMNS,
            "lowest": [cells(row, names, question) for row in lowest],
            "band": band,
            "note": note(),
            "findings": lines(
                visible_findings(actor)
                .filter(sightings__evaluation=evaluation)
                .order_by("gravity", "code")[:MOST],
                actor,
            ),
            "question": question,
            "appraised": front_figure(),
        },
    )


def inbox(request: HttpRequest) -> HttpResponse:
    """Show what waits for the person, by days left, and his notices."""
    actor = actor_on(request)
    notices = Notice.objects.filter(account=actor.account).order_by("seen", "-made")[:30]
    return render(
        request,
        "home/inbox.html.j2",
        {
            "cases": to_do(actor),
            "case_line": case_line,
            "consultations": consultations_to_do(actor, timezone.localdate()),
            "objections": objections_to_do(actor, timezone.localdate()),
            "sharing": sharing_to_do(actor),
            "security": incidents_to_do(actor, timezone.now()) + inspections_to_do(actor),
            "notices": list(notices),
        },
    )


def read_notice(request: HttpRequest, notice: str) -> HttpResponse:
    """Mark a notice as read and go where it leads."""
    found = Notice.objects.filter(pk=notice, account=actor_on(request).account).first()
    if found is None:
        return HttpResponseRedirect(reverse("inbox"))
    if found.seen is None:
        found.seen = timezone.now()
        found.save(update_fields=["seen"])
    return HttpResponseRedirect(found.link or reverse("inbox"))


def _lowest(evaluation: Evaluation) -> tuple[list[Standing], int]:
    """Return services of the lowest band, and which band that is.

    Where intervals are too wide for more than one band, those are returned whose whole interval of
    ranks lies in the lower half; the band is then 0.
    """
    services = Standing.objects.filter(evaluation=evaluation, kind="service")
    band = services.aggregate(most=Max("band"))["most"] or 0
    if band > 1:
        return list(services.filter(band=band).order_by("-findings", "subject")[:MOST]), band
    lower = services.filter(rank_low__gt=F("rank_of") / 2)
    return list(lower.order_by("-findings", "subject")[:MOST]), 0
