"""Pages of corrections: the list, asking for one, one with its answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import Correction
from shixiao.terms import Text
from shixiao.web.catalogue.views import found_elsewhere
from shixiao.web.requests.acting import act_on
from shixiao.web.requests.showing import line, shown
from shixiao.web.requests.views import own_department
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import page_of
from shixiao.web.shell.pages import say, words
from shixiao.workflows.moving import LONGEST
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing
from shixiao.workflows.requests import correcting

ROOM = Text("数据校核", "Corrections of data")
ASKED = Text(
    "已送提供部门，须在 10 个工作日内核实、更正并反馈。",
    "With the provider, who verifies, corrects and reports back within 10 working days.",
)


class NewCorrection(forms.Form):
    """Which data are wrong, and how."""

    field = forms.ChoiceField(label=words("哪个数据项", "Data item"))
    records = forms.IntegerField(
        label=words("涉及多少条", "Records concerned"),
        min_value=1,
        max_value=correcting.MOST,
        initial=1,
    )
    error = forms.CharField(
        label=words("哪些记录、错在哪里、依据是什么", "Which records, what is wrong, by what"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=LONGEST,
        help_text=words("加密保存，只有双方能看。", "It is encrypted; only the two sides read it."),
    )

    def __init__(self, *args: Any, items: list[str], **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields["field"].choices = [(name, name) for name in items]


def listing(request: HttpRequest) -> HttpResponse:
    """List corrections, the newest first."""
    rows = Correction.objects.select_related("item__department", "requester")
    page = page_of(request, rows)
    context = {"page": page, "rows": [line(row) for row in page]}
    return render(request, "requests/corrections.html.j2", context)


def add(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for data to be verified and corrected."""
    actor = actor_on(request)
    item = found_elsewhere(actor, code)
    names = [each[0] for each in item.listed["items"]]
    form = NewCorrection(request.POST or None, items=names)
    requester = own_department(actor, "correction.ask")
    if request.method == "POST" and form.is_valid():
        try:
            made = correcting.ask(
                item,
                requester=requester,
                **form.cleaned_data,
                actor=actor,
                at=timezone.now(),
            )
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        else:
            messages.success(request, say(ASKED))
            return HttpResponseRedirect(reverse("correction", args=[made.code]))
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "item": item}
    return render(request, "requests/correct.html.j2", context, status=status)


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a correction; what is wrong with which records only to the two sides."""
    row = found(code)
    context = shown(row, actor_on(request), "request.read")
    return render(request, "requests/correction.html.j2", context)


def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Show the form of a verb, and carry it out."""
    row = found(code)
    back, room = reverse("correction", args=[code]), (ROOM, reverse("corrections"))
    return act_on(request, row, verb, title=Text.of(row.item.name), room=room, back=back)


def found(code: str) -> Correction:
    """Return a correction.

    Raises:
        Missing: there is none.
    """
    rows = Correction.objects.select_related("item__department", "requester")
    row = rows.filter(code=code).first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row
