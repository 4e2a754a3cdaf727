"""Comments of the evaluated beside the result, publication, and cancelling with a reason."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from shixiao.checkup.report.speech import both_days
from shixiao.records.models import Commission, Evaluated
from shixiao.seals import sha256_of
from shixiao.terms import Text
from shixiao.workflows.commissions.moving import begin, move
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act, needed, touch
from shixiao.workflows.refusals import Stale

COMMENT = Text("请写明部门意见。", "Write what the department says.")
WAIT = Text(
    "“{name}”等部门还没有写意见，期限到 {day} 为止；期满或意见到齐后公布。",
    "“{name}” and others have not commented yet and may until {day}; it is published once all have"
    " or the time is over.",
)


@transaction.atomic
def comment(commission: Commission, act: Act, *, text: str) -> list[Evaluated]:
    """Write what a department says to the sealed result; it may be rewritten until publication.

    Raises:
        Incomplete: nothing was written.
    """
    held = begin(commission, "comment", act)
    rows = list(held.evaluated.filter(department__in=act.actor.below).select_related("department"))
    written = needed(text, field="comment", missing=COMMENT)
    for row in rows:
        row.comment, row.commented, row.commented_by = written, act.at, act.actor.account
        row.save(update_fields=["comment", "commented", "commented_by"])
        facts = {"department": row.department.code, "sha256": sha256_of(written)}
        put(
            "commission.commented",
            held.code,
            at=act.at,
            facts=facts,
            sealed={"actor": act.actor.account},
        )
    touch(held)
    return rows


@transaction.atomic
def publish(commission: Commission, act: Act) -> Commission:
    """Make the result public, with its draws and the comments beside it.

    Raises:
        Stale: a department has still time to comment.
    """
    held = begin(commission, "publish", act)
    waiting = held.evaluated.filter(commented__isnull=True).select_related("department").first()
    if waiting is not None and held.due is not None and timezone.localdate(act.at) <= held.due:
        raise Stale(WAIT.format(name=waiting.department.name, day=both_days(held.due)))
    return move(held, "publish", act, published=act.at)


@transaction.atomic
def cancel(commission: Commission, act: Act, *, reason: str) -> Commission:
    """End a commission that will not be completed; nothing of it counts, the reason is public."""
    held = begin(commission, "cancel", act)
    written = needed(reason, field="reason")
    mark = {"at": act.at.isoformat(), "text": Text(written, written).to_json()}
    return move(held, "cancel", act, reason=written, marks=[*held.marks, mark])
