"""Organisations: departments come with evidence; evaluating bodies, panels and others by hand."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from shixiao.records.models import Organisation
from shixiao.terms import Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check, may
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing

BY_HAND = (
    Organisation.Kind.BUREAU,
    Organisation.Kind.EVALUATOR,
    Organisation.Kind.PANEL,
    Organisation.Kind.INSPECTORATE,
)
SIGNS = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_")
NO_CODE = Text(
    "编号由 1 至 60 个字母、数字、点、横线组成。",
    "A code has 1 to 60 letters, digits, dots and dashes.",
)
TAKEN = Text("编号“{code}”已有机构使用。", "The code “{code}” is taken.")
FROM_EVIDENCE = Text(
    "部门随证据登记，这里登记数据局、评估机构、专家组和督查机构。",
    "Departments come with evidence; here bureaus, evaluating bodies, panels and inspectorates are"
    " entered.",
)
NO_NAME = Text("请写明中文和英文名称。", "Give the name in Chinese and in English.")


def offices() -> QuerySet[Organisation]:
    """Return who holds data and answers for duties: departments, and the bureau, by code."""
    kinds = (Organisation.Kind.DEPARTMENT, Organisation.Kind.BUREAU)
    return Organisation.objects.filter(active=True, kind__in=kinds).order_by("code")


def offices_of(actor: Actor, right: str) -> list[Organisation]:
    """Return the offices for which a person has a right, by code.

    Raises:
        Missing: there are none.
    """
    found = [row for row in offices() if may(actor, right, row)]
    if not found:
        raise Missing(NOT_FOUND)
    return found


@transaction.atomic
def enter_organisation(
    *,
    kind: str,
    code: str,
    name: Text,
    parent: Organisation | None = None,
    actor: Actor,
    at: datetime,
) -> Organisation:
    """Enter an organisation that does not come with evidence.

    Raises:
        Incomplete: a department, no code or a taken one, no name.
    """
    check(actor, "people.manage")
    if kind not in BY_HAND:
        raise Incomplete(FROM_EVIDENCE, field="kind")
    plain = code.strip()
    if not 1 <= len(plain) <= 60 or set(plain) - SIGNS:
        raise Incomplete(NO_CODE, field="code")
    if not name.zh.strip() or not name.en.strip():
        raise Incomplete(NO_NAME, field="name_zh")
    try:
        with transaction.atomic():
            made = Organisation.objects.create(kind=kind, code=plain, name=name, parent=parent)
    except IntegrityError:
        raise Incomplete(TAKEN.format(code=plain), field="code") from None
    facts = {"kind": kind, "department": parent.code if parent else ""}
    put("organisation.entered", plain, at=at, facts=facts, sealed={"actor": actor.account})
    return made
