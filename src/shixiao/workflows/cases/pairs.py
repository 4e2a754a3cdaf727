"""Two people for what closes, waives or overrides: one proposes, another confirms or refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from shixiao.records.models import Account, Case, Proposal, Step
from shixiao.terms import Text
from shixiao.workflows.actors import Actor, actor_of
from shixiao.workflows.cases.closing import before_closing, before_overriding, close, override
from shixiao.workflows.cases.deciding import before_deciding, decide
from shixiao.workflows.cases.dropping import before_dropping, drop
from shixiao.workflows.cases.life import life
from shixiao.workflows.cases.moving import Act, check, locked, why_not
from shixiao.workflows.cases.telling import link_of, of_case
from shixiao.workflows.lives import Verb
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.refusals import CHANGED, Forbidden, Incomplete, Stale

Check = Callable[[Case, Mapping[str, Any]], None]
Carry = Callable[[Case, Act, Account, Mapping[str, Any]], Step]

BEFORE: Mapping[str, Check] = {
    "drop": before_dropping,
    "decide": before_deciding,
    "close": before_closing,
    "override": before_overriding,
}
CARRY: Mapping[str, Carry] = {"drop": drop, "decide": decide, "close": close, "override": override}
ALREADY = Text(
    "已有人提出，请等另一人确认或退回。",
    "This was proposed already; another person has to confirm or refuse it.",
)
SAME = Text("须由另一人确认，提出的人不能自己确认。", "Another person must confirm it.")
NOT_ANY_MORE = Text(
    "提出的人已经不能这样办理，请退回后重新提出。",
    "Whoever proposed this may no longer do so; refuse it and have it proposed anew.",
)
REFUSED = Text("提出的“{verb}”被退回", "the proposal to “{verb}” was refused")
WHY = Text("请写明退回的理由。", "Give the reason for refusing.")


@transaction.atomic
def propose_pair(case: Case, name: str, act: Act, detail: Mapping[str, Any]) -> Proposal:
    """Propose what takes two people; nothing of it has effect until another confirms.

    Raises:
        Stale: it was proposed already, or the case has moved.
        Forbidden: the person may not.
        Incomplete: something needed was not given, or the case is not that far.
    """
    case = locked(case)
    verb = life().verbs[name]
    act = Act(act.actor, act.at, act.seen, {**act.given, **detail}, act.attachments)
    check(act, verb, case)
    BEFORE[name](case, detail)
    try:
        with transaction.atomic():
            made = Proposal.objects.create(
                case=case, verb=name, detail=dict(detail), reason=act.reason, by=act.by, at=act.at
            )
    except IntegrityError:
        raise Stale(ALREADY) from None
    _tell_others(case, verb, act)
    return made


@transaction.atomic
def confirm(proposal: Proposal, *, actor: Actor, at: datetime) -> Step:
    """Confirm what another person proposed; it is done with both names.

    Raises:
        Stale: it was answered already, or the case has moved since.
        Forbidden: the person may not, or proposed it himself; or the other may no longer.
    """
    case = locked(proposal.case)
    verb = life().verbs[proposal.verb]
    open_one = _open(proposal)
    if verb.sources and case.state not in verb.sources:
        raise Stale(CHANGED)
    second = _another(open_one, verb, case, actor, at)
    first = actor_of(open_one.by, today=timezone.localdate(at))
    if why_not(first, verb, case, today=at) is not None:
        raise Forbidden(NOT_ANY_MORE)
    detail = open_one.detail or {}
    given = {"reason": open_one.reason, **detail}
    act = Act(first, at, case.version, given)
    BEFORE[open_one.verb](case, detail)
    _answered(open_one, second, at, confirmed=True, answer="")
    return CARRY[open_one.verb](case, act, second, detail)


@transaction.atomic
def refuse(proposal: Proposal, *, actor: Actor, reason: str, at: datetime) -> None:
    """Refuse what another person proposed, with the reason; whoever proposed it may withdraw it."""
    case = locked(proposal.case)
    verb = life().verbs[proposal.verb]
    open_one = _open(proposal)
    if not reason.strip():
        raise Incomplete(WHY, field="reason")
    if actor.account is not None and actor.account.pk == open_one.by_id:
        answering = actor.account
    else:
        answering = _another(open_one, verb, case, actor, at)
    _answered(open_one, answering, at, confirmed=False, answer=reason)
    what = REFUSED.format(verb=verb.name)
    tell([open_one.by], "proposal.refused", of_case(case, what), link=link_of(case), at=at)


def _open(proposal: Proposal) -> Proposal:
    found = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    if found.answered is not None:
        raise Stale(CHANGED)
    return found


def _another(proposal: Proposal, verb: Verb, case: Case, actor: Actor, at: datetime) -> Account:
    """Return the second person's account, after asking whether he may."""
    if actor.account is not None and actor.account.pk == proposal.by_id:
        raise Forbidden(SAME)
    refused = why_not(actor, verb, case, today=at)
    if refused is not None or actor.account is None:
        raise Forbidden(refused or SAME)
    return actor.account


def _answered(
    proposal: Proposal, by: Account, at: datetime, *, confirmed: bool, answer: str
) -> None:
    proposal.answered, proposal.answered_by = at, by
    proposal.confirmed, proposal.answer = confirmed, answer
    proposal.save()


def _tell_others(case: Case, verb: Verb, act: Act) -> None:
    what = Text("“{verb}”待您确认", "“{verb}” waits for you to confirm").format(verb=verb.name)
    today = timezone.localdate(act.at)
    told = [a for role in ("inspector", "analyst") for a in holders(role, today=today)]
    others = [account for account in told if account.pk != act.by.pk]
    tell(others, "proposal.made", of_case(case, what), link=link_of(case), at=act.at)
