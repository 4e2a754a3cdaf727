"""Registries as files: CSV (UTF-8 or GB18030), XLSX, Parquet or YAML in; sheets and YAML out.

Columns are those of the evidence table ``elements`` and those of GB/T 18391.3. What is written is
read back as the same elements.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from shixiao.datafiles import load_yaml
from shixiao.evidence.mapping import normal
from shixiao.evidence.readers import read_tabular
from shixiao.exports import Sheet
from shixiao.sharing.standards.registry.element import Element
from shixiao.terms import BadInput, Text

MOST = 200_000  # elements in one file
LARGEST = 1 << 26  # bytes of YAML
# Field of an element → heads by which registries call it; the first two are written.
HEADS: dict[str, tuple[str, ...]] = {
    "id": ("标识符", "element_id", "数据元编码", "内部标识符", "编码", "id", "数据元标识"),
    "name": ("名称", "name", "中文名称", "数据元名称"),
    "name_en": ("英文名称", "name_en"),
    "department": ("主责部门", "department_id", "部门", "提供部门", "数源部门"),
    "definition": ("定义", "definition", "说明", "含义"),
    "object_class": ("对象类", "object_class", "对象类词"),
    "characteristic": ("特性", "property", "特性词"),
    "representation": ("表示", "representation", "表示词"),
    "datatype": ("数据类型", "datatype", "类型"),
    "format": ("表示格式", "format", "格式", "数据格式"),
    "code_list": ("值域", "code_list", "代码集", "代码", "允许值"),
    "unit": ("计量单位", "unit", "单位"),
    "granularity": ("粒度", "granularity", "精度", "统计周期", "周期"),
    "version": ("版本", "version"),
    "authority": ("注册机构", "authority"),
    "status": ("状态", "status", "注册状态"),
    "synonyms": ("同义名称", "synonyms", "别名", "同义词"),
    "source": ("来源标准", "source", "来源", "依据"),
}
REQUIRED = ("id", "name")
_PARTS = re.compile(r"[;；、|\n]")


def read_elements(path: Path, *, file: str) -> list[Element]:
    """Read a registry.

    Raises:
        BadInput: no table, no identifier or name, an edition of an element twice; file and row
            are named. Departments may use one identifier each for its own.
    """
    rows = _yaml_rows(path, file) if path.suffix.lower() in (".yaml", ".yml") else _rows(path, file)
    found: dict[tuple[str, str, str], Element] = {}
    for number, row in enumerate(rows, start=1):
        if number > MOST:
            raise BadInput(
                Text(
                    f"超过 {MOST} 行；请分成几个文件。", f"More than {MOST} rows; split the file."
                ),
                file=file,
            )
        if not any(row.values()):
            continue
        element = _element(row, file, number)
        place = (element.department, element.id, element.version)
        if place in found:
            raise BadInput(
                Text(
                    f"同一部门同一版本的标识符“{element.id}”出现两次；请改掉其中一个。",
                    f"The identifier “{element.id}” stands twice for one department and edition;"
                    " change one of them.",
                ),
                file=file,
                row=number,
            )
        found[place] = element
    return list(found.values())


def sheets_of(elements: Iterable[Element]) -> list[Sheet]:
    """Return a registry as one sheet, heads in both languages."""
    heads = tuple(Text(names[0], names[1]) for names in HEADS.values())
    return [Sheet("elements", heads, [tuple(_cells(element)) for element in elements])]


def yaml_of(elements: Iterable[Element]) -> str:
    """Return a registry as YAML, as ``read_elements`` takes it."""
    entries = [{k: v for k, v in e.to_json().items() if v} for e in elements]
    return str(yaml.safe_dump({"elements": entries}, allow_unicode=True, sort_keys=False))


def _cells(element: Element) -> Iterator[str | None]:
    for field in HEADS:
        if field == "name":
            yield element.name.zh
        elif field == "name_en":
            yield element.name.en
        elif field == "synonyms":
            yield ";".join(element.synonyms) or None
        else:
            yield getattr(element, field) or None


@cache
def _known() -> Mapping[str, str]:
    return {normal(head): field for field, heads in reversed(HEADS.items()) for head in heads}


def _rows(path: Path, file: str) -> Iterator[dict[str, str]]:
    tabular = read_tabular(path, file=file, table="elements")
    columns = _columns(tabular.columns, file)
    for batch in tabular.scan():
        for row in batch.to_pylist():
            yield {field: _text(row[head]) for field, head in columns.items()}


def _columns(heads: Sequence[str], file: str) -> dict[str, str]:
    """Return field → head; a head in two languages (``名称 name``) counts as either."""
    found: dict[str, str] = {}
    for head in heads:
        whole = normal(head)
        field = _known().get(whole) or next(
            (_known()[part] for part in whole.split() if part in _known()), None
        )
        if field is not None:
            found.setdefault(field, head)
    missing = [HEADS[field] for field in REQUIRED if field not in found]
    if missing:
        raise BadInput(
            Text(
                f"缺少“{'”“'.join(names[0] for names in missing)}”列；"
                f"这个文件的列是：{'、'.join(heads[:12])}。",
                f"The columns {', '.join(names[1] for names in missing)} are missing; the file"
                f" has: {', '.join(heads[:12])}.",
            ),
            file=file,
        )
    return found


def _yaml_rows(path: Path, file: str) -> Iterator[dict[str, str]]:
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput(Text("文件过大。", "The file is too large."), file=file)
        content = load_yaml(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError, ValueError):
        raise BadInput(
            Text("读不出数据元；应为 UTF-8 的 YAML。", "No elements: it must be YAML in UTF-8."),
            file=file,
        ) from None
    entries = content.get("elements") if isinstance(content, dict) else content
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise BadInput(
            Text(
                "应为“elements:”之下的列表，每个数据元一项。",
                "It should be a list below “elements:”, one entry an element.",
            ),
            file=file,
        )
    for entry in entries:
        yield {field: _text(_entry_value(entry, field)) for field in HEADS}


def _entry_value(entry: Mapping[str, Any], field: str) -> Any:
    name = entry.get("name")
    if field in ("name", "name_en"):
        both = name if isinstance(name, dict) else {"zh": name}
        return both.get("zh" if field == "name" else "en")
    value = entry.get(field)
    if value is None:
        value = next((entry[head] for head in HEADS[field] if head in entry), None)
    return ";".join(map(str, value)) if isinstance(value, list) else value


def _element(row: Mapping[str, str], file: str, number: int) -> Element:
    for field in REQUIRED:
        if not row.get(field):
            raise BadInput(
                Text("此行没有填写；请补上。", "This row has none; fill it in."),
                file=file,
                row=number,
                column=HEADS[field][0],
            )
    synonyms = tuple(part for p in _PARTS.split(row.get("synonyms", "")) if (part := p.strip()))
    texts = {
        field: value
        for field, value in row.items()
        if field not in ("id", "name", "name_en", "synonyms")
    }
    name = Text(row["name"], row.get("name_en") or row["name"])
    return Element(id=row["id"], name=name, synonyms=synonyms, **texts)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
