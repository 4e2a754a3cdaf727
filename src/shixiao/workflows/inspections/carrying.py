"""Carrying out: two drawn inspectors break the seal, test in full, report, and confirm each other.

“Nothing found” needs a full run of probes since the start that found nothing: what was not assessed
is never passed. Problems go on as a case, and the system has to be tested again (SEC-28, lot).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from shixiao.checkup.report.speech import both_days
from shixiao.draw import commit
from shixiao.records.models import (
    Inspection,
    InspectionPlan,
    ProbeOutcome,
    Probing,
    System,
    Weakness,
)
from shixiao.seals import sha256_of
from shixiao.security.assessing import asked_of, library
from shixiao.terms import Text
from shixiao.workflows import draws, moving
from shixiao.workflows.actors import NOBODY, Actor
from shixiao.workflows.cases.opening import observe
from shixiao.workflows.inspections.drawing import team
from shixiao.workflows.inspections.planning import plan_life
from shixiao.workflows.leaves import put
from shixiao.workflows.lives import Life, read_life
from shixiao.workflows.moving import Act, needed
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.permissions import may, signed_in
from shixiao.workflows.refusals import NOT_YOURS, Forbidden, Incomplete, Stale
from shixiao.workflows.registered import about_of
from shixiao.workflows.systems.registering import RETIRED, keep
from shixiao.workflows.systems.retesting import force

CLEAN, FAULTY = Inspection.Outcome.CLEAN, Inspection.Outcome.FAULTY
NOT_NOW = Text(
    "抽查期为 {starts} 至 {ends}，现在不能启封。",
    "The period is {starts} to {ends}; the seal is not broken outside it.",
)
SAME = Text(
    "须由另一名检查员确认，提出的人不能自己确认。",
    "Another of the inspectors has to confirm it.",
)
NO_REPORT = Text("请写明查了什么、发现了什么。", "Say what was inspected and what was found.")
NO_OUTCOME = Text("请选择结果。", "Choose the result.")
NO_RUN = Text(
    "启封以后还没有一次全部测成的测试，不能说没有发现问题；请先测试。",
    "No run since the seal was broken assessed everything, so “nothing found” cannot be said; probe"
    " the system first.",
)
RUN_FOUND = Text(
    "启封以后测试（最近一次 {code}），还有 {n} 个问题没有解决，结果应为发现问题。",
    "{n} weaknesses are open after the runs since the seal was broken (the newest is {code}); the"
    " result is that there are problems.",
)
STARTED = Text(
    "“{name}”被抽中检查，检查员已启封开始。",
    "“{name}” was drawn for an inspection, and the inspectors have broken the seal.",
)
TO_CONFIRM = Text(
    "对“{name}”的抽查结果待您确认。", "The result of the inspection of “{name}” waits for you."
)
CASE_NAME = Text("抽查发现问题：{name}", "Problems found by an inspection: {name}")


def life() -> Life:
    """Return the life of an inspection."""
    return read_life("inspections")


def is_drawn(inspection: Inspection, actor: Actor) -> bool:
    """Say whether the person is one of those who inspect now."""
    me = actor.account
    if me is None or not may(actor, "inspection.carry"):
        return False
    return any(each.account_id == me.pk for each in team(inspection))


@transaction.atomic
def start(inspection: Inspection, act: Act) -> Inspection:
    """Break the seal: from now on everybody knows which system is inspected.

    Raises:
        Forbidden: the person was not drawn.
        Stale: it moved on, or the period has not begun or is over.
    """
    held = _begin(inspection, "start", act)
    plan = moving.locked(held.plan)
    if not plan.starts <= timezone.localdate(act.at) <= plan.ends:
        days = {"starts": both_days(plan.starts), "ends": both_days(plan.ends)}
        raise Stale(NOT_NOW.format(**days))
    system = _open(held, act)
    moving.move(held, "start", act, life(), "inspection.moved", system=system, opened=act.at)
    if system.state == RETIRED:
        moving.move(held, "leave", Act(act.actor, act.at, held.version), life(), "inspection.moved")
    else:
        keep(system, "inspected", at=act.at, actor=act.actor, reason=held.code)
        _tell_department(system, act.at)
    if not plan.inspections.filter(state="sealed").exists():
        _reveal(plan, act)
    return held


@transaction.atomic
def report(inspection: Inspection, act: Act, *, outcome: str, report: str) -> Inspection:
    """Report what was found; another inspector has to confirm.

    Raises:
        Forbidden: the person was not drawn.
        Stale: it moved on.
        Incomplete: nothing is said, or “nothing found” is not what the runs since the start say.
    """
    held = _begin(inspection, "report", act)
    said = needed(report, field="report", missing=NO_REPORT)
    if outcome not in Inspection.Outcome.values:
        raise Incomplete(NO_OUTCOME, field="outcome")
    run = full_run(held)
    if outcome == CLEAN:
        if run is None:
            raise Incomplete(NO_RUN, field="outcome")
        found = _system(held).weaknesses.filter(state=Weakness.State.OPEN).exclude(severity="info")
        if found.exists():
            text = RUN_FOUND.format(n=found.count(), code=run.code)
            raise Incomplete(text, field="outcome")
    by = signed_in(act.actor)
    held.outcome, held.report, held.run, held.reported_by = outcome, said, run, by
    moving.move(held, "report", act, life(), "inspection.moved")
    _put_result(held, f"{outcome}_reported", act, said)
    others = [one.account for one in team(held) if one.account_id != by.pk]
    text = TO_CONFIRM.format(name=_system(held).name)
    tell(others, "inspection.reported", text, link=link(held), at=act.at)
    return held


@transaction.atomic
def confirm(inspection: Inspection, act: Act) -> Inspection:
    """Confirm what another inspector reported; problems become a case and force a new test.

    Raises:
        Forbidden: the person was not drawn, or reported it himself.
        Stale: it moved on.
    """
    verb = f"confirm_{inspection.outcome or CLEAN}"
    held = _begin(inspection, verb, act)
    _check_other(held, act.actor)
    system, case = _system(held), None
    if held.outcome == FAULTY:
        case = observe(
            name=CASE_NAME.format(name=system.name).zh[:200],
            story=held.report,
            department=system.department,
            subject=("system", system.identifier),
            actor=act.actor,
            at=act.at,
        )
        force(moving.locked(system), "lot", held.code, at=act.at, actor=act.actor)
    moving.move(held, verb, act, life(), "inspection.moved", done=act.at, case=case)
    _put_result(held, held.outcome, act)
    keep(system, f"inspected_{held.outcome}", at=act.at, actor=act.actor, reason=held.code)
    return held


@transaction.atomic
def send_back(inspection: Inspection, act: Act, *, reason: str) -> Inspection:
    """Send a report back to who made it.

    Raises:
        Forbidden: the person was not drawn, or reported it himself.
        Stale: it moved on.
        Incomplete: no reason.
    """
    held = _begin(inspection, "send_back", act)
    _check_other(held, act.actor)
    said = needed(reason, field="reason")
    moving.move(held, "send_back", act, life(), "inspection.moved", reason=said, outcome="")
    return held


def end_due(*, now: datetime) -> int:
    """End the plans whose period is over; what was not started is open and entered as such."""
    today = timezone.localdate(now)
    over = list(InspectionPlan.objects.filter(state="drawn", ends__lt=today))
    for plan in over:
        _end(plan, now)
    return len(over)


def full_run(inspection: Inspection) -> Probing | None:
    """Return the newest run since the seal was broken; None unless all that is asked was assessed.

    Several runs may do it together, of which the newest counts for each probe: what lies at rest is
    looked at beside the storage, the rest from outside.
    """
    system = inspection.system
    if system is None or inspection.opened is None:
        return None
    runs = system.probings.filter(state=Probing.State.DONE, begun__gte=inspection.opened)
    seen: dict[str, bool] = {}
    for one in ProbeOutcome.objects.filter(probing__in=runs).order_by("probing__begun", "id"):
        seen[one.probe] = one.checks is not None and one.reason is None
    asked = frozenset().union(*asked_of(about_of(system)).values()) & library().probes.keys()
    whole = asked and all(seen.get(name, False) for name in asked)
    return runs.exclude(origin=Probing.Origin.DAILY).order_by("-begun").first() if whole else None


def check_content(inspection: Inspection) -> bool:
    """Say whether what was sealed is what the commitment stands for."""
    return commit(inspection.sealed, inspection.nonce) == inspection.commitment


def link(inspection: Inspection) -> str:
    """Return the address of its page."""
    return f"/inspections/{inspection.plan.code}/{inspection.number}/"


@transaction.atomic
def _end(plan: InspectionPlan, now: datetime) -> None:
    held = moving.locked(plan)
    if held.state != "drawn":
        return
    for each in held.inspections.filter(state="sealed"):
        row = moving.locked(each)
        act = Act(NOBODY, now, row.version)
        system = _open(row, act)
        moving.move(row, "miss", act, life(), "inspection.moved", system=system, opened=now)
    _reveal(held, Act(NOBODY, now, held.version))


def _reveal(plan: InspectionPlan, act: Act) -> None:
    """Make the draws of a plan public, now that nothing of it is sealed."""
    draws.reveal(plan.code, at=act.at)
    moving.move(plan, "end", Act(act.actor, act.at, plan.version), plan_life(), "inspection.moved")


def _open(held: Inspection, act: Act) -> System:
    """Put on record that the seal is broken, and return which system it is."""
    facts = {
        "concerns": held.plan.code,
        "part": str(held.number),
        "commitment": held.commitment,
        "sha256": sha256_of(held.sealed),
    }
    put("inspection.opened", held.code, at=act.at, facts=facts, sealed={"actor": act.actor.account})
    return System.objects.get(identifier=held.sealed["system"])


def _begin(inspection: Inspection, verb: str, act: Act) -> Inspection:
    held = moving.locked(inspection)
    if not is_drawn(held, act.actor):
        raise Forbidden(NOT_YOURS)
    moving.check_seen(held, life().verbs[verb], act)
    return held


def _check_other(held: Inspection, actor: Actor) -> None:
    if held.reported_by_id == signed_in(actor).pk:
        raise Forbidden(SAME)


def _system(held: Inspection) -> System:
    if held.system is None:
        raise RuntimeError("An inspection that started has a system")
    return held.system


def _put_result(held: Inspection, outcome: str, act: Act, said: str = "") -> None:
    facts = {"outcome": outcome, "sha256": sha256_of(held.report)}
    sealed = {"actor": held.reported_by, "second_actor": None, "reason": said}
    if not said:
        sealed["second_actor"] = act.actor.account
    put("inspection.reported", held.code, at=act.at, facts=facts, sealed=sealed)


def _tell_department(system: System, at: datetime) -> None:
    people = [
        person
        for role in ("head", "system_owner")
        for person in holders(role, today=timezone.localdate(at), organisation=system.department_id)
    ]
    text = STARTED.format(name=system.name)
    tell(people, "inspection.started", text, link=f"/register/{system.code}/", at=at)
