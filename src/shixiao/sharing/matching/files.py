"""Requirements and elements from files: CSV (UTF-8 or GB18030), XLSX or Parquet.

The columns are those of the evidence tables of the same names; heads in Chinese are read too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shixiao.evidence.mapping import normal
from shixiao.evidence.readers import read_tabular
from shixiao.sharing.matching.items import Element, Item
from shixiao.terms import BadInput, Text

MOST = 2_000_000  # rows of one file
LONGEST = 1 << 20  # signs of one cell
REQUIREMENTS: dict[str, tuple[str, ...]] = {
    "item_id": ("item_id", "要求编码", "要求编号", "材料编码", "材料编号", "编号"),
    "item_name": ("item_name", "要求名称", "材料名称", "填写项", "名称"),
    "kind": ("kind", "类别"),
    "service_id": ("service_id", "事项编码", "事项编号"),
    "channel": ("channel", "渠道"),
}
ELEMENTS: dict[str, tuple[str, ...]] = {
    "element_id": ("element_id", "数据元编码", "数据元标识", "数据元编号", "编号"),
    "name": ("name", "数据元名称", "中文名称", "名称"),
    "definition": ("definition", "定义", "说明"),
    "datatype": ("datatype", "数据类型", "类型"),
    "format": ("format", "格式", "表示格式", "数据格式"),
    "code_list": ("code_list", "代码集", "值域"),
    "unit": ("unit", "计量单位", "单位"),
    "department_id": ("department_id", "主责部门", "提供单位", "部门"),
}
KINDS = {
    "填写项": "field",
    "字段": "field",
    "材料": "material",
    "签章": "signature",
    "到场": "visit",
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """An item with the service and the channel that ask for it."""

    item: Item
    service_id: str
    channel: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is read of a list.

    Attributes:
        file: its name for messages; "" for that on the disk.
        rows: at most.
        signs: of one cell, at most.
    """

    file: str = ""
    rows: int = MOST
    signs: int = LONGEST


UNBOUNDED = Bounds()


def read_requirements(path: Path, bounds: Bounds = UNBOUNDED) -> list[Requirement]:
    """Read what services ask for; only id and name of an item must be there.

    Raises:
        BadInput: the file is no table, a column or a cell that must be there is missing, or it is
            larger than its bounds.
    """
    found = []
    needed = ("item_id", "item_name")
    for _, row in _rows(path, "requirements", REQUIREMENTS, needed, bounds):
        kind = row.get("kind", "").casefold()
        item = Item(row["item_id"], row["item_name"], KINDS.get(kind, kind or "field"))
        found.append(Requirement(item, row.get("service_id", ""), row.get("channel", "")))
    return found


def read_elements(path: Path, bounds: Bounds = UNBOUNDED) -> list[Element]:
    """Read data elements; only id and name must be there.

    Raises:
        BadInput: as for requirements, or an id stands twice.
    """
    found: list[Element] = []
    seen: dict[str, int] = {}
    for number, row in _rows(path, "elements", ELEMENTS, ("element_id", "name"), bounds):
        key = row["element_id"]
        if key in seen:
            raise BadInput(
                Text(
                    f"“{key}”与第 {seen[key]} 行重复；数据元编码须唯一。",
                    f"“{key}” stands in row {seen[key]} already; the code of an element is unique.",
                ),
                file=bounds.file or path.name,
                row=number,
            )
        seen[key] = number
        rest = {name: value for name, value in row.items() if name != "element_id"}
        found.append(Element(key, **rest))
    return found


def _rows(
    path: Path,
    table: str,
    heads: Mapping[str, Sequence[str]],
    needed: Sequence[str],
    bounds: Bounds,
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number and the known cells of each row that is not empty."""
    file = bounds.file or path.name
    tabular = read_tabular(path, file=file, table=table)
    columns = _columns(tabular.columns, heads, needed, file)
    number = 0
    for batch in tabular.scan():
        for line in batch.select(list(columns)).to_pylist():
            number += 1
            if number > bounds.rows:
                raise BadInput(
                    Text(
                        f"超过 {bounds.rows} 行；请分成几个文件。",
                        f"more than {bounds.rows} rows; split the file",
                    ),
                    file=file,
                )
            row = {columns[head]: _text(value) for head, value in line.items()}
            if not any(row.values()):
                continue
            _check(row, columns, needed, bounds, file, number)
            yield number, row


def _check(
    row: Mapping[str, str],
    columns: Mapping[str, str],
    needed: Sequence[str],
    bounds: Bounds,
    file: str,
    number: int,
) -> None:
    """Refuse a row with a cell that is empty and must not be, or is too long."""
    for head, name in columns.items():
        if name in needed and not row[name]:
            said = Text("这一格是空的；请补上。", "The cell is empty; fill it in.")
        elif len(row[name]) > bounds.signs:
            said = Text(
                f"这一格超过 {bounds.signs} 字；请改短。",
                f"The cell has more than {bounds.signs} characters; make it shorter.",
            )
        else:
            continue
        raise BadInput(said, file=file, row=number, column=head)


def _columns(
    given: Sequence[str], heads: Mapping[str, Sequence[str]], needed: Sequence[str], file: str
) -> dict[str, str]:
    """Return head of the file → known name; each name takes the first head that fits."""
    there = {normal(head): head for head in reversed(given)}
    found: dict[str, str] = {}
    for name, spellings in heads.items():
        fitting = (there[normal(word)] for word in spellings if normal(word) in there)
        head = next((head for head in fitting if head not in found), None)
        if head is not None:
            found[head] = name
        elif name in needed:
            raise BadInput(
                Text(
                    f"缺少“{name}”列（也可写作{'、'.join(spellings[1:])}）。",
                    f"The column {name} is missing (also read: {', '.join(spellings[1:])}).",
                ),
                file=file,
            )
    return found


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
