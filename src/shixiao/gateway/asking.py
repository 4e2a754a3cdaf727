"""What a request asks: a look-up, a verification or a chunk of a batch, read strictly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from shixiao.gateway.refusals import Refused
from shixiao.sharing.grants import Mode

LONGEST = 200  # characters of a text
FORMATS = ("csv", "parquet")
_WANTED = {
    Mode.LOOKUP: {"purpose", "case", "key"},
    Mode.VERIFY: {"purpose", "case", "key", "values"},
    Mode.BATCH: {"purpose", "case"},
}
_ALSO = {Mode.BATCH: {"cursor", "format", "rows"}}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes:
        purpose: id.
        case: id.
        key: by which the person is looked up; empty for a batch.
        values: to verify, by field.
        cursor: where a batch goes on; empty for its beginning.
        format: of a batch.
        rows: of a chunk, at most; 0 for as many as the grant allows.
    """

    purpose: str
    case: str
    key: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    cursor: str = ""
    format: str = "csv"
    rows: int = 0


def read_question(body: bytes, mode: Mode) -> Question:
    """Read the content of a request.

    Raises:
        Refused: it is not what the mode asks with.
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused("body") from None
    if not isinstance(value, dict):
        raise Refused("body")
    names = value.keys()
    if not _WANTED[mode] <= names or names - _WANTED[mode] - _ALSO.get(mode, set()):
        raise Refused("body")
    for name in names - {"values", "rows"}:
        _check(
            value[name], empty=name == "cursor", longest=LONGEST * (10 if name == "cursor" else 1)
        )
    if mode is Mode.VERIFY:
        _check_values(value["values"])
    rows = value.get("rows", 0)
    if type(rows) is not int or not 0 <= rows < 1 << 31:
        raise Refused("body")
    if value.get("format", "csv") not in FORMATS:
        raise Refused("body")
    return Question(**value)


def _check(text: object, *, empty: bool = False, longest: int = LONGEST) -> None:
    if not isinstance(text, str) or len(text) > longest or not (text or empty):
        raise Refused("body")
    if not text.isprintable() and text:  # also lone surrogates, which UTF-8 cannot say
        raise Refused("body")


def _check_values(values: object) -> None:
    if not isinstance(values, dict) or not values:
        raise Refused("body")
    for name, value in values.items():
        _check(name)
        _check(value)
