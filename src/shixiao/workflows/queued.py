"""Queued jobs: claimed by one worker at a time, kept alive by its signs, taken up again without.

A worker may vanish, or be given up although it is only slow. So each claim is numbered by its
attempt, and whoever writes asks first, under the lock of the row, whether his claim stands.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from shixiao.records.models import Queued
from shixiao.terms import Text

MOST_ATTEMPTS = 3
UNDERWAY = (Queued.State.QUEUED, Queued.State.RUNNING)
SILENT = timedelta(minutes=2)  # without a sign of life, whoever ran the job is gone
WAITING = Text("等待开始", "Waiting to begin")
Job = TypeVar("Job", bound=Queued)


@transaction.atomic
def claim(jobs: QuerySet[Job]) -> Job | None:
    """Take the oldest job that waits, so that no other worker does; None where none waits."""
    rows = jobs.filter(state=Queued.State.QUEUED).order_by("asked", "id")
    found = rows.select_for_update(of=("self",), skip_locked=skips_locked()).first()
    if found is not None:
        begin(found)
    return found


def begin(job: Queued) -> None:
    """Note that a job which is held begins, once more."""
    job.state, job.attempts = Queued.State.RUNNING, job.attempts + 1
    job.started = job.beat = timezone.now()
    job.save(update_fields=["state", "attempts", "started", "beat"])


def claimed(job: Job) -> QuerySet[Job]:
    """Return the row as long as this claim of it stands: none once another worker took it up."""
    return type(job)._default_manager.filter(
        pk=job.pk, state=Queued.State.RUNNING, attempts=job.attempts
    )


def holds(job: Queued) -> bool:
    """Keep the row from others, and say whether the claim stands; within a transaction."""
    return claimed(job).select_for_update(of=("self",)).first() is not None


def alive(job: Queued, **noted: Any) -> None:
    """Note that the worker is alive, and how far it is where it says so."""
    claimed(job).update(beat=timezone.now(), **noted)


@transaction.atomic
def fail(job: Queued, problem: Text) -> bool:
    """Note that a job has failed, and why; False where the claim does not stand any more."""
    if not holds(job):
        return False
    job.state, job.problem, job.finished = Queued.State.FAILED, problem, timezone.now()
    job.progress = None
    job.save(update_fields=["state", "problem", "finished", "progress"])
    return True


def resume(jobs: QuerySet[Job], give_up: Callable[[Job], object], *, now: datetime) -> int:
    """Queue again what a vanished worker left; return how many jobs that were.

    Args:
        jobs: of one kind.
        give_up: is called with a job that was attempted as often as it may be.
        now: when.
    """
    gone = list(jobs.filter(silent(now), state=Queued.State.RUNNING))
    for job in gone:
        if job.attempts >= MOST_ATTEMPTS:
            give_up(job)
        else:
            claimed(job).filter(beat=job.beat).update(state=Queued.State.QUEUED, progress=WAITING)
    return len(gone)


def silent(now: datetime) -> Q:
    """Ask for jobs whose worker gives no sign of life.

    A sign from the future was given before the clock was set back.
    """
    return Q(beat__lt=now - SILENT) | Q(beat__gt=now + SILENT)


def skips_locked() -> bool:
    """Say whether the database passes over rows that others hold."""
    return bool(transaction.get_connection().features.has_select_for_update_skip_locked)
