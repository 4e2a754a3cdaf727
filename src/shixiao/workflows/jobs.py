"""Jobs of the worker: what is queued, and what runs by the clock."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django_q.models import Schedule
from django_q.tasks import async_task

from shixiao.records.models import Evaluation
from shixiao.workflows import evaluations, gate, relapsing, remeasuring
from shixiao.workflows.cases import escalation
from shixiao.workflows.handlers import reviews
from shixiao.workflows.notices import send_waiting

HERE = "shixiao.workflows.jobs"


def queue_evaluation(evaluation: Evaluation) -> None:
    """Queue an evaluation, in the transaction that asks for it."""
    async_task(f"{HERE}.evaluate", task_name=f"evaluate {evaluation.code}")


def queue_check() -> None:
    """Queue the check of what was taken in."""
    async_task(f"{HERE}.check_evidence", task_name="check evidence")


def check_evidence() -> int:
    """Check the evidence that waits."""
    return gate.run_waiting()


def evaluate() -> int:
    """Run the evaluations that wait, and reopen what relapsed."""
    ran = evaluations.run_waiting()
    relapsing.reopen_relapsed(now=timezone.now())
    return ran


def every_minute() -> None:
    """Take up what a vanished worker left, and send notices."""
    now = timezone.now()
    if gate.waiting(now=now):
        gate.run_waiting()
    evaluations.resume(now=now)
    if Evaluation.objects.filter(state=Evaluation.State.QUEUED).exists():
        evaluations.run_waiting()
    send_waiting(now=now)


def every_hour() -> None:
    """Re-measure what is due, remind of deadlines, escalate, take figures on handlers."""
    now = timezone.now()
    remeasuring.remeasure_due(now=now)
    relapsing.reopen_relapsed(now=now)
    escalation.remind(now=now)
    reviews.take(now=now)


@transaction.atomic
def schedule() -> None:
    """Enter what runs by the clock; running this again changes nothing."""
    for name, kind, minutes in (
        ("every_minute", Schedule.MINUTES, 1),
        ("every_hour", Schedule.MINUTES, 60),
    ):
        Schedule.objects.update_or_create(
            name=name,
            defaults={"func": f"{HERE}.{name}", "schedule_type": kind, "minutes": minutes},
        )
