"""Does what evaluators met agree with what the log of the service says?

The score of a dimension from field tests (mean of the tests of a service, Student's t) is laid
beside the same score from the log; both 0 to 100. Their difference has the interval of two
independent estimates by the recovery of variances. *Agree* is said only where the whole interval
lies within a margin (rule FT-01): that nothing was seen is no proof that there is nothing.

Source: G. Y. Zou and A. Donner (2008), Statistics in Medicine 27, 1693-1702.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shixiao.effect.fieldtests.kinds import DIMENSION_NAMES, Dimension
from shixiao.rules import RulePack
from shixiao.statistics import mean_from_sums
from shixiao.terms import Estimate, Text

FULL = 100.0
_NO_LOG = Text("日志没有这一维度的得分。", "The log has no score of this dimension.")
_NO_INTERVAL = Text("日志的得分没有区间。", "The score from the log has no interval.")
_BOTH = Text(
    "体验测试 {field} 分，日志 {log} 分", "{field} points in field tests, {log} by the log"
)
_AGREE = Text(
    "{name}：{both}，相差不超过 {margin} 分，两者一致。",
    "{name}: {both}; they agree within {margin} points.",
)
_LOWER = Text(
    "{name}：{both}，体验测试低 {gap} 分（{low} 至 {high}）；实际遇到的比记录的差。",
    "{name}: {both}; field tests are {gap} points lower ({low} to {high}). What people meet is"
    " worse than what was recorded.",
)
_HIGHER = Text(
    "{name}：{both}，体验测试高 {gap} 分（{low} 至 {high}）；实际遇到的比记录的好。",
    "{name}: {both}; field tests are {gap} points higher ({low} to {high}). What people meet is"
    " better than what was recorded.",
)
_OPEN = Text(
    "相差 {low} 至 {high} 分都有可能，区间太宽；需要更多测试",
    "the difference may be anything from {low} to {high} points; more tests are needed",
)
_NOT_COMPARABLE = Text("{name}：不能比较：{reason}", "{name}: not comparable: {reason}")
_FEW = Text(
    "体验测试有 {n} 次，至少需要 {fewest} 次。",
    "There are {n} field tests and at least {fewest} are needed.",
)


class Outcome(StrEnum):
    """What a comparison comes to."""

    AGREE = "agree"
    LOWER = "lower"
    HIGHER = "higher"
    NOT_COMPARABLE = "not_comparable"


@dataclass(frozen=True, slots=True)
class AgainstLog:
    """One dimension of one service, tried and logged.

    Attributes:
        dimension: which.
        field: score from field tests, 0 to 100; n counts tests.
        log: score from the log, 0 to 100.
        difference: field less log, in points; n counts tests.
        outcome: what it comes to.
        sentence: the same in words, or why they cannot be compared.
    """

    dimension: Dimension
    field: Estimate
    log: Estimate
    difference: Estimate
    outcome: Outcome
    sentence: Text


def against_log(
    tests: Mapping[str, Sequence[float | None]],
    log: Mapping[str, Estimate],
    *,
    rules: RulePack,
) -> tuple[AgainstLog, ...]:
    """Compare the field tests of one service with its scores from the log.

    Args:
        tests: dimension → its score in each test, 0 to 1; None where a test has none.
        log: dimension → its score from the log, 0 to 100.
        rules: margin of agreement and fewest tests (FT-01, FT-02).
    """
    fewest, margin = max(int(rules.number("FT-02")), 2), rules.number("FT-01")
    found = []
    for dimension in Dimension:
        logged = log.get(str(dimension), Estimate.not_assessable(_NO_LOG))
        values = [score for score in tests.get(str(dimension), ()) if score is not None]
        tried = _mean(values, fewest=fewest, level=logged.level)
        difference = _difference(tried, logged)
        outcome, sentence = _judge(dimension, tried, logged, difference, margin)
        found.append(AgainstLog(dimension, tried, logged, difference, outcome, sentence))
    return tuple(found)


def _mean(values: Sequence[float], *, fewest: int, level: float) -> Estimate:
    """Return the mean of the tests in points."""
    if len(values) < fewest:
        value = FULL * sum(values) / len(values) if values else None
        reason = _FEW.format(n=len(values), fewest=fewest)
        return Estimate.insufficient(len(values), reason, value=value)
    mean = mean_from_sums(
        n=len(values),
        total=math.fsum(values),
        squares=math.fsum(value * value for value in values),
        level=level,
    )
    if mean.value is None or mean.low is None or mean.high is None:
        return mean
    low, high = max(mean.low, 0.0), min(mean.high, 1.0)
    return Estimate(FULL * mean.value, FULL * low, FULL * high, mean.n, level)


def _difference(tried: Estimate, logged: Estimate) -> Estimate:
    for one in (tried, logged):
        if not one.ok:
            return Estimate(None, None, None, tried.n, tried.level, one.status, one.reason)
    bounds = (tried.value, tried.low, tried.high, logged.value, logged.low, logged.high)
    a, low_a, high_a, b, low_b, high_b = (math.nan if x is None else x for x in bounds)
    low = a - b - math.hypot(a - low_a, high_b - b)
    high = a - b + math.hypot(high_a - a, b - low_b)
    if math.isnan(low) or math.isnan(high):
        return Estimate.not_assessable(_NO_INTERVAL, tried.n)
    return Estimate(a - b, low, high, tried.n, tried.level)


def _judge(
    dimension: Dimension, tried: Estimate, logged: Estimate, difference: Estimate, margin: float
) -> tuple[Outcome, Text]:
    name = DIMENSION_NAMES[dimension]
    gap, low, high = difference.value, difference.low, difference.high
    if gap is None or low is None or high is None:
        reason = difference.reason or _NO_INTERVAL
        return Outcome.NOT_COMPARABLE, _NOT_COMPARABLE.format(name=name, reason=reason)
    both = _BOTH.format(field=_points(tried.value), log=_points(logged.value))
    if -margin <= low and high <= margin:
        return Outcome.AGREE, _AGREE.format(name=name, both=both, margin=f"{margin:g}")
    if high < 0:
        return Outcome.LOWER, _LOWER.format(
            name=name, both=both, gap=_points(-gap), low=_points(-high), high=_points(-low)
        )
    if low > 0:
        return Outcome.HIGHER, _HIGHER.format(
            name=name, both=both, gap=_points(gap), low=_points(low), high=_points(high)
        )
    reason = Text("{both}；{open}。", "{both}; {open}.").format(
        both=both, open=_OPEN.format(low=_points(low), high=_points(high))
    )
    return Outcome.NOT_COMPARABLE, _NOT_COMPARABLE.format(name=name, reason=reason)


def _points(number: float | None) -> str:
    """Write whole points; the rounding of a little less than 0 is 0 and not -0."""
    return "—" if number is None else str(round(number))
