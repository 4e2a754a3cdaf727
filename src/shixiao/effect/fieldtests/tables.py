"""Rows of the evidence table ``field_tests``, so that what evaluators met feeds the index."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shixiao.effect.fieldtests.answers import Answer
from shixiao.effect.fieldtests.kinds import Kind, Unit
from shixiao.effect.fieldtests.protocol import Protocol, Step, Value
from shixiao.effect.fieldtests.sheet import answers_of, check_protocol

Row = dict[str, str | int | datetime | None]


def rows(sheet: Mapping[str, Any], protocol: Protocol, *, service_id: str) -> list[Row]:
    """Return one row for each step of which anything was answered.

    A step passed when every question that decides it was answered well; where none decides, it is
    not said whether it passed. The test's number is made of commission, item, mode, audience and
    evaluator, so that a sheet that replaces another takes the place of its rows.

    Args:
        sheet: a score sheet.
        protocol: the protocol of the sheet.
        service_id: the service or app that the opaque item stands for.

    Raises:
        BadInput: it is no sheet, or of another protocol or version.
    """
    check_protocol(sheet, protocol)
    answers = {answer.question: answer for answer in answers_of(sheet)}
    names = ("commission", "item", "mode", "audience", "evaluator")
    head = {
        "test_id": ":".join(str(sheet[name]) for name in names),
        "service_id": service_id,
        "evaluator_id": sheet["evaluator"],
        "channel": sheet["mode"],
        "item_id": sheet["item"],
    }
    found = []
    for step in protocol.steps:
        given = {q.id: answers[q.id] for q in step.questions if q.id in answers}
        if given:
            found.append({**head, **_of_step(step, given)})
    return found


def _of_step(step: Step, answers: Mapping[str, Answer]) -> Row:
    values = {key: answer.value for key, answer in answers.items()}
    decided = [q.score(values[q.id]) == 1 for q in step.questions if q.decides and q.id in values]
    words = [str(values[q.id]) for q in step.questions if q.kind is Kind.TEXT and q.id in values]
    return {
        "ts": max(answer.at for answer in answers.values()),
        "step": step.id,
        "passed": int(all(decided)) if decided else None,
        "minutes": _sum(step, values, Unit.MINUTES),
        "visits": _sum(step, values, Unit.VISITS),
        "materials_asked": _sum(step, values, Unit.MATERIALS),
        "remark": "\n".join(words) or None,
    }


def _sum(step: Step, values: Mapping[str, Value], unit: Unit) -> int | None:
    """Add up what was counted in a unit; None where nobody asked for it."""
    counted = [int(values[q.id]) for q in step.questions if q.unit is unit and q.id in values]
    return sum(counted) if counted else None
