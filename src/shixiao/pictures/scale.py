"""Scales: nice ticks, and numbers and durations as people write them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

FINEST_STEP = 0.01
_MINUS = "−"
_POWERS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_BIG = {
    "zh": ((1e15, ""), (1e12, " 万亿"), (1e8, " 亿")),
    "en": ((1e15, ""), (1e12, " trillion"), (1e9, " billion")),
}
_PLAIN = min(limit for limits in _BIG.values() for limit, _ in limits)
_FORMS = (",.0f", ",.1f", ",.2f")
# Seconds in one unit, how many units make the next, and its name for one and for many.
_UNITS = (
    (1.0, 60.0, " 秒", " s", " s"),
    (60.0, 60.0, " 分钟", " min", " min"),
    (3600.0, 24.0, " 小时", " h", " h"),
    (86400.0, math.inf, " 天", " day", " days"),
)


@dataclass(frozen=True, slots=True)
class Axis:
    """A straight or logarithmic map from numbers to px.

    Attributes:
        low: number at ``start``.
        high: number at ``end``.
        start: px of the low end.
        end: px of the high end (smaller than ``start`` on an upward axis).
        log: logarithmic; both numbers are then positive.
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def at(self, value: float) -> float:
        """Return the px of a number; what lies outside is drawn at the nearer end."""
        inside = self.low if value < self.low else self.high if value > self.high else value
        if self.high == self.low:
            return self.start
        if self.log:
            part = math.log(inside / self.low) / math.log(self.high / self.low)
        else:
            part = (inside - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)


def linear_ticks(low: float, high: float, *, at_most: int = 7) -> tuple[float, ...]:
    """Return round numbers 1, 2 or 5 times a power of ten apart that enclose low and high.

    Args:
        low: smallest number to show.
        high: largest number to show; may be equal to ``low``.
        at_most: the most ticks wanted, at least 3.

    Returns:
        Two to ``at_most`` rising numbers, the first ≤ ``low``, the last ≥ ``high``; no finer than
        0.01 apart, for no number is shown with three decimals.

    Raises:
        ValueError: when an end is not finite or low lies above high.
    """
    if not (math.isfinite(low) and math.isfinite(high)) or low > high:
        raise ValueError(f"Ticks need finite ends in order, not {low} and {high}")
    span = max(high - low, abs(high) * 1e-9, FINEST_STEP)
    exponent = max(math.floor(math.log10(span)) - 2, -2)
    while True:
        for factor in (1, 2, 5):
            first, last = _steps(low, high, factor, exponent)
            last += first == last
            if last - first < at_most:
                return tuple(_multiple(k * factor, exponent) for k in range(first, last + 1))
        exponent += 1


def _steps(low: float, high: float, factor: int, exponent: int) -> tuple[int, int]:
    """Return the first and last multiple of the step; a hair beyond a tick needs no tick more."""
    step = _multiple(factor, exponent)
    return math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)


def _multiple(count: int, exponent: int) -> float:
    # Dividing by a whole power keeps 0.3 from becoming 0.30000000000000004.
    return count * 10.0**exponent if exponent >= 0 else count / 10.0**-exponent


def log_ticks(low: float, high: float, *, at_most: int = 7) -> tuple[float, ...]:
    """Return round numbers that enclose low and high and lie evenly enough on a log axis.

    A span below threefold takes linear ticks; a wider one 1-2-5 steps, then decades.

    Raises:
        ValueError: when low is not positive, an end is not finite, or low lies above high.
    """
    if not (0 < low <= high and math.isfinite(high)):
        raise ValueError(f"Log ticks need 0 < low <= high, not {low} and {high}")
    if high < 3 * low and low >= 10 * FINEST_STEP:
        near = linear_ticks(low, high, at_most=at_most)
        if near[0] > 0:
            return near
    for steps in ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,)):
        ticks = _decades(low, high, steps, every=1)
        if len(ticks) <= at_most:
            return ticks
    every = 2
    while len(ticks) > at_most:
        ticks = _decades(low, high, (1.0,), every=every)
        every += 1
    return ticks


def _decades(low: float, high: float, steps: Sequence[float], *, every: int) -> tuple[float, ...]:
    first = math.floor(math.log10(low)) // every * every
    last = math.ceil(math.log10(high)) + every
    all_ticks = [step * 10.0**k for k in range(first, last + 1, every) for step in steps]
    below = [tick for tick in all_ticks if tick <= low * (1 + 1e-9)]
    above = [tick for tick in all_ticks if tick >= high * (1 - 1e-9)]
    start, end = below[-1], above[0] if above[0] > below[-1] else above[1]
    return tuple(float(f"{tick:.6g}") for tick in all_ticks if start <= tick <= end)


def shown(value: float, language: str, digits: int = 1) -> str:
    """Return a number as a reader sees it: thousands apart, a true minus, two decimals at most.

    From 1 亿 (zh) or a billion (en) on, the number is given in that unit, because so many digits
    cannot be read in a picture; the table beside it holds them all.
    """
    if not -_PLAIN < value < _PLAIN and (big := _big(value, language)):
        return big
    text = format(value, _FORMS[0 if digits < 0 else 2 if digits > 2 else digits])
    if text[0] != "-":
        return text
    return text.replace("-", _MINUS) if text.strip("-0.,") else text[1:]


def _big(value: float, language: str) -> str:
    """Return a number in 亿 or billions; "" where all its digits can be read."""
    if not math.isfinite(value):
        raise ValueError(f"Only finite numbers are shown, not {value}")
    for limit, word in _BIG.get(language, _BIG["en"]):
        if abs(value) >= limit:
            if not word:
                exponent = math.floor(math.log10(abs(value)))
                power = str(exponent).translate(_POWERS)
                return f"{value / 10.0**exponent:.1f}×10{power}".replace("-", _MINUS)
            return f"{value / limit:,.1f}{word}".replace("-", _MINUS)
    return ""


def digits_for(values: Sequence[float]) -> int:
    """Return the fewest decimals (0, 1 or 2) that tell all different values apart.

    Used for ticks, where all labels of one axis share one number of decimals.
    """
    different = len({round(value, 9) for value in values})
    for digits in (0, 1):
        exact = all(math.isclose(value, round(value, digits), abs_tol=1e-9) for value in values)
        if exact and len({round(value, digits) for value in values}) == different:
            return digits
    return 2


def estimate_digits(values: Sequence[float]) -> int:
    """Return the decimals fit for estimates of this size: none from 100 on, one from 1 on."""
    largest = max((abs(value) for value in values), default=0.0)
    return 0 if largest >= 100 else 1 if largest >= 1 else 2


def duration(seconds: float, language: str) -> str:
    """Return a time in its natural unit: 3.2 天 / 3.2 days, 5 小时 / 5 h, 12 分钟 / 12 min, 0.4 秒.

    One decimal at most, and none where it would be 0; a calendar day has 24 hours.
    """
    if not math.isfinite(seconds):
        raise ValueError(f"A duration is finite, not {seconds}")
    size = abs(seconds)
    sign = _MINUS if seconds < 0 and round(size, 1) else ""
    # A count that rounds up to the next unit is given in that one: 60 s read 1 min.
    unit, _, chinese, one, many = next(row for row in _UNITS if round(size / row[0], 1) < row[1])
    count = round(size / unit, 1)
    text = shown(count, language, 0 if count == int(count) else 1)
    if size > 0 and count == 0:
        text = "< 0.1"
    return sign + text + (chinese if language == "zh" else one if text == "1" else many)
