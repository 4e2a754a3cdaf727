"""Questions of a protocol as the form shows them, with what was answered so far."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.http import QueryDict

from shixiao.effect.fieldtests import Answer, Audience, Kind, Mode, Protocol, Question
from shixiao.effect.fieldtests.kinds import UNIT_NAMES
from shixiao.records.models import Sheet
from shixiao.terms import Text
from shixiao.web.shell.pages import moment
from shixiao.workflows.fieldwork.answering import Said

YES, NO = "yes", "no"


def steps_of(
    protocol: Protocol, mode: Mode, audience: Audience, draft: Sheet | None
) -> list[dict[str, Any]]:
    """Return the steps with those of their questions that are put, in order."""
    answers: Mapping[str, Any] = draft.answers if draft else {}
    put = {question.id for question in protocol.questions(mode, audience)}
    found = []
    for step in protocol.steps:
        questions = [
            _question(q, mode, answers.get(q.id, {}).get("value"))
            for q in step.questions
            if q.id in put
        ]
        if questions:
            found.append({"name": step.name, "about": step.about, "questions": questions})
    return found


def in_words(
    protocol: Protocol, mode: Mode, answers: Iterable[Answer]
) -> list[tuple[Text, list[dict[str, Any]]]]:
    """Return answers as ``parts.answers`` takes them, step by step."""
    given = {answer.question: answer for answer in answers}
    found = []
    for step in protocol.steps:
        rows = [
            {"name": q.wording(mode), "value": _words(q, given[q.id])}
            for q in step.questions
            if q.id in given
        ]
        if rows:
            found.append((step.name, rows))
    return found


def _words(question: Question, answer: Answer) -> Text:
    value = answer.value
    if question.kind is Kind.YES_NO:
        said = Text("是", "Yes") if value is True else Text("否", "No")
    elif question.kind is Kind.SCALE and isinstance(value, int):
        said = question.anchors[value]
    elif question.unit is not None:
        unit = UNIT_NAMES[question.unit]
        one = unit.en.removesuffix("s") if value == 1 else unit.en
        said = Text(f"{value} {unit.zh}", f"{value} {one}")
    else:
        said = Text.of(str(value))
    at, photos = moment(answer.at), len(answer.photos)
    zh = f"，照片 {photos} 张" if photos else ""
    en = f", {photos} photograph{'s' if photos > 1 else ''}" if photos else ""
    return Text(f"{said.zh}（{at}{zh}）", f"{said.en} ({at}{en})")


def said_in(posted: QueryDict, protocol: Protocol, at: datetime) -> Iterator[Said]:
    """Give the answers of a form sent without JavaScript; their time is that of sending."""
    for question in protocol.all_questions.values():
        if question.id in posted:
            value = _value(question, str(posted[question.id]).strip())
            yield Said(question.id, value, at)


def _value(question: Question, text: str) -> bool | int | str | None:
    if not text:
        return None
    if question.kind is Kind.YES_NO:
        return text == YES
    if question.kind is Kind.TEXT:
        return text
    # What is no number stays as it was written: signing says what is wrong with it.
    return int(text) if text.isdecimal() and len(text) < 10 else text


def _question(question: Question, mode: Mode, value: Any) -> dict[str, Any]:
    chosen = {True: YES, False: NO, None: ""}.get(value, "") if _yes_no(question) else value
    posts = question.goalposts
    return {
        "id": question.id,
        "ask": question.wording(mode),
        "hint": question.hint,
        "kind": str(question.kind),
        "value": "" if chosen is None else chosen,
        "anchors": list(enumerate(question.anchors)),
        "unit": UNIT_NAMES[question.unit] if question.unit else None,
        "most": posts.most if posts else None,
        "required": question.required,
        "photo": question.photo,
        "conditions": json.dumps([each.to_json() for each in question.conditions]),
        "conditional": bool(question.conditions),
    }


def _yes_no(question: Question) -> bool:
    return question.kind is Kind.YES_NO
