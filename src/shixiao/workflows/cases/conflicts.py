"""Conflicts of interest: nobody handles a case of his own department or of a declared relation."""

from __future__ import annotations

from uuid import UUID

from shixiao.records.models import Case
from shixiao.terms import Text
from shixiao.workflows.actors import Actor, with_children
from shixiao.workflows.refusals import Forbidden

OWN_DEPARTMENT = Text(
    "这是您所在部门的案件，依回避规定不能由您办理。",
    "This case concerns your own department, so you may not handle it.",
)
RELATED = Text(
    "您申报过与该部门的关系，依回避规定不能由您办理。",
    "You declared a relation to this department, so you may not handle this case.",
)


def conflict(actor: Actor, case: Case) -> Text | None:
    """Return why the person is not free to handle the case; None where he is."""
    return None if case.department_id is None else tie(actor, case.department_id)


def tie(actor: Actor, department: UUID) -> Text | None:
    """Return why the person is not free to judge a department; None where he is."""
    family = with_children({department})
    if department in actor.below or any(h.organisation in family for h in actor.held):
        return OWN_DEPARTMENT
    return RELATED if actor.related & family else None


def check_free(actor: Actor, case: Case) -> None:
    """Refuse a person who is not free.

    Raises:
        Forbidden: he has a conflict of interest.
    """
    found = conflict(actor, case)
    if found is not None:
        raise Forbidden(found)
