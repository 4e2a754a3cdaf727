"""The search page: services, and how well each works, also for people like whoever asks."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from shixiao.records.models import Entry, Evaluation, Standing
from shixiao.terms import Text
from shixiao.web.results.filters import departments
from shixiao.web.search.people import Ask, columns, of_city, rows
from shixiao.workflows.clock import pack
from shixiao.workflows.evaluations import current
from shixiao.workflows.search import LONGEST_QUERY, search
from shixiao.workflows.voices.topics import tally_search

_NOTE = Text(
    "办成率是申请了的人里最后办成的比例；[ ] 里是 95% 区间。"
    "同时符合两项选择的人办得怎样，没有公布的数。所涉不足 {fewest} 人（或可由此推算）的数不公开。",
    "Completed is the share of those who applied and got it in the end; square brackets hold 95%"
    " intervals. Of people who meet two choices at once no number is public, nor is one that would"
    " tell of fewer than {fewest} people.",
)


def find(request: HttpRequest) -> HttpResponse:
    """Show what fits best."""
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    entries = search(query)
    if query and not entries:
        tally_search(query, timezone.localdate(), address=request.META.get("REMOTE_ADDR", ""))
    evaluation = current()
    ask = Ask(of_city(evaluation), request.GET)
    chosen = ask.chosen()
    found = _standings(evaluation, entries)
    context = {
        "query": query,
        "ask": ask,
        "chosen": chosen,
        "columns": columns(chosen),
        "rows": rows(found, chosen, departments()),
        "note": _NOTE.format(fewest=int(pack().number("E-16"))),
        "evaluation": evaluation,
    }
    return render(request, "search/found.html.j2", context)


def _standings(evaluation: Evaluation | None, entries: Sequence[Entry]) -> list[Standing]:
    """Return where what was found stands, in the order in which it was found."""
    if evaluation is None or not entries:
        return []
    keys = [entry.key for entry in entries]
    services = Standing.objects.filter(evaluation=evaluation, kind="service", subject__in=keys)
    known = {row.subject: row for row in services}
    return [known[key] for key in keys if key in known]
