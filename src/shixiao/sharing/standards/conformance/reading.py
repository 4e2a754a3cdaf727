"""Rules in a file: YAML with a list below ``rules``, or CSV with one rule a row, in two languages.

rules:
  - {check: required, column: sfzh, name: {zh: 身份证号必填, en: the identity number is given}}
  - {check: range, column: nl, min: 0, max: 120}
  - {check: not_before, column: bjrq, other: slrq}
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml
from pyarrow.compute import match_substring_regex

from shixiao.datafiles import load_yaml
from shixiao.evidence.readers import read_tabular
from shixiao.sharing.standards.conformance.rule import CROSS, DIGITS, Check, TableRule
from shixiao.sharing.standards.registry import Format, code_list, format_of
from shixiao.terms import BadInput, Text

KEYS = frozenset(
    {"check", "column", "other", "pattern", "format", "codes", "min", "max", "kind", "name"}
    | {"name_zh", "name_en"}
)
# Heads of a CSV in Chinese → keys.
CHINESE = {
    "检查": "check",
    "列": "column",
    "另一列": "other",
    "格式": "format",
    "正则": "pattern",
    "代码": "codes",
    "最小": "min",
    "最大": "max",
    "种类": "kind",
    "名称": "name_zh",
    "英文名称": "name_en",
}
LARGEST = 1 << 22  # bytes


def read_rules(path: Path, *, file: str, columns: Sequence[str]) -> list[TableRule]:
    """Read rules for a table.

    Args:
        path: YAML or CSV (or XLSX).
        file: its name for messages.
        columns: columns of the table, which the rules must name.

    Raises:
        BadInput: no rules, an unknown check or column, or a check that lacks what it needs.
    """
    known = {column.casefold(): column for column in columns}
    return [
        _rule(entry, number, file, known) for number, entry in enumerate(_entries(path, file), 1)
    ]


def _entries(path: Path, file: str) -> Iterator[Mapping[str, Any]]:
    if path.suffix.lower() not in (".yaml", ".yml"):
        tabular = read_tabular(path, file=file, table="rules")
        for batch in tabular.scan():
            for row in batch.to_pylist():
                yield {CHINESE.get(head, head): v for head, v in row.items() if v not in (None, "")}
        return
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput(Text("规则文件过大。", "The file of rules is too large."), file=file)
        content = load_yaml(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError, ValueError):
        raise BadInput(
            Text("读不出规则；应为 UTF-8 的 YAML。", "No rules: it must be YAML in UTF-8."),
            file=file,
        ) from None
    rules = content.get("rules") if isinstance(content, dict) else None
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise BadInput(
            Text("应为“rules:”之下的列表。", "It should be a list below “rules:”."), file=file
        )
    yield from rules


def _rule(entry: Mapping[str, Any], row: int, file: str, known: Mapping[str, str]) -> TableRule:
    unknown = sorted(set(map(str, entry)) - KEYS)
    if unknown:
        raise _bad(f"没有“{unknown[0]}”这一项", f"there is no key “{unknown[0]}”", row, file)
    written = str(entry.get("check", ""))
    if written not in set(Check):
        checks = ", ".join(Check)
        raise _bad(
            f"没有检查“{written}”；可用：{checks}",
            f"there is no check “{written}”; use: {checks}",
            row,
            file,
        )
    check = Check(written)
    column = _column(entry, "column", known, row, file)
    other = _column(entry, "other", known, row, file) if check in CROSS else ""
    form = _format(entry) if check is Check.FORMAT else None
    low: float | None
    high: float | None
    low, high = (form.within if form else None) or (None, None)
    if check is Check.RANGE:
        low, high = _number(entry, "min", row, file), _number(entry, "max", row, file)
    rule = TableRule(
        check=check,
        column=column,
        other=other,
        pattern=_pattern(entry, row, file) if check is Check.FORMAT else "",
        codes=_codes(entry) if check is Check.CODES else (),
        low=low,
        high=high,
        kind=str(entry.get("kind", "")),
        name=_name(entry),
    )
    if check is Check.CODES and not rule.codes:
        raise _bad("codes 应列出代码", "“codes” must list the codes", row, file)
    if check is Check.RANGE and rule.low is None and rule.high is None:
        raise _bad("range 需要 min 或 max", "“range” needs min or max", row, file)
    if check is Check.CHECK_DIGIT and rule.kind not in DIGITS:
        kinds = ", ".join(DIGITS)
        raise _bad(f"kind 应为 {kinds} 之一", f"“kind” must be one of {kinds}", row, file)
    return rule


def _column(
    entry: Mapping[str, Any], key: str, known: Mapping[str, str], row: int, file: str
) -> str:
    written = str(entry.get(key, ""))
    column = known.get(written.casefold())
    if column is None:
        shown = "、".join(list(known.values())[:20])
        raise _bad(
            f"表中没有“{written}”列；现有的列：{shown}",
            f"the table has no column “{written}”; it has {shown}",
            row,
            file,
        )
    return column


def _pattern(entry: Mapping[str, Any], row: int, file: str) -> str:
    form = _format(entry)
    pattern = str(entry.get("pattern") or (form.pattern if form else ""))
    if not pattern or not _is_known(pattern):
        raise _bad(
            "需要 pattern（正则表达式，不含环视和反向引用）或 format（如 an18、YYYYMMDD）",
            "it needs a pattern (a regular expression without look-around and back references) or"
            " a format such as an18 or YYYYMMDD",
            row,
            file,
        )
    return pattern


def _format(entry: Mapping[str, Any]) -> Format | None:
    """Return the format that a rule names; a pattern of its own goes before it."""
    return None if entry.get("pattern") else format_of(str(entry.get("format", "")))


def _is_known(pattern: str) -> bool:
    """Say whether both engines evaluate a pattern: what RE2 knows, Java does as well.

    RE2 knows neither look-around nor back references nor possessive repetition, and counts
    repetitions to a thousand.
    """
    try:
        re.compile(pattern)
        match_substring_regex(pa.array([""]), f"^(?:{pattern})$")
    except (re.error, pa.ArrowInvalid):
        return False
    return True


def _codes(entry: Mapping[str, Any]) -> tuple[str, ...]:
    codes = entry.get("codes", ())
    if isinstance(codes, list | dict):
        return tuple(map(str, codes))
    found = code_list(str(codes))
    return tuple(found.meanings) if found else ()


def _number(entry: Mapping[str, Any], key: str, row: int, file: str) -> float | None:
    value = entry.get(key)
    if value in (None, ""):
        return None
    try:
        number = float(str(value))
    except ValueError:
        number = math.nan
    if math.isnan(number):  # which nothing is below or above, so that every row would pass
        raise _bad(f"“{key}”应为数字", f"“{key}” must be a number", row, file)
    return number


def _name(entry: Mapping[str, Any]) -> Text | None:
    name = entry.get("name")
    if isinstance(name, dict) and name.get("zh") and name.get("en"):
        return Text.of(name)
    zh = entry.get("name_zh") or (name if isinstance(name, str) else None)
    return Text(str(zh), str(entry.get("name_en") or zh)) if zh else None


def _bad(zh: str, en: str, row: int, file: str) -> BadInput:
    return BadInput(
        Text(f"第 {row} 条规则：{zh}。", f"Rule {row}: {en}."),
        file=file,
    )
