"""Sealing: the tests end, what was signed is opened, compared with each other and with the log."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from shixiao.checkup.report.speech import both_days
from shixiao.effect.fieldtests import OVERALL, Agreement, against_log, agreement
from shixiao.records.models import Assignment, Commission, Item, Sheet, Standing
from shixiao.seals import sha256_of
from shixiao.terms import Estimate, Text
from shixiao.workflows import draws
from shixiao.workflows.clock import pack
from shixiao.workflows.commissions.moving import begin, move
from shixiao.workflows.commissions.protocols import case_protocol_of, protocol_of
from shixiao.workflows.commissions.signatures import holds
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.refusals import Stale

DIMENSIONS = ("usefulness", "convenience", "benefit")
SEED = 20260101
MOST_DISPUTED = 5
TOO_EARLY = Text(
    "还有 {n} 项没有签字，体验到 {day} 为止；到期或全部签字后才能封存。",
    "{n} sheets are not signed yet, and tests go on until {day}; scores are sealed once all are"
    " signed or the time is over.",
)
NOTHING = Text(
    "一张签字的评分表都没有，无从封存。", "Not one sheet is signed, so there is nothing to seal."
)
OPENED = Text(
    "对“{name}”的第三方评估已封存评分，请在 {day} 前写部门意见。",
    "The third-party evaluation “{name}” is sealed. Comment for your department by {day}.",
)


@transaction.atomic
def seal(commission: Commission, act: Act) -> Commission:
    """End the tests: scores are final, draws are revealed, departments are asked for comments.

    Raises:
        Stale: sheets are missing and the time is not over, or there is none at all.
    """
    held = begin(commission, "seal", act)
    waiting = Assignment.objects.filter(item__commission=held, state=Assignment.State.OPEN).count()
    if waiting and timezone.localdate(act.at) <= held.ends:
        raise Stale(TOO_EARLY.format(n=waiting, day=both_days(held.ends)))
    sheets = signed_sheets(held)
    if not sheets:
        raise Stale(NOTHING)
    results = results_of(held, sheets)
    cases = sorted({case for sheet in sheets for case in sheet.shopper_cases})
    facts = {
        "result_sha256": results["sha256"],
        "sheets_sha256": sorted(sheet.sha256 for sheet in sheets),
    }
    sealed = {"actor": act.actor.account, "shopper_cases": cases}
    put("commission.sealed", held.code, at=act.at, facts=facts, sealed=sealed)
    draws.reveal(held.code, at=act.at)
    move(held, "seal", act, results=results)
    _tell(held, act)
    return held


def signed_sheets(commission: Commission) -> list[Sheet]:
    """Return the sheets that count, which still are what was signed."""
    rows = Sheet.objects.filter(assignment__item__commission=commission, state=Sheet.State.SIGNED)
    found = rows.select_related(
        "assignment__item__department", "assignment__evaluator__engagement__body", "key"
    )
    return [sheet for sheet in found.order_by("code") if holds(sheet)]


def results_of(commission: Commission, sheets: Sequence[Sheet]) -> dict[str, Any]:
    """Return what the sheets come to: scores beside the log, agreement, what was missing."""
    given = [sheet for sheet in sheets if not sheet.assignment.item.case_id]
    looked = [sheet for sheet in sheets if sheet.assignment.item.case_id]
    assigned = Assignment.objects.filter(item__commission=commission).exclude(
        state__in=(Assignment.State.VOID, Assignment.State.WITHDRAWN)
    )
    review = case_protocol_of(commission)
    found: dict[str, Any] = {
        "services": _services(commission, given),
        "bodies": _bodies(commission, given),
        "agreement": _agreement(agreement(protocol_of(commission), _documents(given), **_draws())),
        "cases": (
            _agreement(agreement(review, _documents(looked), **_draws())) if review else None
        ),
        "sheets": len(sheets),
        "assigned": assigned.count(),
    }
    return found | {"sha256": sha256_of(found)}


def _services(commission: Commission, sheets: Sequence[Sheet]) -> list[dict[str, Any]]:
    """Return each tested service with its scores in points, beside those of the log."""
    tested: dict[str, list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        tested[sheet.assignment.item.service].append(sheet)
    rows = Standing.objects.filter(evaluation=commission.evaluation, kind="service")
    known = {row.subject: row for row in rows.filter(subject__in=tested)}
    items = Item.objects.filter(commission=commission).select_related("department")
    names = {item.service: item for item in items}
    found = []
    for service in sorted(tested):
        marks = [json.loads(sheet.document)["scores"] for sheet in tested[service]]
        tests = {
            name: [None if mark[name] is None else float(mark[name]) for mark in marks]
            for name in (*DIMENSIONS, OVERALL)
        }
        standing = known.get(service)
        logged = _logged(standing) if standing else {}
        compared = against_log(tests, logged, rules=pack())
        item = names[service]
        found.append(
            {
                "service": service,
                "slug": standing.slug if standing else "",
                "name": item.name.to_json(),
                "department": item.department.name.to_json(),
                "tests": len(marks),
                "compared": [
                    {
                        "dimension": str(each.dimension),
                        "field": each.field.to_json(),
                        "log": each.log.to_json(),
                        "difference": each.difference.to_json(),
                        "outcome": str(each.outcome),
                        "says": each.sentence.to_json(),
                    }
                    for each in compared
                ],
            }
        )
    return found


def _bodies(commission: Commission, sheets: Sequence[Sheet]) -> dict[str, Any]:
    """Return for each body α over the items that its people tested, with all who tested them."""
    bodies: dict[str, set[Any]] = defaultdict(set)
    for sheet in sheets:
        bodies[sheet.assignment.evaluator.engagement.body.code].add(sheet.assignment.item_id)
    return {
        body: agreement(
            protocol_of(commission),
            _documents([sheet for sheet in sheets if sheet.assignment.item_id in items]),
            **_draws(),
        ).overall.to_json()
        for body, items in sorted(bodies.items())
    }


def _logged(standing: Standing) -> dict[str, Estimate]:
    """Return the scores of a service by the log: dimension → points."""
    return {
        name: Estimate.from_json(score)
        for name, score in standing.detail.get("scores", {}).items()
        if name in DIMENSIONS
    }


def _agreement(found: Agreement) -> dict[str, Any]:
    return {
        "overall": found.overall.to_json(),
        "dimensions": {name: each.to_json() for name, each in found.dimensions.items()},
        "items": found.items,
        "disputed": [
            {
                "question": each.question.ask.to_json(),
                "difference": round(each.difference, 4),
                "items": each.items,
            }
            for each in found.disputed[:MOST_DISPUTED]
        ],
    }


def _documents(sheets: Sequence[Sheet]) -> list[Mapping[str, Any]]:
    return [json.loads(sheet.document) for sheet in sheets]


def _draws() -> dict[str, int]:
    return {"draws": int(pack().number("E-18")), "seed": SEED}


def _tell(held: Commission, act: Act) -> None:
    """Ask the heads and officers of the evaluated for their comments."""
    today = timezone.localdate(act.at)
    text = OPENED.format(name=held.name, day=both_days(held.due or today))
    for evaluated in held.evaluated.all():
        for role in ("head", "officer"):
            people = holders(role, today=today, organisation=evaluated.department_id)
            tell(people, "commission.seal", text, link=f"/commissions/{held.code}/", at=act.at)
