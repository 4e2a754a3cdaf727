"""Pages of imports: ask for a catalogue to be read in, watch it, and see what came of it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import Harvest, LeafRow
from shixiao.terms import Text
from shixiao.web.catalogue.forms import Harvesting
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.pages import say
from shixiao.workflows import files
from shixiao.workflows.actors import Actor
from shixiao.workflows.catalogue import harvesting
from shixiao.workflows.catalogue.harvesting import Origin
from shixiao.workflows.jobs import queue_harvest
from shixiao.workflows.refusals import NOT_FOUND, Missing, Stale

LATEST = 20
STATES: dict[str, tuple[Text, str]] = {
    "queued": (Text("等待", "Waiting"), "grey"),
    "running": (Text("导入中", "Running"), "amber"),
    "done": (Text("已导入", "Imported"), "green"),
    "failed": (Text("没有导入", "Not imported"), "red"),
}


def add(request: HttpRequest) -> HttpResponse:
    """Ask for a catalogue that exists elsewhere; its page shows the progress."""
    form = Harvesting(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = _asked(actor_on(request), form.cleaned_data)
        except Stale as error:
            form.add_error("source", say(error.text))
        else:
            return HttpResponseRedirect(reverse("dataset_import", args=[made.code]))
    status = 422 if request.method == "POST" else 200
    rows = [(row, STATES[row.state]) for row in Harvest.objects.all()[:LATEST]]
    context = {"form": form, "rows": rows}
    return render(request, "catalogue/harvest.html.j2", context, status=status)


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show an import: how far it is, then what it changed or why it changed nothing."""
    made = Harvest.objects.filter(code=code).select_related("asked_by", "file").first()
    if made is None:
        raise Missing(NOT_FOUND)
    took = (made.finished or timezone.now()) - (made.started or timezone.now())
    context = {
        "made": made,
        "state": STATES[made.state],
        "took": int(took.total_seconds()),
        "leaf": LeafRow.objects.filter(event="dataset.harvested", subject=made.code).first(),
    }
    return render(request, "catalogue/import.html.j2", context)


@transaction.atomic
def _asked(actor: Actor, given: dict[str, Any]) -> Harvest:
    at, name, upload = timezone.now(), given["source"].strip(), given["file"]
    if upload is None:
        origin = Origin(name, address=given["address"])
    else:
        origin = Origin(name, file=files.store(upload.read(), at=at), called=upload.name)
    made = harvesting.ask(origin, actor=actor, at=at)
    queue_harvest()
    return made
