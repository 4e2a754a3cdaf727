"""Time: silence closes, and what is late is told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shixiao.checkup.report.speech import both_days
from shixiao.records.models import Voice
from shixiao.terms import Text
from shixiao.voice.handling import pass_day
from shixiao.workflows.actors import NOBODY
from shixiao.workflows.moving import Act
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.voices.moving import Said, course_of, keep, link
from shixiao.workflows.voices.policies import policy_now

MOST = 10_000  # at once
TIMED = ("assigned", "escalated", "appealed", "replied", "received")
LATE = Text(
    "诉求 {code} 的期限 {due} 已过，请督办。", "Matter {code} is past its day, {due}; see to it."
)


def pass_days(*, now: datetime) -> int:
    """Let time do its part for matters; return how many moved or were told."""
    today, moved = timezone.localdate(now), 0
    late = Voice.objects.filter(state__in=TIMED, due__lt=today, overdue=False)
    for pk in list(late.order_by("due").values_list("pk", flat=True)[:MOST]):
        moved += _pass(pk, now)
    return moved


@transaction.atomic
def _pass(pk: UUID, now: datetime) -> int:
    held = Voice.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if held is None:
        return 0
    today, was = timezone.localdate(now), held.due
    found = pass_day(course_of(held), today, policy_now())
    if found is None:
        return 0
    course, told = found
    keep(held, "time", course, told, Act(NOBODY, now, held.version), Said())
    if told.kind == "overdue" and was is not None:
        said = LATE.format(code=held.code, due=both_days(was))
        tell(holders("inspector", today=today), "voice.overdue", said, link=link(held), at=now)
    return 1
