"""Closing a case by its numbers, against them by two people in public, and reopening it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from shixiao.checkup.closing import ClosingPlan
from shixiao.records.models import Account, Case, Finding, Measurement, Step
from shixiao.seals import sha256_of
from shixiao.terms import Text
from shixiao.workflows.actors import NOBODY
from shixiao.workflows.cases.deciding import decision_on
from shixiao.workflows.cases.life import life
from shixiao.workflows.cases.moving import Act, check, check_clock, locked, move
from shixiao.workflows.cases.planning import fix_plan, keep_plan
from shixiao.workflows.leaves import put
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale

PASSED = "passed"
NOT_MEASURED = Text(
    "整改之后还没有通过的复评，不能销号。复评在定下的日期进行，件数不足的继续等。",
    "There is no re-measurement after the correction that passed, so the case cannot be closed."
    " It is taken on the day that was fixed; with too few cases it stays open.",
)
NOT_DECIDED = Text(
    "认定属实的案件，须先作问责决定（不予问责也要写明理由）才能销号。",
    "A substantiated case is closed only after a decision on accountability; “none” is one, with"
    " its reason.",
)
NOT_NOW = Text("复评没有未通过的结果，不必重新整改。", "No re-measurement has failed.")


def last_measurement(case: Case) -> Measurement | None:
    """Return the newest re-measurement since the correction was last reported."""
    return case.measurements.filter(at__gte=case.entered).order_by("at").last()


@transaction.atomic
def record_measurement(
    case: Case,
    detail: Mapping[str, Any],
    *,
    extended: Mapping[str, Any] | None = None,
    at: datetime,
) -> Measurement:
    """Put a re-measurement on record, whatever it says.

    Args:
        case: that waits for it.
        detail: a Remeasurement as JSON.
        extended: the plan of the next day, where there were too few cases.
        at: when it was taken.

    Raises:
        Stale: the case does not wait for one.
        Unavailable: the clock was set back.
    """
    case = locked(case)
    if case.state != "remeasuring":
        raise Stale(NOT_NOW)
    check_clock(case, at)
    digest = sha256_of(dict(detail))
    made = Measurement.objects.create(
        case=case, at=at, outcome=detail["outcome"], result_sha256=digest, detail=detail
    )
    measure = case.plan.detail.get("measure") or case.plan.detail["way"]
    facts = {"measure": measure, "outcome": made.outcome, "result_sha256": digest}
    leaf = put("case.measured", case.code, at=at, facts=facts)
    case.version += 1
    case.save(update_fields=["version"])
    Step.objects.create(
        case=case,
        verb="measure",
        from_state=case.state,
        state=case.state,
        at=at,
        reason=Text.of(detail["says"]).zh,
        due=case.due,
        leaf=leaf,
    )
    if extended is not None:
        keep_plan(case, ClosingPlan.from_json(extended), at=at)
    return made


@transaction.atomic
def again(case: Case, act: Act) -> Step:
    """Send a case whose re-measurement did not pass back to correction, with a new plan."""
    case = locked(case)
    verb = life().verbs["again"]
    check(act, verb, case)
    last = last_measurement(case)
    if last is None or last.outcome != "not_passed":
        raise Stale(NOT_NOW)
    step = move(case, verb, act)
    rounds = case.measurements.filter(outcome="not_passed").count()
    fix_plan(case, at=act.at, round_=rounds + 1)
    return step


def before_closing(case: Case, detail: Mapping[str, Any]) -> None:
    """Refuse to close without numbers that passed and a decision on accountability.

    Raises:
        Incomplete: what is missing.
    """
    del detail
    last = last_measurement(case)
    if last is None or last.outcome != PASSED:
        raise Incomplete(NOT_MEASURED)
    _check_decided(case)


def before_overriding(case: Case, detail: Mapping[str, Any]) -> None:
    """Refuse to override without a decision on accountability.

    Raises:
        Incomplete: there is none.
    """
    del detail
    _check_decided(case)


def close(case: Case, act: Act, second: Account, detail: Mapping[str, Any]) -> Step:
    """Close the case: its numbers passed."""
    del detail
    last = last_measurement(case)
    if last is None:
        raise Incomplete(NOT_MEASURED)
    facts = {"outcome": last.outcome, "result_sha256": last.result_sha256}
    return _end(case, act, second, "close", facts)


def override(case: Case, act: Act, second: Account, detail: Mapping[str, Any]) -> Step:
    """Close the case against the numbers; the reason is public."""
    del detail
    return _end(case, act, second, "override", {})


def _end(case: Case, act: Act, second: Account, verb: str, facts: Mapping[str, Any]) -> Step:
    case.closed = case.published = act.at
    step = move(case, life().verbs[verb], act, second=second, extra=facts)
    if case.finding is not None:
        case.finding.state = Finding.State.FIXED
        case.finding.save(update_fields=["state"])
    return step


@transaction.atomic
def reopen(case: Case, act: Act) -> Step:
    """Reopen a closed case: it relapsed, or an objection was upheld."""
    case = locked(case)
    verb = life().verbs["reopen"]
    check(act, verb, case)
    case.closed, case.corrected, case.reopened = None, None, case.reopened + 1
    step = move(case, verb, act)
    _returned(case)
    return step


@transaction.atomic
def reopen_by_numbers(case: Case, says: Text, *, result_sha256: str, at: datetime) -> Step:
    """Reopen a closed case because its finding came back; nobody's hand is needed.

    Raises:
        Stale: the case is not closed.
    """
    case = locked(case)
    verb = life().verbs["reopen"]
    if case.state not in verb.sources:
        raise Stale(CHANGED)
    case.closed, case.corrected, case.reopened = None, None, case.reopened + 1
    act = Act(NOBODY, at, case.version, {"reason": says.zh})
    step = move(case, verb, act, extra={"result_sha256": result_sha256})
    _returned(case)
    return step


def _returned(case: Case) -> None:
    if case.finding is not None:
        case.finding.state = Finding.State.CASE
        case.finding.returned += 1
        case.finding.save(update_fields=["state", "returned"])


@transaction.atomic
def show(case: Case, act: Act) -> Step:
    """Make a closed case public as a warning."""
    case = locked(case)
    verb = life().verbs["show"]
    check(act, verb, case)
    case.published = act.at
    return move(case, verb, act, extra={"sha256": sha256_of(shown(case))})


def shown(case: Case) -> dict[str, Any]:
    """Return what of a case is public: never a person, always the way it went."""
    return {
        "code": case.code,
        "name": case.name.to_json(),
        "origin": case.origin,
        "outcome": case.outcome,
        "department": case.department.code if case.department else "",
        "steps": [
            {"verb": step.verb, "at": step.at.isoformat(), "state": step.state}
            for step in case.steps.all()
        ],
    }


def _check_decided(case: Case) -> None:
    if case.outcome in {"substantiated", "partly"} and decision_on(case) is None:
        raise Incomplete(NOT_DECIDED)
