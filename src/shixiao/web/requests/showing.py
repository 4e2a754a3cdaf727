"""What moves in sharing, in words: lines, ways, delays, and what is to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from shixiao.ledger import vocabulary
from shixiao.records.models import (
    CatalogueItem,
    Correction,
    DataCopy,
    Dispute,
    Grant,
    LeafRow,
    Meeting,
    Resolution,
    SharingRequest,
    SharingStep,
)
from shixiao.terms import Text
from shixiao.web.results.clocks import clock
from shixiao.web.sharing import duties
from shixiao.web.shell.pages import mixed, say
from shixiao.workflows import stepping
from shixiao.workflows.actors import Actor
from shixiao.workflows.catalogue.compiling import life as catalogue_life
from shixiao.workflows.stepping import Moving, Shared

TONES = {
    "delivered": "green",
    "active": "green",
    "answered": "green",
    "settled": "green",
    "refused": "red",
    "disputed": "red",
    "suspended": "red",
    "terminated": "red",
    "done": "green",
    "dropped": "grey",
    "withdrawn": "grey",
    "closed": "grey",
    "ended": "grey",
    "proposed": "amber",
    "destroyed": "green",
}
ADDRESSES = {
    SharingRequest: "request",
    Dispute: "dispute",
    Correction: "correction",
    Grant: "grant",
    DataCopy: "copy",
}
NAMES = {
    SharingRequest: Text("共享申请", "Sharing request"),
    Dispute: Text("共享争议", "Dispute"),
    Correction: Text("数据校核", "Correction"),
    Grant: Text("共享授权", "Grant"),
    DataCopy: Text("数据副本", "Copy of data"),
}
MADE = {
    SharingRequest: Text("拟写申请", "Request written"),
    Dispute: Text("提出争议", "Dispute raised"),
    Correction: Text("申请校核", "Correction asked for"),
    Grant: Text("形成授权", "Grant made"),
    Meeting: Text("召集会议", "Meeting called"),
    Resolution: Text("登记决定", "Decision entered"),
    DataCopy: Text("登记副本", "Copy registered"),
}
MOST = 100


def asking_side(row: Shared) -> Text:
    """Return the name of the department that asks for, uses or keeps the data."""
    if isinstance(row, Grant):
        return Text.of(row.recipient.name)
    if isinstance(row, DataCopy):
        return Text.of(row.holder.name)
    request = row.request if isinstance(row, Dispute) else row
    return Text.of(request.requester.name)


def line(row: Shared) -> dict[str, Any]:
    """Return a record as a line of a list, as ``parts.inbox_row`` takes it."""
    item, state = stepping.item_of(row), stepping.life_of(row).states[row.state]
    who, of = asking_side(row), Text.of(item.department.name)
    between = Text(f"{who.zh} → {of.zh}", f"{who.en} → {of.en}")
    return {
        "title": Text(
            f"{NAMES[type(row)].zh}：{item.name.zh}", f"{NAMES[type(row)].en}: {item.name.en}"
        ),
        "to": reverse(ADDRESSES[type(row)], args=[row.code]),
        "about": mixed(f"{say(who)} · {row.name}") if isinstance(row, DataCopy) else between,
        "from": row.code,
        "tag": state.name,
        "tone": TONES.get(row.state, "plain"),
        "clock": clock(row.due, row.due_rule) if row.due else None,
    }


def resolution_line(row: Resolution) -> dict[str, Any]:
    """Return what was decided as a line of a list, as ``parts.inbox_row`` takes it."""
    state = stepping.life_of(row).states[row.state]
    return {
        "title": mixed(duties.title_of(row)),
        "to": reverse("resolution", args=[row.code]),
        "about": Text.of(row.holder.name),
        "from": row.code,
        "tag": state.name,
        "tone": TONES.get(row.state, "amber"),
        "clock": clock(row.due, row.due_rule) if row.due else None,
    }


def steps_shown(row: Moving, steps: Sequence[SharingStep], *, inside: bool) -> list[dict[str, Any]]:
    """Return the steps of a record as ``parts.timeline`` takes them; reasons only inside."""
    verbs = stepping.life_of(row).verbs
    return [
        {
            "title": verbs[step.verb].name if step.verb in verbs else MADE[type(row)],
            "at": step.at,
            "by": step.organisation.name if step.organisation else None,
            "text": step.reason if inside and step.reason else None,
        }
        for step in steps
    ]


def shown(row: Shared, actor: Actor, right: str) -> dict[str, Any]:
    """Return what the page of every kind of record shows."""
    today = timezone.localdate()
    inside = stepping.may_read(actor, right, row)
    steps = list(SharingStep.objects.filter(subject=row.code).select_related("organisation"))
    return {
        "row": row,
        "item": stepping.item_of(row),
        "state": stepping.life_of(row).states[row.state],
        "tone": TONES.get(row.state, "plain"),
        "clock": clock(row.due, row.due_rule) if row.due else None,
        "seeker": asking_side(row),
        "inside": inside,
        "doable": stepping.doable(row, actor, today),
        "way": steps_shown(row, steps, inside=inside),
        "delays": stepping.delays(row, steps, today),
        "leaves": ledger_of(row.code),
        "duties": [] if isinstance(row, DataCopy) else duties.of_row(row),
    }


def ledger_of(code: str) -> list[tuple[LeafRow, Text]]:
    """Return the entries of the ledger on a record, each with its name."""
    rows = LeafRow.objects.filter(subject=code).order_by("id")
    return [(leaf, vocabulary().events[leaf.event].name) for leaf in rows]


def to_do(actor: Actor) -> list[dict[str, Any]]:
    """Return lines of what waits for the person in sharing, by the last day of its period."""
    found: list[Shared | Resolution | CatalogueItem] = []
    for model, turn in _turns(actor).items():
        rows = model._default_manager.filter(turn)
        found += rows.order_by("due", "entered")[:MOST]
    far = timezone.localdate().max
    found.sort(key=lambda row: (row.due or far, row.entered))
    return [_waiting(row) for row in found[:MOST]]


def _waiting(row: Shared | Resolution | CatalogueItem) -> dict[str, Any]:
    if isinstance(row, CatalogueItem):
        return _entry(row)
    return resolution_line(row) if isinstance(row, Resolution) else line(row)


def _turns(actor: Actor) -> dict[type[Any], Q]:
    """Return, for each kind of record, which wait for this person."""
    mine, none = actor.below, Q(pk__in=[])
    kinds = (SharingRequest, Dispute, Correction, Grant, CatalogueItem, DataCopy, Resolution)
    turns = dict.fromkeys(kinds, none)
    if "head" in actor.roles:
        turns[SharingRequest] |= Q(item__department__in=mine, state__in=("asked", "agreed"))
        turns[SharingRequest] |= Q(requester__in=mine, state__in=("drafted", "refused"))
        turns[Dispute] |= Q(state="negotiating") & (
            Q(request__item__department__in=mine) | Q(request__requester__in=mine)
        )
        turns[Grant] |= Q(item__department__in=mine, state__in=("waiting", "rectified"))
    if actor.roles & {"officer", "data_officer", "head"}:
        turns[SharingRequest] |= Q(requester__in=mine, state="incomplete")
        turns[Correction] |= Q(item__department__in=mine, state="asked")
        turns[Grant] |= Q(recipient__in=mine, state="suspended")
        turns[Resolution] |= Q(holder__in=mine, state="open")
        over = Q(state="kept", due__lt=timezone.localdate())
        second = Q(state="proposed") & ~Q(proposed_by=actor.account)
        turns[DataCopy] |= Q(holder__in=mine) & (over | second)
    if actor.roles & {"data_officer", "head"}:
        turns[CatalogueItem] |= Q(department__in=mine, state__in=("drafted", "updating"))
    if "analyst" in actor.roles:
        turns[SharingRequest] |= Q(state="asked", asked_days__gt=0)
        turns[CatalogueItem] |= Q(state="submitted")
    if actor.roles & {"analyst", "inspector"}:
        turns[Resolution] |= Q(state="reported")
    if "inspector" in actor.roles:
        turns[Dispute] |= Q(state__in=("coordinating", "deciding"))
    return turns


def _entry(item: CatalogueItem) -> dict[str, Any]:
    state = catalogue_life().states[item.state]
    return {
        "title": Text(f"数据目录：{item.name.zh}", f"Catalogue: {item.name.en}"),
        "to": reverse("dataset", args=[item.code]),
        "from": say(item.department.name),
        "tag": state.name,
        "tone": "amber",
        "clock": clock(item.due, item.due_rule) if item.due else None,
    }
