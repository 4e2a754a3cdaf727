"""Counting: new findings of a kind and judged subjects, by department and month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from shixiao.records.models import Evaluation, Finding, Standing

Cell = tuple[str, int]
JUDGED = ("service", "app", "system")


@dataclass(frozen=True, slots=True)
class Counts:
    """What the published evaluations say of some periods.

    Attributes:
        findings: (department, period from 0) → findings of the kind that were new then.
        judged: (department, period from 0) → subjects that were judged; absent where none was.
    """

    findings: dict[Cell, int]
    judged: dict[Cell, float]


def months_between(first: date, later: date) -> int:
    """Return how many months lie between the firsts of two months."""
    return (later.year - first.year) * 12 + later.month - first.month


def counts(
    topic: str, departments: Collection[str], *, first: date, periods: int, months: int
) -> Counts:
    """Count over periods; each month is spoken for by the last evaluation whose data end in it.

    What is new adds up over the months of a period; what was judged is what its last month has.

    Args:
        topic: kind of finding.
        departments: codes of those that take part.
        first: first day of period 0.
        periods: how many.
        months: how many months a period has.
    """
    findings: dict[Cell, int] = Counter()
    judged: dict[Cell, float] = {}
    for month, evaluation in sorted(_evaluations(first, periods * months).items()):
        period = month // months
        subjects = Standing.objects.filter(evaluation=evaluation, kind__in=JUDGED)
        for department, n in Counter(subjects.values_list("department", flat=True)).items():
            if department in departments:
                judged[department, period] = float(n)
        new = Finding.objects.filter(kind=topic, first_seen=evaluation)
        for department, n in Counter(new.values_list("department__code", flat=True)).items():
            if (department, period) in judged:
                findings[department, period] += n
    return Counts(dict(findings), judged)


def _evaluations(first: date, months: int) -> dict[int, Evaluation]:
    """Return the evaluation that speaks for each month: the last published of it."""
    rows = Evaluation.objects.filter(
        published__isnull=False, withdrawn__isnull=True, last_day__gte=first
    )
    found = {}
    for row in rows.order_by("last_day", "published"):
        month = months_between(first, row.last_day) if row.last_day else months
        if month < months:
            found[month] = row
    return found
