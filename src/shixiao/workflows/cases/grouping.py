"""Grouping: cases of one cause become one matter, and can be taken apart again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from shixiao.records.models import Case, Decision, Matter, Step
from shixiao.terms import Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.cases.conflicts import check_free
from shixiao.workflows.cases.moving import locked
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import Incomplete, Stale

FEW = Text("并案至少要两件。", "It takes two cases at least.")
WHY = Text("请写明共同的原因。", "Give the common cause.")
DIFFERENT = Text(
    "其中有案件已并入另一件事，请先撤销原来的并案。",
    "One of the cases belongs to another matter; take it out of that first.",
)
DECIDED = Text(
    "其中不止一件已作问责决定，并案会造成重复问责。",
    "More than one of them has a decision already, so they would be decided twice.",
)
NOT_GROUPED = Text("这件案件没有并案。", "This case belongs to no matter.")


@transaction.atomic
def group(cases: Sequence[Case], *, reason: str, actor: Actor, at: datetime) -> Matter:
    """Make several cases one matter, or add cases to the matter that one of them belongs to.

    Raises:
        Incomplete: fewer than two cases, or no reason.
        Stale: two of them belong to different matters, or have decisions of their own.
    """
    check(actor, "case.group")
    if not reason.strip():
        raise Incomplete(WHY, field="reason")
    held = [locked(case) for case in sorted(set(cases), key=lambda case: case.pk)]
    if len(held) < 2:
        raise Incomplete(FEW, field="cases")
    for case in held:
        check_free(actor, case)
    matters = {case.matter_id for case in held if case.matter_id is not None}
    if len(matters) > 1:
        raise Stale(DIFFERENT)
    decided = Q(case__in=held) | Q(matter__in=matters)
    if Decision.objects.filter(decided).count() > 1:
        raise Stale(DECIDED)
    matter = (
        Matter.objects.get(pk=matters.pop())
        if matters
        else Matter.objects.create(name=Text.of(reason.strip()[:200]), made=at)
    )
    Decision.objects.filter(case__in=held, matter__isnull=True).update(matter=matter)
    for case in held:
        if case.matter_id is None:
            _put(case, matter, "group", "case.grouped", reason, actor, at)
    return matter


@transaction.atomic
def ungroup(case: Case, *, reason: str, actor: Actor, at: datetime) -> None:
    """Take a case out of its matter; the last one left goes out too.

    A decision stays with the case on which it was taken.
    """
    check(actor, "case.group")
    case = locked(case)
    check_free(actor, case)
    if not reason.strip():
        raise Incomplete(WHY, field="reason")
    if case.matter is None:
        raise Stale(NOT_GROUPED)
    matter = case.matter
    rest = list(matter.cases.select_for_update(of=("self",)).exclude(pk=case.pk))
    for each in [case, *(rest if len(rest) == 1 else [])]:
        Decision.objects.filter(case=each).update(matter=None)
        _put(each, None, "ungroup", "case.ungrouped", reason, actor, at, former=matter)


def _put(
    case: Case,
    matter: Matter | None,
    verb: str,
    event: str,
    reason: str,
    actor: Actor,
    at: datetime,
    *,
    former: Matter | None = None,
) -> None:
    case.matter = matter
    case.version += 1
    case.save()
    of = matter or former
    sealed = {"actor": actor.account, "reason": reason}
    leaf = put(event, case.code, at=at, facts={"matter": of.code if of else ""}, sealed=sealed)
    Step.objects.create(
        case=case,
        verb=verb,
        from_state=case.state,
        state=case.state,
        at=at,
        by=actor.account,
        reason=reason,
        due=case.due,
        leaf=leaf,
    )
