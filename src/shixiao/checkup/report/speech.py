"""Speech: numbers, names, dates and estimates as the report says them in one language."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from itertools import count

from shixiao.checkup.report.cells import Cell
from shixiao.checkup.report.words import (
    CHANNELS,
    COLUMNS,
    MONTHS,
    ONE_SUBJECT,
    SUBJECTS,
    VERDICT_TONES,
    VERDICTS,
)
from shixiao.effect import Comparison, Measure, Statistic
from shixiao.pictures import shown
from shixiao.terms import Estimate, SubjectKind, Text

LONGEST_NAME = 60
TEN_THOUSAND = 10_000
KEPT_SENTENCES = 4096  # a page for each service says much the same
_SPACELESS = re.compile(r"(?<=[\u4e00-\u9fff])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9%])(?=[\u4e00-\u9fff])")
_DAY_UNITS: tuple[tuple[float, Text], ...] = (
    (1.0, Text("天", "days")),
    (24.0, Text("小时", "hours")),
    (1440.0, Text("分钟", "minutes")),
)
_DATE = re.compile(r"(\d{4}) 年 (\d{1,2}) ?月")
_SPAN = re.compile(r"至 (?=\d{4}年)")
_DAY = re.compile(r" ?月 (\d{1,2}) 日")


@dataclass(frozen=True, slots=True)
class Unit:
    """What a measure's numbers are multiplied by to be shown, and the name they then carry.

    ``sign`` is glued to the number (%), ``name`` stands after it.
    """

    factor: float
    name: Text
    sign: str = ""

    @property
    def after_number(self) -> Text:
        """The name as it stands after a number: Chinese counts working days with 个."""
        counted = self.name.zh == "工作日"
        return Text(f"个{self.name.zh}", self.name.en) if counted else self.name

    def of(self, estimate: Estimate) -> Estimate:
        """Return an estimate in this unit."""
        if self.factor == 1:
            return estimate
        value, low, high = (
            None if number is None else number * self.factor
            for number in (estimate.value, estimate.low, estimate.high)
        )
        return replace(estimate, value=value, low=low, high=high)


def unit_of(measure: Measure, estimates: Sequence[Estimate]) -> Unit:
    """Return the unit in which these estimates of a measure are best read, the same for all.

    Shares are percentages; calendar time is in days, or in hours or minutes when all is shorter.
    """
    if measure.statistic is Statistic.SHARE:
        return Unit(100.0, measure.unit, "%")
    if measure.metric != "elapsed":
        return Unit(1.0, measure.unit)
    longest = max((abs(e.value) for e in estimates if e.ok and e.value is not None), default=1.0)
    for factor, name in _DAY_UNITS:
        if longest * factor >= 1:
            return Unit(factor, name)
    return Unit(*_DAY_UNITS[-1])


def unit_named(name: Text) -> Unit:
    """Return the unit of an indicator of the index by its name: shares are shown in per cent."""
    if name.zh == "%":
        return Unit(100.0, name, "%")
    return Unit(100.0 if name.zh == "百分点" else 1.0, name)


def digits_for(value: float) -> int:
    """Return the decimals of a number of this size: none from 100 on, one from 1 on, else two."""
    size = abs(value)
    return 0 if size >= 100 or size == 0 else 1 if size >= 1 else 2


def digits_of(estimate: Estimate) -> int:
    """Return the decimals of an estimate: a value of 0 takes those of its upper bound."""
    full = estimate.low == estimate.high
    size = estimate.value or (0.0 if full else estimate.high) or 0.0
    return digits_for(size) if full else max(digits_for(size), int(size < 1000))


def capitalised(text: Text) -> Text:
    """Return a text that begins with a capital in English."""
    return Text(text.zh, text.en[:1].upper() + text.en[1:])


@lru_cache(KEPT_SENTENCES)
def spaced(said: str) -> str:
    """Return a Chinese sentence with a space between Chinese and Latin letters or digits.

    Dates stay in one piece: 2026年11月23日.
    """
    apart = _DATE.sub(r"\1年\2月", _DAY.sub(r"月\1日", _SPACELESS.sub(" ", said)))
    return _SPAN.sub("至", apart)


@dataclass(slots=True)
class Speech:
    """Everything that depends on the language, and the ids of one language half."""

    language: str
    _next: count[int] = field(default_factory=lambda: count(1))

    def say(self, text: Text) -> str:
        """Return a text in this language."""
        return text.in_language(self.language)

    def t(self, zh: str, en: str) -> str:
        """Return one of two wordings."""
        return spaced(zh) if self.language == "zh" else en

    def id(self, name: str) -> str:
        """Return an id that is used once on the page."""
        return f"{self.language}-{name}-{next(self._next)}"

    # ── names ─────────────────────────────────────────────────────────────────────────────────

    def name(self, text: Text | str, *, room: int = LONGEST_NAME) -> str:
        """Return a name, cut with … when it is longer than ``room`` characters."""
        whole = self.full_name(text)
        return whole if len(whole) <= room else whole[: room - 1].rstrip() + "…"

    def full_name(self, text: Text | str) -> str:
        """Return a name on one line."""
        return " ".join((text if isinstance(text, str) else self.say(text)).split())

    def named(self, text: Text | str, *, href: str = "") -> Cell:
        """Return a cell with a name; a shortened one keeps the full name in its title."""
        short, whole = self.name(text), self.full_name(text)
        return Cell(short, title=whole if short != whole else "", href=href)

    def column(self, name: str) -> str:
        """Return the name of a case column."""
        known = COLUMNS.get(name)
        return self.say(known) if known else self.name(name.removeprefix("case:"))

    def arm(self, column: str, value: str) -> str:
        """Return the name of a value of a case column."""
        if column == "channel" and value in CHANNELS:
            return self.say(CHANNELS[value])
        if column == "month":
            return self.month(value)
        if column == "period":
            return self.period(value)
        return self.name(value)

    def verdict(self, name: str) -> Cell:
        """Return the status tag of a verdict."""
        return Cell("", tag=self.say(capitalised(VERDICTS[name])), tone=VERDICT_TONES[name])

    def arms(self, comparison: Comparison) -> tuple[str, str]:
        """Return the names of both arms, a first."""
        return self.arm(comparison.column, comparison.a), self.arm(comparison.column, comparison.b)

    # ── dates ─────────────────────────────────────────────────────────────────────────────────

    def month(self, value: str) -> str:
        """Return ``2011-05`` as 2011年5月 or May 2011."""
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", value):
            return self.name(value)
        year, number = int(value[:4]), int(value[5:])
        return self.t(f"{year}年{number}月", f"{MONTHS[number - 1]} {year}")

    def day(self, value: str) -> str:
        """Return ``2011-05-03`` as 2011年5月3日 or 3 May 2011."""
        year, number, day = (int(part) for part in value.split("-"))
        return self.t(f"{year}年{number}月{day}日", f"{day} {MONTHS[number - 1]} {year}")

    def period(self, value: str) -> str:
        """Return ``2025-01-01..2025-06-30`` with both days written out."""
        start, dots, end = value.partition("..")
        if not dots:
            return self.name(value)
        return self.t(f"{self.day(start)}至{self.day(end)}", f"{self.day(start)} – {self.day(end)}")

    # ── numbers ───────────────────────────────────────────────────────────────────────────────

    def count(self, number: int) -> str:
        """Return a whole number with its thousands apart, all digits kept."""
        return f"{number:,}"

    def few(self, number: int, minimum: int) -> str:
        """Return a count of cases; one too small to be told is a range."""
        return f"1–{minimum - 1}" if 0 < number < minimum else self.count(number)

    def number(self, value: float, digits: int | None = None) -> str:
        """Return a number with at most two decimals; nothing is plain 0."""
        if value == 0:
            return "0"
        return shown(value, self.language, digits_for(value) if digits is None else digits)

    def about(self, number: float) -> str:
        """Return a number in round figures for prose: “1.9 万”, “380,000”."""
        if number <= 0:
            return "0"
        digits = 1 - math.floor(math.log10(number))
        rounded = round(number, digits)
        if self.language == "zh" and rounded >= TEN_THOUSAND:
            unit, name = (1e8, "亿") if rounded >= 1e8 else (TEN_THOUSAND, "万")
            return f"{rounded / unit:.4g} {name}"
        return f"{rounded:,.0f}" if rounded >= 1 else self.number(rounded)

    def about_count(self, number: int, zh: str, en: str) -> str:
        """Say a count, in round figures where it is large: “约 2.3 万件”, “about 23,000 cases”."""
        if number < TEN_THOUSAND:
            return self.t(f"{number:,} {zh}", f"{number:,} {en}")
        return self.t(f"约 {self.about(number)}{zh}", f"about {self.about(number)} {en}")

    def percent(self, share: float) -> str:
        """Return a share as a percentage."""
        return f"{self.number(share * 100)}%"

    def interval(self, estimate: Estimate, digits: int) -> str:
        """Return “[5.9 – 6.1]”; nothing for a full count."""
        low, high = estimate.low, estimate.high
        if (low is None and high is None) or low == high:
            return ""
        if high is None:
            return self.t(f"[{self.number(low or 0, digits)} 以上]", f"[{low:.{digits}f} or more]")
        if low is None:
            return self.t(f"[{self.number(high, digits)} 以下]", f"[{high:.{digits}f} or less]")
        return f"[{self.number(low, digits)} – {self.number(high, digits)}]"

    def estimate(self, estimate: Estimate, unit: Unit, *, with_unit: bool = False) -> Cell:
        """Return an estimate as a cell; where it is not ok, the sentence that says why."""
        if not estimate.ok or estimate.value is None:
            return Cell(self.reason(estimate), sentence=True)
        scaled = unit.of(estimate)
        value = scaled.value or 0.0
        digits = digits_of(scaled)
        text = self.number(value, digits) + unit.sign
        if with_unit and not unit.sign:
            text += f" {self.say(unit.after_number)}"
        return Cell(text, interval=self.interval(scaled, digits))

    def reason(self, estimate: Estimate) -> str:
        """Return why there is no number, as a whole sentence."""
        if estimate.reason is None:
            return "—"
        said = self.say(estimate.reason).rstrip("。.;； ")
        return self.sentence(said)

    def sentence(self, said: str) -> str:
        """Return the words as a sentence: a capital first in English, and a full stop."""
        said = said.rstrip("。. ")
        return spaced(said) + "。" if self.language == "zh" else said[:1].upper() + said[1:] + "."

    def in_words(self, estimate: Estimate, unit: Unit) -> str:
        """Return “6.0 天 [5.9 – 6.1]” for running text, or the reason without its full stop."""
        cell = self.estimate(estimate, unit, with_unit=True)
        return f"{cell.text} {cell.interval}".strip().rstrip("。" if cell.sentence else "")

    def of_kind(self, number: int, kind: SubjectKind) -> str:
        """Return “30 项服务” or “1 service”."""
        if self.language == "zh":
            return f"{number:,} {SUBJECTS[kind].zh}"
        one = number == 1 and kind is not SubjectKind.CITY
        return f"{number:,} {ONE_SUBJECT[kind].en.lower() if one else SUBJECTS[kind].en}"

    def cases(self, number: int) -> str:
        """Return “1,434 件” or “1,434 cases”."""
        return self.t(f"{number:,} 件", f"{number:,} {'case' if number == 1 else 'cases'}")


def both_days(day: date) -> Text:
    """Return a day as people say it in either language: 2026年3月2日, 2 March 2026."""
    written = day.isoformat()
    return Text(Speech("zh").day(written), Speech("en").day(written))
