"""Time and messages: silence closes, what is late is told, and news reaches those who left a way.

A message says that there is news under a number, never what: whoever reads along learns nothing.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from shixiao.checkup.report.speech import both_days
from shixiao.records.models import Voice, VoiceStep
from shixiao.terms import Text
from shixiao.voice.handling import Entry, pass_day
from shixiao.workflows.actors import NOBODY
from shixiao.workflows.moving import Act
from shixiao.workflows.notices import FAILURES, holders, post_mail, post_message, tell
from shixiao.workflows.voices.moving import Said, course_of, keep, link
from shixiao.workflows.voices.policies import policy_now

logger = logging.getLogger("shixiao.voices")
MOST = 500
MOST_TRIES = 4
MOST_A_DAY = 6  # messages to one person: a form must not be a way to flood a telephone
AGAIN = timedelta(minutes=30)
TIMED = ("assigned", "escalated", "appealed", "replied", "received")
LATE = Text(
    "诉求 {code} 的期限 {due} 已过，请督办。", "Matter {code} is past its day, {due}; see to it."
)
NEWS = Text(
    "您的诉求（编号 {code}）有新进展，请凭编号和查询码查看。我们不会向您索要密码或验证码。",
    "There is news of your matter {code}. Look it up by number and query code. We never ask for a"
    " password.",
)


def pass_days(*, now: datetime) -> int:
    """Let time do its part for matters; return how many moved or were told."""
    today, moved = timezone.localdate(now), 0
    late = Voice.objects.filter(state__in=TIMED, due__lt=today, overdue=False)
    for pk in list(late.order_by("due").values_list("pk", flat=True)[: MOST * 20]):
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


def send_news(*, now: datetime) -> int:
    """Send the messages that wait; return how many left. Where one fails the next time tries."""
    waiting = VoiceStep.objects.filter(sent__isnull=True, tries__lt=MOST_TRIES).exclude(way="")
    waiting = waiting.filter(at__lte=now).select_related("voice").order_by("at")
    left = 0
    for step in waiting[:MOST]:
        if step.tries and now < step.at + AGAIN * step.tries:
            continue
        if _enough(step, now):
            VoiceStep.objects.filter(pk=step.pk).update(way="")
            continue
        mine = VoiceStep.objects.filter(pk=step.pk, tries=step.tries, sent__isnull=True)
        if not mine.update(tries=F("tries") + 1):
            continue
        try:
            _send(step)
        except FAILURES as failure:
            logger.warning("news of %s not sent: %s", step.voice.code, failure)
            continue
        VoiceStep.objects.filter(pk=step.pk).update(sent=now)
        left += 1
    return left


def _enough(step: VoiceStep, now: datetime) -> bool:
    sent = VoiceStep.objects.filter(sent__gt=now - timedelta(days=1))
    return sent.filter(voice__person=step.voice.person).count() >= MOST_A_DAY


def _send(step: VoiceStep) -> None:
    way, to = Entry("need", "web", contact=step.voice.contact).reach
    text = NEWS.format(code=step.voice.code).zh
    if way == "mail":
        post_mail(to, "实效：您的诉求有新进展", text)
    elif way == "sms":
        post_message(to, text)
