"""Judging what is shown: by somebody other than the drafting department, with a public ground.

Nothing is deleted. What is not shown for what it says of a person still counts as an opinion and
gets its reply; advertising and hate do not, and how many there are is public.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from shixiao.datafiles import load_yaml
from shixiao.records.models import DecisionMatter, DraftComment, StatementVote, VoteStatement
from shixiao.terms import Text
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.consultations.membership import recount
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import NOT_YOURS, Forbidden, Incomplete, Stale

NO_GROUND = Text("请选择不展示的理由，理由公开。", "Choose why it is not shown; that is public.")
COUNTED = Text(
    "征求意见已经结束，对这条表态句的表态已经统计，只能改为不展示。",
    "The consultation is over and the votes on this statement are counted; it can only be hidden.",
)


@dataclass(frozen=True, slots=True)
class Ground:
    """Why something is not shown; ``opinion`` says whether it counts as one all the same."""

    id: str
    name: Text
    opinion: bool


@cache
def grounds() -> Mapping[str, Ground]:
    """Return the grounds by id (data/consultation_grounds.yaml)."""
    path = files("shixiao.workflows").joinpath("data/consultation_grounds.yaml")
    return {
        name: Ground(name, Text.of(entry["name"]), bool(entry["opinion"]))
        for name, entry in load_yaml(path.read_text("utf-8"))["grounds"].items()
    }


def no_opinions() -> list[str]:
    """Return the grounds on which something counts as no opinion."""
    return [ground.id for ground in grounds().values() if not ground.opinion]


def counted(matter: DecisionMatter) -> QuerySet[VoteStatement]:
    """Return the statements whose votes count: what was shown at the end, also if hidden since.

    So the groups that were replied to are the groups that the votes give, whoever computes them.
    """
    closed = matter.events.filter(event="close").first()
    shown = Q(state=VoteStatement.State.SHOWN)
    if closed is not None:
        voted = Exists(StatementVote.objects.filter(statement=OuterRef("pk")))
        shown |= Q(voted, judged__gte=closed.at)
    return matter.statements.filter(shown)


def as_comment(statement: VoteStatement) -> str:
    """Return by what the comment is known that carries a statement nobody could vote on."""
    return f"statement-{statement.number}"


def _check_counted(statement: VoteStatement, ground: str) -> None:
    closed = statement.matter.events.filter(event="close").exists()
    hiding = statement.state == VoteStatement.State.SHOWN and bool(ground)
    if closed and not hiding and statement.votes.exists():
        raise Stale(COUNTED)


def _regroup(comment: DraftComment) -> None:
    """Take what turned out to be no opinion out of its group, until the replies are public."""
    if comment.group is None:
        return
    group = moving.locked(comment.group)
    settled = comment.matter.events.filter(event="settle").exists()
    if comment.ground in no_opinions() and not settled:
        comment.group, comment.added = None, ""
        comment.save(update_fields=["group", "added"])
    recount(group)


@transaction.atomic
def judge(
    row: DraftComment | VoteStatement, *, ground: str, actor: Actor, at: datetime
) -> DraftComment | VoteStatement:
    """Show what somebody wrote, or not on a ground; it may be judged anew.

    Args:
        row: a comment or a statement.
        ground: "" to show it.
        actor: whose department does not draft the matter.
        at: when.

    Raises:
        Forbidden: the person may not, or belongs to the department that drafts.
        Incomplete: there is no such ground.
        Stale: votes on the statement are counted, and it would be shown or judged once more.
    """
    held = moving.locked(row)
    check(actor, "consultation.moderate", held)
    if held.matter.department_id in actor.below:
        raise Forbidden(NOT_YOURS)
    if ground and ground not in grounds():
        raise Incomplete(NO_GROUND, field="ground")
    if isinstance(held, VoteStatement):
        _check_counted(held, ground)
    held.state = type(held).State.HIDDEN if ground else type(held).State.SHOWN
    held.ground, held.judged = ground, at
    held.save(update_fields=["state", "ground", "judged"])
    if isinstance(held, DraftComment):
        _regroup(held)
    else:
        for carried in held.matter.comments.filter(once=as_comment(held)):
            judge(carried, ground=ground, actor=actor, at=at)
    kind = "comment" if isinstance(held, DraftComment) else "statement"
    facts = {"kind": kind, "comment": str(held.number), "outcome": str(held.state), "basis": ground}
    put("consultation.judged", held.matter.code, at=at, facts=facts,
        sealed={"actor": actor.account})  # fmt: skip
    return held
