"""How is a scheme read from a table that somebody typed? With every fault told by its place.

Blank rows, total rows (合计) and rows of a title or a remark are passed over; a row without a name
continues the indicator above it. Headers are recognised by common Chinese and English words.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from shixiao.checkup.schemes.layout import ROW, plain_table
from shixiao.checkup.schemes.scheme import Indicator, Scheme
from shixiao.checkup.schemes.weights import Weight, one_unit, read_weight
from shixiao.evidence.mapping import normal
from shixiao.evidence.readers import Tabular, read_tabular
from shixiao.seals import sha256_of_file
from shixiao.terms import BadInput, Text

# Best name first: where a sheet has several levels of indicator, the lowest one is scored.
NAMES = (
    *(
        "指标名称",
        "三级指标",
        "二级指标",
        "考核指标",
        "评价指标",
        "考核指标名称",
        "指标",
        "考核项目",
    ),
    *("评价项目", "考核内容", "项目名称", "考核事项", "一级指标", "名称", "indicator name"),
    *("indicator", "name", "measure", "item"),
)
DESCRIPTIONS = (
    *("指标说明", "指标解释", "指标内涵", "指标描述", "说明", "评分标准", "评分细则", "计分办法"),
    *(
        "评价标准",
        "考核标准",
        "考核要求",
        "评分办法",
        "计分规则",
        "考核细则",
        "备注",
        "description",
    ),
    *("definition", "explanation", "scoring", "note", "notes"),
)
WEIGHTS = (
    *("权重", "指标权重", "权重%", "权重(%)", "分值", "标准分", "满分", "分数", "考核分值"),
    *("权重分", "权重值", "基本分", "weight", "weights", "weight%", "weight(%)", "points", "score"),
)
TOTAL = re.compile(
    r"(合计|总计|总分|小计|共计|累计|total|sum|subtotal)[\s:：]*(\(.*\))?", re.IGNORECASE
)
SHOWN = 60
Columns = tuple[str, str | None, str]  # headers of name, description, weight
Row = tuple[int, str, str, str]  # row, name, description, weight as written


def read_scheme(path: Path) -> Scheme:
    """Read an appraisal scheme from XLSX or CSV.

    Raises:
        BadInput: no such file, no table in it, a column is missing, a weight is missing, no number
            or negative, an indicator has no name, or there is no indicator at all.
    """
    file = path.name
    with tempfile.TemporaryDirectory() as name:
        table, dropped = plain_table(path, Path(name), is_header=_is_header, share=_share)
        source = read_tabular(table, file=file, table="scheme")
        columns = _columns([column for column in source.columns if column != ROW], file)
        rows = list(_rows(source, columns))
        indicators, notes = _indicators(rows, columns, file)
    if dropped:
        notes.insert(
            0,
            Text(
                f"表头之上的 {dropped} 行不是指标，未计入。",
                f"{dropped} rows above the header are no indicators and were left out.",
            ),
        )
    return Scheme(file, sha256_of_file(path), indicators, tuple(notes))


def _columns(headers: Sequence[str], file: str) -> Columns:
    """Return the headers of name, description (may be missing) and weight."""
    name, weight = _match(headers, NAMES), _match(headers, WEIGHTS)
    for found, wanted, english in ((name, "指标名称", "name"), (weight, "权重", "weight")):
        if found is None:
            listed = "、".join(headers)[:SHOWN]
            raise BadInput(
                Text(
                    f"没有“{wanted}”列（现有：{listed}）；请在第一行写上“指标名称、指标说明、权重”。",
                    f"There is no column “{wanted}” or “{english}” (there are: {listed}); write "
                    "指标名称, 指标说明, 权重 (or name, description, weight) in the first row.",
                ),
                file=file,
                column=wanted,
            )
    assert name is not None  # noqa: S101 - told above
    assert weight is not None  # noqa: S101
    return name, _match([h for h in headers if h not in (name, weight)], DESCRIPTIONS), weight


def _match(headers: Sequence[str], words: Sequence[str]) -> str | None:
    folded = {_folded(header): header for header in reversed(headers)}
    for word in words:
        if word in folded:
            return folded[word]
    # 权重（分）, 指标名称（全称）: what stands in brackets is a remark.
    bare = {re.sub(r"\(.*?\)|\[.*?\]", "", key): header for key, header in folded.items()}
    return next((bare[word] for word in words if word in bare), None)


def _folded(header: str) -> str:
    return normal(header) if header.isascii() else normal(header).replace(" ", "")


def _is_header(cells: list[str]) -> bool:
    named = [cell for cell in cells if cell]
    return _match(named, NAMES) is not None and _match(named, WEIGHTS) is not None


def _share(header: str, value: object, rows: int) -> object:
    """Share a weight that is merged over several rows out among them."""
    if rows < 2 or value is None or _match([header], WEIGHTS) is None:
        return value
    weight = read_weight(str(value))
    if weight is None:
        return value  # told when the row is read
    return f"{weight.value / rows * 100!r}%" if weight.percent else weight.value / rows


def _rows(source: Tabular, columns: Columns) -> Iterator[Row]:
    number = 0
    for batch in source.scan():
        for record in batch.to_pylist():
            number = int(record.get(ROW) or number + 1)
            name, description, weight = (
                " ".join((record[column] or "").split()) if column else "" for column in columns
            )
            yield number, name, description, weight


def _indicators(
    rows: list[Row], columns: Columns, file: str
) -> tuple[tuple[Indicator, ...], list[Text]]:
    kept: list[tuple[int, str, str, Weight]] = []
    headings = 0
    for number, name, description, weight in rows:
        if _passed_over(name, description, weight):
            headings += bool(name) and not TOTAL.fullmatch(name)
            continue
        if not name and not weight:  # a description that runs on into the next row
            if kept:
                row, above, told, known = kept[-1]
                kept[-1] = (row, above, f"{told} {description}".strip(), known)
            continue
        kept.append((number, *_checked(number, name, description, weight, columns, file)))
    if not kept:
        raise _empty(file)
    values = one_unit([weight for *_, weight in kept])
    indicators = tuple(
        Indicator(name, description, value, row)
        for (row, name, description, _), value in zip(kept, values, strict=True)
    )
    if not sum(values):
        raise _weightless(file, columns[2])
    notes = []
    if headings:
        notes.append(
            Text(
                f"{headings} 行只有标题或说明，没有权重，未计入。",
                f"{headings} rows hold only a title or a remark and no weight; they were left out.",
            )
        )
    return indicators, notes


def _passed_over(name: str, description: str, weight: str) -> bool:
    """Tell rows that are no indicators: totals, and titles or remarks that stand alone."""
    if TOTAL.fullmatch(name) or (not name and TOTAL.fullmatch(description)):
        return True
    return not weight and not description


def _checked(
    row: int, name: str, description: str, weight: str, columns: Columns, file: str
) -> tuple[str, str, Weight]:
    if not name:
        raise BadInput(
            Text(
                "这一行有权重而没有指标名称；请补上名称，或去掉这一行。",
                "This row has a weight but no indicator name; name it, or take the row out.",
            ),
            file=file,
            row=row,
            column=columns[0],
        )
    if not weight:
        raise BadInput(
            Text(
                f"“{name[:SHOWN]}”没有权重；请补上（不计分的写 0）。",
                f"“{name[:SHOWN]}” has no weight; give one (0 if it is not scored).",
            ),
            file=file,
            row=row,
            column=columns[2],
        )
    value = read_weight(weight)
    if value is None:
        raise BadInput(
            Text(
                f"权重“{weight[:SHOWN]}”不是数字；请写成 20、20%、0.2 或 1/5。",
                f"The weight “{weight[:SHOWN]}” is no number; write 20, 20%, 0.2 or 1/5.",
            ),
            file=file,
            row=row,
            column=columns[2],
        )
    if value.value < 0:
        raise BadInput(
            Text(
                f"权重“{weight[:SHOWN]}”小于 0；扣分项请写成正的分值，并在说明中写明扣分。",
                f"The weight “{weight[:SHOWN]}” is negative; write what can be lost as a positive "
                "weight and say in the description that points are taken off.",
            ),
            file=file,
            row=row,
            column=columns[2],
        )
    return name, description, value


def _empty(file: str) -> BadInput:
    return BadInput(
        Text(
            "表里没有任何指标；请检查是否选对了工作表，并在表头之下逐行写指标。",
            "There is no indicator in the table; check the sheet and write one indicator per row "
            "below the header.",
        ),
        file=file,
    )


def _weightless(file: str, column: str) -> BadInput:
    return BadInput(
        Text(
            "所有权重都是 0；至少要有一项大于 0。",
            "All weights are 0; at least one must be above 0.",
        ),
        file=file,
        column=column,
    )
