"""Weaknesses: what a run found updates what is known; mended and returned ones keep their history.

A weakness is known by (system, check, place). A run closes only what its probes looked at: a check
that could not tell leaves everything as it was. A waiver is asked for by the department and granted
by the bureau, ends within its days, and covers no veto (``security.assessing.waiver``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import (
    ProbeOutcome,
    Probing,
    StoredFile,
    System,
    Waiver,
    Weakness,
    WeaknessTurn,
)
from shixiao.security import assessing
from shixiao.security.probing.report import ORDER
from shixiao.security.scoring import Gravity, score
from shixiao.security.told import ToldFault, ToldRun, check_of
from shixiao.terms import Text
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import needed
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale
from shixiao.workflows.systems.registering import begin, keep

OPEN, FIXED = Weakness.State.OPEN, Weakness.State.FIXED
MENDED = Text("这个问题已经整改。", "This weakness is mended already.")
WAITS = Text("已有一份豁免申请等待答复。", "A waiver waits for an answer already.")
ANSWERED = Text("已经答复过。", "It was answered already.")
SAME = Text("申请的人不能自己批准。", "Whoever asked for it cannot grant it.")


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked for in a waiver."""

    bearer: str
    reason: str
    control: str
    expires: date


def take(made: Probing, told: ToldRun, stored: StoredFile, *, at: datetime) -> None:
    """Take in what a run saw: its outcomes, and what that changes; within a transaction."""
    ProbeOutcome.objects.bulk_create(
        ProbeOutcome(
            probing=made,
            probe=each.probe.id,
            name=each.probe.name,
            kind=each.probe.kind,
            checks=None
            if each.checks is None
            else [[c.check, str(c.severity), c.passed, c.locator] for c in each.checks],
            reason=each.reason,
            place=place,
        )
        for place, each in enumerate(told.probes)
    )
    judged = [one for each in told.probes for one in each.checks or ()]
    failed = [one for one in judged if not one.passed]
    whole = all(each.whole for each in told.probes)
    made.report, made.begun, made.sent = stored, told.begun, told.sent
    made.mandatory = len(told.probes)
    made.assessed = sum(each.whole for each in told.probes)
    made.score = score(judged, pack()) if whole and judged else None
    made.vetoes = len({one.check for one in failed if one.severity is Gravity.VETO})
    made.faults = len(failed)
    made.save()
    _update(made, told, at)
    facts = {
        "kind": made.profile,
        "version": made.release.label,
        "records": len(failed),
        "result_sha256": stored.sha256,
        "rules_sha256": made.rules_sha256,
    }
    put("system.probed", made.system.code, at=at, facts=facts, sealed={"actor": made.asked_by})
    if made.origin != Probing.Origin.DAILY:
        keep(made.system, "probed", at=at, reason=made.code)


def _update(made: Probing, told: ToldRun, at: datetime) -> None:
    """Open, mend and see again what the run looked at.

    A probe that could tell of a part opens what it saw there, and mends nothing.
    """
    since = _seen_since(made, told.begun)
    partly = {each.probe.id for each in told.probes if each.checks is not None} - since
    looked = {each.probe.id for each in told.probes if each.whole} - since
    rows = Weakness.objects.select_for_update(of=("self",)).filter(system=made.system)
    known = {(row.check_id, row.locator): row for row in rows}
    seen = {
        (each.check, each.locator): each
        for each in told.faults
        if each.check.partition(".")[0] in partly
    }
    for key, fault in seen.items():
        row = known.get(key)
        if row is None:
            _open(made, fault, at)
        else:
            _again(row, fault, made, at)
    for key, row in known.items():
        if row.state == OPEN and key not in seen and row.check_id.partition(".")[0] in looked:
            row.state, row.fixed, row.last_seen = FIXED, at, made
            row.save(update_fields=["state", "fixed", "last_seen"])
            _turn(row, made, WeaknessTurn.Turn.FIXED, at)


def _seen_since(made: Probing, begun: datetime) -> set[str]:
    """Return the probes that a later run has told of: what is entered late changes nothing."""
    rows = ProbeOutcome.objects.filter(
        probing__system=made.system, probing__begun__gt=begun, checks__isnull=False
    )
    return set(rows.values_list("probe", flat=True))


def _open(made: Probing, fault: ToldFault, at: datetime) -> None:
    severity = _severity(fault.check)
    row = Weakness.objects.create(
        system=made.system,
        check_id=fault.check,
        locator=fault.locator,
        severity=severity,
        gravity=ORDER[severity],
        text=fault.text,
        first_seen=made,
        last_seen=made,
        opened=at,
    )
    _turn(row, made, WeaknessTurn.Turn.OPENED, at)


