"""Retesting: what forces a new assessment before the evidence runs out, and until when.

Causes and their periods are rule SEC-28. The same cause forces one test, however often it is told.
What the site knows of security from before does not count any more; past the day, without a new
admission, the system is suspended.
"""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from shixiao.records.models import Retest, System
from shixiao.rules import load_calendar
from shixiao.security import surging
from shixiao.security.surging import Counted
from shixiao.terms import Text
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.leaves import put
from shixiao.workflows.notices import holders, tell

LONGEST = 200
ADMITTED = "admitted"
CAUSES = {
    "release": Text("登记了新版本", "a new release"),
    "certificate": Text("网站的证书换了", "the certificate of the site changed"),
    "component": Text("组件里发现新漏洞", "a new vulnerability in a component"),
    "incident": Text("发生安全事件", "a security incident"),
    "objection": Text("群众的异议成立", "an objection was upheld"),
    "complaints": Text("投诉突增", "complaints surged"),
    "lot": Text("抽查", "an inspection by lot"),
    "effect": Text("没有达到登记的目标", "the registered target was missed"),
    "finding": Text("评估的一层不再成立", "a layer of the assessment does not hold any more"),
}
TOLD = Text(
    "“{name}”须提前复测：{cause}，{due} 以前重新准入，否则暂停。",
    "“{name}” has to be tested again: {cause}. It is admitted anew by {due}, or suspended.",
)


def upheld(
    system: System, reference: str, *, at: datetime, actor: Actor | None = None
) -> Retest | None:
    """Force a new test of a system that is admitted, for somebody was right against it.

    Args:
        system: held by the caller's transaction.
        reference: number of the objection, complaint or request.
        at: when it was upheld.
        actor: who upheld it; None where nobody did, as where a period ended.
    """
    if system.state != ADMITTED:
        return None
    return force(system, "objection", reference, at=at, actor=actor)


def upheld_against(
    identifier: str, reference: str, *, at: datetime, actor: Actor | None = None
) -> Retest | None:
    """Do the same where the system is known by its name in evidence, if it is registered."""
    row = System.objects.filter(identifier=identifier).first()
    return None if row is None else upheld(moving.locked(row), reference, at=at, actor=actor)


def surge(
    system: System, reference: str, *, late: Counted, earlier: Counted, at: datetime
) -> Retest | None:
    """Force a new test of an admitted system where complaints about it surged (rule SEC-30).

    Args:
        system: held by the caller's transaction.
        reference: the window, as ``2026-01-01..2026-01-28``; the same one forces once.
        late: what came in it.
        earlier: what came before it.
        at: when it was told.
    """
    if system.state != ADMITTED or not surging.surge(late, earlier, pack()).surged:
        return None
    return force(system, "complaints", reference, at=at)


def force(
    system: System, cause: str, reference: str, *, at: datetime, actor: Actor | None = None
) -> Retest:
    """Force a new test of a system; return it, or the one that was forced for the same before.

    Args:
        system: held by the caller's transaction.
        cause: one of ``Retest.Cause``.
        reference: what it was, such as a hash or the number of an incident.
        at: when.
        actor: who noticed; None where the site did.
    """
    named = reference[:LONGEST]
    known = system.retests.filter(cause=cause, reference=named).first()
    if known is not None:
        return known
    days = int(pack().number("SEC-28", cause))
    due = load_calendar("cn").add(timezone.localdate(at), days)
    made = Retest.objects.create(system=system, cause=cause, reference=named, at=at, due=due)
    facts = {"kind": cause, "due": due.isoformat()}
    put(
        "system.retest",
        system.code,
        at=at,
        facts=facts,
        sealed={"actor": actor.account} if actor else {},
    )
    people = [
        person
        for role in ("head", "system_owner")
        for person in holders(role, today=timezone.localdate(at), organisation=system.department_id)
    ]
    said = TOLD.format(name=system.name, cause=CAUSES[cause], due=due.isoformat())
    tell(people, "system.retest", said, link=f"/register/{system.code}/", at=at)
    return made
