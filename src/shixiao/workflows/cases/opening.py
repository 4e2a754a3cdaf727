"""Opening a case: a lead is entered, and filed with a handler and a responsible person."""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.utils import timezone

from shixiao.records.models import Account, Case, Finding, LeafRow, Organisation, Step
from shixiao.seals import short_code
from shixiao.terms import Text
from shixiao.workflows.actors import Actor, actor_of
from shixiao.workflows.cases.conflicts import check_free, conflict
from shixiao.workflows.cases.life import life
from shixiao.workflows.cases.moving import LONGEST, TOO_LONG, Act, check, concerned, locked, move
from shixiao.workflows.cases.planning import fix_plan
from shixiao.workflows.clock import due_day
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check as check_right
from shixiao.workflows.permissions import may
from shixiao.workflows.query_codes import query_hash
from shixiao.workflows.refusals import Incomplete, Stale

NO_STORY = Text("请写明遇到的问题。", "Write what the problem is.")
ALREADY = Text("这条线索已经有案件在办。", "There is an open case on this finding already.")
NOT_FREE = Text(
    "承办人须为数据局分析员或督查员，并且与该部门没有关系。",
    "The handler must be an analyst of the bureau or an inspector without ties to the department.",
)


@transaction.atomic
def open_on_finding(finding: Finding, *, actor: Actor, at: datetime) -> Case:
    """Enter a finding as a lead.

    Raises:
        Stale: there is an open case on it.
    """
    check_right(actor, "case.open")
    case = Case(
        origin=Case.Origin.FINDING,
        finding=finding,
        name=finding.subject_name,
        subject_kind=finding.subject_kind,
        subject=finding.subject,
        department=finding.department,
    )
    finding.state = Finding.State.CASE
    finding.save(update_fields=["state"])
    _enter(case, actor.account, at)
    return case


@transaction.atomic
def observe(
    *,
    name: str,
    story: str,
    department: Organisation | None,
    subject: tuple[str, str] = ("", ""),
    actor: Actor,
    at: datetime,
) -> Case:
    """Enter what an inspector or an analyst saw himself; ``subject`` is kind and id of it."""
    check_right(actor, "case.open")
    _check_story(name, story)
    case = Case(
        origin=Case.Origin.OBSERVATION,
        name=Text.of(name.strip()),
        story=story,
        department=department,
        subject_kind=subject[0],
        subject=subject[1],
    )
    _enter(case, actor.account, at)
    return case


@transaction.atomic
def complain(
    *,
    name: str,
    story: str,
    contact: str,
    department: Organisation | None,
    subject: tuple[str, str] = ("", ""),
    once: str = "",
    at: datetime,
) -> tuple[Case, LeafRow, str]:
    """Enter what a citizen reports; return the case, its leaf and the query code, told once.

    The code is kept as a hash alone: whoever has receipt number and code follows the matter.

    Args:
        name: what it is about, in a sentence.
        story: what happened.
        contact: telephone or mail; "" for none.
        department: concerned, where the citizen knows.
        subject: kind and id of what it is about.
        once: random signs of the form that was sent: the same form sent twice is one case.
        at: when.
    """
    _check_story(name, story)
    random = sha256(f"once:{once}".encode()).digest()[:5] if once else secrets.token_bytes(5)
    query_code = short_code(random)
    case = Case(
        origin=Case.Origin.COMPLAINT,
        name=Text.of(name.strip()),
        story=story,
        contact=contact.strip(),
        department=department,
        subject_kind=subject[0],
        subject=subject[1],
        query_hash=query_hash(query_code),
    )
    try:
        return case, _enter(case, None, at), query_code
    except Stale:  # the same form was sent before
        known = Case.objects.filter(query_hash=case.query_hash).first()
        if known is None or known.name != case.name:
            raise
        return known, LeafRow.objects.get(event="case.entered", subject=known.code), query_code


@transaction.atomic
def file_case(
    case: Case,
    act: Act,
    *,
    department: Organisation | None,
    handler: Account | None,
    responsible: str,
    responsible_post: str,
) -> Step:
    """File a lead as a case: who handles it, who is responsible, and how it will be closed."""
    case = locked(case)
    check_free(act.actor, case)  # of the department that it is about until now, too
    verb = life().verbs["file"]
    case.department = department or case.department
    named = responsible.strip() and responsible_post.strip()
    given = {"department": case.department, "handler": handler, "responsible": named or None}
    act = Act(act.actor, act.at, act.seen, {**act.given, **given}, act.attachments)
    check(act, verb, case)
    if handler is None or not fit_to_handle(handler, case, at=act.at):
        raise Incomplete(NOT_FREE, field="handler")
    case.handler = handler
    case.responsible, case.responsible_post = responsible.strip(), responsible_post.strip()
    step = move(case, verb, act, extra={"origin": case.origin})
    fix_plan(case, at=act.at)
    return step


@transaction.atomic
def assign(case: Case, act: Act, *, handler: Account | None) -> Step:
    """Give a case to another handler, with the reason."""
    case = locked(case)
    verb = life().verbs["assign"]
    act = Act(act.actor, act.at, act.seen, {**act.given, "handler": handler}, act.attachments)
    check(act, verb, case)
    if handler is None or not fit_to_handle(handler, case, at=act.at):
        raise Incomplete(NOT_FREE, field="handler")
    case.handler = handler
    return move(case, verb, act)


def fit_to_handle(account: Account, case: Case, *, at: datetime) -> bool:
    """Say whether a person may be the handler: by his role, and free of ties."""
    actor = actor_of(account, today=timezone.localdate(at))
    return may(actor, "case.handle") and conflict(actor, case) is None


def _check_story(name: str, story: str) -> None:
    if not name.strip() or not story.strip():
        raise Incomplete(NO_STORY, field="story" if name.strip() else "name")
    if len(story) > LONGEST or len(name) > 200:
        raise Incomplete(TOO_LONG, field="story")


def _enter(case: Case, by: Account | None, at: datetime) -> LeafRow:
    """Save a new lead with its first step and leaf."""
    state = life().states["lead"]
    case.state, case.entered, case.opened = state.id, at, at
    case.due_rule, case.due = state.rule, due_day(state.rule, timezone.localdate(at))
    try:
        with transaction.atomic():
            case.save()
    except IntegrityError:
        raise Stale(ALREADY) from None
    sealed = {"statement": case.story, "actor": by, **concerned(case)}
    leaf = put("case.entered", case.code, at=at, facts={"origin": case.origin}, sealed=sealed)
    Step.objects.create(
        case=case, verb="enter", state=case.state, at=at, by=by, due=case.due, leaf=leaf
    )
    return leaf
