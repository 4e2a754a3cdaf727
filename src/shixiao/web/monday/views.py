"""The Monday page: what changed since last week, in findings, cases and evaluations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from shixiao.records.models import Case, Step
from shixiao.web.cases.seen import visible_cases
from shixiao.web.cases.showing import case_line
from shixiao.web.findings.showing import lines
from shixiao.web.findings.views import visible_findings
from shixiao.web.results.reading import actor_on
from shixiao.workflows.actors import Actor
from shixiao.workflows.cases.life import life
from shixiao.workflows.evaluations import visible

WEEK = timedelta(days=7)
MOST, MOST_CASES = 20, 500


def week(request: HttpRequest) -> HttpResponse:
    """Show the last seven days."""
    actor = actor_on(request)
    since = timezone.now() - WEEK
    published = visible(actor).filter(published__gte=since, withdrawn__isnull=True)
    return render(
        request,
        "monday/week.html.j2",
        {
            "since": since,
            "published": list(published.select_related("evidence")[:MOST]),
            "groups": _findings(actor, since),
            **_cases(actor, since),
            "case_line": case_line,
        },
    )


def _findings(actor: Actor, since: Any) -> dict[str, tuple[int, Any]]:
    """Return how many findings are new, came back or went, and the gravest of each."""
    groups = {
        "new": Q(first_seen__asked__gte=since),
        "returned": Q(returned__gt=0, state="lead", said_in__asked__gte=since),
        "gone": Q(state="gone", said_in__asked__gte=since - WEEK),
    }
    rows = visible_findings(actor)
    counts = rows.order_by().aggregate(**{n: Count("pk", filter=q) for n, q in groups.items()})
    return {
        name: (counts[name], lines(rows.filter(group)[:MOST], actor) if counts[name] else [])
        for name, group in groups.items()
    }


def _cases(actor: Actor, since: Any) -> dict[str, Any]:
    """Return the cases that are overdue, were closed, or moved; one query for all."""
    today = timezone.localdate()
    moved = Step.objects.filter(case=OuterRef("pk"), at__gte=since)
    late = Q(due__lt=today) & ~Q(state__in=life().ended)
    rows = visible_cases(actor).annotate(moved=Exists(moved))
    found = list(
        rows.filter(late | Q(closed__gte=since) | Q(moved=True)).order_by("due")[:MOST_CASES]
    )
    overdue = [case for case in found if _late(case, today)]
    closed = [case for case in found if case.closed and case.closed >= since]
    return {
        "overdue": overdue[:MOST],
        "overdue_count": len(overdue),
        "closed": closed[:MOST],
        "moved": [case for case in found if case.moved][:MOST],
    }


def _late(case: Case, today: Any) -> bool:
    return case.due is not None and case.due < today and case.state not in life().ended
