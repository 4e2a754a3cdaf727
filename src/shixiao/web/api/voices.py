"""Matters by the API: one or a list, each with its own answer; and how far one's own is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from shixiao.terms import BadInput, Text
from shixiao.voice.handling import Entry
from shixiao.web.api.bearer import admit
from shixiao.web.cases.forms import WRONG_CODE
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.limits import forgive, limit
from shixiao.web.voices.public import MOST_TRIES, TOO_MANY
from shixiao.workflows.refusals import Incomplete, Missing
from shixiao.workflows.voices import saying
from shixiao.workflows.voices.moving import life
from shixiao.workflows.voices.taking import REFUSED, Answer, Came, begin, outer_of, take

SCOPE = "voices"
MOST = 500
FIELDS = ("kind", "text", "title", "service", "department", "place", "group", "contact")
NO_LIST = Text(
    f"应为一件诉求的 JSON 对象，或最多 {MOST} 件的列表。",
    f"The JSON object of one matter is needed, or a list of at most {MOST}.",
)
NO_OBJECT = Text("应为 JSON 对象，各项为文字。", "A JSON object is needed whose values are texts.")
router = Router()


class Words(Schema):
    """A text in both languages."""

    zh: str
    en: str


class RowAnswer(Schema):
    """What became of one matter; ``code`` and ``query`` are for its person."""

    row: int
    state: str = Field(description="taken, again (known, same text) or refused")
    code: str
    query: str
    column: str
    text: Words | None


class BatchAnswer(Schema):
    """What became of a delivery."""

    delivery: str
    taken: int
    again: int
    refused: int
    rows: list[RowAnswer]


class Codes(Schema):
    """By what a matter is followed."""

    number: str
    code: str


class Told(Schema):
    """One step of a matter, as its person was told."""

    at: str
    state: str
    text: Words


class Status(Schema):
    """How far a matter is."""

    number: str
    state: str
    name: Words
    department: Words | None
    due: str | None
    steps: list[Told]


@router.post(
    "",
    response=BatchAnswer,
    url_name="api_voices",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "array",
                        "maxItems": MOST,
                        "items": {
                            "type": "object",
                            "required": ["kind"],
                            "properties": {
                                **{name: {"type": "string"} for name in FIELDS},
                                "number": {"type": "string"},
                                "level": {"type": "integer"},
                            },
                        },
                    }
                }
            },
        }
    },
)
def several(request: HttpRequest) -> Any:
    """Take matters in; what was sent before under the same number is answered as before."""
    admit(request, SCOPE)
    given = _body(request)
    actor, now = actor_on(request), timezone.now()
    delivery = begin("api", actor=actor, at=now)
    whose = str(actor.account.pk) if actor.account else ""
    rows = list(take(delivery, _entries(given, whose, Came(now, actor))))
    return {
        "delivery": delivery.code,
        "taken": delivery.taken,
        "again": delivery.again,
        "refused": delivery.refused,
        "rows": [_answer(each) for each in rows],
    }


@router.post("status", response=Status, url_name="api_voice")
def status(request: HttpRequest, codes: Codes) -> Any:
    """Tell how far a matter is, by receipt number and query code."""
    limit(request, "voice-follow", MOST_TRIES, TOO_MANY)
    row = saying.found(codes.number, codes.code)
    if row is None:
        raise Missing(WRONG_CODE)
    forgive(request, "voice-follow")
    states = life().states
    return {
        "number": row.code,
        "state": row.state,
        "name": states[row.state].name.to_json(),
        "department": row.department.name.to_json() if row.department else None,
        "due": row.due.isoformat() if row.due else None,
        "steps": [
            {"at": each.at.isoformat(), "state": each.state, "text": each.told}
            for each in row.steps.all()
        ],
    }


def _body(request: HttpRequest) -> list[Any]:
    try:
        given = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Incomplete(NO_LIST) from None
    found = [given] if isinstance(given, dict) else given
    if not isinstance(found, list) or not 0 < len(found) <= MOST:
        raise Incomplete(NO_LIST)
    return found


def _entries(
    given: list[Any], whose: str, came: Came
) -> Iterable[tuple[int, Entry | BadInput, Came]]:
    for number, row in enumerate(given, 1):
        if not isinstance(row, dict) or not all(
            isinstance(row.get(name, ""), str) for name in (*FIELDS, "number")
        ):
            yield number, BadInput(NO_OBJECT), came
            continue
        level = row.get("level", 0)
        level = level if isinstance(level, int) and not isinstance(level, bool) else 0
        words = {name: row.get(name, "") for name in FIELDS}
        outer = outer_of(whose, row["number"]) if row.get("number") else ""
        entry = Entry(channel="api", level=level, **words)
        yield number, entry, Came(came.at, came.actor, outer=outer)


def _answer(each: Answer) -> dict[str, Any]:
    return {
        "row": each.row,
        "state": each.state,
        "code": each.code,
        "query": each.query if each.state != REFUSED else "",
        "column": each.column,
        "text": each.text.to_json() if each.text else None,
    }
