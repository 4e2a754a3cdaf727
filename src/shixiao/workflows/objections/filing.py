"""Filing: a person, a helper or a counter objects to a decision; anybody to a system itself.

An objection to a system needs no receipt and no decision; a group may file it together, and more
may join. Either opens an audit of the system's decisions.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from shixiao.checkup.report.speech import both_days
from shixiao.fairness.decisions import added
from shixiao.fairness.objections import ended, file, suspends
from shixiao.records.models import LoggedDecision, Objection, ObjectionVoice, System
from shixiao.rules import load_calendar
from shixiao.seals import short_code
from shixiao.terms import Text
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import due_day, pack
from shixiao.workflows.decisions import checking
from shixiao.workflows.decisions.checking import record_of
from shixiao.workflows.decisions.laying import scheme_of
from shixiao.workflows.decisions.remedies import OBJECT, known_on
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import needed
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.objections.moving import link, notify
from shixiao.workflows.query_codes import query_hash
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale

MOST_VOICES = 10_000_000
NO_STATEMENT = Text("请写明您不同意什么、为什么。", "Say what you disagree with, and why.")
TOO_LATE = Text(
    "提出异议的期限到 {due} 为止。行政复议或诉讼如未过期，仍可提出；"
    "也可以不凭回执，对系统本身提出异议。",
    "The time to object ended on {due}. Reconsideration and suit may still be open, and anybody may"
    " object to the system itself without a receipt.",
)
OPEN = Text(
    "对这个决定的异议正在办理，请凭异议编号和查询码查看。",
    "An objection to this decision is under way; follow it by its number and query code.",
)
CAME = Text("收到对“{name}”的异议（{code}）。", "An objection to “{name}” came in ({code}).")
WRONG_VOICES = Text("请写明有多少人一起提出。", "Say how many people object together.")


@dataclass(frozen=True, slots=True)
class Said:
    """What whoever objects says.

    Attributes:
        statement: what is wrong, and why.
        contact: telephone or mail; "" for none.
        helper: who helps or acts for the person, and by which authority; "" for nobody.
        voices: how many object together.
        once: random signs of the form: the same form sent twice is one objection.
    """

    statement: str
    contact: str = ""
    helper: str = ""
    voices: int = 1
    once: str = ""


@transaction.atomic
def against_decision(
    decision: LoggedDecision, said: Said, *, actor: Actor, at: datetime
) -> tuple[Objection, str]:
    """File an objection to a decision; return it and its query code, which is told once.

    The same form sent again, whatever became of its objection, is answered as before and changes
    nothing.

    Raises:
        Incomplete: nothing is said, or the time is over (OBJ-01).
        Stale: one is under way.
    """
    held, today = moving.locked(decision), timezone.localdate(at)
    sent = _sent_before(held.system, held, said)
    if sent is not None:
        return sent
    record, scheme = record_of(held), scheme_of(held.system)
    due = due_day(OBJECT, known_on(record))
    if due is not None and today > due:
        raise Incomplete(TOO_LATE.format(due=both_days(due)), field="statement")
    others = list(held.objections.order_by("filed"))
    if any(not ended(each.state) for each in others):
        raise Stale(OPEN)
    stays = suspends(
        automatic=record.system_role == "automatic",
        irreversible=scheme is not None and scheme.irreversible,
        rules=pack(),
    )
    made, query = _file(held.system, held, said, stays, actor, at)
    if not others:
        cell = moving.locked(held.cell)
        cell.counts = added(cell.counts, {"appealed": 1})
        cell.save(update_fields=["counts"])
    if stays:
        held.suspended = True
        held.save(update_fields=["suspended"])
    return made, query


@transaction.atomic
def against_system(
    system: System, said: Said, *, actor: Actor, at: datetime
) -> tuple[Objection, str]:
    """File an objection to a system itself, without decision or receipt.

    Raises:
        Incomplete: nothing is said, or no number of people.
    """
    if not 1 <= said.voices <= MOST_VOICES:
        raise Incomplete(WRONG_VOICES, field="voices")
    held = moving.locked(system)
    sent = _sent_before(held, None, said)
    return sent if sent is not None else _file(held, None, said, False, actor, at)


@transaction.atomic
def join(objection: Objection, statement: str, *, at: datetime) -> Objection:
    """Join an objection to a system that is under way, with a statement of one's own.

    Raises:
        Incomplete: nothing is said.
        Stale: it has ended, or is to a decision.
    """
    held = moving.locked(objection)
    if held.kind != Objection.Kind.SYSTEM or ended(held.state):
        raise Stale(CHANGED)
    own = needed(statement, field="statement", missing=NO_STATEMENT)
    # No version: it moves nothing on, and officers' forms stay what they are.
    held.voices += 1
    held.save(update_fields=["voices"])
    ObjectionVoice.objects.create(objection=held, statement=own, at=at)
    put(
        "objection.joined",
        held.code,
        at=at,
        facts={"records": held.voices},
        sealed={"statement": own},
    )
    return held


def audit_objected(*, now: datetime) -> int:
    """Open the audits that objections ask for; return how many systems were looked at."""
    waiting = Objection.objects.filter(check_made__isnull=True).select_related("system")
    systems = {each.system_id: each for each in waiting.order_by("-filed")}
    for each in systems.values():
        made = checking.look(each.system, cause=checking.OBJECTION, reference=each.code, at=now)
        mine = Objection.objects.filter(system=each.system, check_made__isnull=True)
        mine.filter(filed__lte=now).update(check_made=made, version=F("version") + 1)
    return len(systems)


def _sent_before(
    system: System, decision: LoggedDecision | None, said: Said
) -> tuple[Objection, str] | None:
    """Return the objection of a form that was sent before, with its code; None for a new one."""
    if not said.once:
        return None
    query = _query(system, decision, said)
    rows = Objection.objects.filter(query_hash=query_hash(query))
    known = rows.filter(system=system, decision=decision).first()
    return (known, query) if known is not None else None


def _query(system: System, decision: LoggedDecision | None, said: Said) -> str:
    """Return the query code of an objection: by the form and what it is against, or at random."""
    if not said.once:
        return short_code(secrets.token_bytes(5))
    against = str(decision.pk) if decision else ""
    seed = f"objection\x1f{system.code}\x1f{against}\x1f{said.once}".encode()
    return short_code(sha256(seed).digest()[:5])


def _free(query: str) -> str:
    """Return a query code that no objection has, this one if it is free."""
    while Objection.objects.filter(query_hash=query_hash(query)).exists():
        query = short_code(secrets.token_bytes(5))
    return query


def _file(
    system: System,
    decision: LoggedDecision | None,
    said: Said,
    stays: bool,
    actor: Actor,
    at: datetime,
) -> tuple[Objection, str]:
    own = needed(said.statement, field="statement", missing=NO_STATEMENT)
    query, today = _free(_query(system, decision, said)), timezone.localdate(at)
    course, told = file(today, suspended=stays, rules=pack(), calendar=load_calendar("cn"))
    kind = Objection.Kind.DECISION if decision else Objection.Kind.SYSTEM
    made = Objection.objects.create(
        kind=kind,
        system=system,
        decision=decision,
        voices=said.voices,
        statement=own,
        contact=said.contact.strip()[:200],
        helper=said.helper.strip()[:300],
        query_hash=query_hash(query),
        filed=at,
        filed_by=actor.account,
        state=course.state,
        entered=course.since,
        due=course.due,
        due_rule=course.rule,
        suspended=stays,
    )
    facts = {
        "kind": kind.value,
        "concerns": system.code,
        "due": course.due.isoformat() if course.due else None,
    }
    sealed = {"statement": own, "actor": actor.account, "person": made.helper}
    put("objection.filed", made.code, at=at, facts=facts, sealed=sealed)
    notify(made, told, at)
    text = CAME.format(name=system.name, code=made.code)
    tell(holders("analyst", today=today), "objection.filed", text, link=link(made), at=at)
    return made, query
