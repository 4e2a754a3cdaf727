"""Tables of a sealed commission, as evidence packages have them: they feed the next evaluation."""

from __future__ import annotations

import json
from datetime import datetime

from django.http import HttpRequest, HttpResponse

from shixiao.effect.fieldtests import rows
from shixiao.exports import Cell, Sheet
from shixiao.records.models import Commission
from shixiao.terms import Text
from shixiao.web.commissions.views import found
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import download
from shixiao.workflows.commissions.protocols import protocol_for
from shixiao.workflows.commissions.sealing import signed_sheets
from shixiao.workflows.commissions.seeing import SEALED, inside
from shixiao.workflows.refusals import NOT_FOUND, Missing

FIELD_TESTS = (
    "test_id",
    "service_id",
    "evaluator_id",
    "channel",
    "item_id",
    "ts",
    "step",
    "passed",
    "minutes",
    "visits",
    "materials_asked",
    "remark",
)
EVALUATORS = ("evaluator_id", "body_id", "tied_to")


def table(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """Give the table ``field_tests`` or ``evaluators`` of a sealed commission."""
    actor = actor_on(request)
    commission = found(actor, code)
    if not inside(actor) or commission.state not in SEALED or name not in TABLES:
        raise Missing(NOT_FOUND)
    heads, lines = TABLES[name]
    return download(Sheet(name, tuple(map(Text.of, heads)), lines(commission)), "csv")


def _field_tests(commission: Commission) -> list[tuple[Cell, ...]]:
    found = []
    for sheet in signed_sheets(commission):
        item = sheet.assignment.item
        document = json.loads(sheet.document)
        for row in rows(document, protocol_for(item), service_id=item.service):
            found.append(tuple(_cell(row[head]) for head in FIELD_TESTS))
    return found


def _evaluators(commission: Commission) -> list[tuple[Cell, ...]]:
    """Return one row a person; the table has room for one tie, so the first stands there."""
    departments = commission.evaluated.select_related("department")
    codes = {str(row.department_id): row.department.code for row in departments}
    people = commission.evaluators.select_related("engagement__body")
    return [
        (person.code, person.engagement.body.code, codes.get(next(iter(person.ties), ""), ""))
        for person in people
    ]


def _cell(value: str | int | datetime | None) -> Cell:
    return value.isoformat() if isinstance(value, datetime) else value


TABLES = {"field_tests": (FIELD_TESTS, _field_tests), "evaluators": (EVALUATORS, _evaluators)}
