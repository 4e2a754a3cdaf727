"""Wording: the numbers of a trial as words that fit into the sentence of its finding."""

from __future__ import annotations

from collections.abc import Mapping

from shixiao.checkup.detectors.trial import Trial
from shixiao.checkup.ratios import times
from shixiao.terms import Estimate, Text

Words = Mapping[str, Text | str]


def said(template: Text, words: Words) -> Text:
    """Fill a sentence."""
    return template.format(**words)


def wording(trial: Trial, unit: str) -> dict[str, Text | str]:
    """Return what the sentences of findings may name: value, interval, n, usual, ratio, name."""
    estimate = trial.estimate
    words: dict[str, Text | str] = {
        "name": trial.subject.name,
        "n": f"{estimate.n:,}",
        "value": number(estimate.value, unit),
        "interval": interval(estimate, unit),
        "usual": number(trial.usual, unit),
        "ratio": number(trial.ratio.value if trial.ratio else None, "ratio"),
    }
    for key, fact in trial.facts.items():
        words[key] = fact if isinstance(fact, Text | str) else f"{fact:,}"
    return words


def number(value: float | None, unit: str) -> str:
    """Write a number in its unit: shares as per cent, ratios with two digits, counts in full."""
    if value is None:
        return "—"
    if unit == "share":
        return f"{value:.1%}"
    if unit == "ratio":
        return times(value)
    return f"{value:,.0f}"


def interval(estimate: Estimate, unit: str) -> Text:
    """Write the interval of an estimate, or say why there is none."""
    if estimate.low is None or estimate.high is None:
        return estimate.reason or Text("没有区间", "no interval")
    low, high = number(estimate.low, unit), number(estimate.high, unit)
    percent = round(estimate.level * 100)
    return Text(f"{percent}% 区间 {low}–{high}", f"{percent}% interval {low}–{high}")
