"""Planning how a case will be closed, when it is filed: measure, day, least number, one version."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from shixiao.checkup.closing import ClosingPlan, Readings, SubjectKey, plan_closing
from shixiao.records.models import Case, Evaluation, Plan
from shixiao.terms import Period, Text
from shixiao.workflows.cases.life import life
from shixiao.workflows.clock import due_day, pack
from shixiao.workflows.evaluations import folder_of
from shixiao.workflows.leaves import put

# The periods that a case runs through from filing to the report of the correction.
STAGES = ("filed", "checking", "proposed", "found", "correcting")
NO_NUMBERS = Text(
    "这件案件不是由数字立起的，没有可以复评的度量，须经抽签的实测销号",
    "this case was not opened by numbers, so there is no measure to take again; a drawn field test"
    " closes it",
)


def fix_plan(case: Case, *, at: datetime, round_: int = 1) -> Plan:
    """Fix how the case will be closed, and put it on record; the caller holds the transaction."""
    found = _by_numbers(case, at, round_)
    if found is None:
        detail: dict[str, Any] = {"why": NO_NUMBERS.to_json(), "way": "field_test"}
        plan, _ = Plan.objects.update_or_create(
            case=case, defaults={"detail": detail, "by_field_test": True, "fixed": at}
        )
        return plan
    return keep_plan(case, found, at=at)


def keep_plan(case: Case, found: ClosingPlan, *, at: datetime) -> Plan:
    """Keep a plan as the one that the case is closed by, and put it on record."""
    plan, _ = Plan.objects.update_or_create(
        case=case,
        defaults={
            "detail": found.to_json(),
            "day": found.day,
            "minimum": found.minimum,
            "by_field_test": found.by_field_test,
            "fixed": at,
        },
    )
    facts = {
        "measure": found.target.measure,
        "day": found.day.isoformat() if found.day else "",
        "minimum": found.minimum,
        "rules_sha256": found.rules_sha256,
        "code_version": found.code_version,
    }
    if not found.by_field_test:
        put("case.planned", case.code, at=at, facts=facts)
    return plan


def result_of(evaluation: Evaluation) -> dict[str, Any]:
    """Return the result of an evaluation."""
    text = (folder_of(evaluation) / "result.json").read_text("utf-8")
    result: dict[str, Any] = json.loads(text)
    return result


def closing_plan(plan: Plan) -> ClosingPlan | None:
    """Return the plan as it can be carried out; None where a field test closes the case."""
    return None if plan.by_field_test else ClosingPlan.from_json(plan.detail)


def touched(*, besides: Case | None = None) -> list[SubjectKey]:
    """Return the subjects that somebody is correcting or has corrected: they are no peers."""
    at_work = Q(closed__isnull=True) | Q(corrected__isnull=False)
    at_work &= ~Q(state__in=("lead", "dropped"))
    cases = Case.objects.filter(at_work, finding__isnull=False).exclude(
        state__in=("lead", "dropped")
    )
    if besides is not None:
        cases = cases.exclude(pk=besides.pk)
    return sorted(set(cases.values_list("subject_kind", "subject")))


def _by_numbers(case: Case, at: datetime, round_: int) -> ClosingPlan | None:
    finding = case.finding
    if finding is None:
        return None
    evaluation = finding.last_seen
    sighting = finding.sightings.get(evaluation=evaluation)
    today = timezone.localdate(at)
    last = evaluation.last_day or today
    earlier = Period(min(evaluation.first_day or last, last), last)
    return plan_closing(
        sighting.detail,
        Readings.of_result(result_of(evaluation)),
        earlier=earlier,
        corrected_by=corrected_by(today),
        rules=pack(),
        touched=touched(besides=case),
        round=round_,
    )


def corrected_by(start: date) -> date:
    """Return the day by which a case filed on this day has to be corrected, by all its periods."""
    day = start
    for state in STAGES:
        day = due_day(life().states[state].rule, day) or day
    return day
