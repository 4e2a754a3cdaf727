"""Filled-in forms as ODK Central exports them: one CSV, a column for each field.

Names of groups stand before those of fields (``step__find-found``) unless they were left out of the
export. Source: docs.getodk.org, Central, “Downloading submissions as CSV”.
"""

from __future__ import annotations

import csv
import io

from shixiao.effect.fieldtests.odk.record import Record
from shixiao.terms import BadInput, Text

LARGEST = 1 << 26  # bytes of one CSV
MOST_ROWS, MOST_COLUMNS = 100_000, 5000
KEY, VERSION = ("KEY", "instanceID"), "FormVersion"
_LARGE = Text(
    "文件超过 64 MiB、10 万行或 5000 列；请分批导出。",
    "it is larger than 64 MiB, 100,000 rows or 5,000 columns; export it in parts",
)
_NO_CSV = Text(
    "不是 UTF-8 的 CSV；请用 ODK Central 的导出文件。",
    "this is no CSV in UTF-8; take the file that ODK Central exports",
)


def read_central(data: bytes, file: str) -> list[Record]:
    """Return the filled-in forms of a CSV.

    Raises:
        BadInput: it is no such CSV, too large, a column occurs twice, or a row is not whole.
    """
    if len(data) > LARGEST:
        raise BadInput(_LARGE, file=file)
    try:
        lines = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        heads = _heads(next(lines, []), file)
        records = []
        for row, cells in enumerate(lines, start=1):
            if row > MOST_ROWS:
                raise BadInput(_LARGE, file=file)
            if cells:
                records.append(_record(heads, cells, file, row))
    except (UnicodeDecodeError, csv.Error):
        raise BadInput(_NO_CSV, file=file) from None
    return records


def _heads(cells: list[str], file: str) -> list[str]:
    """Return the names of fields without their groups; ids of questions hold no dash."""
    if len(cells) > MOST_COLUMNS:
        raise BadInput(_LARGE, file=file)
    heads = [cell.replace("/", "-").rpartition("-")[2].strip() for cell in cells]
    if not set(KEY) & set(heads):
        raise BadInput(
            Text(
                "没有 KEY 或 instanceID 列；请用 ODK Central 的导出文件。",
                "there is no column KEY or instanceID; take the file that ODK Central exports",
            ),
            file=file,
        )
    for name in heads:
        if name and heads.count(name) > 1:
            raise BadInput(
                Text("这一列出现了两次；请重新导出。", "this column occurs twice; export it again"),
                file=file,
                column=name,
            )
    return heads


def _record(heads: list[str], cells: list[str], file: str, row: int) -> Record:
    if len(cells) != len(heads):
        raise BadInput(
            Text(
                f"有 {len(cells)} 格，表头有 {len(heads)} 列；请重新导出。",
                f"it has {len(cells)} cells under {len(heads)} heads; export it again",
            ),
            file=file,
            row=row,
        )
    pairs = zip(heads, cells, strict=True)
    fields = {head: text for head, cell in pairs if head and (text := cell.strip())}
    instance_id = fields.get(KEY[0]) or fields.get(KEY[1], "")
    if not instance_id:
        raise BadInput(
            Text("没有 instanceID；请重新导出。", "it has no instanceID; export it again"),
            file=file,
            row=row,
        )
    return Record(fields, instance_id, fields.get(VERSION, ""), file, row)
