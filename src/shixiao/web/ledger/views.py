"""Pages of the ledger: what it is, what it holds, and whether a receipt holds."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from shixiao.ledger import Trust, verify_receipt, vocabulary
from shixiao.records.models import LeafRow
from shixiao.web.ledger.forms import CheckForm, EntriesFilter, FindForm
from shixiao.web.ledger.showing import (
    COLUMNS,
    SORTS,
    cells,
    event_name,
    log_name,
    said_by,
    sheet,
    state_of,
    verdict,
)
from shixiao.web.shell.lists import FORMATS, cut, download, ordered, page_of, sorting
from shixiao.web.shell.pages import say
from shixiao.workflows.log import log_folder, private_key, sm2_key
from shixiao.workflows.receipts import NO_RECEIPT
from shixiao.workflows.witnesses import attested

NEWEST = 20


def overview(request: HttpRequest) -> HttpResponse:
    """Show what the ledger is and how it stands; a receipt number leads to its receipt."""
    form = FindForm(request.GET if "number" in request.GET else None)
    if form.is_valid():
        number = form.cleaned_data["number"]
        if LeafRow.objects.filter(code=number).exists():
            return HttpResponseRedirect(reverse("receipt", args=[number]))
        form.add_error("number", say(NO_RECEIPT))
    numbered = LeafRow.objects.filter(position__isnull=False).order_by("-position")
    return render(
        request,
        "ledger/overview.html.j2",
        {
            "form": form,
            "state": state_of(log_folder()),
            "vkey": private_key().log_key.vkey,
            "sm2_vkey": beside.log_key.vkey if (beside := sm2_key()) else "",
            "log_url": request.build_absolute_uri(reverse("ledger")) + "log",
            "witnesses": attested(),
            "newest": [(row, event_name(row.event)) for row in numbered.defer("entry")[:NEWEST]],
        },
    )


def vocabulary_page(request: HttpRequest) -> HttpResponse:
    """Show every event that is put on record, and what it carries."""
    known = vocabulary()
    events = [
        (title, [event for event in known.events.values() if event.subject == subject])
        for subject, title in known.subjects.items()
    ]
    return render(request, "ledger/vocabulary.html.j2", {"known": known, "subjects": events})


def check(request: HttpRequest) -> HttpResponse:
    """Say whether a receipt holds; nothing of it is kept."""
    form = CheckForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"form": form, "answer": None, "origin": log_name()}
    status = 200
    if request.method == "POST" and form.is_valid():
        key = private_key().log_key
        answer = verify_receipt(
            form.cleaned_data["data"], Trust((key,)), file=form.cleaned_data["name"]
        )
        context |= {
            "answer": answer,
            "verdict": verdict(answer.valid),
            "said": said_by(answer.entry) if answer.entry else None,
            "entry": answer.entry.decode(errors="replace") if answer.entry else "",
            "vkey": key.vkey,
        }
    elif request.method == "POST":
        status = 422
    return render(request, "ledger/check.html.j2", context, status=status)


def entries(request: HttpRequest) -> HttpResponse:
    """List every entry: filtered and sorted by the address, or as a file."""
    form = EntriesFilter(request.GET)
    rows = LeafRow.objects.all()
    if form.is_valid():
        asked = {name: value for name, value in form.cleaned_data.items() if value}
        rows = rows.filter(**asked)
    sort = sorting(request, SORTS, "-time")
    rows = ordered(rows, sort, SORTS)
    form_asked = request.GET.get("form", "")
    if form_asked in FORMATS:
        return download(sheet(cut(rows)), form_asked)
    page = page_of(request, rows.defer("entry"))
    context = {"filters": form, "columns": COLUMNS, "page": page, "sort": sort}
    context["rows"] = [cells(row) for row in page]
    return render(request, "ledger/entries.html.j2", context)
