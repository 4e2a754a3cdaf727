"""Answering a request: what is missing is said once, a refusal has a basis, delivery has a clock.

Source: Decree 809 arts. 21–22.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import Grant, SharingRequest
from shixiao.sharing.catalogue import Basis, cited
from shixiao.sharing.catalogue.basis import NAMES
from shixiao.terms import Text
from shixiao.workflows import stepping
from shixiao.workflows.clock import pack
from shixiao.workflows.grants import giving
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act, needed
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.permissions import signed_in
from shixiao.workflows.refusals import Incomplete, Stale
from shixiao.workflows.requests.clocks import (
    answer_term,
    longest_extension,
    waited_until,
    waiting_from,
)

ONCE = Text(
    "补正已经一次性告知过，不能再次要求补材料（第二十一条）。",
    "What is missing was said already, and is said once only (art. 21).",
)
NO_RETURN = Text(
    "数据回流不得设置额外条件，也不能拒绝（第二十四条）；确有安全问题请提出争议。",
    "A return flow takes no further condition and is not refused (art. 24).",
)
OPEN = Text(
    "这是无条件共享的数据，不能以不同意答复（第十四条）。",
    "These data are shared without condition and cannot be refused (art. 14).",
)
NO_BASIS = Text(
    "不同意共享须写明依据：{kind}不足以作为依据，请引法律、行政法规、国务院决定，"
    "或目录中列明的使用条件。",
    "A refusal needs a basis, and {kind} is none: cite a law, an administrative regulation, a State"
    " Council decision, or the condition of use that the catalogue lists.",
)
TOO_LONG = Text(
    "最多可以延长 {most} 个工作日，请填 1 至 {most}。",
    "At most {most} more working days are possible; enter 1 to {most}.",
)
ASKED = Text("已经申请过延长，等待主管部门决定。", "More time was asked for already.")
NOT_ASKED = Text("提供部门没有申请延长。", "The provider did not ask for more time.")
OVERDUE = Text(
    "答复期限已过，不能再延长。", "The time to answer is over and cannot be extended any more."
)
ANSWERED = Text("“{name}”的共享申请：{verb}。", "The request for “{name}”: {verb}.")


@dataclass(frozen=True, slots=True)
class Agreed:
    """On what terms a request is agreed to.

    Attributes:
        reassess_on: day on which it is looked at again whether the data are still needed.
        provider_person: who answers for them at the provider.
        terms: masking by field, rows and requests at most, as the gateway takes them.
    """

    reassess_on: date
    provider_person: str
    terms: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def notify(request: SharingRequest, act: Act, *, missing: str) -> SharingRequest:
    """Say, once, what is missing; the clock stands still until it is supplied.

    Raises:
        Incomplete: nothing is said, or it was said before.
    """
    held = stepping.begin(request, "notify", act)
    if held.missing:
        raise Incomplete(ONCE, field="missing")
    said = needed(missing, field="missing")
    waits = waiting_from(timezone.localdate(act.at), held)
    stepping.go(held, "notify", act, event="request.moved", reason=said, missing=said, waits=waits)
    _tell(held, "notify", act.at)
    return held


@transaction.atomic
def supplement(request: SharingRequest, act: Act, *, supplied: str) -> SharingRequest:
    """Supply what was missing; the clock runs on with the days that were left."""
    held = stepping.begin(request, "supplement", act)
    said = needed(supplied, field="supplied")
    held.waits = waited_until(timezone.localdate(act.at), held)
    scenario = f"{held.scenario}\n{said}"
    term = answer_term(held)
    stepping.go(
        held, "supplement", act, event="request.moved", reason=said, term=term, scenario=scenario
    )
    return held


@transaction.atomic
def ask_extension(request: SharingRequest, act: Act, *, days: int, reason: str) -> SharingRequest:
    """Ask the authority for more time.

    Raises:
        Incomplete: no reason, more days than the law allows, or it was asked before.
    """
    held = stepping.begin(request, "ask_extension", act)
    most = longest_extension(held)
    if not 1 <= days <= most:
        raise Incomplete(TOO_LONG.format(most=most), field="days")
    if held.asked_days or held.extension:
        raise Incomplete(ASKED, field="days")
    if held.due is not None and timezone.localdate(act.at) > held.due:
        raise Incomplete(OVERDUE, field="days")
    why = needed(reason, field="reason")
    stepping.go(held, "ask_extension", act, event="", reason=why, asked_days=days)
    return held


@transaction.atomic
def allow_extension(request: SharingRequest, act: Act) -> SharingRequest:
    """Consent to more time, and tell the requester (art. 21).

    Raises:
        Stale: nobody asked for it, or the time is over.
    """
    held = stepping.begin(request, "allow_extension", act)
    if not held.asked_days:
        raise Stale(NOT_ASKED)
    if held.due is not None and timezone.localdate(act.at) > held.due:
        raise Stale(OVERDUE)
    held.extension = held.asked_days
    due = answer_term(held).due
    stepping.go(held, "allow_extension", act, event="", due=due, asked_days=0)
    _put_extended(held, act, "allowed")
    _tell(held, "allow_extension", act.at)
    return held


@transaction.atomic
def deny_extension(request: SharingRequest, act: Act, *, reason: str) -> SharingRequest:
    """Refuse more time; the first due day stands.

    Raises:
        Stale: nobody asked for it.
    """
    held = stepping.begin(request, "deny_extension", act)
    if not held.asked_days:
        raise Stale(NOT_ASKED)
    why = needed(reason, field="reason")
    stepping.go(held, "deny_extension", act, event="", reason=why, asked_days=0)
    _put_extended(held, act, "denied", reason=why)
    return held


@transaction.atomic
def agree(request: SharingRequest, act: Act, terms: Agreed) -> Grant:
    """Agree to share: a grant is made that is put to use with the delivery.

    Raises:
        Incomplete: the terms cannot be.
    """
    held = stepping.begin(request, "agree", act)
    stepping.go(
        held,
        "agree",
        act,
        event="request.moved",
        answered=act.at,
        decision="agreed",
        asked_days=0,
    )
    made = giving.give(held, terms.reassess_on, terms.provider_person, terms.terms, act)
    _tell(held, "agree", act.at)
    return made


@transaction.atomic
def refuse(request: SharingRequest, act: Act, *, refusal_basis: str, reason: str) -> SharingRequest:
    """Refuse to share, with basis and reason.

    Raises:
        Incomplete: neither law nor listed condition is cited, no reason is given, the data are
            shared without condition, or it is a return flow.
    """
    held = stepping.begin(request, "refuse", act)
    if held.kind == SharingRequest.Kind.RETURN:
        raise Incomplete(NO_RETURN)
    if held.sharing == "unconditional":
        raise Incomplete(OPEN)
    basis = needed(refusal_basis, field="refusal_basis")
    _check_basis(held, basis)
    why = needed(reason, field="reason")
    stepping.go(
        held,
        "refuse",
        act,
        event="request.moved",
        reason=why,
        refusal_reason=why,
        refusal_basis=basis,
        answered=act.at,
        decision="refused",
        asked_days=0,
    )
    _tell(held, "refuse", act.at)
    return held


def _check_basis(held: SharingRequest, basis: str) -> None:
    """A refusal rests on law, or on a condition that the catalogue lists word for word."""
    kind = cited(basis).basis
    listed = [held.item.listed.get(part, "") for part in ("scope", "purpose")]
    if any(condition and condition in basis for condition in listed):
        return
    accepted = pack().words("GDS-15n", "accepted_basis")
    if kind.value not in accepted:
        raise Incomplete(NO_BASIS.format(kind=NAMES[Basis(kind)]), field="refusal_basis")


@transaction.atomic
def deliver(request: SharingRequest, act: Act, *, reason: str) -> SharingRequest:
    """Say that the data are delivered and how; the grant takes effect."""
    held = stepping.begin(request, "deliver", act)
    how = needed(reason, field="reason")
    stepping.go(held, "deliver", act, event="request.moved", reason=how, delivered=act.at)
    giving.start(held.grant, Act(act.actor, act.at, held.grant.version))
    _tell(held, "deliver", act.at)
    return held


@transaction.atomic
def accept(request: SharingRequest, act: Act) -> SharingRequest:
    """Accept a refusal."""
    held = stepping.begin(request, "accept", act)
    stepping.go(held, "accept", act, event="request.moved")
    return held


@transaction.atomic
def withdraw(request: SharingRequest, act: Act, *, reason: str) -> SharingRequest:
    """Take a request back."""
    held = stepping.begin(request, "withdraw", act)
    why = needed(reason, field="reason")
    stepping.go(held, "withdraw", act, event="request.moved", reason=why)
    return held


def _put_extended(held: SharingRequest, act: Act, outcome: str, *, reason: str = "") -> None:
    facts = {"outcome": outcome, "due": held.due.isoformat() if held.due else None}
    sealed = {"actor": signed_in(act.actor), "reason": reason}
    put("request.extended", held.code, at=act.at, facts=facts, sealed=sealed)


def _tell(held: SharingRequest, verb: str, at: datetime) -> None:
    """Tell the people of the requester what became of the request."""
    text = ANSWERED.format(name=held.item.name, verb=stepping.life_of(held).verbs[verb].name)
    today = timezone.localdate(at)
    people = holders("head", today=today, organisation=held.requester_id)
    tell([*people, held.made_by], "request.moved", text, link=f"/requests/{held.code}/", at=at)
