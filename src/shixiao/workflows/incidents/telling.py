"""Telling: what was reported to whom, and the notice to persons with the items of the law.

A notice says what kinds of data it is about, why it happened and what harm may follow, what was
done and what a person can do, and whom to ask (个人信息保护法 art. 57). It stands where a person
reads who used the own data, beside every use that the incident touches. A drill writes the same
notice and shows it to nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from django.db import transaction

from shixiao.records.models import Incident, IncidentClock
from shixiao.seals import sha256_of
from shixiao.security.incidents import Duty
from shixiao.terms import Text
from shixiao.workflows.incidents.moving import begin, go, leaf
from shixiao.workflows.moving import Act, needed
from shixiao.workflows.permissions import signed_in
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale

NO_REFERENCE = Text(
    "请写明向谁报告、编号或接报人。", "Say who was told, and the number or who took the report."
)
NO_CLOCK = Text("请选择报告了哪一项。", "Choose which report was made.")
MISSING = Text("通知必须写明：{item}。", "A notice has to say: {item}.")
ITEMS = {
    "categories": Text("涉及的信息种类", "which kinds of information it is about"),
    "cause": Text("发生的原因", "why it happened"),
    "harm": Text("可能造成的危害", "what harm may follow"),
    "measures": Text("已采取的补救措施", "what was done to remedy it"),
    "advice": Text("个人可以采取的减轻危害的措施", "what a person can do to lessen the harm"),
    "contact": Text("联系方式", "how to reach whoever is responsible"),
}


@dataclass(frozen=True, slots=True)
class PersonalNotice:
    """The items of art. 57, in Chinese as they go to persons; each is needed."""

    categories: str
    cause: str
    harm: str
    measures: str
    advice: str
    contact: str


@transaction.atomic
def inform(incident: Incident, act: Act, *, duty: str, reference: str) -> Incident:
    """Enter that an authority was told.

    Raises:
        Forbidden: it is another department's.
        Stale: it moved on.
        Incomplete: no such report is due, or no reference.
    """
    held = begin(incident, "inform", act)
    clock = held.clocks.filter(duty=duty, met__isnull=True).exclude(duty=Duty.PERSONS).first()
    if clock is None:
        raise Incomplete(NO_CLOCK, field="duty")
    said = needed(reference, field="reference", missing=NO_REFERENCE)
    _meet(clock, act, said)
    go(held, "inform", act)
    outcome = "in_time" if act.at <= clock.due else "late"
    leaf(held, "incident.informed", act, {"part": duty, "outcome": outcome})
    return held


@transaction.atomic
def notify(incident: Incident, act: Act, notice: PersonalNotice) -> Incident:
    """Notify the persons affected; a drill notifies nobody.

    Raises:
        Forbidden: it is another department's.
        Stale: it moved on, or they were notified.
        Incomplete: an item of the law is missing.
    """
    held = begin(incident, "notify", act)
    if held.notified is not None:
        raise Stale(CHANGED)
    said = {
        each.name: needed(
            getattr(notice, each.name),
            field=each.name,
            missing=MISSING.format(item=ITEMS[each.name]),
        )
        for each in fields(PersonalNotice)
    }
    clock = held.clocks.filter(duty=Duty.PERSONS, met__isnull=True).first()
    if clock is not None:
        _meet(clock, act, "")
    go(held, "notify", act, notice=said, notified=act.at)
    leaf(held, "incident.notified", act, {"outcome": "notified", "sha256": sha256_of(said)})
    return held


@transaction.atomic
def spare(incident: Incident, act: Act, *, reason: str) -> Incident:
    """Decide that persons need not be notified, for what was done keeps harm from them (art. 57).

    Raises:
        Forbidden: the person may not.
        Stale: it moved on, or they were notified.
        Incomplete: no reason.
    """
    held = begin(incident, "spare", act)
    if held.notified is not None:
        raise Stale(CHANGED)
    said = needed(reason, field="reason")
    clock = held.clocks.filter(duty=Duty.PERSONS, met__isnull=True).first()
    if clock is not None:
        _meet(clock, act, "")
    go(held, "spare", act, spared=said, notified=act.at)
    leaf(held, "incident.notified", act, {"outcome": "spared"}, reason=said)
    return held


def _meet(clock: IncidentClock, act: Act, reference: str) -> None:
    clock.met, clock.reference, clock.by = act.at, reference[:200], signed_in(act.actor)
    clock.save(update_fields=["met", "reference", "by"])
