"""To and from ODK: the form of an item as an XLSForm, and submissions back as drafts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from shixiao.effect.fieldtests import Audience, Mode
from shixiao.effect.fieldtests.odk import Item as FormItem
from shixiao.effect.fieldtests.odk import xlsform
from shixiao.terms import BadInput
from shixiao.web.fieldwork.forms import Submissions
from shixiao.web.fieldwork.views import found
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import FORMATS
from shixiao.web.shell.pages import language
from shixiao.workflows.commissions.protocols import protocol_for
from shixiao.workflows.fieldwork.importing import take

LARGEST = 20 << 20


def form(request: HttpRequest, item: str) -> HttpResponse:
    """Give the form of an item as an XLSForm."""
    row = found(actor_on(request), item).item
    data = xlsform(
        protocol_for(row),
        mode=Mode(row.mode),
        audience=Audience(row.audience),
        form_id=f"shixiao-{row.commission.code}-{row.code}".lower(),
        version=f"{timezone.localdate(row.commission.entered):%Y%m%d}",
        items=[FormItem(row.code, row.name)],
    )
    response = HttpResponse(data, content_type=FORMATS["xlsx"])
    response["Content-Disposition"] = f'attachment; filename="{row.code}.xlsx"'
    return response


def submissions(request: HttpRequest) -> HttpResponse:
    """Take submissions of ODK for the evaluator's own items."""
    form = Submissions(request.POST or None, request.FILES or None)
    taken, status = [], 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                data = file.read(LARGEST + 1)
                taken = take(data, file.name, actor=actor_on(request), at=timezone.now())
                status = 200
            except BadInput as error:
                form.add_error("file", error.in_language(language()))
    context = {"form": form, "taken": taken}
    return render(request, "fieldwork/import.html.j2", context, status=status)
