"""Deciding on a standard: adopted once the time for comments is over, retired with a reason."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import Standard
from shixiao.terms import Text
from shixiao.workflows.clock import days_left
from shixiao.workflows.moving import Act, locked, needed
from shixiao.workflows.refusals import Incomplete
from shixiao.workflows.standards.drafting import begin, move

LONGEST = 20
NO_EDITION = Text("请写明版本，最多 20 字。", "Give the edition, 20 signs at most.")
SAME = Text("这个版本号已经用过，请换一个。", "This edition exists already; take another.")
NOT_YET = Text(
    "征求意见期还没有结束，不能发布。",
    "The time for comments is not over; it cannot be adopted yet.",
)
ANSWER = Text(
    "有人提了意见，请写明怎样采纳、为什么不采纳。",
    "There are comments: say what was taken up, and what was not and why.",
)
REPLACED = Text("由第 {edition} 版替代。", "Replaced by edition {edition}.")


@transaction.atomic
def adopt(row: Standard, act: Act, *, edition: str, handled: str = "") -> Standard:
    """Adopt a standard; the edition in force before is retired by it.

    Raises:
        Incomplete: the time for comments is not over, the edition is missing or taken, or comments
            are not answered.
    """
    held = begin(row, "adopt", act)
    number = needed(edition, field="edition", missing=NO_EDITION)
    if len(number) > LONGEST:
        raise Incomplete(NO_EDITION, field="edition")
    if held.due is not None and days_left(held.due, timezone.localdate(act.at)) >= 0:
        raise Incomplete(NOT_YET)
    same = Standard.objects.filter(department=held.department, identifier=held.identifier)
    if same.filter(edition=number).exclude(pk=held.pk).exists():
        raise Incomplete(SAME, field="edition")
    answer = handled.strip()
    if held.remarks.exists():
        answer = needed(handled, field="handled", missing=ANSWER)
    replace_former(held, number, act)
    move(held, "adopt", act, reason=answer, edition=number, adopted=act.at, handled=answer)
    return held


def replace_former(held: Standard, edition: str, act: Act) -> None:
    """Retire the editions that were in force until now."""
    before = Standard.objects.filter(
        department=held.department, identifier=held.identifier, state="adopted"
    ).exclude(pk=held.pk)
    for each in before:
        move(locked(each), "retire", act, reason=REPLACED.format(edition=edition).zh)


@transaction.atomic
def retire(row: Standard, act: Act, *, reason: str) -> Standard:
    """Take a standard out of force; it stays to be read."""
    held = begin(row, "retire", act)
    move(held, "retire", act, reason=needed(reason, field="reason"))
    return held
