"""Documents to be signed: JSON that every language writes with the same bytes.

Canonical JSON is the same everywhere only for texts, truth values, null, and whole numbers that
JavaScript keeps exactly: it writes 1.0 as 1 and has no whole numbers above 2^53. Keys are ASCII, so
that ordering by UTF-16 and by code point is the same order.
"""

from __future__ import annotations

import json
from typing import Any

from shixiao.seals.canonical import canonical_json
from shixiao.terms import BadInput, Text

LARGEST = 1 << 20  # bytes of a document
SAFE = (1 << 53) - 1  # Number.MAX_SAFE_INTEGER
DEEPEST = 32
_NO_JSON = Text(
    "不是 JSON 文件；请用本平台生成的文件。", "this is no JSON; take the file that Shixiao made"
)
_UNSAFE = Text(
    "文件含有小数、过大的数、重复的键、非 ASCII 的键或残缺的字符，"
    "各种语言写出的字节会不同，不能签名。",
    "it holds fractions, very large numbers, a key twice, keys beyond ASCII or broken characters:"
    " languages write these with different bytes, so it cannot be signed",
)
_LARGE = Text("文件超过 1 MiB，不能签名。", "it is larger than 1 MiB and cannot be signed")


class _Unsafe(ValueError):
    """A value that languages write differently."""


def read_document(data: bytes, name: str) -> dict[str, Any]:
    """Return the JSON object that a file holds.

    Raises:
        BadInput: it is too large, no JSON object, or holds what languages write differently.
    """
    if len(data) > LARGEST:
        raise BadInput(_LARGE, file=name)
    try:
        value = json.loads(
            data.decode("utf-8-sig"),
            object_pairs_hook=_pairs,
            parse_float=_refuse,
            parse_constant=_refuse,
        )
        document_bytes(value)
    except _Unsafe:
        raise BadInput(_UNSAFE, file=name) from None
    except (ValueError, RecursionError):
        raise BadInput(_NO_JSON, file=name) from None
    if not isinstance(value, dict):
        raise BadInput(_NO_JSON, file=name)
    return value


def document_bytes(value: object) -> bytes:
    """Return the canonical JSON of a document.

    Raises:
        ValueError: it holds what languages write differently.
    """
    _check(value, DEEPEST)
    try:
        return canonical_json(value)
    except UnicodeEncodeError:
        raise _Unsafe("surrogate") from None


def _check(value: object, depth: int) -> None:
    if depth == 0:
        raise _Unsafe("depth")
    if isinstance(value, dict):
        for key, below in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise _Unsafe("key")
            _check(below, depth - 1)
    elif isinstance(value, list):
        for below in value:
            _check(below, depth - 1)
    elif isinstance(value, int):
        if abs(value) > SAFE:
            raise _Unsafe("number")
    elif value is not None and not isinstance(value, str):
        raise _Unsafe(type(value).__name__)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Unsafe("key twice")
    return found


def _refuse(text: str) -> None:
    raise _Unsafe(text)
