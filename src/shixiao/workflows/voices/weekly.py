"""Weekly rounds: the week after a round of test contacts plans the next one by itself.

It has the same source of its public value, the same weekday and span, and what no round drew
before: a contact that was brought once could be known again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from shixiao.checkup.report.speech import both_days
from shixiao.records.models import ChannelRound, ChannelTest, Draw, Organisation
from shixiao.terms import Text
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.draws import Public
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.permissions import check
from shixiao.workflows.voices.channels import Item, freeze

WEEK, DAY = timedelta(days=7), timedelta(days=1)
PLANNED = Text(
    "本周渠道测试 {code} 已冻结名单，{day} 公开数值揭晓后请抽签。",
    "The week's round of test contacts, {code}, is frozen; draw it by the value of {day}.",
)
USED_UP = Text(
    "渠道测试的名单已抽完，不再每周安排；请送一份新的名单。",
    "All contacts of the pool were drawn, so no further round is planned; give a new pool.",
)


def start(*, now: datetime) -> int:
    """Plan the round of the coming week where the newest is weekly and was drawn; return how many.

    The pool is frozen on the day before the value becomes known at the latest. Once nothing is left
    of it the inspectors are told, and no more is planned.
    """
    today = timezone.localdate(now)
    last = ChannelRound.objects.first()
    if last is None or not last.weekly or last.state == "planned":
        return 0
    if today < last.starts + WEEK - DAY:
        return 0
    return _next(last, now)


@transaction.atomic
def stop(row: ChannelRound, *, actor: Actor) -> None:
    """Plan no further round after this one.

    Raises:
        Forbidden: the person may not.
    """
    check(actor, "channel.test")
    held = moving.locked(row)
    held.weekly = False
    held.save(update_fields=["weekly"])


@transaction.atomic
def _next(last: ChannelRound, now: datetime) -> int:
    held = moving.locked(last)
    newest = ChannelRound.objects.first()
    if not held.weekly or newest is None or newest.pk != held.pk:
        return 0
    today, items = timezone.localdate(now), _left(held)
    people = holders("inspector", today=today)
    if not items:
        held.weekly = False
        held.save(update_fields=["weekly"])
        tell(people, "channel.used", USED_UP, link=f"/channels/{held.code}/", at=now)
        return 0
    day = held.starts + WEEK
    while day <= today:
        day += WEEK
    source = Draw.objects.filter(subject=held.code).values_list("source", flat=True)[0]
    made = ChannelRound(by=held.by, ends=day + (held.ends - held.starts), made=now, weekly=True)
    freeze(made, items, Public(source, day))
    said = PLANNED.format(code=made.code, day=both_days(day))
    tell(people, "channel.planned", said, link=f"/channels/{made.code}/", at=now)
    return 1


def _left(row: ChannelRound) -> list[Item]:
    """Return what no round drew yet, for departments that there still are."""
    tests = ChannelTest.objects.only("channel", "told")
    drawn = {(test.channel, test.told["text"]) for test in tests.iterator()}
    there = Organisation.objects.filter(kind="department", active=True)
    known = set(there.values_list("code", flat=True))
    items = [Item(**told | {"words": tuple(told["words"])}) for told in row.pool.values()]
    fresh = [item for item in items if (item.channel, item.text) not in drawn]
    return [item for item in fresh if item.department in known]
