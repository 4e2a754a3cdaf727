"""Entries: what is filled in is brought to one form, and what cannot be published is told.

A draft may lack anything, one language of two as well; an edition may not. Bad values are refused
with the field they stand in.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from typing import Any

from shixiao.fairness.algorithms.fields import Entry, Field, Kind, form
from shixiao.fairness.models import Input
from shixiao.terms import BadInput, Text

LONGEST = {Kind.LINE: 200, Kind.LONG: 5_000, Kind.URL: 500}
MOST_LINES, LONGEST_LINE, LARGEST = 200, 500, 10**12
UNKNOWN = Text("登记没有“{name}”这一项。", "an entry has no field “{name}”")
TOO_LONG = Text("“{name}”最多 {most} 个字符。", "“{name}” has {most} characters at most")
TOO_MANY = Text("“{name}”最多 {most} 行。", "“{name}” has {most} lines at most")
NO_DAY = Text("“{name}”应为日期，如 2026-03-02。", "“{name}” is a day, such as 2026-03-02")
NO_NUMBER = Text("“{name}”应为不小于 0 的整数。", "“{name}” is a whole number from 0")
NO_SHARE = Text("“{name}”应为 0 至 100 的百分数。", "“{name}” is a percentage from 0 to 100")
NO_URL = Text("“{name}”应为 https:// 开头的网址。", "“{name}” is an address from https:// on")
NO_CHOICE = Text("“{name}”请从清单里选。", "choose “{name}” from the list")
MISSING = Text("还没有填写：{name}", "not filled in: {name}")
ONE_LANGUAGE_EN = Text("“{name}”还缺英文", "“{name}” lacks its English")
ONE_LANGUAGE_ZH = Text("“{name}”还缺中文", "“{name}” lacks its Chinese")
ENDS_FIRST = Text("停用日期早于启用日期。", "it ended before it began")


def plain_entry(given: Entry) -> dict[str, Any]:
    """Return an entry in its one form: trimmed, empty fields left out.

    Raises:
        BadInput: a field is unknown or holds what it cannot hold; ``column`` names the field.
    """
    known = {field.id: field for field in form().own}
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            raise BadInput(UNKNOWN.format(name=name[:40]), column=name[:40])
        plain = _plain(known[name], value)
        if plain not in ("", [], None):
            found[name] = plain
    return {name: found[name] for name in known if name in found}


def lacks(entry: Entry) -> tuple[Text, ...]:
    """Say what an entry lacks before it can be published; nothing where it is complete."""
    missing = [f for f in form().own if f.required and f.id not in entry]
    found = [MISSING.format(name=field.name) for field in missing]
    for field in form().own:
        both = entry.get(field.id) if field.twin else None
        if both is not None and not (both["zh"] and both["en"]):
            found.append(
                (ONE_LANGUAGE_EN if both["zh"] else ONE_LANGUAGE_ZH).format(name=field.name)
            )
    if entry.get("starts", "") > entry.get("ends", "9999"):
        found.append(ENDS_FIRST)
    return tuple(found)


def inputs_of(entry: Entry) -> tuple[Input, ...]:
    """Return the inputs of an entry: name, source and article, apart by bars."""
    return tuple(
        Input(name, source or None, article or None)
        for name, source, article in (parts(line, 3) for line in entry.get("inputs", ()))
        if name
    )


def parts(line: str, count: int) -> list[str]:
    """Return a line cut at its bars into so many parts; those that are missing are empty."""
    cut = [part.strip() for part in line.replace("\uff5c", "|").split("|", count - 1)]
    return cut + [""] * (count - len(cut))


def lines_of(given: Any) -> list[str]:
    """Return the lines of a text or of several, without the empty ones."""
    texts: Iterable[Any] = given.splitlines() if isinstance(given, str) else given or ()
    return [line for line in (str(each).strip() for each in texts) if line]


def _plain(field: Field, value: Any) -> Any:
    """Return the plain form of one value.

    Raises:
        BadInput: it cannot be.
    """
    if field.twin:
        both = value if isinstance(value, dict) else {"zh": value, "en": value}
        zh, en = (_text(field, both.get(key, "")) for key in ("zh", "en"))
        return {"zh": zh, "en": en} if zh or en else None
    if field.kind is Kind.LIST:
        return _lines(field, value)
    if field.kind in (Kind.NUMBER, Kind.SHARE):
        return _number(field, value)
    text = _text(field, value)
    if text and field.kind is Kind.CHOICE and text not in form().choices[field.id]:
        raise _bad(field, NO_CHOICE)
    if text and field.kind is Kind.URL and not text.startswith("https://"):
        raise _bad(field, NO_URL)
    if text and field.kind is Kind.DAY:
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise _bad(field, NO_DAY) from None
    return text


def _text(field: Field, value: Any) -> str:
    text = str(value or "").strip().replace("\r\n", "\n")
    most = LONGEST.get(field.kind, LONGEST_LINE)
    if len(text) > most:
        raise _bad(field, TOO_LONG.format(name=field.name, most=most))
    return text


def _lines(field: Field, value: Any) -> list[str]:
    found = lines_of(value)
    if len(found) > MOST_LINES:
        raise _bad(field, TOO_MANY.format(name=field.name, most=MOST_LINES))
    if any(len(line) > LONGEST_LINE for line in found):
        raise _bad(field, TOO_LONG.format(name=field.name, most=LONGEST_LINE))
    return found


def _number(field: Field, value: Any) -> float | int | None:
    if value in (None, ""):
        return None
    wrong = NO_SHARE if field.kind is Kind.SHARE else NO_NUMBER
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise _bad(field, wrong) from None
    if not math.isfinite(number) or number < 0:
        raise _bad(field, wrong)
    if field.kind is Kind.SHARE:
        if number > 100:
            raise _bad(field, wrong)
        return number
    if number != int(number) or number > LARGEST:
        raise _bad(field, wrong)
    return int(number)


def _bad(field: Field, text: Text) -> BadInput:
    return BadInput(text.format(name=field.name), column=field.id)