def _again(row: Weakness, fault: ToldFault, made: Probing, at: datetime) -> None:
    returned = row.state == FIXED
    if returned:
        row.state, row.fixed, row.returned = OPEN, None, row.returned + 1
    severity = _severity(fault.check)
    row.severity, row.gravity = severity, ORDER[severity]
    row.text, row.last_seen = fault.text, made
    row.save()
    if returned:
        _turn(row, made, WeaknessTurn.Turn.RETURNED, at)


def _severity(name: str) -> Gravity:
    """Return how grave a check is; the library of the day decides."""
    known = check_of(name)
    if known is None:
        raise ValueError(f"There is no check {name}")
    return known[1].severity


def _turn(row: Weakness, made: Probing, turn: str, at: datetime) -> None:
    WeaknessTurn.objects.create(weakness=row, probing=made, turn=turn, at=at)


@transaction.atomic
def ask_waiver(weakness: Weakness, asked: Asking, *, actor: Actor, at: datetime) -> Waiver:
    """Ask that a weakness may be borne for a while; a later one renews the former.

    Raises:
        Forbidden: it is another department's.
        Stale: it is mended, or a waiver waits.
        Incomplete: something is missing, too long, or may not be waived.
    """
    system = begin(weakness.system, seen=None, actor=actor)
    held = moving.locked(weakness)
    if held.state != OPEN:
        raise Stale(MENDED)
    if held.waivers.filter(answered__isnull=True).exists():
        raise Stale(WAITS)
    former = held.waivers.filter(granted=True, later__isnull=True).first()
    made = Waiver(
        system=system,
        weakness=held,
        bearer=asked.bearer.strip()[:100],
        reason=asked.reason.strip(),
        control=asked.control.strip(),
        asked=at,
        asked_by=signed_in(actor),
        expires=asked.expires,
        former=former,
        renewals=former.renewals + 1 if former else 0,
    )
    wrong = assessing.faults(
        plain_waiver(made, on=timezone.localdate(at)), Gravity(held.severity), pack()
    )
    if wrong:
        raise Incomplete(wrong[0])
    made.save(force_insert=True)
    _put(made, "asked", actor, at, reason=made.reason)
    return made


@transaction.atomic
def answer_waiver(
    waiver: Waiver, *, granted: bool, answer: str, actor: Actor, at: datetime
) -> Waiver:
    """Grant or refuse a waiver; its time begins with the grant.

    Raises:
        Forbidden: the person may not, or asked for it himself.
        Stale: it was answered, or the weakness is mended.
        Incomplete: no reason, or it may not be granted any more.
    """
    held = moving.locked(waiver)
    check(actor, "waiver.grant", held)
    if held.answered is not None:
        raise Stale(ANSWERED)
    if held.asked_by_id == signed_in(actor).pk:
        raise Forbidden(SAME)
    weakness = moving.locked(held.weakness)
    if granted:
        if weakness.state != OPEN:
            raise Stale(MENDED)
        told = plain_waiver(held, on=timezone.localdate(at))
        wrong = assessing.faults(told, Gravity(weakness.severity), pack())
        if wrong:
            raise Incomplete(wrong[0])
    held.answer = needed(answer, field="answer")
    held.granted, held.answered, held.answered_by = granted, at, signed_in(actor)
    held.save()
    _put(held, "granted" if granted else "refused", actor, at, reason=held.answer)
    return held


def plain_waiver(row: Waiver, *, on: date) -> assessing.Waiver:
    """Return a waiver as decisions take it; one that waits would be granted on a day."""
    granted = timezone.localdate(row.answered) if row.answered else on
    return assessing.Waiver(
        row.weakness.check_id,
        row.weakness.locator,
        row.bearer,
        row.reason,
        row.control,
        granted,
        row.expires,
        row.renewals,
    )


def waivers_of(system: System) -> tuple[assessing.Waiver, ...]:
    """Return the waivers that were granted, whether or not they have ended."""
    rows = system.waivers.filter(granted=True).select_related("weakness")
    return tuple(plain_waiver(row, on=row.expires) for row in rows)


def counts(system: System) -> Mapping[str, int]:
    """Return how many weaknesses of each gravity are open."""
    found = {str(gravity): 0 for gravity in Gravity}
    for severity in system.weaknesses.filter(state=OPEN).values_list("severity", flat=True):
        found[severity] += 1
    return found


def _put(waiver: Waiver, outcome: str, actor: Actor, at: datetime, *, reason: str) -> None:
    facts = {
        "part": waiver.weakness.check_id,
        "outcome": outcome,
        "due": waiver.expires.isoformat(),
    }
    sealed = {"actor": actor.account, "reason": reason}
    put("system.waived", waiver.system.code, at=at, facts=facts, sealed=sealed)
    keep(waiver.system, f"waiver_{outcome}", at=at, actor=actor, reason=waiver.weakness.check_id)
