"""Counting exchanges once, when they are proven, so that no page counts them again.

A grant that a department uses all day has millions of them. The totals are kept by log, day, grant,
dataset and outcome; a matter counts once under each grant, however often its data are fetched.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

from django.db.models import Count, F, Max, Min, QuerySet, Sum
from django.db.models.functions import TruncDate

from shixiao.records.models import Exchange, ExchangeTotal, GatewayLog, Grant

AT_ONCE = 500  # cases in one question


def count(log: GatewayLog) -> None:
    """Add to the totals what is proven of a log and not counted yet.

    Called in the transaction that holds the log.
    """
    fresh = Exchange.objects.filter(log=log, ordinal__gte=log.counted, ordinal__lt=log.size)
    first_seen = _first_seen(fresh)
    parts = (
        fresh.order_by()
        .values("grant", "item", "outcome", day=TruncDate("at"))
        .annotate(n=Count("pk"), sum=Sum("records"), first=Min("at"), last=Max("at"))
    )
    for part in parts:
        key = {
            "log": log,
            "day": part["day"],
            "grant_id": part["grant"],
            "item_id": part["item"],
            "outcome": part["outcome"],
        }
        given = not part["outcome"]
        cases = first_seen[part["grant"], part["item"], part["day"]] if given else 0
        records = part["sum"] if given else 0
        row = ExchangeTotal.objects.filter(**key).first()
        if row is None:
            ends = {"first": part["first"], "last": part["last"]}
            ExchangeTotal.objects.create(**key, **ends, n=part["n"], records=records, cases=cases)
            continue
        row.n, row.records, row.cases = row.n + part["n"], row.records + records, row.cases + cases
        row.first, row.last = min(row.first, part["first"]), max(row.last, part["last"])
        row.save()
    log.counted = log.size
    log.save(update_fields=["counted"])


def _first_seen(fresh: QuerySet[Exchange]) -> Counter[tuple[object, object, date]]:
    """Count the matters that have data of a grant for the first time, by grant, dataset and day."""
    given = fresh.filter(outcome="", grant__isnull=False).exclude(case="")
    rows = given.order_by("ordinal").values_list("grant", "case", "item", TruncDate("at"))
    first: dict[tuple[object, str], tuple[object, date]] = {}
    for grant, case, item, day in rows:
        first.setdefault((grant, case), (item, day))
    # Another log may hold the same matter: who counts it holds the grant.
    list(Grant.objects.select_for_update().filter(pk__in={g for g, _ in first}).order_by("pk"))
    known = set()
    wanted = sorted({case for _, case in first})
    for start in range(0, len(wanted), AT_ONCE):
        counted = Exchange.objects.filter(outcome="", ordinal__lt=F("log__counted"))
        found = counted.filter(
            grant__in={g for g, _ in first}, case__in=wanted[start : start + AT_ONCE]
        )
        known |= set(found.order_by().values_list("grant", "case").distinct())
    return Counter((key[0], *where) for key, where in first.items() if key not in known)
