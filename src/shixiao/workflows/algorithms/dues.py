"""Dues: by which day has an algorithm to be reviewed, and at which level does it stand today?

Rules ALG-07 and ALG-08 (policy). What may go live before its first review has that review due an
interval after its entry was published; what may not is due before its admission. Evidence that
grows old raises the level by itself, and the next review comes nearer with it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import Algorithm
from shixiao.workflows import moving
from shixiao.workflows.algorithms.standing import published, standing
from shixiao.workflows.clock import pack

INTERVAL, FROM = "ALG-07", "ALG-08"


def next_due(level: int, day: date) -> date:
    """Return the day by which the next review of a level has to be signed."""
    months = day.month - 1 + int(pack().number(INTERVAL, f"level_{level}"))
    year, month = day.year + months // 12, months % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))


def first_reviewed() -> int:
    """Return the level from which an algorithm is reviewed before its admission."""
    return int(pack().number(FROM, "review_first"))


def due_at(level: int, due: date | None, before: int, *, today: date) -> date | None:
    """Return when the next review is due at a level.

    Args:
        level: as it stands today.
        due: the day that held so far; None before there was any.
        before: the level that it was fixed by.
        today: an interval of a graver level begins today.
    """
    if due is None:
        return next_due(level, today) if level < first_reviewed() else None
    return min(due, next_due(level, today)) if level > before else due


def refresh_all(*, now: datetime) -> int:
    """Bring level and day of every published entry to where it stands today; return how many."""
    rows = Algorithm.objects.filter(level__isnull=False).exclude(system__state="retired")
    return sum(refresh(row, now=now) for row in rows.iterator(chunk_size=100))


@transaction.atomic
def refresh(algorithm: Algorithm, *, now: datetime) -> bool:
    """Bring level and day of an entry to where it stands today; True where one changed."""
    held, today = moving.locked(algorithm), timezone.localdate(now)
    edition = published(held)
    if edition is None or held.level is None:
        return False
    level = standing(held, edition.content, today=today).score.level
    due = due_at(level, held.due, held.level, today=today)
    if (level, due) == (held.level, held.due):
        return False
    held.level, held.due = level, due
    held.save(update_fields=["level", "due"])
    return True
