"""Keeping a grant in order: misuse suspends it, it is reassessed, and its use is written down.

Source: Decree 809 arts. 25, 27 and 29.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from shixiao.checkup.report.speech import both_days
from shixiao.records.models import Grant, UsageRecord
from shixiao.seals import sha256_of
from shixiao.terms import Text
from shixiao.workflows import stepping
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import days_left, pack
from shixiao.workflows.grants import publishing
from shixiao.workflows.grants.giving import months_after, put_changed
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act, needed
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import Incomplete

MISUSE = Text(
    "请写明怎样超出了授权：无正当理由不得停止共享（第二十七条）。",
    "Say how the grant was exceeded: sharing is not stopped without a reason (art. 27).",
)
NOT_YET = Text(
    "整改期限未到，尚不能终止。", "The time to rectify is not over, so it cannot be ended yet."
)
DAY = Text(
    "下次复核须在授权期内，且不超过 {months} 个月。",
    "The next reassessment lies within the grant's time, at most {months} months ahead.",
)
SUSPENDED = Text(
    "“{name}”的共享授权已暂停，请在 {due} 前整改。",
    "The grant on “{name}” is suspended; rectify by {due}.",
)
LACKING = {
    "scenario": Text("请写明使用场景。", "Say in what situation the data were used."),
    "process": Text("请写明使用过程。", "Say how they were used."),
    "effect": Text("请写明应用成效。", "Say what came of it."),
    "storage": Text("请写明存储情况。", "Say where they are stored."),
}


@transaction.atomic
def suspend(grant: Grant, act: Act, *, misuse: str) -> Grant:
    """Suspend a grant that was exceeded; nothing passes from this moment on.

    Raises:
        Incomplete: no misuse is named.
    """
    held = stepping.begin(grant, "suspend", act)
    why = needed(misuse, field="misuse", missing=MISUSE)
    stepping.go(held, "suspend", act, event="grant.moved", reason=why, misuse=why)
    publishing.later()
    people = holders("head", today=timezone.localdate(act.at), organisation=held.recipient_id)
    text = SUSPENDED.format(name=held.item.name, due=both_days(held.due) if held.due else "")
    tell(people, "grant.moved", text, link=f"/grants/{held.code}/", at=act.at)
    return held


@transaction.atomic
def rectify(grant: Grant, act: Act, *, rectified: str) -> Grant:
    """Report what was rectified."""
    held = stepping.begin(grant, "rectify", act)
    said = needed(rectified, field="rectified")
    stepping.go(held, "rectify", act, event="grant.moved", reason=said)
    return held


@transaction.atomic
def resume(grant: Grant, act: Act, *, reason: str) -> Grant:
    """Resume a grant that was suspended."""
    held = stepping.begin(grant, "resume", act)
    why = needed(reason, field="reason")
    stepping.go(held, "resume", act, event="grant.moved", reason=why, misuse="")
    publishing.later()
    return held


@transaction.atomic
def terminate(grant: Grant, act: Act, *, reason: str) -> Grant:
    """End a grant that was not rectified in time, or not well enough.

    Raises:
        Incomplete: the time to rectify is not over, or no reason is given.
    """
    held = stepping.begin(grant, "terminate", act)
    today = timezone.localdate(act.at)
    waiting = held.state == "suspended" and held.due is not None
    if waiting and held.due is not None and days_left(held.due, today) >= 0:
        raise Incomplete(NOT_YET)
    why = needed(reason, field="reason")
    stepping.go(held, "terminate", act, event="grant.moved", reason=why)
    _put_ended(held, act, why)
    return held


@transaction.atomic
def end(grant: Grant, act: Act, *, disposed: str) -> Grant:
    """End a grant whose purpose is reached or out of reach; the data are disposed of (art. 27)."""
    held = stepping.begin(grant, "end", act)
    how = needed(disposed, field="disposed")
    stepping.go(held, "end", act, event="grant.moved", reason=how, disposed=how)
    _put_ended(held, act, how)
    return held


@transaction.atomic
def reassess(grant: Grant, act: Act, *, reassess_on: date, reason: str) -> Grant:
    """Say that the data are still needed, and when that is looked at again.

    Raises:
        Incomplete: the next day lies too far ahead, or no reason is given.
    """
    held = stepping.begin(grant, "reassess", act)
    months = int(pack().number("SHR-07"))
    today = timezone.localdate(act.at)
    if not today < reassess_on <= min(held.ends, months_after(today, months)):
        raise Incomplete(DAY.format(months=months), field="reassess_on")
    why = needed(reason, field="reason")
    stepping.go(held, "reassess", act, event="", reason=why, reassess_on=reassess_on)
    put_changed(held, act, reason=why)
    publishing.later()
    return held


@dataclass(frozen=True, slots=True)
class Use:
    """What is written down of the use of shared data (art. 29)."""

    scenario: str
    process: str
    effect: str
    storage: str
    destroyed: str = ""


@transaction.atomic
def record_use(grant: Grant, use: Use, *, actor: Actor, at: datetime) -> UsageRecord:
    """Write down how shared data were used; it is kept for three years at least.

    Raises:
        Forbidden: the person does not act for the recipient.
        Incomplete: something is missing.
    """
    check(actor, "grant.use", grant)
    texts = {
        name: needed(getattr(use, name), field=name, missing=missing)
        for name, missing in LACKING.items()
    }
    years = int(pack().number("GDS-29"))
    made = UsageRecord.objects.create(
        grant=grant,
        at=at,
        by=signed_in(actor),
        destroyed=use.destroyed.strip(),
        keep_until=months_after(timezone.localdate(at), 12 * years),
        **texts,
    )
    facts = {"sha256": sha256_of([texts, made.destroyed])}
    put("grant.used", grant.code, at=at, facts=facts, sealed={"actor": actor.account})
    return made


def _put_ended(held: Grant, act: Act, reason: str) -> None:
    publishing.later()
    sealed = {"reason": reason, "actor": act.actor.account}
    put("grant.ended", held.code, at=act.at, sealed=sealed)
