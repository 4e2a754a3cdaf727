"""Asking evaluating bodies: which may take part, which may lead, and who of them is asked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from shixiao.records.models import Commission, Engagement, Evaluator, Organisation, Post
from shixiao.terms import Text
from shixiao.workflows.actors import with_children
from shixiao.workflows.clock import pack
from shixiao.workflows.commissions.moving import begin, move
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act
from shixiao.workflows.notices import tell
from shixiao.workflows.refusals import Incomplete

NO_BODY = Text("请选择评估机构。", "Choose the evaluating bodies.")
NOT_AMONG = Text("主评机构须是所选机构之一。", "The leading body must be one of those chosen.")
OF_THE_EVALUATED = Text(
    "隶属于被评部门“{name}”，不能参加。",
    "It belongs to the evaluated “{name}”, so it cannot take part.",
)
LED_BEFORE = Text(
    "“{body}”已连续 {n} 次主评“{department}”，按轮换规则这次不能主评；"
    "可以另选主评机构，它仍可参加。",
    "“{body}” led the last {n} evaluations of “{department}” in a row, so by the rule of rotation"
    " it cannot lead this one. Choose another to lead; it may still take part.",
)
TOO_FEW = Text(
    "能参加的评估员只有 {have} 人，每项需要 {need} 人；请多邀请机构，或请管理员登记评估员岗位。",
    "Only {have} evaluators can take part, and an item takes {need}. Ask more bodies, or have the"
    " administrator enter evaluators.",
)
ASKED = Text(
    "受邀参加评估“{name}”：请申报与被评部门有没有关系。",
    "You are asked to evaluate “{name}”: declare whether you have ties to the evaluated.",
)


@transaction.atomic
def invite(
    commission: Commission, act: Act, *, bodies: Collection[Organisation], leads: Organisation
) -> Commission:
    """Ask the evaluators of some bodies to declare their ties.

    Raises:
        Incomplete: no body, one that may not lead, or too few evaluators.
    """
    held = begin(commission, "invite", act)
    if not bodies:
        raise Incomplete(NO_BODY, field="bodies")
    if leads not in bodies:
        raise Incomplete(NOT_AMONG, field="leads")
    barred = barred_from_leading(held, leads)
    if barred is not None:
        raise Incomplete(barred, field="leads")
    asked = [
        person for body in bodies for person in _engage(held, body, leads=body == leads, act=act)
    ]
    if len(asked) < held.testers:
        raise Incomplete(TOO_FEW.format(have=len(asked), need=held.testers), field="bodies")
    text = ASKED.format(name=held.name)
    accounts = [person.account for person in asked]
    tell(accounts, "commission.invite", text, link=f"/commissions/{held.code}/", at=act.at)
    return move(held, "invite", act)


def barred_from_leading(commission: Commission, body: Organisation) -> Text | None:
    """Return why a body may not lead, by its ties or by rotation; None where it may."""
    tied = tie_of(commission, body)
    if tied is not None:
        return tied
    most = int(pack().number("EVA-03"))
    for evaluated in commission.evaluated.select_related("department"):
        before = Engagement.objects.filter(
            commission__evaluated__department=evaluated.department_id,
            commission__state__in=("testing", "commenting", "published"),
            leads=True,
        ).exclude(commission=commission)
        last = list(before.order_by("-commission__entered").values_list("body", flat=True)[:most])
        if len(last) == most and set(last) == {body.pk}:
            names = {"body": body.name, "n": most, "department": evaluated.department.name}
            return LED_BEFORE.format(**names)
    return None


def tie_of(commission: Commission, body: Organisation) -> Text | None:
    """Return which of the evaluated a body belongs to, in words; None where to none."""
    for evaluated in commission.evaluated.select_related("department"):
        if body.pk in with_children({evaluated.department_id}):
            return OF_THE_EVALUATED.format(name=evaluated.department.name)
    return None


def evaluators_of(body: Organisation, at: datetime) -> list[Post]:
    """Return who holds the post of an evaluator in a body today."""
    today = timezone.localdate(at)
    in_time = Q(starts__lte=today) & (Q(ends__isnull=True) | Q(ends__gte=today))
    posts = Post.objects.filter(in_time, organisation=body, role="evaluator")
    return list(posts.filter(account__is_active=True).select_related("account"))


def _engage(held: Commission, body: Organisation, *, leads: bool, act: Act) -> list[Evaluator]:
    excluded = tie_of(held, body)
    made = Engagement.objects.create(commission=held, body=body, leads=leads, excluded=excluded)
    put(
        "commission.engaged",
        held.code,
        at=act.at,
        facts={"body": body.code, "outcome": "excluded" if excluded else "leads" if leads else ""},
        sealed={"actor": act.actor.account},
    )
    if excluded is not None:
        return []
    people = {post.account_id: post.account for post in evaluators_of(body, act.at)}
    known = set(held.evaluators.values_list("account", flat=True))
    return [
        Evaluator.objects.create(commission=held, engagement=made, account=account)
        for pk, account in people.items()
        if pk not in known
    ]
