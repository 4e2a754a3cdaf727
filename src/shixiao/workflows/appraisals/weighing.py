"""Weights by a panel: budget allocation, each member alone, nobody sees another before its end.

Source: OECD/JRC Handbook on Constructing Composite Indicators (2008), 6.4, budget allocation: each
expert shares 100 points out. The mean is what counts, and how far members differ stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from shixiao.records.models import Appraisal, AppraisalWeight
from shixiao.seals import sha256_of
from shixiao.terms import Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.appraisals.indicators import lines_of, scored
from shixiao.workflows.appraisals.moving import begin, in_time
from shixiao.workflows.clock import pack
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act
from shixiao.workflows.permissions import signed_in
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale

BUDGET = 100
SUM = Text(
    "现在合计 {n} 分，须正好是 100 分。",
    "The points come to {n} and have to be exactly 100.",
)
WHOLE = Text("请填 0 至 100 的整数。", "Give a whole number from 0 to 100.")
NO_POINTS = Text(
    "“{name}”不计分，不能给它分配权重。",
    "“{name}” is not scored and can be given no weight.",
)
TIED = Text(
    "您与被考核的部门有关系，须回避，不能参加这一轮的权重分配。",
    "You have ties to an appraised department and take no part in these weights.",
)
OVER = Text(
    "分配已经结束，人数也够了，不能再改。",
    "The time is over and the panel complete; nothing is changed any more.",
)


@dataclass(frozen=True, slots=True)
class Weight:
    """What the panel gives to an indicator, in points of 100.

    Attributes:
        row: the indicator.
        mean: over the members.
        least: of any member.
        most: of any member.
    """

    row: int
    mean: float
    least: int
    most: int


@transaction.atomic
def weigh(appraisal: Appraisal, act: Act, *, points: Mapping[int, int]) -> AppraisalWeight:
    """Share 100 points out, alone; it may be done over until the time is over.

    Raises:
        Forbidden: the person has ties to an appraised department.
        Incomplete: the points do not come to 100, or one goes to what is not scored.
        Stale: the time is over and the panel complete.
    """
    held = begin(appraisal, "weigh", act)
    if tied(act.actor, held):
        raise Forbidden(TIED)
    if not in_time(held, act) and complete(held):
        raise Stale(OVER)
    given = _checked(held, points)
    account = signed_in(act.actor)
    row, _ = AppraisalWeight.objects.update_or_create(
        appraisal=held, account=account, defaults={"points": given, "at": act.at}
    )
    facts = {"sha256": sha256_of(given)}
    put("appraisal.weighed", held.code, at=act.at, facts=facts, sealed={"person": account})
    return row


def tied(actor: Actor, appraisal: Appraisal) -> bool:
    """Say whether somebody belongs to an appraised department or declared a relation to one."""
    ties = actor.related | actor.below
    return appraisal.appraised.filter(department__in=ties).exists()


def complete(appraisal: Appraisal) -> bool:
    """True when as many members have shared points out as are needed."""
    return appraisal.weights.count() >= int(pack().number("APS-07"))


def weights_of(appraisal: Appraisal) -> list[Weight]:
    """Return what the panel gives to each scored indicator, in the order of the scheme."""
    given = [row.points for row in appraisal.weights.all()]
    found = []
    for line in scored(appraisal):
        points = [int(each[str(line.row)]) for each in given]
        mean = sum(points) / len(points) if points else 0.0
        found.append(Weight(line.row, mean, min(points, default=0), max(points, default=0)))
    return found


def _checked(appraisal: Appraisal, points: Mapping[int, int]) -> dict[str, int]:
    """Return points for every scored indicator, 0 where none were given."""
    known = {line.row: line for line in lines_of(appraisal)}
    for row, given in points.items():
        line = known.get(row)
        if line is None or (given and not line.scored):
            name = line.name[:60] if line else str(row)
            raise Incomplete(NO_POINTS.format(name=name), field=f"points_{row}")
        if not 0 <= given <= BUDGET:
            raise Incomplete(WHOLE, field=f"points_{row}")
    total = sum(points.values())
    if total != BUDGET:
        raise Incomplete(SUM.format(n=total), field="points")
    return {str(line.row): int(points.get(line.row, 0)) for line in known.values() if line.scored}
