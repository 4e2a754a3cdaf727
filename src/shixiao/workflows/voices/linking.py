"""Linking: matters that say the same are handled together; every link can be undone.

Originals, receipts and people stay: a link says under which head a matter is handled, no more.
Each person is told, and may take the own matter out at any time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from shixiao.records.models import Voice, VoiceLink
from shixiao.terms import Text
from shixiao.voice import Group, Message, duplicates
from shixiao.voice.handling import Told
from shixiao.workflows import moving
from shixiao.workflows.clock import pack
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act, needed
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale
from shixiao.workflows.voices.moving import enter, life, noticed

ALIKE = "HND-09"
MOST = 50_000  # matters that are compared, the newest
SINCE = timedelta(days=60)
OPEN = ("received", "assigned", "escalated", "paused", "replied")
ITSELF = Text("不能并入自己或已在同一组。", "It is the same, or in that group already.")
NOT_THERE = Text("没有这个编号的诉求。", "There is no matter of this number.")


def compare(*, now: datetime) -> int:
    """Compare new matters with those that are open; return how many were linked by themselves."""
    fresh = set(Voice.objects.filter(compared=False).values_list("pk", flat=True)[:MOST])
    if not fresh:
        return 0
    rows = list(
        Voice.objects.filter(Q(state__in=OPEN) | Q(compared=False), received__gt=now - SINCE)
        .exclude(kind__in=("praise", "rating"))
        .order_by("-received")
        .only("id", "code", "sealed", "person", "received", "lead", "state")[:MOST]
    )
    messages = [Message(row.code, row.text, row.title, person=row.person) for row in rows]
    linked = 0
    for group in duplicates(messages, rules=pack()) if len(rows) > 1 else []:
        own = [rows[i] for i in group.members]
        if any(row.pk in fresh for row in own):
            linked += _group(own, group, now)
    Voice.objects.filter(pk__in=fresh).update(compared=True)
    return linked


@transaction.atomic
def link(row: Voice, act: Act, *, to: str) -> Voice:
    """Link a matter to another by a person, to be handled together.

    Raises:
        Forbidden, Stale: the person may not; it moved on.
        Incomplete: there is no such matter, or it is in the group already.
    """
    held = moving.locked(row)
    check(act.actor, "voice.link", held)
    if act.seen != held.version:
        raise Stale(CHANGED)
    other = Voice.objects.select_related("lead").filter(code=to.strip().upper()).first()
    if other is None:
        raise Incomplete(NOT_THERE, field="to")
    check(act.actor, "voice.link", other)
    head = other.lead or other
    if head.pk in {held.pk, held.lead_id} or head.lead_id:
        raise Incomplete(ITSELF, field="to")
    if held.lead_id is None and held.size > 1:
        raise Incomplete(ITSELF, field="to")
    known = VoiceLink.objects.filter(voice=held, lead=head).first()
    made = known or VoiceLink(voice=held, lead=head, kind="manual", likeness=1.0, at=act.at)
    made.state, made.by, made.undone = VoiceLink.State.LINKED, act.actor.account, None
    made.save()
    if held.lead is not None:
        _leave(held, act.at, "")
    _join(head, [held], [made.kind], act.at)
    facts = {"outcome": "linked", "records": 1, "concerns": held.code}
    put("voice.linked", head.code, at=act.at, facts=facts, sealed={"actor": act.actor.account})
    return moving.locked(held)


@transaction.atomic
def part(row: Voice, act: Act, *, reason: str, own: bool = False) -> Voice:
    """Take a matter out of its group; ``own`` where its person does.

    Raises:
        Forbidden: the person may not.
        Stale: it is in no group.
        Incomplete: no reason.
    """
    held = moving.locked(row)
    if not own:
        check(act.actor, "voice.link", held)
    if held.lead is None and not held.members.exists():
        raise Stale(CHANGED)
    why = needed(reason, field="reason")
    head = _leave(held, act.at, why)
    facts = {"outcome": "parted", "records": 1, "concerns": held.code}
    sealed = {"actor": act.actor.account, "reason": why}
    put("voice.linked", head.code, at=act.at, facts=facts, sealed=sealed)
    return held


def group_of(row: Voice) -> list[Voice]:
    """Return the head and all that are handled with a matter, the head first."""
    head = row.lead or row
    rows = Voice.objects.filter(Q(pk=head.pk) | Q(lead=head)).select_related("department")
    return sorted(rows, key=lambda each: (each.pk != head.pk, each.received, each.code))


@transaction.atomic
def _group(own: Sequence[Voice], group: Group, now: datetime) -> int:
    """Link a group of copies, or suggest it; what was undone once is not linked again."""
    heads = [row for row in own if row.lead_id is None]
    known = next((row.lead_id for row in own if row.lead_id is not None), None)
    first = min(own, key=lambda row: (row.received, row.code))
    pk = known or (min(heads, key=lambda r: (r.received, r.code)).pk if heads else first.pk)
    head = moving.locked(Voice.objects.get(pk=pk))
    sure = group.kind in {"exact", "near"} and group.similarity >= pack().number(ALIKE)
    before = set(VoiceLink.objects.filter(lead=head).values_list("voice", flat=True))
    fresh = [
        row
        for row in own
        if row.pk != head.pk and row.lead_id is None and row.pk not in before
        and row.state in OPEN and not row.members.exists()
    ]  # fmt: skip
    state = VoiceLink.State.LINKED if sure else VoiceLink.State.SUGGESTED
    VoiceLink.objects.bulk_create(
        VoiceLink(voice=row, lead=head, kind=group.kind, likeness=group.similarity, state=state,
                  at=now) for row in fresh
    )  # fmt: skip
    if not sure or not fresh:
        return 0
    locked = list(
        Voice.objects.select_for_update(of=("self",)).filter(pk__in=[r.pk for r in fresh])
    )
    _join(head, locked, [group.kind] * len(locked), now)
    facts = {"outcome": "linked", "records": len(locked), "concerns": head.code}
    put("voice.linked", head.code, at=now, facts=facts)
    return len(locked)


def _join(head: Voice, rows: Sequence[Voice], kinds: Sequence[str], at: datetime) -> None:
    """Let matters be handled under a head, and tell each of their people; the head's once."""
    told = [*zip(rows, kinds, strict=True)]
    if not head.members.exists():
        told.insert(0, (head, kinds[0]))
    Voice.objects.filter(pk__in=[row.pk for row in rows]).update(lead=head)
    size = Voice.objects.filter(lead=head).count() + 1
    Voice.objects.filter(Q(pk=head.pk) | Q(lead=head)).update(size=size)
    names, said = life().words["links"], Told("linked", timezone.localdate(at), None)
    enter([noticed(row, "link", said, at, n=size - 1, link=names[kind]) for row, kind in told], at)


