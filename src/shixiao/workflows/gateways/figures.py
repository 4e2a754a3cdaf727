"""What was exchanged under a grant or of a dataset: how often, for how many cases, why refused.

Counted are proven entries alone. Whoever asks for people without a case that fits is browsing: from
a number on that a rule sets, the provider is told once a day, and decides whether to suspend.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from django.db.models import Max, Min, Q, QuerySet, Sum
from django.utils import timezone

from shixiao.gateway.records import BROWSING
from shixiao.gateway.refusals import reasons
from shixiao.records.models import ExchangeTotal, Grant, Notice
from shixiao.terms import Text
from shixiao.workflows.clock import pack
from shixiao.workflows.notices import holders, tell

LATELY = timedelta(days=30)
ALARM = "grant.browsed"
GIVEN = Text("已提供", "given")
BROWSED = Text(
    "“{name}”的授权近 30 天有 {n} 次请求没有对应的办件，请核实是否超范围使用。",
    "Under the grant on “{name}”, {n} requests of the last 30 days had no case that fits. Check"
    " whether the data are used beyond it.",
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What was exchanged.

    Attributes:
        given: answers that held data.
        records: in them.
        cases: different matters that they were given for, each once under its grant.
        refused: requests that were refused.
        reasons: why, and how often; the most first.
        first: of the answers.
        last: of the answers.
        browsing: requests without a fitting case within 30 days and today.
        alarm: True where that is more than the rule lets pass.
    """

    given: int
    records: int
    cases: int
    refused: int
    reasons: tuple[tuple[Text, int], ...]
    first: datetime | None
    last: datetime | None
    browsing: int
    alarm: bool


def figures_of(totals: QuerySet[ExchangeTotal], *, now: datetime) -> Figures:
    """Sum up totals.

    Args:
        totals: of a grant, dataset or gateway.
        now: when.
    """
    given = Q(outcome="")
    browsed = Q(outcome__in=BROWSING, day__gte=_since(now))
    plain = totals.order_by()
    found = plain.aggregate(
        given=Sum("n", filter=given, default=0),
        records=Sum("records", filter=given, default=0),
        cases=Sum("cases", filter=given, default=0),
        refused=Sum("n", filter=~given, default=0),
        first=Min("first", filter=given),
        last=Max("last", filter=given),
        browsing=Sum("n", filter=browsed, default=0),
    )
    why = plain.exclude(given).values_list("outcome").annotate(times=Sum("n"))
    by_reason = sorted(((outcome_text(code), n) for code, n in why), key=lambda e: (-e[1], e[0].zh))
    alarm = found["browsing"] >= pack().number("SHR-09")
    return Figures(**found, reasons=tuple(by_reason), alarm=alarm)


def _since(now: datetime) -> date:
    return timezone.localdate(now) - LATELY


def outcome_text(code: str) -> Text:
    """Say what came of a request."""
    return _texts().get(code, Text(code, code)) if code else GIVEN


@cache
def _texts() -> Mapping[str, Text]:
    return {reason.code: reason.text for reason in reasons().values()}


def alarm(*, now: datetime) -> int:
    """Tell providers of grants under which somebody browses; return how many grants."""
    least = int(pack().number("SHR-09"))
    rows = ExchangeTotal.objects.filter(
        outcome__in=BROWSING, day__gte=_since(now), grant__state="active"
    ).order_by()
    counts = rows.values_list("grant").annotate(times=Sum("n")).filter(times__gte=least)
    told = 0
    for pk, n in counts:
        grant = Grant.objects.select_related("item__department").get(pk=pk)
        link = f"/grants/{grant.code}/"
        today = timezone.localdate(now)
        if Notice.objects.filter(kind=ALARM, link=link, made__date=today).exists():
            continue
        people = holders("head", today=today, organisation=grant.item.department_id)
        tell(people, ALARM, BROWSED.format(name=grant.item.name, n=n), link=link, at=now)
        told += 1
    return told
