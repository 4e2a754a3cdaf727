"""What a request asks: a look-up, a verification or a chunk of a batch, read strictly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from shixiao.gateway.refusals import Refused
from shixiao.sharing.grants import Mode

LONGEST = 200  # characters of a text
FORMATS = ("csv", "parquet")
_WANTED = {
    Mode.LOOKUP: {"purpose", "case", "key"},
    Mode.VERIFY: {"purpose", "case", "key", "values"},
    Mode.BATCH: {"purpose", "case"},
}
_ALLOWED = {**_WANTED, Mode.BATCH: {"purpose", "case", "cursor", "format", "rows"}}
_NONE: Mapping[str, str] = MappingProxyType({})


class Question(NamedTuple):
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
    values: Mapping[str, str] = _NONE
    cursor: str = ""
    format: str = "csv"
    rows: int = 0


def read_question(body: bytes, mode: Mode) -> Question:
    """Read the content of a request.

    Raises:
        Refused: it is not what the mode asks with.
    """
    try:
        value = json.loads(body.decode())
    except (ValueError, RecursionError):
        raise Refused("body") from None
    if not isinstance(value, dict):
        raise Refused("body")
    if not _WANTED[mode] <= value.keys() <= _ALLOWED[mode]:
        raise Refused("body")
    _check(value["purpose"])
    _check(value["case"])
    if mode is Mode.BATCH:
        _check_batch(value)
    else:
        _check(value["key"])
    if mode is Mode.VERIFY:
        _check_values(value["values"])
    return Question(**value)


def _check_batch(value: Mapping[str, Any]) -> None:
    cursor, rows = value.get("cursor", ""), value.get("rows", 0)
    if cursor != "":
        _check(cursor, longest=LONGEST * 10)
    if type(rows) is not int or not 0 <= rows < 1 << 31:
        raise Refused("body")
    if value.get("format", "csv") not in FORMATS:
        raise Refused("body")


def _check(text: object, *, longest: int = LONGEST) -> None:
    if not isinstance(text, str) or not 0 < len(text) <= longest:
        raise Refused("body")
    if not text.isprintable():  # also lone surrogates, which UTF-8 cannot say
        raise Refused("body")


def _check_values(values: object) -> None:
    if not isinstance(values, dict) or not values:
        raise Refused("body")
    for name, value in values.items():
        _check(name)
        _check(value)
