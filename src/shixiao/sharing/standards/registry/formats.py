"""Formats of elements: ``an18``, ``an..50``, ``n..16,2``, ``YYYYMMDD``.

Source: GB/T 18391 and GB/T 19488.1: a for letters, n for digits, an for both, ``..`` up to a
length, a comma before decimals; YYYY, MM, DD, hh, mm, ss for dates and times.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FORM = re.compile(
    r"(?P<kind>an|a|n|c|char|varchar|string|字符型|数字型|数值型)\s*"
    r"(?:\(?(?P<low>\d+)?(?P<up>\.\.|…)?(?P<high>\d+|ul)?(?:[,.](?P<places>\d+))?\)?)?",
    re.IGNORECASE,
)
_DATES = {
    "YYYYMMDD": r"(1[6-9]|2[01])\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])",
    "YYYY-MM-DD": r"(1[6-9]|2[01])\d{2}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])",
    "YYYY/MM/DD": r"(1[6-9]|2[01])\d{2}/(0[1-9]|1[0-2])/(0[1-9]|[12]\d|3[01])",
    "YYYYMM": r"(1[6-9]|2[01])\d{2}(0[1-9]|1[0-2])",
    "YYYY-MM": r"(1[6-9]|2[01])\d{2}-(0[1-9]|1[0-2])",
    "YYYY": r"(1[6-9]|2[01])\d{2}",
    "YYYY-MM-DD HH:MM:SS": (
        r"(1[6-9]|2[01])\d{2}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
        r"[ T]([01]\d|2[0-3]):[0-5]\d:[0-5]\d"
    ),
    "YYYYMMDDHHMMSS": (
        r"(1[6-9]|2[01])\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])[0-5]\d[0-5]\d"
    ),
}
UP_TO = {"VARCHAR", "STRING"}
UNLIMITED = "ul"
MOST_COUNTED = 1_000  # repetitions that RE2 counts
_WORDS = {"C": "an", "CHAR": "an", "VARCHAR": "an", "STRING": "an", "字符型": "an"}


@dataclass(frozen=True, slots=True)
class Format:
    """A format as a pattern that a whole value has to match.

    Attributes:
        kind: ``an``, ``a``, ``n`` or ``date``.
        pattern: regular expression without anchors, in the syntax that RE2 and Java share.
        longest: most characters; None for any number.
        within: fewest and most characters where the pattern cannot count so far; None where it
            does.
    """

    kind: str
    pattern: str
    longest: int | None
    within: tuple[int, int | None] | None = None


def format_of(written: str) -> Format | None:
    """Return the format that a cell writes; None for an empty or an unknown one."""
    text = written.strip()
    dated = _DATES.get(re.sub(r"\s+", " ", text).upper().removeprefix("D8 ").strip())
    if dated is not None:
        return Format("date", dated, len(text))
    found = _FORM.fullmatch(text)
    if found is None or not (found["low"] or found["high"]):
        return None
    low, high = _lengths(found)
    if high is not None and low > high:
        return None
    kind = _WORDS.get(found["kind"].upper(), found["kind"].lower())
    kind = "n" if kind in ("数字型", "数值型") else kind
    return _numbers(found) if kind == "n" else _signs(kind, found)


def _signs(kind: str, found: re.Match[str]) -> Format:
    sign = "[A-Za-z]" if kind == "a" else "."
    low, high = _lengths(found)
    if max(low, high or 0) > MOST_COUNTED:
        return Format(kind, f"{sign}+", high, (low, high))
    most = "" if high is None else str(high)
    return Format(kind, f"{sign}{{{low},{most}}}", high)


def _numbers(found: re.Match[str]) -> Format:
    low, high = _lengths(found)
    places = int(found["places"] or 0)
    if max(low, high or 0, places) > MOST_COUNTED:
        return Format("n", r"-?\d+(\.\d+)?" if places else r"-?\d+", high, (low, high))
    if found["places"] is None:
        return Format("n", rf"-?\d{{{low},{'' if high is None else high}}}", high)
    whole = "" if high is None else str(max(1, high - places))
    return Format("n", rf"-?\d{{1,{whole}}}(\.\d{{1,{places}}})?", high and high + 1)


def _lengths(found: re.Match[str]) -> tuple[int, int | None]:
    """Return fewest and most characters; without ``..`` they are the same, ``ul`` is without end.

    ``varchar`` and ``string`` name the most, as databases have it.
    """
    high = (found["high"] or "").lower()
    if high == UNLIMITED or (found["up"] and not high):
        return int(found["low"] or 1), None
    if not found["up"]:
        exact = int(found["low"] or high)
        return (0 if found["kind"].upper() in UP_TO else exact), exact
    return int(found["low"] or 1), int(high)
