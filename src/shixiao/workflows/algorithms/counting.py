"""Counting: the log of the last closed month makes itself where a system's decisions are sent.

It comes from the cells that deliveries add to and from what their decisions rest on, never from the
decisions themselves, so it costs the same however many there were. Nothing is entered twice: as
long as such a log speaks of today, no other is taken (``logs.take_in``).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from shixiao.fairness.algorithms.seen import Seen, seen_of_cells
from shixiao.fairness.models import Input
from shixiao.records.models import Algorithm, AlgorithmLog
from shixiao.seals import sha256_of
from shixiao.workflows import moving
from shixiao.workflows.algorithms.logs import least_days
from shixiao.workflows.leaves import put

PART = 2_000
DAY = timedelta(days=1)


def count_all(*, now: datetime) -> int:
    """Count the last closed month of every entry whose system sent decisions of it.

    Returns:
        How many logs are new, or say something else than before.
    """
    rows = Algorithm.objects.filter(system__decision_cells__period=_month(now)[2]).distinct()
    return sum(count(row, now=now) is not None for row in rows.select_related("system"))


def count(algorithm: Algorithm, *, now: datetime) -> AlgorithmLog | None:
    """Count the last closed month; return the log where it is new, or says something else.

    Decisions that are sent late change the month after it was closed, and so do corrections; the
    log before stays on record.
    """
    seen = seen_in(algorithm, now=now)
    if seen is None:
        return None
    digest = sha256_of(seen.to_json())
    entered = algorithm.logs.filter(sent=False)
    if seen.days < least_days() and entered.exists():
        return None  # a few days do not take the place of a month, as for logs that are entered
    with transaction.atomic():
        held = moving.locked(algorithm)
        newest = held.logs.filter(sent=True).first()
        if newest is not None and (newest.last, newest.sha256) == (seen.last, digest):
            return None
        made = AlgorithmLog.objects.create(
            algorithm=held,
            seen=seen.to_json(),
            sha256=digest,
            first=seen.first,
            last=seen.last,
            at=now,
            sent=True,
        )
        facts = {
            "concerns": held.system.code,
            "sha256": digest,
            "records": seen.decisions,
            "day": seen.first.isoformat(),
            "due": seen.last.isoformat(),
        }
        put("algorithm.counted", held.code, at=now, facts=facts)
    return made


def seen_in(algorithm: Algorithm, *, now: datetime) -> Seen | None:
    """Return what the decisions of the last closed month say; None where none were sent."""
    first, last, period = _month(now)
    system = algorithm.system
    # What they rest on is read before the cells: a delivery in between adds to both, and nothing
    # may be said of more decisions than there are.
    rows = system.decision_uses.filter(period=period).order_by("version")
    uses = [
        (Input(name, source or None, article or None), n)
        for row in rows
        for name, source, article, n in row.uses
    ]
    earliest = system.decision_uses.aggregate(day=Min("first"))["day"]
    if earliest is not None and first < earliest <= last:
        first = earliest  # the first month of all began with its first decision
    cells = system.decision_cells.filter(period=period).values_list("version", "arm", "counts")
    return seen_of_cells(cells.iterator(PART), uses, first=first, last=last)


def _month(now: datetime) -> tuple[date, date, str]:
    """Return first and last day of the last closed month, and what cells call it."""
    last = timezone.localdate(now).replace(day=1) - DAY
    return last.replace(day=1), last, f"{last:%Y-%m}"
