"""Daily hashes: the public list, and committing to one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.exports import Sheet
from shixiao.records.models import DailyHash, Organisation
from shixiao.terms import Text
from shixiao.web.evidence.forms import DayHash, organisations
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import FORMATS, cut, download, page_of
from shixiao.web.shell.pages import say
from shixiao.workflows.evidence import commit_hash
from shixiao.workflows.refusals import Incomplete, Stale

HEADS = (
    Text("单位编号", "Organisation id"),
    Text("单位", "Organisation"),
    Text("表", "Table"),
    Text("日期", "Day"),
    Text("行数", "Rows"),
    Text("SHA-256", "SHA-256"),
    Text("承诺时间", "Committed"),
)
COMMITTED = Text(
    "已记下 {table} 表 {day} 的哈希，并写入存证账本。",
    "The hash of table {table} on {day} is kept and goes on record in the ledger.",
)


def listing(request: HttpRequest) -> HttpResponse:
    """List every hash that a source committed to, the newest day first; or as a file."""
    rows = DailyHash.objects.select_related("organisation")
    asked = request.GET.get("form", "")
    if asked in FORMATS:
        return download(Sheet("hashes", HEADS, [_cells(r) for r in cut(rows.iterator())]), asked)
    return render(request, "evidence/hashes.html.j2", {"page": page_of(request, rows)})


def add(request: HttpRequest) -> HttpResponse:
    """Commit to the hash of a table on a day."""
    choices = organisations(actor_on(request), "evidence.commit")
    form = DayHash(request.POST or None, choices=choices)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        of = Organisation.objects.get(pk=given.pop("organisation"))
        try:
            made = commit_hash(organisation=of, **given, actor=actor_on(request), at=timezone.now())
        except Incomplete as error:
            form.add_error(error.field or None, say(error.text))
        except Stale as error:
            form.add_error("day", say(error.text))
        else:
            said = COMMITTED.format(table=made.table, day=made.day.isoformat())
            messages.success(request, say(said))
            return HttpResponseRedirect(reverse("hashes"))
    status = 422 if request.method == "POST" else 200
    return render(request, "evidence/hash_add.html.j2", {"form": form}, status=status)


def _cells(row: DailyHash) -> tuple[Any, ...]:
    return (
        row.organisation.code,
        row.organisation.name.zh,
        row.table,
        row.day.isoformat(),
        row.rows,
        row.sha256,
        row.committed.isoformat(),
    )
