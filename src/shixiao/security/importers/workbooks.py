"""Workbooks: a report on MLPS or cryptography as offices keep it, in two sheets of a workbook.

The sheet 报告 (report) has one row with the head of the report, the sheet 结果 (items) a row for
each object that was held against a clause. What comes of it is the form that ``papers`` reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from shixiao.evidence.readers import read_tabular
from shixiao.terms import BadInput, Text

SCHEMA = "shixiao/assessment-report/1"
ZIP = b"PK\x03\x04"
MOST = 100_000
REPORT, ITEMS = "报告", "结果"
KINDS = {"等保": "mlps", "密评": "crypto", "mlps": "mlps", "crypto": "crypto"}
#: Column of the first sheet → field; the English name of a field will do as well.
HEAD = {
    "类型": "kind", "编号": "number", "机构": "body", "日期": "date", "有效至": "expires",
    "级别": "level", "得分": "score", "结论": "conclusion",
}  # fmt: skip
ENTRY = {"条款": "clause", "对象": "object", "结果": "result", "风险": "risk", "问题": "text"}
NO_HEAD = Text(
    "工作表“报告”应有一行，列为：{columns}。",
    "The sheet “报告” (report) has one row, with the columns {columns}.",
)
NO_ITEMS = Text(
    "工作表“结果”缺少列：{columns}。", "The sheet “结果” (items) lacks the columns {columns}."
)
MANY = Text("工作表“结果”超过 {most} 行。", "The sheet “结果” (items) has more than {most} rows.")


def is_workbook(path: Path) -> bool:
    """Say whether a file is a workbook, by its first bytes; what cannot be read is none."""
    with suppress(OSError), path.open("rb") as file:
        return file.read(len(ZIP)) == ZIP
    return False


def read_workbook(path: Path) -> dict[str, Any]:
    """Return a report in our form.

    Raises:
        BadInput: it is damaged, or a sheet or column is missing.
    """
    heads = list(_rows(path, REPORT, HEAD))
    if len(heads) != 1 or not {"kind", "number", "date"} <= heads[0].keys():
        raise BadInput(NO_HEAD.format(columns=", ".join(HEAD)), file=path.name)
    head: dict[str, Any] = dict(heads[0])
    head["kind"] = KINDS.get(head["kind"].lower(), head["kind"])
    for name in ("date", "expires"):
        if name in head:
            head[name] = head[name][:10]  # a day, whatever time stands beside it
    for name, number in (("level", int), ("score", float)):
        with suppress(ValueError, KeyError):
            head[name] = number(head[name])
    return {"schema": SCHEMA, **head, "items": list(_entries(path))}


def _entries(path: Path) -> Iterator[dict[str, str]]:
    for n, row in enumerate(_rows(path, ITEMS, ENTRY)):
        if n == MOST:
            raise BadInput(MANY.format(most=MOST), file=path.name)
        yield row


def _rows(path: Path, sheet: str, columns: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield the rows of a sheet by field, without empty cells."""
    table = read_tabular(path, file=path.name, table=sheet)
    fields = [columns.get(name, name.lower()) for name in table.columns]
    if sheet == ITEMS and not {"clause", "result"} <= set(fields):
        raise BadInput(NO_ITEMS.format(columns="条款, 结果"), file=path.name)
    for batch in table.scan():
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            pairs = zip(fields, values, strict=True)
            yield {name: value.strip() for name, value in pairs if value and value.strip()}
