"""Pages of disputes: the agenda of the coordination meeting, and one dispute."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from shixiao.records.models import Dispute
from shixiao.terms import Text
from shixiao.web.requests.acting import act_on
from shixiao.web.requests.showing import line, shown
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import page_of
from shixiao.workflows.lives import read_life
from shixiao.workflows.refusals import NOT_FOUND, Missing

ROOM = Text("共享争议", "Disputes about sharing")


def listing(request: HttpRequest) -> HttpResponse:
    """List disputes; those that the authority has to coordinate are the agenda of its meeting."""
    rows = Dispute.objects.select_related("request__item__department", "request__requester")
    page = page_of(request, rows)
    agenda = rows.filter(state__in=("coordinating", "deciding")).order_by("due", "made")
    context = {
        "page": page,
        "rows": [line(row) for row in page],
        "agenda": [line(row) for row in agenda[:100]],
    }
    return render(request, "requests/disputes.html.j2", context)


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a dispute: who says what, where it stands on the ladder, what was decided."""
    row = found(code)
    decisions = read_life("disputes").decisions
    context = shown(row, actor_on(request), "request.read") | {
        "decision": decisions.get(row.decision)
    }
    return render(request, "requests/dispute.html.j2", context)


def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Show the form of a verb, and carry it out."""
    row = found(code)
    back, room = reverse("dispute", args=[code]), (ROOM, reverse("disputes"))
    return act_on(request, row, verb, title=Text.of(row.request.item.name), room=room, back=back)


def found(code: str) -> Dispute:
    """Return a dispute.

    Raises:
        Missing: there is none.
    """
    rows = Dispute.objects.select_related("request__item__department", "request__requester")
    row = rows.filter(code=code).first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row
