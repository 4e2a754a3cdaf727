"""Planning: register, chances, inspectors and their ties are frozen before anybody can draw.

Chances follow from risk (``security.inspecting``, rules LOT-01 to LOT-06) and are public from the
freezing on. Whoever has ties to a department is out of the draw for its systems before it is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shixiao.draw import PLAIN, PPS, Pool
from shixiao.records.models import (
    Account,
    Case,
    Draw,
    Inspection,
    InspectionPlan,
    Inspector,
    Probing,
    System,
)
from shixiao.seals import sha256_of
from shixiao.security.inspecting import Risk, factors, is_due, least, weight
from shixiao.terms import Text
from shixiao.workflows import draws, moving
from shixiao.workflows.actors import Actor, actor_of
from shixiao.workflows.cases.conflicts import tie
from shixiao.workflows.clock import pack
from shixiao.workflows.draws import Lot, Public
from shixiao.workflows.leaves import put
from shixiao.workflows.lives import Life, read_life
from shixiao.workflows.moving import Act, needed
from shixiao.workflows.notices import holders
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import Incomplete
from shixiao.workflows.systems.weaknesses import counts

SYSTEMS, INSPECTORS = "systems", "inspectors"
ROLE = "inspector"
NO_SYSTEMS = Text(
    "还没有已准入的系统，无从抽查。", "No system is admitted yet, so there is nothing to inspect."
)
EARLY = Text(
    "抽查应在公开数值揭晓之后开始。",
    "The period begins after the day on which the public value becomes known.",
)
WRONG_PERIOD = Text(
    "一期最长 {days} 天，结束不早于开始。",
    "A period has {days} days at most, and does not end before it begins.",
)
TOO_FEW = Text(
    "至少要抽 {least} 个：{systems} 个系统每个的概率不低于 {floor:.0%}。",
    "Draw {least} at least: each of {systems} systems has a chance of {floor:.0%} or more.",
)
TOO_MANY = Text("能抽的只有 {systems} 个系统。", "Only {systems} systems can be drawn.")
FEW_INSPECTORS = Text(
    "与“{department}”没有关系的检查员只有 {have} 人，每次需要 {need} 人。",
    "Only {have} inspectors have no ties to “{department}”, and an inspection takes {need}.",
)
CERTAIN = Text("本期必查，不参加抽签", "inspected in any case, so not in the draw")


@dataclass(frozen=True, slots=True)
class Period:
    """When is inspected, and how many systems are drawn."""

    starts: date
    ends: date
    size: int


def plan_life() -> Life:
    """Return the life of a plan."""
    return read_life("inspection_plans")


@transaction.atomic
def plan(period: Period, *, public: Public, actor: Actor, at: datetime) -> InspectionPlan:
    """Freeze a plan: its table of chances is public from now on.

    Raises:
        Forbidden: the person may not.
        Incomplete: no systems, too few inspectors without ties, a period or number that cannot be.
    """
    check(actor, "inspection.plan")
    draws.check_public(public, at)
    _check_period(period, public)
    rows = table(at, period.ends)
    if not rows:
        raise Incomplete(NO_SYSTEMS)
    left = [row for row in rows if not row["certain"]]
    _check_size(period.size, len(left))
    each = int(pack().number("LOT-01", "inspectors"))
    people = _people(rows, at)
    _check_enough(rows, people, each)
    made = InspectionPlan.objects.create(
        starts=period.starts,
        ends=period.ends,
        size=period.size if left else 0,
        each=each,
        systems=rows,
        rules_sha256=pack().hash,
        source=public.source.strip(),
        source_day=public.day,
        state="frozen",
        entered=at,
        made=at,
        made_by=signed_in(actor),
    )
    named = [
        Inspector.objects.create(plan=made, account=person, ties=sorted(ties))
        for person, ties in people.items()
    ]
    _freeze(made, rows, named, public, at)
    sealed = {"actor": actor.account, "departments": {one.code: one.ties for one in named}}
    facts = {
        "records": len(rows),
        "sha256": sha256_of(made.systems),
        "rules_sha256": made.rules_sha256,
        "day": made.starts.isoformat(),
        "due": made.ends.isoformat(),
    }
    put("inspection.planned", made.code, at=at, facts=facts, sealed=sealed)
    return made


@transaction.atomic
def drop(plan: InspectionPlan, act: Act, *, reason: str) -> InspectionPlan:
    """Call a plan off before it is drawn.

    Raises:
        Forbidden: the person may not.
        Stale: it is drawn already.
        Incomplete: no reason.
    """
    held = moving.locked(plan)
    check(act.actor, "inspection.plan")
    moving.check_seen(held, plan_life().verbs["drop"], act)
    said = needed(reason, field="reason")
    moving.move(held, "drop", act, plan_life(), "inspection.moved", reason=said)
    return held


def table(at: datetime, ends: date) -> list[dict[str, Any]]:
    """Return what would be frozen now: one row for each admitted system, by id, without chances."""
    rows = []
    for system in System.objects.filter(state="admitted").select_related("department"):
        found = factors(risk_of(system, at), pack())
        rows.append(
            {
                "system": system.identifier,
                "name": system.name.to_json(),
                "department": system.department.code,
                "factors": found,
                "weight": round(weight(found), 6),
                "certain": is_due(last_full(system), ends, pack()),
                "chance": None,
            }
        )
    return rows


def risk_of(system: System, at: datetime) -> Risk:
    """Return what decides the weight of a system."""
    run = system.probings.exclude(origin=Probing.Origin.DAILY)
    run = run.filter(state=Probing.State.DONE, begun__isnull=False)
    newest = run.order_by("-begun").values_list("begun", flat=True).first()
    since = at - timedelta(days=int(pack().number("LOT-06", "days")))
    complaints = Case.objects.filter(
        origin=Case.Origin.COMPLAINT,
        subject_kind="system",
        subject=system.identifier,
        opened__gte=since,
    )
    return Risk(
        system.grade,
        system.exposure,
        None if newest is None else (timezone.localdate(at) - timezone.localdate(newest)).days,
        counts(system),
        complaints.count() + system.retests.filter(at__gte=since).count(),
    )


def last_full(system: System) -> date | None:
    """Return the day of the last full inspection, or of the first admission where there was none.

    The test for an admission covers everything, so the first cycle begins with it.
    """
    inspected = Inspection.objects.filter(system=system, state__in=("clean", "faulty"))
    done = inspected.order_by("-done").values_list("done", flat=True).first()
    if done is None:
        admitted = system.admissions.filter(confirmed=True).order_by("answered")
        done = admitted.values_list("answered", flat=True).first()
    return None if done is None else timezone.localdate(done)


def _check_period(period: Period, public: Public) -> None:
    days = int(pack().number("LOT-01", "period"))
    if not timedelta(0) <= period.ends - period.starts < timedelta(days=days):
        raise Incomplete(WRONG_PERIOD.format(days=days), field="ends")
    if period.starts <= public.day:
        raise Incomplete(EARLY, field="starts")


def _check_size(size: int, systems: int) -> None:
    """Refuse a number that gives some system less than the floor, or is more than there are."""
    fewest = least(systems, pack())
    if systems and size < fewest:
        floor = pack().number("LOT-01", "floor")
        said = TOO_FEW.format(least=fewest, systems=systems, floor=floor)
        raise Incomplete(said, field="size")
    if systems and size > systems:
        raise Incomplete(TOO_MANY.format(systems=systems), field="size")


def _people(rows: Sequence[Mapping[str, Any]], at: datetime) -> dict[Account, list[str]]:
    """Return who may be drawn, with the codes of the departments that each has ties to."""
    codes = {row["department"] for row in rows}
    ids = dict(
        System.objects.filter(department__code__in=codes).values_list(
            "department__code", "department"
        )
    )
    today = timezone.localdate(at)
    found = {account.pk: account for account in holders(ROLE, today=today)}
    return {account: _ties(account, ids, today) for account in found.values()}


def _ties(account: Account, departments: Mapping[str, UUID], today: date) -> list[str]:
    actor = actor_of(account, today=today)
    return [code for code, key in departments.items() if tie(actor, key) is not None]


def _check_enough(
    rows: Sequence[Mapping[str, Any]], people: Mapping[Account, Sequence[str]], need: int
) -> None:
    for code in sorted({row["department"] for row in rows}):
        have = sum(code not in ties for ties in people.values())
        if have < need:
            said = FEW_INSPECTORS.format(department=code, have=have, need=need)
            raise Incomplete(said)


def _freeze(
    made: InspectionPlan,
    rows: list[dict[str, Any]],
    people: Sequence[Inspector],
    public: Public,
    at: datetime,
) -> None:
    """Freeze both pools, and write the chance of each system into the table."""
    chances: Mapping[str, float] = {}
    if made.size:
        chances = chances_of(draws.freeze(_systems(made, rows), **_for(made, public, at)))
    draws.freeze(_inspectors(people, made.each), **_for(made, public, at))
    for row in rows:
        row["chance"] = 1.0 if row["certain"] else chances[row["system"]]
    made.save(update_fields=["systems"])


def chances_of(frozen: Draw) -> Mapping[str, float]:
    """Return the chance of each system of a frozen draw."""
    return draws.frozen_of(frozen).inclusion


def _for(made: InspectionPlan, public: Public, at: datetime) -> dict[str, Any]:
    return {"subject": made.code, "public": public, "at": at}


def _systems(made: InspectionPlan, rows: Sequence[Mapping[str, Any]]) -> Lot:
    return Lot(
        tag=SYSTEMS,
        pool=Pool(
            tuple(row["system"] for row in rows),
            weights=tuple(float(row["weight"]) for row in rows),
        ),
        size=made.size,
        algorithm=PPS,
        excluded={row["system"]: CERTAIN.zh for row in rows if row["certain"]},
        floor=pack().number("LOT-01", "floor"),
        replacements=0,
    )


def _inspectors(people: Sequence[Inspector], each: int) -> Lot:
    """Freeze who may be drawn at all; who inspects what is drawn from them by the same value."""
    return Lot(
        tag=INSPECTORS,
        pool=Pool(tuple(sorted(person.code for person in people))),
        size=min(each, len(people)),
        algorithm=PLAIN,
    )
