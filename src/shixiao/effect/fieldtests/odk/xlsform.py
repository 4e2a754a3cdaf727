"""A protocol as an XLSForm: the workbook from which ODK, Kobo and Ona make a form for phones.

Each answer gets a time of its own: a calculation ``now()`` that the question triggers, so that it
is taken anew whenever the answer changes (Collect from 1.24, pyxform from 1.2). ``once(now())``
would not do: without a trigger ``now()`` is taken once for the whole form. Source: xlsform.org, and
docs.getodk.org, Form Logic, “Triggering calculations on value change”.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shixiao.effect.fieldtests.answers import LONGEST_WORDS, check_setting
from shixiao.effect.fieldtests.kinds import (
    AUDIENCE_NAMES,
    MODE_NAMES,
    Audience,
    Kind,
    Mode,
)
from shixiao.effect.fieldtests.odk.names import (
    ABOUT,
    AT,
    AUDIENCE,
    CODE,
    CODE_PATTERN,
    END,
    EVALUATOR,
    FORM,
    ITEM,
    MODE,
    NO,
    PHOTO,
    PROTOCOL,
    SHA256,
    START,
    STEP,
    VERSION,
    YES,
)
from shixiao.effect.fieldtests.protocol import Condition, Protocol, Question, Step
from shixiao.exports import Cell, Sheet, workbook
from shixiao.terms import BadInput, Text

CHINESE, ENGLISH = "中文 (zh)", "English (en)"
_TRANSLATED = ("label", "hint", "required_message", "constraint_message")
_PLAIN = ("required", "constraint", "relevant", "calculation", "trigger", "parameters")
COLUMNS = (
    "type",
    "name",
    *(f"{column}::{language}" for column in _TRANSLATED for language in (CHINESE, ENGLISH)),
    *_PLAIN,
)
CHOICES = ("list_name", "name", f"label::{CHINESE}", f"label::{ENGLISH}")
SETTINGS = ("form_title", "form_id", "version", "default_language", "instance_name")
PIXELS = "max-pixels=2048"  # enough to read a screen, little enough for a phone to send
_FORM_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_VERSION = re.compile(r"[A-Za-z0-9._-]{1,64}")
_YES_NO = {YES: Text("是", "Yes"), NO: Text("否", "No")}
_REQUIRED = Text("请回答这一问。", "Please answer this question.")
_WHOLE = Text("请填 0 至 {most} 的整数。", "Give a whole number from 0 to {most}.")
_WORDS = Text("不超过 {most} 字。", "At most {most} characters.")
_CODE_WORDS = Text(
    "只用字母、数字、点、横线、下划线。", "Letters, digits, dots, dashes, underscores."
)
_BEGIN = Text("开始：{mode}，面向{audience}", "Begin: {mode}, for {audience}")
_EVALUATOR = Text("您的评估员代码", "Your evaluator code")
_ITEM = Text("体验哪一项？", "Which item do you try?")
_PHOTO = Text("照片（可不附）：{ask}", "Photo (optional): {ask}")
_PHOTO_HINT = Text("不要拍到他人的脸、证件和号码。", "No faces, papers or numbers of other people.")
Row = Mapping[str, str | Text]


@dataclass(frozen=True, slots=True)
class Item:
    """What may be tried with the form: its opaque code, and what the evaluator sees."""

    code: str
    label: Text


def xlsform(
    protocol: Protocol,
    *,
    mode: Mode,
    audience: Audience,
    form_id: str,
    version: str,
    items: Sequence[Item],
) -> bytes:
    """Return the XLSX workbook of a protocol for one mode and audience.

    Args:
        protocol: the protocol.
        mode: how services are tried with this form.
        audience: for whom.
        form_id: id of the form on the server.
        version: version of the form on the server; another for every export that differs.
        items: what may be tried with it.

    Raises:
        BadInput: the protocol does not know mode or audience, or an id, a version or an item cannot
            be used.
    """
    _check(protocol, mode, audience, form_id, version, items)
    heads = tuple(map(Text.of, COLUMNS))
    survey = [_cells(row) for row in _survey(protocol, mode, audience, form_id)]
    title = f"{protocol.name.zh} · {protocol.name.en}"
    settings = [(title, form_id, version, CHINESE, f"concat(${{{ITEM}}}, ' ', ${{{START}}})")]
    return workbook(
        [
            Sheet("survey", heads, survey),
            Sheet(
                "choices", tuple(map(Text.of, CHOICES)), _choices(protocol, mode, audience, items)
            ),
            Sheet("settings", tuple(map(Text.of, SETTINGS)), settings),
        ]
    )


def _survey(protocol: Protocol, mode: Mode, audience: Audience, form_id: str) -> Iterator[Row]:
    yield {"type": "start", "name": START}
    yield {"type": "end", "name": END}
    yield {"type": "audit", "name": "audit", "parameters": "track-changes=true"}
    for name, value in {
        PROTOCOL: protocol.id,
        VERSION: protocol.version,
        SHA256: protocol.sha256,
        MODE: str(mode),
        AUDIENCE: str(audience),
        FORM: form_id,
    }.items():
        yield {"type": "calculate", "name": name, "calculation": f"'{value}'"}
    begin = _BEGIN.format(mode=MODE_NAMES[mode], audience=AUDIENCE_NAMES[audience])
    yield {"type": "begin_group", "name": f"{STEP}begin__", "label": begin}
    yield {
        "type": "text",
        "name": EVALUATOR,
        "label": _EVALUATOR,
        **_must(),
        "constraint": f"regex(., '^{CODE_PATTERN}$')",
        "constraint_message": _CODE_WORDS,
    }
    yield {"type": "select_one items", "name": ITEM, "label": _ITEM, **_must()}
    yield {"type": "end_group"}
    possible = protocol.questions(mode, audience)
    for step in protocol.steps:
        questions = [question for question in step.questions if question in possible]
        if questions:
            yield from _step(step, questions, mode)


def _step(step: Step, questions: Sequence[Question], mode: Mode) -> Iterator[Row]:
    relevant = _relevant(step.conditions)
    yield {"type": "begin_group", "name": STEP + step.id, "label": step.name, "relevant": relevant}
    yield {"type": "note", "name": ABOUT + step.id, "label": step.about}
    for question in questions:
        yield from _question(question, mode)
    yield {"type": "end_group"}


def _question(question: Question, mode: Mode) -> Iterator[Row]:
    relevant = _relevant(question.conditions)
    ask, this = question.wording(mode), f"${{{question.id}}}"
    kinds = {
        Kind.YES_NO: "select_one yes_no",
        Kind.SCALE: f"select_one scale_{question.id}",
        Kind.NUMBER: "integer",
        Kind.TEXT: "text",
    }
    row: dict[str, str | Text] = {
        "type": kinds[question.kind],
        "name": question.id,
        "label": ask,
        "relevant": relevant,
        **(_must() if question.required else {}),
        **_constraint(question),
    }
    if question.hint is not None:
        row["hint"] = question.hint
    yield row
    yield {
        "type": "calculate",
        "name": question.id + AT,
        "relevant": relevant,
        "calculation": "now()",
        "trigger": this,
    }
    if question.photo:
        yield {
            "type": "image",
            "name": question.id + PHOTO,
            "label": _PHOTO.format(ask=ask),
            "hint": _PHOTO_HINT,
            "relevant": " and ".join(filter(None, (relevant, f"{this} != ''"))),
            "parameters": PIXELS,
        }


def _constraint(question: Question) -> dict[str, str | Text]:
    if question.goalposts is not None:
        most = question.goalposts.most
        return {
            "constraint": f". >= 0 and . <= {most}",
            "constraint_message": _WHOLE.format(most=most),
        }
    if question.kind is Kind.TEXT:
        return {
            "constraint": f"string-length(.) <= {LONGEST_WORDS}",
            "constraint_message": _WORDS.format(most=LONGEST_WORDS),
        }
    return {}


def _relevant(conditions: Sequence[Condition]) -> str:
    return " and ".join(
        f"${{{one.question}}} = '{YES if one.equals else NO}'"
        if one.at_least is None
        else f"${{{one.question}}} >= {one.at_least}"
        for one in conditions
    )


def _must() -> dict[str, str | Text]:
    return {"required": YES, "required_message": _REQUIRED}


def _cells(row: Row) -> tuple[Cell, ...]:
    """Lay a row out in columns; what is said in words takes one for each language."""
    found: dict[str, str] = {}
    for key, value in row.items():
        if isinstance(value, Text):
            found |= {f"{key}::{CHINESE}": value.zh, f"{key}::{ENGLISH}": value.en}
        else:
            found[key] = value
    return tuple(found.get(column) or None for column in COLUMNS)


def _choices(
    protocol: Protocol, mode: Mode, audience: Audience, items: Sequence[Item]
) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = [
        ("yes_no", name, text.zh, text.en) for name, text in _YES_NO.items()
    ]
    for question in protocol.questions(mode, audience):
        rows += [
            (f"scale_{question.id}", str(level), f"{level} · {text.zh}", f"{level} · {text.en}")
            for level, text in enumerate(question.anchors)
        ]
    rows += [("items", item.code, item.label.zh, item.label.en) for item in items]
    return rows


def _check(
    protocol: Protocol,
    mode: Mode,
    audience: Audience,
    form_id: str,
    version: str,
    items: Sequence[Item],
) -> None:
    check_setting(protocol, mode, audience)
    if not _FORM_ID.fullmatch(form_id) or not _VERSION.fullmatch(version):
        raise BadInput(
            Text(
                f"表单编号“{form_id[:40]}”或版本“{version[:40]}”不可用；"
                "只用字母、数字、点、横线、下划线，编号以字母开头。",
                f"the form id “{form_id[:40]}” or the version “{version[:40]}” cannot be used:"
                " letters, digits, dots, dashes and underscores, and a letter first in the id",
            )
        )
    if not items:
        raise BadInput(
            Text(
                "没有可体验的项目；至少给出一项。",
                "there is nothing to try; give one item at least",
            )
        )
    seen: set[str] = set()
    for item in items:
        if not CODE.fullmatch(item.code) or item.code in seen:
            raise BadInput(
                Text(
                    f"项目代码“{item.code[:40]}”重复或不可用；只用字母、数字、点、横线、下划线。",
                    f"the item code “{item.code[:40]}” is given twice or cannot be used: letters,"
                    " digits, dots, dashes and underscores",
                )
            )
        seen.add(item.code)
        if "${" in item.label.zh + item.label.en:
            raise BadInput(
                Text(
                    f"项目 {item.code} 的名称含有“${{”；请去掉。",
                    f"the name of item {item.code} holds “${{”; take it out",
                )
            )
