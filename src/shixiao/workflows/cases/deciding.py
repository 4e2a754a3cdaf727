"""Deciding on accountability: once a matter, with the person's statement, beside like cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from shixiao.records.models import Account, Case, Decision, Step
from shixiao.terms import Text
from shixiao.workflows.cases.life import life
from shixiao.workflows.cases.moving import Act, move
from shixiao.workflows.refusals import Incomplete, Stale

NEEDED = {
    "basis": Text("请写明依据的条款。", "Name the article it rests on."),
    "person": Text("请写明所涉的人和职务。", "Name the person concerned and his post."),
    "statement": Text(
        "请记录本人的陈述；本人放弃陈述的，写明放弃。",
        "Record the person's own statement, or that he waived it.",
    ),
}
WHICH = Text("请选择问责方式。", "Choose the decision.")
UNLIKE = Text(
    "比照的案件编号“{code}”不是已作决定的案件。",
    "“{code}” is no case on which a decision was taken.",
)
COMPARE = Text(
    "已有同类案件的决定，请比照并写明案件编号。",
    "There are decisions on like cases; compare with them and give their numbers.",
)
ONCE = Text(
    "这件事已经作过问责决定，不能重复问责。",
    "A decision on this matter was taken already; nobody is held to account twice.",
)


def decision_on(case: Case) -> Decision | None:
    """Return the decision on a case, or on the matter that it belongs to."""
    of = Q(case=case)
    if case.matter_id is not None:
        of |= Q(matter_id=case.matter_id)
    return Decision.objects.filter(of).first()


def like_cases(case: Case) -> list[Decision]:
    """Return decisions on like cases: of the same kind of finding, the newest first."""
    decisions = Decision.objects.exclude(case=case).select_related("case__finding")
    if case.finding is not None:
        decisions = decisions.filter(case__finding__kind=case.finding.kind)
    else:
        decisions = decisions.filter(case__origin=case.origin, case__finding__isnull=True)
    return list(decisions.order_by("-at")[:10])


def before_deciding(case: Case, detail: Mapping[str, Any]) -> None:
    """Refuse a decision that lacks something, or would be a second one on the matter.

    Raises:
        Incomplete: something is missing; its field is named.
        Stale: there is a decision.
    """
    if decision_on(case) is not None:
        raise Stale(ONCE)
    if detail.get("decision") not in life().decisions:
        raise Incomplete(WHICH, field="decision")
    for name, wanted in NEEDED.items():
        if not str(detail.get(name) or "").strip():
            raise Incomplete(wanted, field=name)
    compared = list(detail.get("compared") or ())
    known = set(
        Decision.objects.filter(case__code__in=compared).values_list("case__code", flat=True)
    )
    for code in compared:
        if code not in known:
            raise Incomplete(UNLIKE.format(code=code), field="compared")
    if not compared and like_cases(case):
        raise Incomplete(COMPARE, field="compared")


def decide(case: Case, act: Act, second: Account, detail: Mapping[str, Any]) -> Step:
    """Take the decision."""
    kind, compared = str(detail["decision"]), list(detail.get("compared") or ())
    try:
        with transaction.atomic():
            Decision.objects.create(
                case=case,
                matter=case.matter,
                kind=kind,
                basis=str(detail["basis"])[:300],
                person=detail["person"],
                statement=detail["statement"],
                reason=act.reason,
                compared=compared,
                decider=act.by,
                second=second,
                at=act.at,
            )
    except IntegrityError:
        raise Stale(ONCE) from None
    act = Act(act.actor, act.at, act.seen, {**act.given, "decider": act.by}, act.attachments)
    facts = {"decision": kind, "basis": str(detail["basis"])[:300], "compared": compared}
    return move(case, life().verbs["decide"], act, second=second, extra=facts)
