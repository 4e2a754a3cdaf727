"""What the commands of sharing write: JSON or a workbook, whole or not at all."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shixiao.exports import Sheet, workbook
from shixiao.terms import BadInput, Text


def check_out(out: Path | None) -> None:
    """Refuse a name that tells no form, before any work is done.

    Raises:
        BadInput: the suffix is neither .json nor .xlsx, or the folder is missing.
    """
    if out is None:
        return
    if out.suffix.lower() not in (".json", ".xlsx"):
        raise BadInput(
            Text("输出文件应为 .json 或 .xlsx。", "The file to write must be .json or .xlsx."),
            file=out.name,
        )
    if not out.parent.is_dir():
        raise BadInput(
            Text("输出文件夹不存在。", "The folder to write into does not exist."), file=out.name
        )


def as_json(answer: Mapping[str, Any]) -> str:
    """Return an answer as one line of JSON."""
    return json.dumps(answer, ensure_ascii=False, allow_nan=False)


def deliver(out: Path | None, answer: Mapping[str, Any], sheets: Sequence[Sheet]) -> None:
    """Write an answer in the form that the name of the file asks for."""
    if out is None:
        return
    data = workbook(sheets) if out.suffix.lower() == ".xlsx" else (as_json(answer) + "\n").encode()
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".writing-") as folder:
        written = Path(folder) / out.name
        written.write_bytes(data)
        written.replace(out)
