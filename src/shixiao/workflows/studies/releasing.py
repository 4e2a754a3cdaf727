"""Releasing: some days after a quarter its counts are frozen, withheld where too few, and kept."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from shixiao.fairness import Cube, Release, release
from shixiao.fairness.workbench import LEAST_SHOWN
from shixiao.records.models import CountRelease, System
from shixiao.seals import sha256_of
from shixiao.workflows.clock import pack
from shixiao.workflows.decisions.checking import cube
from shixiao.workflows.leaves import put

AFTER = "FAI-12"
MOST_QUARTERS = 8  # of one system released in one night; older ones the nights after


def release_due(*, now: datetime) -> int:
    """Release the quarters that are over and were not released; return how many."""
    made = 0
    for system in System.objects.filter(decision_cells__isnull=False).distinct().order_by("pk"):
        due = _due(system, timezone.localdate(now))[:MOST_QUARTERS]
        counted = cube(system) if due else None
        if counted is None or not counted.groups:
            continue
        for quarter in due:
            made += _release(system, quarter, counted, at=now) is not None
    return made


def kept(row: CountRelease) -> Release:
    """Return the tables of a release."""
    return Release.from_json(row.content)


def late(row: CountRelease) -> int:
    """Return how many decisions of a quarter came after it was released; 0 where it hides its n."""
    if row.n is None:
        return 0
    cells = row.system.decision_cells.filter(period__in=_months(row.quarter))
    now = sum(int(cell.counts.get("n", 0)) for cell in cells.only("counts"))
    return max(now - row.n, 0)


def _due(system: System, today: date) -> list[str]:
    """Return the quarters whose time to be released has come, oldest first.

    A quarter waits as long after its last delivery as after its end: what is sent in parts is
    released whole.
    """
    periods = system.decision_cells.order_by().values_list("period", flat=True).distinct()
    there = set(system.count_releases.values_list("quarter", flat=True))
    wait = timedelta(days=pack().number(AFTER))
    found = []
    for quarter in sorted({_quarter(period) for period in periods if period} - there):
        if _end(quarter) + wait > today:
            continue
        rows = system.decisions.filter(cell__period__in=_months(quarter))
        last = rows.aggregate(last=Max("received"))["last"]
        if last is None or timezone.localdate(last) + wait <= today:
            found.append(quarter)
    return found


def _months(quarter: str) -> list[str]:
    first = 3 * int(quarter[-1]) - 2
    return [f"{quarter[:4]}-{month:02d}" for month in range(first, first + 3)]


def _quarter(period: str) -> str:
    year, month = period.split("-")
    return f"{year}-Q{(int(month) + 2) // 3}"


def _end(quarter: str) -> date:
    """Return the day after the last one of a quarter."""
    year, number = int(quarter[:4]), int(quarter[-1])
    return date(year + number // 4, number % 4 * 3 + 1, 1)


def _release(system: System, quarter: str, counted: Cube, *, at: datetime) -> CountRelease | None:
    months = _months(quarter)
    part = counted.where(lambda key: key["period"] in months)
    rules = pack()
    tables = release(
        part,
        rules=rules,
        least=int(rules.number(LEAST_SHOWN)),
        random="random" if "random" in part.values("arm") else None,
        outcome=bool(part.total("tp", "fp")),
    )
    content, everybody = tables.to_json(), tables.cells[()][()]
    try:
        with transaction.atomic():
            made = CountRelease.objects.create(
                system=system,
                quarter=quarter,
                n=everybody["n"] if everybody else None,
                content=content,
                sha256=sha256_of(content),
                at=at,
            )
            facts: dict[str, Any] = {"sha256": made.sha256, "concerns": quarter}
            if made.n is not None:
                facts["records"] = made.n
            put("decision.released", system.code, at=at, facts=facts)
    except IntegrityError:  # another worker released it
        return None
    return made
