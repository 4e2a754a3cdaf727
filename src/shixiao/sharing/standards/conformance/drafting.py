"""What does not conform, as a drafted mapping: columns to elements, values to codes, form to form.

A draft for a person to check. Values are shown only where they are short, are no personal data and
stand in at least 11 rows (the smallest cell that may be shown); others are counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shixiao.sharing.recognition import plain, solid
from shixiao.sharing.recognition.families.times import day_of
from shixiao.sharing.standards.conformance.deriving import Bound
from shixiao.sharing.standards.registry import CodeList, Element, code_list, format_of
from shixiao.terms import Text

SMALLEST_CELL = 11  # DESIGN: cells on pages and in bundles
LONGEST_CODE = 20
CONVERSIONS: Mapping[str, Text] = {
    "plain": Text("去空格、全角转半角", "drop blanks, full width to half width"),
    "capitals": Text("去空格和连接号、字母大写", "drop blanks and hyphens, letters in capitals"),
    "date": Text("日期改写为 {format}", "dates rewritten as {format}"),
}
_WRITTEN = {
    "YYYYMMDD": "%Y%m%d",
    "YYYY-MM-DD": "%Y-%m-%d",
    "YYYY/MM/DD": "%Y/%m/%d",
    "YYYYMM": "%Y%m",
    "YYYY-MM": "%Y-%m",
    "YYYY": "%Y",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted mapping of one column.

    Attributes:
        column: of the source.
        element: that it is to become.
        why: why it is that element.
        codes: source value → code, for values that may be shown.
        unmapped: rows whose value has no code that could be drafted.
        conversion: how values are rewritten; None where none helps.
        mended: share of the values that fail now and would not then; None where none fails.
    """

    column: str
    element: Element
    why: tuple[Text, ...]
    codes: Mapping[str, str]
    unmapped: int
    conversion: Text | None
    mended: float | None

    def to_json(self) -> dict[str, Any]:
        """Return the draft as plain values."""
        return {
            "column": self.column,
            "element_id": self.element.id,
            "element": self.element.name.to_json(),
            "why": [reason.to_json() for reason in self.why],
            "codes": dict(self.codes),
            "unmapped": self.unmapped,
            "conversion": self.conversion.to_json() if self.conversion else None,
            "mended": self.mended,
        }


def draft_mapping(bound: Sequence[Bound], sample: Mapping[str, Sequence[object]]) -> list[Draft]:
    """Draft how the columns of a table become the elements that they were bound to.

    Args:
        bound: columns and their elements.
        sample: values of the columns.
    """
    return [_draft(entry, sample[entry.column]) for entry in bound if entry.suggested is not None]


def _draft(entry: Bound, values: Sequence[object]) -> Draft:
    assert entry.suggested is not None  # noqa: S101 - asked by the caller
    element = entry.suggested.element
    written = Counter(str(value) for value in values if value not in (None, ""))
    codes = code_list(element.code_list)
    mapped: dict[str, str] = {}
    unmapped = 0
    if codes is not None:
        mapped, unmapped = _to_codes(written, codes)
    conversion, mended = _conversion(element, written) if codes is None else (None, None)
    return Draft(entry.column, element, entry.suggested.why, mapped, unmapped, conversion, mended)


def _to_codes(written: Counter[str], codes: CodeList) -> tuple[dict[str, str], int]:
    """Return source value → code for values that are no codes, and rows that found none."""
    mapped: dict[str, str] = {}
    unmapped = 0
    for value, rows in sorted(written.items()):
        if value in codes.meanings:
            continue
        code = codes.code_for(plain(value)) or _by_stem(plain(value), codes)
        if code is None:
            unmapped += rows
        elif rows >= SMALLEST_CELL and len(value) <= LONGEST_CODE:
            mapped[value] = code
    return mapped, unmapped


def _by_stem(value: str, codes: CodeList) -> str | None:
    """Return the code whose meaning begins with the value or the value with it (男, 男性)."""
    found = [
        code
        for code, meaning in codes.meanings.items()
        if value and (meaning.startswith(value) or value.startswith(meaning))
    ]
    return found[0] if len(found) == 1 else None


def _conversion(element: Element, written: Counter[str]) -> tuple[Text | None, float | None]:
    """Return the conversion that mends most of what fails, and the share that it mends."""
    form = format_of(element.format)
    if form is None:
        return None, None

    pattern = re.compile(form.pattern)
    failing = {v: n for v, n in written.items() if not pattern.fullmatch(v)}
    total = sum(failing.values())
    if not total:
        return None, None
    best: tuple[float, Text] | None = None
    for name, convert in _conversions(element):
        mended = sum(n for v, n in failing.items() if pattern.fullmatch(convert(v))) / total
        if mended and (best is None or mended > best[0]):
            best = (mended, CONVERSIONS[name].format(format=element.format))
    return (best[1], round(best[0], 4)) if best else (None, 0.0)


def _conversions(element: Element) -> Iterator[tuple[str, Callable[[str], str]]]:
    form = _WRITTEN.get(element.format.strip().upper())
    if form is not None:
        yield "date", lambda value: _dated(value, form)
    yield "plain", lambda value: plain(value).replace(" ", "")
    yield "capitals", lambda value: solid(plain(value))


def _dated(value: str, form: str) -> str:
    day = day_of(plain(value))
    return day.strftime(form) if day is not None else value
