"""The three numbers at the head: measures of all cases, side by side where there are two arms."""

from __future__ import annotations

from dataclasses import dataclass

from shixiao.checkup.report.cells import Cell
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.speech import Speech, unit_of
from shixiao.effect import Arm, measure
from shixiao.terms import Estimate, SubjectKind

CARDS = 3


@dataclass(frozen=True, slots=True)
class Card:
    """One of the three numbers: a measure of all cases, in both arms where there are two."""

    name: str
    about: str
    values: tuple[tuple[str, Cell, str], ...]
    ratio: str


def cards(speech: Speech, lookup: Lookup) -> tuple[Card, ...]:
    """Return the three numbers that tell most."""
    names = lookup.telling(CARDS)
    return tuple(_card(speech, lookup, readable(lookup, name)) for name in names)


def _card(speech: Speech, lookup: Lookup, name: str) -> Card:
    item, comparison = measure(name), lookup.comparison
    if comparison is None:
        arms: list[tuple[str, Arm | None]] = [("", None)]
    else:
        a, b = speech.arms(comparison)
        arms = [
            (a, Arm(comparison.column, comparison.a)),
            (b, Arm(comparison.column, comparison.b)),
        ]
    found = [(label, lookup.estimate(lookup.whole, name, arm)) for label, arm in arms]
    known = [(label, e) for label, e in found if e is not None]
    unit = unit_of(item, [e for _, e in known])
    values = tuple((label, speech.estimate(e, unit, with_unit=True), _n(e)) for label, e in known)
    return Card(speech.say(item.name), speech.say(item.about), values, _ratio(speech, lookup, name))


def _n(estimate: Estimate) -> str:
    return f"n = {estimate.n:,}" if estimate.n else ""


def _ratio(speech: Speech, lookup: Lookup, name: str) -> str:
    compared = lookup.ratio(lookup.whole, name)
    if compared is None or not compared.ratio.ok:
        return ""
    a, b = speech.arms(compared.comparison)
    ratio = compared.ratio
    times = f"{speech.number(ratio.value or 0, 2)} {speech.interval(ratio, 2)}"
    levelled = ""
    if compared.strata:
        by = speech.t("、", ", ").join(speech.column(c) for c in compared.strata)
        levelled = speech.t(f"（同样的{by}相比）", f" (like for like by {by.lower()})")
    elif len(lookup.subjects(SubjectKind.SERVICE)) > 1:
        levelled = speech.t("（没有消除服务构成的差异）", " (not levelled by service)")
    return speech.t(f"{a}是{b}的 {times} 倍{levelled}", f"{a} is {times} times {b}{levelled}")


def readable(lookup: Lookup, name: str) -> str:
    """Prefer calendar time, which knows minutes, where a median is under a tenth of a day."""
    estimate = lookup.estimate(lookup.whole, name)
    short = estimate is not None and estimate.ok and (estimate.value or 0.0) < 0.1
    if name == "working_median" and short and lookup.estimate(lookup.whole, "elapsed_median"):
        return "elapsed_median"
    return name
