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

from shixiao.datafiles import load_yaml
from shixiao.records.models import DraftComment, VoteStatement
from shixiao.terms import Text
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.consultations.membership import recount
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import NOT_YOURS, Forbidden, Incomplete

NO_GROUND = Text("请选择不展示的理由，理由公开。", "Choose why it is not shown; that is public.")


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
    """
    held = moving.locked(row)
    check(actor, "consultation.moderate", held)
    if held.matter.department_id in actor.below:
        raise Forbidden(NOT_YOURS)
    if ground and ground not in grounds():
        raise Incomplete(NO_GROUND, field="ground")
    held.state = type(held).State.HIDDEN if ground else type(held).State.SHOWN
    held.ground, held.judged = ground, at
    held.save(update_fields=["state", "ground", "judged"])
    if isinstance(held, DraftComment):
        _regroup(held)
    kind = "comment" if isinstance(held, DraftComment) else "statement"
    facts = {"kind": kind, "comment": str(held.number), "outcome": str(held.state), "basis": ground}
    put("consultation.judged", held.matter.code, at=at, facts=facts,
        sealed={"actor": actor.account})  # fmt: skip
    return held
