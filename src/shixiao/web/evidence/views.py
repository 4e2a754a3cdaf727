"""Pages of evidence: the list, delivering, and one evidence with its hashes and its gate."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import Evaluation, Evidence, LeafRow, Organisation
from shixiao.terms import Text
from shixiao.web.evaluations.views import state_of
from shixiao.web.evidence.forms import STATES, Delivery, ListFilter, organisations
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import page_of
from shixiao.web.shell.pages import say
from shixiao.web.shell.uploads import refused
from shixiao.workflows import activity_maps, daily_hashes, evaluations
from shixiao.workflows.evidence import TOO_LARGE, receive_folder, receive_upload
from shixiao.workflows.gate import visible_evidence
from shixiao.workflows.jobs import queue_check
from shixiao.workflows.permissions import may
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing


def listing(request: HttpRequest) -> HttpResponse:
    """List the evidence that the person may see, the newest first."""
    rows = visible_evidence(actor_on(request)).select_related("organisation")
    form = ListFilter(request.GET)
    if form.is_valid() and form.cleaned_data["state"]:
        rows = rows.filter(state=form.cleaned_data["state"])
    page = page_of(request, rows)
    context = {"page": page, "rows": [(row, STATES[row.state]) for row in page], "filters": form}
    return render(request, "evidence/list.html.j2", context)


def add(request: HttpRequest) -> HttpResponse:
    """Take evidence in, queue its check, and go to its page."""
    choices = organisations(actor_on(request), "evidence.add")
    form = Delivery(request.POST or None, request.FILES or None, choices=choices)
    if request.method == "POST" and refused(request):
        too_large = TOO_LARGE.format(most=settings.SITE.upload)
        form.add_error("file", say(too_large))
    elif request.method == "POST" and form.is_valid():
        try:
            evidence = _received(request, form.cleaned_data)
        except Incomplete as error:
            form.add_error(error.field or None, say(error.text))
        else:
            queue_check()
            return HttpResponseRedirect(reverse("evidence_one", args=[evidence.pk]))
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "most": settings.SITE.upload}
    return render(request, "evidence/add.html.j2", context, status=status)


def one(request: HttpRequest, evidence: str) -> HttpResponse:
    """Show an evidence: its files and hashes, what the gate says, what was made of it."""
    actor = actor_on(request)
    found = found_evidence(request, evidence)
    made = evaluations.visible(actor).filter(evidence=found)
    rows = activity_maps.rows_of(found)
    return render(
        request,
        "evidence/one.html.j2",
        {
            "evidence": found,
            "state": STATES[found.state],
            "files": [file | _held(file["name"]) for file in found.files],
            "doubts": [_doubt(each) for each in found.doubts],
            "compared": daily_hashes.compare(found),
            "evaluations": [(row, state_of(row)) for row in made],
            "running": any(row.state in BUSY for row in made),
            "activities": len(rows),
            "unconfirmed": sum(not row.confirmed for row in rows),
            "map": activity_maps.newest(found),
            "leaves": LeafRow.objects.filter(subject=str(found.pk)).order_by("id"),
            "may_run": may(actor, "evaluation.run", found),
        },
    )


BUSY = (Evaluation.State.QUEUED, Evaluation.State.RUNNING)


def found_evidence(request: HttpRequest, pk: str) -> Evidence:
    """Return the evidence of that id.

    Raises:
        Missing: there is none that the person may see.
    """
    rows = visible_evidence(actor_on(request)).select_related("organisation", "received_by")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Missing(NOT_FOUND)
    return found


def _received(request: HttpRequest, given: dict[str, Any]) -> Evidence:
    of = Organisation.objects.get(pk=given["organisation"])
    actor, now = actor_on(request), timezone.now()
    if given["folder"]:
        return receive_folder(given["folder"], organisation=of, actor=actor, at=now)
    file = given["file"]
    return receive_upload(file.name, file.chunks(), organisation=of, actor=actor, at=now)


def _held(name: str) -> dict[str, Any]:
    table, day = daily_hashes.table_and_day(name)
    return {"table": table, "day": day}


def _doubt(doubt: dict[str, Any]) -> tuple[Text, str]:
    """Return a figure that the gate warns of: its name, and its share or what it says."""
    note = say(Text.of(doubt["note"])) if doubt["note"] else ""
    share = "" if doubt["value"] is None else f"{doubt['value']:.1%}"
    return Text.of(doubt["title"]), note or share
