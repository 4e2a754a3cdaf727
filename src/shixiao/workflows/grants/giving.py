"""Giving a grant: what was asked and agreed becomes terms, and the terms take effect."""

from __future__ import annotations

import calendar
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import Grant, SharingRequest
from shixiao.seals import sha256_of
from shixiao.terms import Text
from shixiao.workflows import stepping
from shixiao.workflows.clock import pack
from shixiao.workflows.grants import publishing
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act
from shixiao.workflows.permissions import signed_in
from shixiao.workflows.refusals import Incomplete

TOO_LATE = Text(
    "复核日期须在授权期内，且距开始不超过 {months} 个月。",
    "It is reassessed within its time, and at most {months} months after it begins.",
)


def give(
    request: SharingRequest,
    reassess_on: date,
    provider_person: str,
    terms: dict[str, Any],
    act: Act,
) -> Grant:
    """Make the grant of a request that was agreed to; it waits for the delivery.

    Raises:
        Incomplete: it would be reassessed too late.
    """
    latest = last_reassessment(request)
    if not request.starts <= reassess_on <= latest:
        months = int(pack().number("SHR-07"))
        raise Incomplete(TOO_LATE.format(months=months), field="reassess_on")
    made = Grant.objects.create(
        request=request,
        item=request.item,
        recipient=request.requester,
        state="waiting",
        entered=act.at,
        purpose=request.purpose,
        basis=request.basis,
        fields=request.fields,
        case_types=request.case_types,
        mode=request.mode,
        terms=terms,
        starts=request.starts,
        ends=request.ends,
        reassess_on=reassess_on,
        provider_person=provider_person,
        recipient_person=request.made_by.name,
        made=act.at,
        made_by=signed_in(act.actor),
    )
    facts = {
        "dataset": made.item.identifier,
        "from_department": made.item.department.code,
        "department": made.recipient.code,
        "purpose": made.purpose,
        "basis": made.basis[:200],
        "terms_sha256": terms_sha256(made),
        "due": made.ends.isoformat(),
    }
    stepping.made(made, "grant.given", act, facts)
    return made


def has_grant(request: SharingRequest) -> bool:
    """Say whether a grant was made on a request."""
    return Grant.objects.filter(request=request).exists()


def last_reassessment(request: SharingRequest) -> date:
    """Return the latest day on which a grant is looked at again: within a year, before it ends."""
    months = int(pack().number("SHR-07"))
    return min(request.ends, months_after(request.starts, months))


def months_after(day: date, months: int) -> date:
    """Return the same day some months later, or the last of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def terms_sha256(grant: Grant) -> str:
    """Return the hash of everything that a grant allows."""
    days = [grant.starts.isoformat(), grant.ends.isoformat(), grant.reassess_on.isoformat()]
    allowed = [grant.fields, grant.case_types, grant.mode, grant.terms, grant.purpose, grant.basis]
    return sha256_of([allowed, days, grant.item.identifier, grant.recipient.code])


@transaction.atomic
def start(grant: Grant, act: Act) -> Grant:
    """Put a grant to use."""
    held = stepping.begin(grant, "start", act)
    stepping.go(held, "start", act, event="grant.moved")
    publishing.later()
    return held


def in_force(grant: Grant, at: datetime) -> bool:
    """Say whether a grant lets anything through at a time."""
    return grant.state == "active" and grant.starts <= timezone.localdate(at) <= grant.ends


def put_changed(grant: Grant, act: Act, *, reason: str) -> None:
    """Put changed terms on the ledger."""
    facts = {
        "terms_sha256": terms_sha256(grant),
        "basis": grant.basis[:200],
        "due": grant.ends.isoformat(),
    }
    sealed = {"actor": act.actor.account, "reason": reason}
    put("grant.changed", grant.code, at=act.at, facts=facts, sealed=sealed)
