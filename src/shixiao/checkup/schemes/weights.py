"""What weight does a cell state? 20%, 20, 0.2, 1/5, 20分 and 二十分 are read."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass

_NUMBER = r"\d+(?:\.\d+)?|\.\d+"
_PLAIN = re.compile(
    rf"(?:权重|分值|满分|占)?[:：]?\(?(?P<sign>[+-]?)(?P<number>{_NUMBER})\)?"
    r"(?P<unit>%|分|points?|pts?|个百分点)?\)?",
    re.IGNORECASE,
)
_FRACTION = re.compile(r"(?P<sign>[+-]?)(?P<over>\d+)[/\u2044](?P<under>\d+)")
_CHINESE = re.compile(r"(?P<tens>[一二三四五六七八九]?十)?(?P<ones>[一二三四五六七八九])?分?")
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")}


@dataclass(frozen=True, slots=True)
class Weight:
    """A number with the unit that was written beside it.

    Attributes:
        value: a percentage is already divided by 100.
        percent: whether a percent sign stood there.
    """

    value: float
    percent: bool = False


def read_weight(text: str) -> Weight | None:
    """Return the weight that a cell states, or None when it states none."""
    plain = (
        "".join(unicodedata.normalize("NFKC", text).split()).replace("−", "-").replace("﹪", "%")
    )
    plain = re.sub(r"(?<=\d),(?=\d{3}(?:\D|$))", "", plain)
    if fraction := _FRACTION.fullmatch(plain):
        under = int(fraction["under"])
        value = int(fraction["over"]) / under if under else math.nan
        return _finite(-value if fraction["sign"] == "-" else value, percent=False)
    if number := _PLAIN.fullmatch(plain):
        value = float(number["number"]) * (-1 if number["sign"] == "-" else 1)
        percent = number["unit"] in ("%", "个百分点")
        return _finite(value / 100 if percent else value, percent=percent)
    if plain and (words := _CHINESE.fullmatch(plain)):
        tens, ones = words["tens"] or "", words["ones"] or ""
        return Weight(10 * _DIGITS.get(tens[:1], 1) * bool(tens) + _DIGITS.get(ones, 0))
    return None


def one_unit(weights: list[Weight]) -> list[float]:
    """Bring weights to one unit: beside percentages, a bare number above 1 is a percentage too."""
    if not any(weight.percent for weight in weights):
        return [weight.value for weight in weights]
    return [w.value if w.percent or w.value <= 1 else w.value / 100 for w in weights]


def _finite(value: float, *, percent: bool) -> Weight | None:
    return Weight(value, percent) if math.isfinite(value) else None
