"""Documents from outside: JSON files of other tools, read within a limit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from shixiao.terms import BadInput, Text

LARGEST = 64 << 20  # bytes
GONE = Text("读不了：{why}。", "It cannot be read: {why}.")
LARGE = Text("文件过大，最多 {mb} MB。", "The file is too large: {mb} MB are the most.")


def read_json(path: Path, *, wrong: Text) -> Any:
    """Return what a file says.

    Args:
        path: of the file.
        wrong: what to say where it is no JSON.

    Raises:
        BadInput: it cannot be read, is too large, or is no JSON.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as problem:
        raise BadInput(GONE.format(why=problem.strerror), file=path.name) from None
    return parse_json(raw, file=path.name, wrong=wrong)


def parse_json(raw: bytes, *, file: str, wrong: Text) -> Any:
    """Return what the bytes of a file say.

    Raises:
        BadInput: they are too many, or no JSON.
    """
    if len(raw) > LARGEST:
        raise BadInput(LARGE.format(mb=LARGEST >> 20), file=file)
    try:
        return json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise BadInput(wrong, file=file) from None
