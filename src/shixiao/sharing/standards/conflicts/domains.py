"""Two elements that mean the same: do their units, code lists, granularity and formats agree?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from shixiao.sharing.recognition import recognise_name
from shixiao.sharing.standards.conflicts.conflict import Conflict, ConflictKind
from shixiao.sharing.standards.conflicts.meaning import granularity_of
from shixiao.sharing.standards.conflicts.units import differ, factor_between, unit_of
from shixiao.sharing.standards.registry import CodeList, Element, code_list, format_of
from shixiao.terms import Text

UNITS = Text("单位不同：{one} 与 {other}", "different units: {one} and {other}")
TIMES = Text("相差 {factor} 倍", "they differ by a factor of {factor}")
CODES = Text("代码 {codes} 含义或写法不同", "codes {codes} differ in meaning or writing")
LEVELS = Text("粒度不同：{one} 与 {other}", "different granularity: {one} and {other}")
TYPES = Text("数据类型不同：{one} 与 {other}", "different data types: {one} and {other}")
FORMATS = Text("格式不同：{one} 与 {other}", "different formats: {one} and {other}")
KINDS = Text("内容不同：{one} 与 {other}", "different content: {one} and {other}")
_TYPES = (
    ("date", re.compile(r"日期|时间|date|time|^d\d", re.IGNORECASE)),
    (
        "number",
        re.compile(r"数值|数字|整数|小数|金额|number|num|int|decimal|float|double|^n", re.I),
    ),
    ("boolean", re.compile(r"布尔|bool|逻辑", re.IGNORECASE)),
    ("text", re.compile(r"字符|文本|char|string|text|代码|^a|^c\b", re.IGNORECASE)),
)


def compared(one: Element, other: Element, *, sure: float) -> Iterator[Conflict]:
    """Yield how the value domains of two elements differ that mean the same.

    Args:
        one: an element.
        other: the other.
        sure: how sure it is that they mean the same; no conflict can be surer.
    """
    if differ(one.unit, other.unit):
        why = [UNITS.format(one=one.unit, other=other.unit)]
        factor = factor_between(one.unit, other.unit)
        if factor is not None:
            why.append(TIMES.format(factor=f"{max(factor, 1 / factor):g}"))
        yield Conflict(ConflictKind.UNIT, one, other, sure, tuple(why))
    codes = _codes_that_differ(one, other)
    if codes:
        shown = "、".join(codes[:5])
        yield Conflict(ConflictKind.CODE_LIST, one, other, sure, (CODES.format(codes=shown),))
    levels = granularity_of(one), granularity_of(other)
    coarse = all(levels) and levels[0] != levels[1]
    if coarse:
        why_levels = LEVELS.format(one=levels[0], other=levels[1])
        yield Conflict(ConflictKind.GRANULARITY, one, other, sure, (why_levels,))
    reason = _form(one, other)
    if reason is not None and not (coarse and _dated(one) and _dated(other)):
        yield Conflict(ConflictKind.DATATYPE, one, other, sure, (reason,))


def signs_of_difference(one: Element, other: Element) -> tuple[Text, ...]:
    """Return signs that two elements speak of different things: measure, content, code lists.

    Different units of one measure, codes of one list written otherwise, or another format are no
    such signs: they are what conflicts of one meaning look like.
    """
    found = []
    first, second = unit_of(one.unit), unit_of(other.unit)
    if first and second and (first.measure, first.counts) != (second.measure, second.counts):
        found.append(UNITS.format(one=one.unit, other=other.unit))
    kinds = [recognise_name("", e.definition) for e in (one, other)]
    if kinds[0] and kinds[1] and kinds[0].kind != kinds[1].kind:
        found.append(KINDS.format(one=kinds[0].name, other=kinds[1].name))
    lists = code_list(one.code_list), code_list(other.code_list)
    if lists[0] and lists[1] and not _meanings(lists[0]) & _meanings(lists[1]):
        found.append(CODES.format(codes="—"))
    types = type_of(one), type_of(other)
    if all(types) and types[0] != types[1] and not any(lists):
        found.append(TYPES.format(one=one.datatype, other=other.datatype))
    return tuple(found)


def type_of(element: Element) -> str:
    """Return date, number, boolean or text; "" for a type that is not told."""
    for kind, pattern in _TYPES:
        if pattern.search(element.datatype.strip()):
            return kind
    return ""


def _codes_that_differ(one: Element, other: Element) -> list[str]:
    """Return codes that mean something else, or meanings with another code."""
    first, second = code_list(one.code_list), code_list(other.code_list)
    if first is None or second is None:
        named = one.code_list.strip(), other.code_list.strip()
        return ["{} / {}".format(*named)] if all(named) and named[0] != named[1] else []
    both = first.meanings.keys() & second.meanings.keys()
    wrong = {c for c in both if _plain(first.meanings[c]) != _plain(second.meanings[c])}
    wrong |= first.meanings.keys() ^ second.meanings.keys()
    return sorted(wrong)


def _meanings(codes: CodeList) -> set[str]:
    return {_plain(meaning) for meaning in codes.meanings.values()}


def _plain(meaning: str) -> str:
    """Return a meaning without endings that departments add or drop (男 and 男性)."""
    return re.sub(r"(?:性|族|的|类|级)$", "", meaning.strip())


def _form(one: Element, other: Element) -> Text | None:
    types = type_of(one), type_of(other)
    if all(types) and types[0] != types[1]:
        return TYPES.format(one=one.datatype, other=other.datatype)
    formats = format_of(one.format), format_of(other.format)
    if formats[0] and formats[1] and formats[0].pattern != formats[1].pattern:
        return FORMATS.format(one=one.format, other=other.format)
    return None


def _dated(element: Element) -> bool:
    form = format_of(element.format)
    return type_of(element) == "date" or (form is not None and form.kind == "date")
