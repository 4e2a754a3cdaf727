"""Runners: which programs near a department's systems may be handed its jobs, and by which key.

A token says in whose name a runner asks; its key says which machine it is. Either alone is handed
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from shixiao.records.models import Organisation, Runner, System
from shixiao.seals import VerifyKey, verify
from shixiao.terms import BadInput, Text
from shixiao.workflows.actors import Actor, with_children
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import needed
from shixiao.workflows.permissions import check, may, signed_in
from shixiao.workflows.refusals import CHANGED, Forbidden, Incomplete, Missing, Stale

NO_NAME = Text("请写明测试机叫什么。", "Give the runner a name.")
TAKEN = Text(
    "这把公钥已经登记；每台测试机用自己的密钥。",
    "This key is registered already; every runner has one of its own.",
)
WHY_END = Text("请写明停用的理由。", "Say why it is handed no more jobs.")
UNKNOWN = Text(
    "没有这台近旁测试机，或已停用；请在“近旁测试机”页核对编号。",
    "There is no such runner, or it was ended; check its number on the page of runners.",
)
UNSIGNED = Text(
    "签名不是这台测试机登记的密钥作的，没有处理。",
    "It was not signed with the key that is registered for this runner, and was not handled.",
)


@transaction.atomic
def register(
    department: Organisation, name: str, key: str, *, actor: Actor, at: datetime
) -> Runner:
    """Register a runner that a department has near its systems.

    Args:
        department: whose systems it reaches, with those of the departments below.
        name: by which people know it.
        key: its public key, as ``shixiao sign new-key`` prints it.
        actor: who registers it.
        at: when.

    Raises:
        Forbidden: it is another department's.
        Incomplete: no name, no key, or a known one.
    """
    check(actor, "runner.manage", department)
    called = needed(name, field="name", missing=NO_NAME)[:100]
    try:
        public = VerifyKey.parse(key.strip().encode())
    except BadInput as error:
        raise Incomplete(error.text, field="key") from None
    try:
        with transaction.atomic():
            made = Runner.objects.create(
                department=department,
                name=called,
                key=public.base64,
                fingerprint=public.fingerprint,
                registered=at,
                registered_by=signed_in(actor),
            )
    except IntegrityError:
        raise Incomplete(TAKEN, field="key") from None
    facts = {"department": department.code, "fingerprint": made.fingerprint}
    put("runner.registered", made.code, at=at, facts=facts, sealed={"actor": actor.account})
    return made


@transaction.atomic
def end(runner: Runner, *, reason: str, actor: Actor, at: datetime) -> None:
    """Hand a runner no more jobs, and take nothing more from it.

    Raises:
        Forbidden: it is another department's.
        Incomplete: no reason is given.
        Stale: it is ended already.
    """
    check(actor, "runner.manage", runner)
    why = needed(reason, field="reason", missing=WHY_END)
    held = Runner.objects.select_for_update(of=("self",)).get(pk=runner.pk)
    if held.ended is not None:
        raise Stale(CHANGED)
    held.ended = at
    held.save(update_fields=["ended"])
    put("runner.ended", held.code, at=at, sealed={"reason": why, "actor": actor.account})


def visible(actor: Actor) -> QuerySet[Runner]:
    """Return the runners that the person may see, those in use first."""
    rows = Runner.objects.select_related("department").order_by("ended", "department__code", "name")
    known = {row.department_id for row in rows if may(actor, "system.read", row)}
    return rows.filter(department__in=known)


def near(system: System) -> list[Runner]:
    """Return the runners in use that reach a system."""
    rows = Runner.objects.filter(ended__isnull=True).select_related("department")
    return [row for row in rows if system.department_id in reach(row)]


def reach(runner: Runner) -> frozenset[Any]:
    """Return the departments whose systems a runner reaches."""
    return with_children({runner.department_id})


def heard(
    document: Mapping[str, Any], signature: str, *, schema: str, actor: Actor, at: datetime
) -> Runner:
    """Return the runner that says something, once it is known that it did.

    Args:
        document: what it says; ``schema`` and ``runner`` are in it.
        signature: in base64, by its key.
        schema: what is expected to be said.
        actor: in whose name it asks.
        at: when.

    Raises:
        Forbidden: the person may not probe for its department, or it did not sign this.
        Missing: there is no such runner in use.
    """
    rows = Runner.objects.filter(code=str(document.get("runner")), ended__isnull=True)
    found = rows.select_related("department").first()
    if found is None:
        raise Missing(UNKNOWN)
    check(actor, "system.probe", found)
    try:
        key = VerifyKey.parse(found.key.encode())
        signed = document.get("schema") == schema and verify(document, signature, key)
    except (BadInput, ValueError):
        signed = False
    if not signed:
        raise Forbidden(UNSIGNED)
    Runner.objects.filter(pk=found.pk).update(seen=at)
    return found
