"""The score sheet: one test as a document that the evaluator signs.

Its bytes are canonical JSON (seals.canonical). It holds texts, whole numbers, truth values and null
alone, and keys in ASCII: JavaScript's ``JSON`` writes those exactly as Python does, while it would
write 1.0 as 1. Scores are therefore texts of four decimals. The server sends the canonical text,
and the browser signs its bytes (seals.signing).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from shixiao.effect.fieldtests.answers import Answer, check_answers
from shixiao.effect.fieldtests.kinds import Audience, Mode
from shixiao.effect.fieldtests.protocol import Protocol
from shixiao.effect.fieldtests.scoring import scores
from shixiao.seals import canonical_json, sha256_of
from shixiao.terms import BadInput, Text

SCHEMA = "shixiao/score-sheet/1"
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_NO_SHEET = Text(
    "这不是评分表，或缺少内容；请用本平台生成的文件。",
    "this is no score sheet, or parts of it are missing; take the file that Shixiao made",
)
_OTHER_PROTOCOL = Text(
    "评分表用的不是这份测试方案或这个版本；请用 {name} {version}（{sha256}）。",
    "the sheet is of another protocol or another version; this is {name} {version} ({sha256})",
)
_CHANGED = Text(
    "评分表的内容与按答案重新计算的不一致，可能被改动过；请从原处重新取得。",
    "the sheet is not what its answers give when it is made anew; it may have been changed. Get it"
    " again from where it came",
)


def sheet(
    protocol: Protocol,
    *,
    mode: Mode,
    audience: Audience,
    commission: str,
    item: str,
    evaluator: str,
    started: datetime,
    finished: datetime,
    answers: Sequence[Answer],
    now: datetime,
    previous: str | None = None,
) -> dict[str, Any]:
    """Return the score sheet of one test.

    Args:
        protocol: the protocol by which it was done.
        mode: how the service was tried.
        audience: for whom.
        commission: code of the commission under which it was done.
        item: opaque code of what was tried.
        evaluator: opaque code of who tried it.
        started: when it began, with its zone; the sheet keeps whole seconds in UTC.
        finished: when it ended.
        answers: in the order in which they were given.
        now: what the clock says.
        previous: SHA-256 of the sheet that this one replaces.

    Raises:
        BadInput: a code or hash is none, or the answers do not pass ``check_answers``.
    """
    check_answers(protocol, mode, audience, answers, started=started, finished=finished, now=now)
    if previous is not None and not _SHA256.fullmatch(previous):
        raise BadInput(
            Text(
                "被替换的评分表应以 SHA-256 指明。",
                "the sheet that is replaced is named by its SHA-256",
            )
        )
    return {
        "schema": SCHEMA,
        "commission": _code(commission),
        "item": _code(item),
        "evaluator": _code(evaluator),
        "protocol": {
            "id": protocol.id,
            "version": protocol.version,
            "sha256": protocol.sha256,
        },
        "mode": str(mode),
        "audience": str(audience),
        "started": _moment(started),
        "finished": _moment(finished),
        "answers": [
            {
                "question": answer.question,
                "value": answer.value,
                "at": _moment(answer.at),
                "photos": list(answer.photos),
            }
            for answer in answers
        ],
        "scores": {key: _decimal(value) for key, value in scores(protocol, answers).items()},
        "previous": previous,
    }


def sheet_text(document: Mapping[str, Any]) -> str:
    """Return the canonical text of a sheet, of which the UTF-8 bytes are signed."""
    return canonical_json(dict(document)).decode()


def sheet_sha256(document: Mapping[str, Any]) -> str:
    """Return the hash by which another sheet names this one as replaced."""
    return sha256_of(dict(document))


def answers_of(document: Mapping[str, Any]) -> tuple[Answer, ...]:
    """Return the answers that a sheet holds.

    Raises:
        BadInput: it is no sheet.
    """
    try:
        return tuple(
            Answer(
                str(entry["question"]),
                entry["value"],
                _read_moment(entry["at"]),
                tuple(str(photo) for photo in entry["photos"]),
            )
            for entry in document["answers"]
        )
    except (KeyError, TypeError, ValueError):
        raise BadInput(_NO_SHEET) from None


def scores_of(document: Mapping[str, Any]) -> dict[str, float | None]:
    """Return the scores that a checked sheet holds, as numbers."""
    given = document["scores"].items()
    return {key: None if score is None else float(score) for key, score in given}


def check_sheet(document: object, protocol: Protocol, *, now: datetime) -> None:
    """Make a sheet that came from elsewhere anew from its answers, and compare.

    Raises:
        BadInput: it is no sheet, of another protocol or version, its answers do not pass, or it
            says something else than its answers.
    """
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise BadInput(_NO_SHEET)
    check_protocol(document, protocol)
    try:
        anew = sheet(
            protocol,
            mode=Mode(document["mode"]),
            audience=Audience(document["audience"]),
            commission=document["commission"],
            item=document["item"],
            evaluator=document["evaluator"],
            started=_read_moment(document["started"]),
            finished=_read_moment(document["finished"]),
            answers=answers_of(document),
            now=now,
            previous=document["previous"],
        )
        equal = canonical_json(anew) == canonical_json(document)
    except (KeyError, TypeError, ValueError):
        raise BadInput(_NO_SHEET) from None
    if not equal:
        raise BadInput(_CHANGED)


def check_protocol(document: Mapping[str, Any], protocol: Protocol) -> None:
    """Check that a sheet was made by this protocol in this version.

    Raises:
        BadInput: it was not.
    """
    wanted = {"id": protocol.id, "version": protocol.version, "sha256": protocol.sha256}
    if document.get("protocol") != wanted:
        raise BadInput(
            _OTHER_PROTOCOL.format(
                name=protocol.name, version=protocol.version, sha256=protocol.sha256[:12]
            )
        )


def _code(value: str) -> str:
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise BadInput(
            Text(
                "委托、项目和评估员以代码表示：字母、数字、点、横线、下划线，不超过 64 个字符。",
                "commission, item and evaluator are codes: letters, digits, dots, dashes and"
                " underscores, at most 64",
            )
        )
    return value


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _read_moment(text: str) -> datetime:
    if not _TIME.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text)


def _decimal(score: float | None) -> str | None:
    return None if score is None else f"{score:.4f}"
