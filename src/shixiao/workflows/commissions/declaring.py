"""Declaring ties: every evaluator says to which of the evaluated he has any, or that to none."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from shixiao.records.models import Commission, Evaluator, Organisation, Relation
from shixiao.terms import Text
from shixiao.workflows.actors import Actor, with_children
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale

EXPLAIN = Text(
    "请说明是什么关系（亲属、任职、合同、供应商等）。",
    "Say what the relation is: family, a post, a contract, a supplier.",
)
NOT_EVALUATED = Text("它不是这次的被评部门。", "It is not among the evaluated.")


@transaction.atomic
def declare(
    evaluator: Evaluator,
    *,
    ties: Collection[Organisation],
    explanation: str,
    actor: Actor,
    at: datetime,
) -> Evaluator:
    """Take an evaluator's declaration; relations that he declared before count by themselves.

    Raises:
        Stale: the time to declare is over.
        Incomplete: a tie without explanation.
    """
    check(actor, "commission.declare", evaluator)
    held = Evaluator.objects.select_for_update(of=("self",)).get(pk=evaluator.pk)
    if held.commission.state != "declaring":
        raise Stale(CHANGED)
    evaluated = set(held.commission.evaluated.values_list("department", flat=True))
    if any(tie.pk not in evaluated for tie in ties):
        raise Incomplete(NOT_EVALUATED, field="ties")
    if ties and not explanation.strip():
        raise Incomplete(EXPLAIN, field="explanation")
    held.ties = sorted(str(tie.pk) for tie in ties)
    held.explanation, held.declared = explanation.strip(), at
    held.state = Evaluator.State.DECLARED
    held.save()
    put(
        "evaluator.declared",
        held.code,
        at=at,
        facts={"commission": held.commission.code},
        sealed={
            "person": held.account,
            "departments": sorted(tie.code for tie in ties),
            "statement": held.explanation,
        },
    )
    return held


def ties_of(evaluators: Collection[Evaluator], commission: Commission) -> dict[Evaluator, set[str]]:
    """Return to which evaluated departments, by id, each evaluator has ties.

    Ties are those declared for this commission, the relations declared on the account, and the
    departments above or below in the tree that the person belongs to.
    """
    evaluated = [row.department_id for row in commission.evaluated.all()]
    family = {department: with_children({department}) for department in evaluated}
    accounts = [evaluator.account_id for evaluator in evaluators]
    related: dict[object, set[object]] = {}
    relations = Relation.objects.filter(account__in=accounts, ended__isnull=True)
    for account, organisation in relations.values_list("account", "organisation"):
        related.setdefault(account, set()).add(organisation)
    for evaluator in evaluators:
        posts = evaluator.account.posts.values_list("organisation", flat=True)
        related.setdefault(evaluator.account_id, set()).update(posts)
    return {
        evaluator: set(evaluator.ties)
        | {
            str(department)
            for department in evaluated
            if related.get(evaluator.account_id, set()) & family[department]
        }
        for evaluator in evaluators
    }
