"""Running a training: a draw gives the starts, and the effect is read on the day it fixed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from shixiao.checkup.report.speech import both_days
from shixiao.checkup.training import plan_training, training_effect
from shixiao.draw import PLAIN, Pool
from shixiao.records.models import Draw, Training
from shixiao.seals import sha256_of
from shixiao.terms import Text
from shixiao.workflows import draws, moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.draws import Lot, Public
from shixiao.workflows.leaves import put
from shixiao.workflows.lives import Verb
from shixiao.workflows.moving import Act, needed
from shixiao.workflows.permissions import check, may
from shixiao.workflows.refusals import Incomplete
from shixiao.workflows.trainings.counting import counts, months_between
from shixiao.workflows.trainings.life import life
from shixiao.workflows.trainings.making import ask_for_names

STARTS = "starts"
PAST_PERIODS = 4
SEED = 20260101
TOO_LATE = Text(
    "公开数值须在 {day} 之前揭晓：第一批部门那天起就要开课。",
    "The public value has to be known before {day}, when the first departments start.",
)


def doable(training: Training, actor: Actor) -> list[Verb]:
    """Return what the person can do with a training now."""
    return [verb for verb in life().verbs_from(training.state) if may(actor, verb.right)]


@transaction.atomic
def freeze(training: Training, act: Act, *, public: Public) -> Training:
    """Freeze which departments take part.

    Raises:
        Incomplete: no public value, or one that becomes known too late.
    """
    held = _begin(training, "freeze", act)
    draws.check_public(public, act.at)
    if public.day >= held.begins:
        raise Incomplete(TOO_LATE.format(day=both_days(held.begins)), field="source_day")
    departments = departments_of(held)
    lot = Lot(STARTS, Pool(tuple(departments)), len(departments), PLAIN, replacements=0)
    draws.freeze(lot, subject=held.code, public=public, at=act.at)
    held.source, held.source_day = public.source.strip(), public.day
    _move(held, "freeze", act)
    return held


@transaction.atomic
def draw(training: Training, act: Act, *, announced: str) -> Training:
    """Draw in which order departments start, and fix with it when the effect is read.

    Raises:
        Incomplete: the value is missing or cannot be known yet.
        BadInput: there are no past months to plan by.
    """
    held = _begin(training, "draw", act)
    frozen = Draw.objects.get(subject=held.code, tag=STARTS)
    value = draws.check_value(frozen, announced, act.at)
    order = draws.make(frozen, announced=value, actor=act.actor, at=act.at)
    first = _before(held.begins, PAST_PERIODS * _months())
    past = counts(held.topic, set(order), first=first, periods=PAST_PERIODS, months=_months())
    plan = plan_training(
        sorted(order),
        {department: rank for rank, department in enumerate(order)},
        past.findings,
        past.judged,
        past_periods=PAST_PERIODS,
        begins=held.begins,
        rules=pack(),
        seed=SEED,
    ).to_json()
    draws.reveal(held.code, at=act.at)
    _move(held, "draw", act, plan=plan)
    facts = {"sha256": sha256_of(plan), "rules_sha256": pack().hash, "day": plan["read_on"] or ""}
    put("training.planned", held.code, at=act.at, facts=facts)
    ask_for_names(held, act.at)
    return held


@transaction.atomic
def cancel(training: Training, act: Act, *, reason: str) -> Training:
    """End a training that will not be completed; the reason is public."""
    held = _begin(training, "cancel", act)
    _move(held, "cancel", act, reason=needed(reason, field="reason"))
    return held


def read_due(*, now: datetime) -> int:
    """Read the effect of the trainings whose day has come, once; return how many."""
    today = timezone.localdate(now)
    running = Training.objects.filter(state="running")
    ready = [training for training in running if (_day(training) or date.max) <= today]
    for training in ready:
        _read(training, now)
    return len(ready)


def departments_of(training: Training) -> list[str]:
    """Return the codes of the departments that take part."""
    return sorted(set(training.seats.values_list("department__code", flat=True)))


@transaction.atomic
def _read(training: Training, now: datetime) -> None:
    held = moving.locked(training)
    plan: dict[str, Any] = held.plan or {}
    if held.state != "running":
        return
    periods = months_between(held.begins, timezone.localdate(now)) // _months()
    departments = set(plan["starts"])
    found = counts(held.topic, departments, first=held.begins, periods=periods, months=_months())
    effect = training_effect(
        found.findings,
        found.judged,
        plan["starts"],
        periods=periods,
        drawn=True,
        rules=pack(),
        seed=SEED,
        planned=plan["periods"],
    ).to_json()
    facts = {
        "outcome": effect["outcome"],
        "result_sha256": sha256_of(effect),
        "rules_sha256": pack().hash,
    }
    put("training.read", held.code, at=now, facts=facts)
    held.state, held.entered, held.effect = "read", now, effect
    moving.touch(held)


def _months() -> int:
    """Return how many months a period has."""
    return int(pack().number("TRN-01", "months"))


def _day(training: Training) -> date | None:
    day = (training.plan or {}).get("read_on")
    return date.fromisoformat(day) if day else None


def _begin(training: Training, verb: str, act: Act) -> Training:
    held, wanted = moving.locked(training), life().verbs[verb]
    check(act.actor, wanted.right)
    moving.check_seen(held, wanted, act)
    return held


def _move(held: Training, verb: str, act: Act, **changed: Any) -> None:
    moving.move(held, verb, act, life(), "training.moved", **changed)


def _before(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 - months, 12)
    return date(day.year + years, month + 1, 1)
