"""Delivery: the three files of an evaluation, all of them or none."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from shixiao.checkup.evaluation import Evaluation
from shixiao.checkup.report import report_html
from shixiao.checkup.result import result_json
from shixiao.checkup.tables import tables_xlsx
from shixiao.terms import BadInput, Text

FILES = ("result.json", "tables.xlsx", "report.html")


def deliver(evaluation: Evaluation, out: Path) -> None:
    """Write result.json, tables.xlsx and report.html into ``out``.

    Each is written beside its place first and then moved, so that no reader meets half a file.

    Raises:
        BadInput: the folder cannot be written.
    """
    result = json.dumps(
        result_json(evaluation), ensure_ascii=False, indent=1, allow_nan=False
    ).encode()
    contents = {
        "result.json": result + b"\n",
        "tables.xlsx": tables_xlsx(evaluation),
        "report.html": report_html(evaluation).encode(),
    }
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out, prefix=".writing-") as name:
            folder = Path(name)
            for file in FILES:
                (folder / file).write_bytes(contents[file])
            for file in FILES:
                (folder / file).replace(out / file)
    except OSError as error:
        raise BadInput(
            Text(
                f"无法写入输出目录（{error.strerror}）；请换一个目录。",
                f"the output folder cannot be written ({error.strerror}); choose another one",
            ),
            file=out.name,
        ) from None
