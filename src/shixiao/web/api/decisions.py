"""Taking decisions in: one, a batch, or a file; every row has its own answer.

A row that is refused does not hold up the others. What was sent before is answered as before, with
the same receipt number and query code for the person.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import File, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from shixiao.fairness.decisions import FIELDS, Record, read_file, read_row
from shixiao.records.models import DecisionDelivery, System
from shixiao.terms import BadInput, Text
from shixiao.web.api.bearer import admit
from shixiao.web.results.reading import actor_on
from shixiao.web.shell import uploads
from shixiao.workflows.decisions import laying, taking
from shixiao.workflows.decisions.codes import query_of
from shixiao.workflows.decisions.taking import REFUSED, Answer
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing

SCOPE = "decisions"
MOST_ROWS, MOST_REFUSALS, PAGE = 1_000, 1_000, 1_000
ENDINGS = (".ndjson", ".jsonl", ".csv", ".parquet")
NO_LIST = Text(
    f"应为最多 {MOST_ROWS:,} 件决定的 JSON 列表；更多的请用文件报送。",
    f"A JSON list of at most {MOST_ROWS:,} decisions is needed; send more as a file.",
)
NO_OBJECT = Text("应为一件决定的 JSON 对象。", "The JSON object of one decision is needed.")
NO_FILE = Text("请在 decisions 一项附上文件。", "Attach the file as the field decisions.")
TOO_LARGE = Text(
    f"文件超过 {uploads.USUAL >> 20} MB，没有收下；请分批报送。",
    f"The file is larger than {uploads.USUAL >> 20} MB and was not taken; send it in parts.",
)
WRONG_KIND = Text("请送 NDJSON、CSV 或 Parquet 文件。", "Send a file of NDJSON, CSV or Parquet.")
DECISION = {
    "type": "object",
    "required": ["decision_id", "version", "ts", "final"],
    "properties": {name: {} for name in sorted(FIELDS)},
    "additionalProperties": False,
}


def _takes(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the description of a body that is read row by row, and not by its framework."""
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


router = Router()


class Words(Schema):
    """A text in both languages."""

    zh: str
    en: str


class RowAnswer(Schema):
    """What became of one row; ``receipt`` and ``query`` are for the person."""

    row: int
    number: str
    state: str = Field(description="taken, again (known, same content) or refused")
    column: str = Field(description="which part is wrong or to be noted; empty for none")
    text: Words | None
    receipt: str
    query: str
    late: bool


class BatchAnswer(Schema):
    """What became of a delivery; ``rows`` are all of a batch, of a file those refused."""

    delivery: str
    taken: int
    again: int
    refused: int
    late: int
    rows: list[RowAnswer]


class CodesAnswer(Schema):
    """Receipt numbers and query codes of what a delivery took."""

    count: int
    page: int
    items: list[dict[str, str]] = Field(description="number, receipt and query of each")


@router.post(
    "{identifier}",
    response=RowAnswer,
    url_name="api_decision",
    openapi_extra=_takes(DECISION),
)
def one(request: HttpRequest, identifier: str) -> Any:
    """Take one decision in."""
    admit(request, SCOPE)
    system, given = _system(identifier), _body(request)
    if not isinstance(given, Mapping):
        raise Incomplete(NO_OBJECT)
    _, answers = _take(request, system, "POST", [given])
    return answers[0]


@router.post(
    "{identifier}/batch",
    response=BatchAnswer,
    url_name="api_decision_batch",
    openapi_extra=_takes({"type": "array", "maxItems": MOST_ROWS, "items": DECISION}),
)
def batch(request: HttpRequest, identifier: str) -> Any:
    """Take a batch in; the answers are in the order of the rows."""
    admit(request, SCOPE)
    system, given = _system(identifier), _body(request)
    if not isinstance(given, list) or not 0 < len(given) <= MOST_ROWS:
        raise Incomplete(NO_LIST)
    delivery, answers = _take(request, system, "batch", given)
    return _told(delivery, answers)


@router.post("{identifier}/file", response=BatchAnswer, url_name="api_decision_file")
def file(request: HttpRequest, identifier: str, decisions: File[UploadedFile | None] = None) -> Any:
    """Take a file in, row by row; of its answers those refused are listed, a thousand at most."""
    admit(request, SCOPE)
    system, now, actor = _system(identifier), timezone.now(), actor_on(request)
    if uploads.refused(request):
        raise BadInput(TOO_LARGE)
    if decisions is None:
        raise BadInput(NO_FILE)
    name = Path(decisions.name or "").name[:200]
    if Path(name).suffix.lower() not in ENDINGS:
        raise BadInput(WRONG_KIND)
    delivery = taking.begin(system, name=name, actor=actor, at=now)
    refused: list[dict[str, Any]] = []
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"decisions{Path(name).suffix.lower()}"
        with path.open("wb") as kept:
            for chunk in decisions.chunks():
                kept.write(chunk)
        rows = read_file(
            path, name=name, now=now, zone=taking.zone(), tables=laying.tables_of(system)
        )
        for answer in taking.take(delivery, rows, actor=actor, at=now):
            if answer.state == REFUSED and len(refused) < MOST_REFUSALS:
                refused.append(_row(answer))
    return _told(delivery, refused)


@router.get("deliveries/{delivery}", response=CodesAnswer, url_name="api_decision_delivery")
def codes(request: HttpRequest, delivery: str, page: int = 1) -> Any:
    """Receipt numbers and query codes of what a delivery took, a thousand a page."""
    admit(request, SCOPE)
    found = DecisionDelivery.objects.filter(code=delivery).select_related("system").first()
    if found is None:
        raise Missing(NOT_FOUND)
    check(actor_on(request), "decision.deliver", found)
    rows = found.decisions.order_by("id").only("number", "code", "turn")
    start = (max(page, 1) - 1) * PAGE
    name = found.system.identifier
    items = [
        {"number": row.number, "receipt": row.code, "query": query_of(name, row.number, row.turn)}
        for row in rows[start : start + PAGE]
    ]
    return {"count": found.taken, "page": max(page, 1), "items": items}


def _take(
    request: HttpRequest, system: System, name: str, given: Iterable[object]
) -> tuple[DecisionDelivery, list[dict[str, Any]]]:
    now, actor = timezone.now(), actor_on(request)
    delivery = taking.begin(system, name=name, actor=actor, at=now)

    def rows() -> Iterator[tuple[int, Record | BadInput]]:
        for number, each in enumerate(given, 1):
            whole = {"system_id": system.identifier, **each} if isinstance(each, Mapping) else each
            yield number, read_row(whole, now=now, zone=taking.zone())

    return delivery, [_row(each) for each in taking.take(delivery, rows(), actor=actor, at=now)]


def _row(answer: Answer) -> dict[str, Any]:
    same = ("row", "number", "state", "column", "receipt", "query", "late")
    text = answer.text.to_json() if answer.text else None
    return {name: getattr(answer, name) for name in same} | {"text": text}


def _told(delivery: DecisionDelivery, rows: list[dict[str, Any]]) -> dict[str, Any]:
    counts = {name: getattr(delivery, name) for name in ("taken", "again", "refused", "late")}
    return {"delivery": delivery.code, **counts, "rows": rows}


def _system(identifier: str) -> System:
    found = System.objects.filter(identifier=identifier).select_related("department").first()
    if found is None:
        raise Missing(NOT_FOUND)
    return found


def _body(request: HttpRequest) -> object:
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        raise Incomplete(NO_OBJECT) from None
