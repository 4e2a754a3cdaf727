"""Re-measuring the cases whose day has come, each in a child process, on evidence that reaches."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from shixiao.checkup.closing import ClosingPlan
from shixiao.records.models import Case, Evaluation
from shixiao.terms import Text
from shixiao.workflows import activity_maps, evidence_of_sharing, leaving_out
from shixiao.workflows import evidence as evidence_in
from shixiao.workflows.cases.closing import last_measurement, record_measurement
from shixiao.workflows.cases.moving import locked
from shixiao.workflows.cases.planning import closing_plan, touched
from shixiao.workflows.cases.telling import link_of, of_case
from shixiao.workflows.children import run_child
from shixiao.workflows.notices import holders, tell

logger = logging.getLogger("shixiao.remeasuring")
DONE = Text("复评已经作出：{outcome}", "re-measured: {outcome}")
OUTCOMES = {
    "passed": Text("通过", "passed"),
    "not_passed": Text("未通过", "not passed"),
    "insufficient": Text("件数不足，继续等待", "too few cases, it stays open"),
}


def due_cases(today: date) -> QuerySet[Case]:
    """Return the cases whose re-measurement may be taken from today on."""
    return Case.objects.filter(
        state="remeasuring", plan__day__lte=today, plan__by_field_test=False
    ).select_related("plan", "finding__last_seen__evidence")


def remeasure_due(*, now: datetime) -> int:
    """Re-measure every case whose day has come and that has evidence; return how many were."""
    done = 0
    written: dict[tuple[UUID, date | None], dict[str, Any]] = {}
    for case in due_cases(timezone.localdate(now)):
        last = last_measurement(case)
        later = evidence_for(case)
        if later is None:
            continue
        # What was put right by the correction is not held against it; what came since is.
        since = case.corrected if _by_records(case) else None
        asked = (later.evidence.organisation_id, since)
        if asked not in written:
            written[asked] = evidence_of_sharing.keep_rows(later.evidence, at=now, since=since)
        rows = written[asked]
        if last is None or not _seen(last.detail, later, _digest(case, rows)):
            done += remeasure(case, later, rows, now=now)
    return done


def evidence_for(case: Case) -> Evaluation | None:
    """Return the newest evaluation whose evidence reaches past the days that count.

    The site's own records reach up to today, whatever they are laid over.
    """
    plan = closing_plan(case.plan)
    if plan is None or case.finding is None or case.corrected is None:
        return None
    last = plan.after.end if plan.after is not None else case.corrected
    same = Evaluation.objects.filter(
        state=Evaluation.State.DONE,
        evidence__organisation=case.finding.last_seen.evidence.organisation_id,
    )
    if evidence_of_sharing.rests_on_records(case.finding):
        return same.order_by("-asked").first()
    return same.filter(last_day__gte=last).order_by("-last_day", "-asked").first()


def remeasure(case: Case, later: Evaluation, rows: Mapping[str, Any], *, now: datetime) -> bool:
    """Take one re-measurement; False where the child told of a problem, which is logged.

    False too where somebody moved the case meanwhile: what was measured is then not what is asked.

    Args:
        case: which.
        later: the evaluation whose evidence is measured again.
        rows: what ``evidence_of_sharing.keep_rows`` kept of the records as they are now.
        now: when.
    """
    plan = closing_plan(case.plan)
    if plan is None or case.finding is None or case.corrected is None:
        return False
    digest = leaving_out.keep_list(at=now)
    with leaving_out.laid_open(digest, _place(case)) as left_out:
        outcome = run_child(_job(case, plan, later, rows, now, left_out), folder=_place(case))
    if "remeasured" not in outcome:
        problem = outcome.get("bad") or outcome.get("failed") or {}
        logger.error("case %s was not re-measured: %s", case.code, problem.get("en", "ended"))
        return False
    detail = outcome["remeasured"] | {"evidence": later.evidence.sha256}
    detail |= {"left_out": digest} if digest else {}
    detail |= {"site_rows": rows["sha256"]} if rows else {}
    return _on_record(case, detail, outcome["extended"], now)


@transaction.atomic
def _on_record(
    case: Case, detail: dict[str, Any], extended: dict[str, Any] | None, now: datetime
) -> bool:
    if locked(case).version != case.version:
        logger.info("case %s moved while it was re-measured", case.code)
        return False
    measurement = record_measurement(case, detail, extended=extended, at=now)
    what = DONE.format(outcome=OUTCOMES[measurement.outcome])
    told = [case.handler] if case.handler else []
    told += holders("inspector", today=timezone.localdate(now))
    tell(told, "case.measured", of_case(case, what), link=link_of(case), at=now)
    return True


def _job(
    case: Case,
    plan: ClosingPlan,
    later: Evaluation,
    rows: Mapping[str, Any],
    now: datetime,
    left_out: str | None,
) -> dict[str, Any]:
    earlier = case.finding.last_seen if case.finding else later
    return {
        "kind": "remeasure",
        "plan": plan.to_json(),
        "paths": [str(path) for path in evidence_in.paths_of(later.evidence)],
        "earlier": [str(path) for path in evidence_in.paths_of(earlier.evidence)],
        "activity_map": activity_maps.asked_path(later),
        "earlier_map": activity_maps.asked_path(earlier),
        "left_out": left_out,
        "site_rows": evidence_of_sharing.rows_of({evidence_of_sharing.SITE_ROWS: rows}),
        "earlier_rows": evidence_of_sharing.rows_of(earlier.question),
        "by_records": bool(rows) and _by_records(case),
        "seed": later.seed,
        "on": timezone.localdate(now).isoformat(),
        "corrected": case.corrected.isoformat() if case.corrected else "",
        "touched": [list(key) for key in touched(besides=case)],
    }


def _place(case: Case) -> Path:
    return Path(settings.SITE.data) / "jobs" / case.code


def _by_records(case: Case) -> bool:
    return case.finding is not None and evidence_of_sharing.rests_on_records(case.finding)


def _digest(case: Case, rows: Mapping[str, Any]) -> str | None:
    """Return the hash of the records where the finding rests on them; None where it does not."""
    return rows.get("sha256") if _by_records(case) else None


def _seen(detail: dict[str, Any], later: Evaluation, records: str | None) -> bool:
    """True where the last re-measurement was taken on this very evidence, records included."""
    if records is not None and detail.get("site_rows") != records:
        return False
    return bool(detail.get("evidence") == later.evidence.sha256)
