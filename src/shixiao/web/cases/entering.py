"""Entering what an inspector or an analyst saw himself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import Organisation
from shixiao.web.cases.forms import ObservationForm
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.pages import say
from shixiao.workflows.cases.opening import observe as enter
from shixiao.workflows.refusals import Incomplete

NOBODY = "00000000-0000-0000-0000-000000000000"


def observe(request: HttpRequest) -> HttpResponse:
    """Take an observation and go to its case."""
    form = ObservationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            case = enter(
                name=given["name"],
                story=given["story"],
                department=Organisation.objects.filter(pk=given["department"] or NOBODY).first(),
                actor=actor_on(request),
                at=timezone.now(),
            )
        except Incomplete as error:
            form.add_error(error.field or None, say(error.text))
        else:
            return HttpResponseRedirect(reverse("case", args=[case.code]))
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/observe.html.j2", {"form": form}, status=status)