def _leave(held: Voice, at: datetime, why: str) -> Voice:
    """Take a matter out of its group, and return who heads the group then."""
    head = held.lead or _handed_on(held, at)
    links = VoiceLink.objects.filter(voice=held, lead=head)
    links.update(state=VoiceLink.State.UNDONE, undone=at)
    held.lead, held.size = None, 1
    held.version += 1
    held.save(update_fields=["lead", "size", "version"])
    size = Voice.objects.filter(lead=head).count() + 1
    Voice.objects.filter(Q(pk=head.pk) | Q(lead=head)).update(size=size)
    if why:
        told = Told("unlinked", timezone.localdate(at), None)
        enter([noticed(held, "part", told, at, {"reason": why})], at)
    return head


def _handed_on(head: Voice, at: datetime) -> Voice:
    """Let the eldest of the others head a group whose head leaves; neither is linked again."""
    first, *rest = Voice.objects.select_for_update(of=("self",)).filter(lead=head).order_by(
        "received", "code"
    )  # fmt: skip
    first.lead = None
    first.save(update_fields=["lead"])
    Voice.objects.filter(lead=head).update(lead=first)
    VoiceLink.objects.filter(voice=first, lead=head).update(state=VoiceLink.State.UNDONE, undone=at)
    there = VoiceLink.objects.filter(lead=first).values_list("voice", flat=True)
    moved = VoiceLink.objects.filter(lead=head, voice__in=rest).exclude(voice__in=list(there))
    moved.update(lead=first)
    given = {"kind": "manual", "likeness": 1.0, "at": at, "state": VoiceLink.State.LINKED}
    VoiceLink.objects.get_or_create(voice=head, lead=first, defaults=given)
    return first
