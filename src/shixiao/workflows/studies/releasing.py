"""Releasing: some days after a quarter its counts are frozen, withheld where too few, and kept."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from shixiao.fairness import Cube
from shixiao.fairness.release import Release, release
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
        counted = cube(system)
        if counted is None or not counted.groups:
            continue
        there = set(system.count_releases.values_list("quarter", flat=True))
        due = [q for q in _quarters(counted, timezone.localdate(now)) if q not in there]
        for quarter in due[:MOST_QUARTERS]:
            made += _release(system, quarter, counted, at=now) is not None
    return made


def kept(row: CountRelease) -> Release:
    """Return the tables of a release."""
    return Release.from_json(row.content)


def _quarters(counted: Cube, today: date) -> list[str]:
    """Return the quarters with decisions whose time to be released has come, oldest first."""
    found = {_quarter(str(period)) for period in counted.values("period") if period}
    return sorted(q for q in found if _end(q) + timedelta(days=pack().number(AFTER)) <= today)


def _quarter(period: str) -> str:
    year, month = period.split("-")
    return f"{year}-Q{(int(month) + 2) // 3}"


def _end(quarter: str) -> date:
    """Return the day after the last one of a quarter."""
    year, number = int(quarter[:4]), int(quarter[-1])
    return date(year + number // 4, number % 4 * 3 + 1, 1)


def _release(system: System, quarter: str, counted: Cube, *, at: datetime) -> CountRelease | None:
    months = {str(p) for p in counted.values("period") if p and _quarter(str(p)) == quarter}
    part = counted.where(lambda key: key["period"] in months)
    rules = pack()
    content = release(
        part,
        rules=rules,
        least=int(rules.number(LEAST_SHOWN)),
        random="random" if "random" in part.values("arm") else None,
        outcome=bool(part.total("tp", "fp")),
    ).to_json()
    try:
        with transaction.atomic():
            made = CountRelease.objects.create(
                system=system,
                quarter=quarter,
                n=part.total("n"),
                content=content,
                sha256=sha256_of(content),
                at=at,
            )
            facts = {"records": made.n, "sha256": made.sha256, "concerns": quarter}
            put("decision.released", system.code, at=at, facts=facts)
    except IntegrityError:  # another worker released it
        return None
    return made
