"""Catalogues as files: CSV (UTF-8 or GB18030), XLSX or Parquet in; the sheets that go out.

The columns are those of the evidence table ``datasets`` and those of the forms that departments
fill in. What is written is read back as the same entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from shixiao.evidence.mapping import normal
from shixiao.evidence.readers import read_tabular
from shixiao.exports import Sheet
from shixiao.sharing.catalogue.dataset import DAYS, LISTS, Dataset, Item
from shixiao.sharing.catalogue.words import words
from shixiao.terms import BadInput, Text

MOST = 500_000  # entries in one file
LONGEST = 4_000  # signs in a cell
MOST_ITEMS = 2_000
# Field of an entry → heads by which catalogues call it; the first two are written.
HEADS: dict[str, tuple[str, ...]] = {
    "id": ("资源标识", "dataset_id", "资源编码", "数据资源标识", "identifier", "id", "目录编码"),
    "code": ("目录代码", "code", "信息资源代码", "资源代码", "目录编号"),
    "name": ("目录名称", "name", "数据目录名称", "信息资源名称", "资源名称", "数据名称", "名称"),
    "name_en": ("目录名称（英文）", "name_en", "英文名称"),
    "provider": ("提供单位代码", "department_id", "提供方代码", "部门代码", "提供单位", "提供部门"),
    "items": ("数据项", "elements", "信息项", "信息项名称", "数据项名称"),
    "format": ("数据格式", "format", "信息资源格式", "格式"),
    "cycle": ("更新频率", "update_cycle", "数据更新频率", "更新周期"),
    "sharing": ("共享属性", "sharing", "共享类型"),
    "mode": ("共享方式", "share_mode", "共享方式分类"),
    "scope": ("共享范围", "scope"),
    "purpose": ("使用条件", "use_conditions", "共享条件", "使用用途", "使用要求"),
    "reason": ("不予共享理由", "reason", "理由"),
    "basis": ("依据", "basis", "不予共享依据", "法律依据"),
    "domain": ("领域", "domain", "分类", "所属领域", "主题分类"),
    "tier": ("层级", "tier", "所属层级"),
    "grade": ("数据级别", "grade", "数据分级", "分级", "安全级别"),
    "lead": ("数源部门代码", "lead", "数源部门", "牵头部门"),
    "office": ("共享工作机构", "office", "责任处室"),
    "person": ("负责人", "person", "联系人", "责任人"),
    "updated": ("数据时间", "updated", "更新时间", "最近更新", "更新日期"),
    "secrecy_checked": ("保密风险评估日期", "secrecy_checked"),
    "personal_checked": ("个人信息保护影响评估日期", "personal_checked"),
    "summary": ("摘要", "summary", "信息资源摘要", "描述", "内容描述"),
}
REQUIRED = ("id", "name", "provider")


def read_datasets(path: Path, *, file: str) -> list[Dataset]:
    """Read a catalogue; words that are in no list are kept as they stand, for the check to name.

    Args:
        path: the file.
        file: its name for messages.

    Raises:
        BadInput: no table, merged or missing heads, an entry without id, name or provider, an id
            that stands twice, a date that is none; file, row and column are named.
    """
    tabular = read_tabular(path, file=file, table="datasets")
    columns = _columns(tabular.columns, file)
    found: dict[str, Dataset] = {}
    rows: dict[str, int] = {}
    number = 0
    for batch in tabular.scan():
        for row in batch.to_pylist():
            number += 1
            if number > MOST:
                raise BadInput(
                    Text(
                        f"超过 {MOST} 行；请按部门分成几个文件。",
                        f"There are more than {MOST} rows; split the file by department.",
                    ),
                    file=file,
                )
            if not any(_text(value) for value in row.values()):
                continue
            entry = _entry(row, columns, file, number)
            if entry.id in found:
                raise BadInput(
                    Text(
                        f"“{entry.id}”与第 {rows[entry.id]} 行重复；标识在目录中须唯一。",
                        f"“{entry.id}” stands in row {rows[entry.id]} already; an identifier is"
                        " unique in the catalogue.",
                    ),
                    file=file,
                    row=number,
                    column=columns["id"],
                )
            found[entry.id], rows[entry.id] = entry, number
    return list(found.values())


def sheets_of(datasets: Iterable[Dataset], *, language: str) -> list[Sheet]:
    """Return a catalogue as sheets: one row an entry, heads in both languages."""
    heads = tuple(Text(names[0], names[1]) for names in HEADS.values())
    rows = [tuple(_cells(dataset, language)) for dataset in datasets]
    return [Sheet("datasets", heads, rows)]


def _cells(dataset: Dataset, language: str) -> Iterator[str | None]:
    for field in HEADS:
        if field == "name":
            yield dataset.name.zh
        elif field == "name_en":
            yield dataset.name.en
        elif field == "items":
            yield ";".join(_item(item) for item in dataset.items) or None
        elif field in LISTS:
            value = getattr(dataset, field)
            yield words(LISTS[field]).name(value).in_language(language) if value else None
        else:
            value = getattr(dataset, field)
            yield value.isoformat() if isinstance(value, date) else value or None


def _item(item: Item) -> str:
    """Return an item as it stands in a cell: name, element and grade after bars."""
    return "|".join((item.name, item.element, item.datatype, item.grade)).rstrip("|")


@cache
def _known() -> Mapping[str, str]:
    return {normal(head): field for field, heads in HEADS.items() for head in heads}


def _columns(heads: Sequence[str], file: str) -> dict[str, str]:
    """Return field → column of the file.

    A head that both workbooks and CSV write in two languages (``目录名称 name``) counts as either.
    """
    found: dict[str, str] = {}
    for head in heads:
        whole, parts = normal(head), normal(head).split()
        field = _known().get(whole) or next((_known()[p] for p in parts if p in _known()), None)
        if field is not None and field not in found:
            found[field] = head
    missing = [HEADS[field][0] for field in REQUIRED if field not in found]
    if missing:
        nameless = sum(head.startswith("column_") for head in heads)
        raise BadInput(
            Text(
                f"缺少“{'”“'.join(missing)}”列。"
                + (
                    "表头有空白单元格，像是合并了单元格或有两行表头；请取消合并，只留一行表头。"
                    if nameless
                    else f"这个文件的列是：{'、'.join(heads[:12])}。"
                ),
                f"The columns {', '.join(HEADS[f][1] for f in REQUIRED if f not in found)} are"
                " missing. "
                + (
                    "Some heads are empty, as when cells are merged or there are two rows of heads;"
                    " unmerge them and leave one row."
                    if nameless
                    else f"The file has: {', '.join(heads[:12])}."
                ),
            ),
            file=file,
        )
    return found


def _entry(row: Mapping[str, Any], columns: Mapping[str, str], file: str, number: int) -> Dataset:
    given = {field: _text(row[column]) for field, column in columns.items()}
    for field, text in given.items():
        if len(text) > LONGEST and field != "items":
            raise BadInput(
                Text(f"文字过长，最多 {LONGEST} 字。", f"At most {LONGEST} signs are taken."),
                file=file,
                row=number,
                column=columns[field],
            )
    for field in REQUIRED:
        if not given[field]:
            raise BadInput(
                Text("这一格是空的。", "The cell is empty."),
                file=file,
                row=number,
                column=columns[field],
            )
    known = {
        field: words(of).find(given[field]) or given[field]
        for field, of in LISTS.items()
        if given.get(field)
    }
    days = {
        field: _day(given[field], file, number, columns[field])
        for field in DAYS
        if given.get(field)
    }
    rest = {
        field: text
        for field, text in given.items()
        if field not in {"name", "name_en", "items", *known, *days, *DAYS}
    }
    values: dict[str, Any] = {**rest, **known, **days}
    return Dataset(
        name=Text(given["name"], given.get("name_en") or given["name"]),
        items=items_of(given.get("items", ""), file=file, row=number),
        **values,
    )


def items_of(text: str, *, file: str | None = None, row: int | None = None) -> tuple[Item, ...]:
    """Read the items of a cell: split by semicolons; name, element, datatype, grade by bars.

    Raises:
        BadInput: too many to be a list of items.
    """
    parts = [p.strip() for p in text.replace("；", ";").replace("\n", ";").split(";")]
    if ";" not in text and "；" not in text and "、" in text:
        parts = [p.strip() for p in text.split("、")]
    items = []
    for part in filter(None, parts):
        name, element, datatype, grade = [*(p.strip() for p in part.split("|")), "", "", ""][:4]
        items.append(
            Item(name[:200], element[:200], datatype[:60], words("grades").find(grade) or grade)
        )
    if len(items) > MOST_ITEMS:
        raise BadInput(
            Text(
                f"数据项超过 {MOST_ITEMS} 个；请检查分隔符。",
                f"There are more than {MOST_ITEMS} items; check what separates them.",
            ),
            file=file,
            row=row,
        )
    return tuple(items)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _day(text: str, file: str, row: int, column: str) -> date:
    plain = text.replace("/", "-").replace("年", "-").replace("月", "-").replace("日", "")
    for written in (plain, plain[:10]):
        try:
            return datetime.fromisoformat(written).date()
        except ValueError:
            pass
        try:
            return datetime.strptime(written, "%Y-%m-%d").date()
        except ValueError:
            pass
    raise BadInput(
        Text(
            f"“{text[:30]}”不是日期，请写成 2026-03-01。",
            f"“{text[:30]}” is no date; write it as 2026-03-01.",
        ),
        file=file,
        row=row,
        column=column,
    )
