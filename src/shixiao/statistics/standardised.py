"""Observed against expected: one person's share beside that of others with the same mix of work."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from shixiao.statistics.proportions import wilson, wilson_bounds
from shixiao.statistics.ratios import estimate_ratio
from shixiao.statistics.reasons import too_few, too_few_per_arm
from shixiao.terms import Estimate, Text

NONE_ELSEWHERE = Text(
    "其他人的同类工作中一次也没有发生，没有可比的水平",
    "it never happened in the like work of others, so there is nothing to compare with",
)


@dataclass(frozen=True, slots=True)
class Mix:
    """One kind of work: how often something happened, in one's own work and in that of others."""

    events: int
    n: int
    other_events: int
    other_n: int


@dataclass(frozen=True, slots=True)
class Standardised:
    """What was seen beside what the same mix of work brings elsewhere.

    Attributes:
        n: pieces of own work of kinds that others do too.
        observed: how many of them show it.
        expected: how many would, at the rates of the others; None where n is 0.
        ratio: observed over expected with its interval; 1 is what others have.
    """

    n: int
    observed: int
    expected: float | None
    ratio: Estimate


def standardised_ratio(mixes: Sequence[Mix], *, minimum: int, level: float = 0.95) -> Standardised:
    """Compare by indirect standardisation: the rates of the others, applied to the own mix.

    The expected share is ``e = sum(n r) / sum(n)`` over kinds of work, r the rate of the others.
    Its interval puts together Wilson's of each rate, ``e - sqrt(sum (w (r - l))²)`` with weights
    ``w = n / sum(n)`` (MOVER), and the ratio to the observed share takes both intervals (MOVER-R),
    so that few others widen it. Kinds of work that nobody else does are left out on both sides.

    Args:
        mixes: one for each kind of work.
        minimum: fewest pieces of work on either side.
        level: confidence level.

    Returns:
        Counts and ratio; the ratio is ``insufficient`` below the minimum, or where the others
        show none at all.

    Source: N. E. Breslow and N. E. Day (1987), Statistical Methods in Cancer Research II, sec. 2.3
    (standardised ratios); G. Y. Zou and A. Donner (2008), Statistics in Medicine 27, 1693-1702
    (sums); A. Donner and G. Y. Zou (2012), as ``mover_r``.
    """
    used = [mix for mix in mixes if mix.n and mix.other_n]
    n, others = sum(mix.n for mix in used), sum(mix.other_n for mix in used)
    observed = sum(mix.events for mix in used)
    if n == 0:
        return Standardised(0, 0, None, Estimate.insufficient(0, too_few(0, needed=minimum)))
    share = _expected_share(used, n, others, level)
    expected = (share.value or 0.0) * n
    if n < minimum:
        few = Estimate.insufficient(n, too_few(n, needed=minimum))
        return Standardised(n, observed, expected, few)
    if others < minimum:
        few = Estimate.insufficient(n, too_few_per_arm(n, others, needed=minimum))
        return Standardised(n, observed, expected, few)
    if expected == 0:
        return Standardised(n, observed, 0.0, Estimate.insufficient(n, NONE_ELSEWHERE))
    ratio = estimate_ratio(wilson(observed, n, level=level), share)
    return Standardised(n, observed, expected, ratio)


def _expected_share(used: Sequence[Mix], n: int, others: int, level: float) -> Estimate:
    value = below = above = 0.0
    for mix in used:
        rate, weight = mix.other_events / mix.other_n, mix.n / n
        low, high = wilson_bounds(mix.other_events, mix.other_n, level=level)
        value += weight * rate
        below += (weight * (rate - float(low))) ** 2
        above += (weight * (float(high) - rate)) ** 2
    low_end, high_end = value - math.sqrt(below), value + math.sqrt(above)
    return Estimate(value, max(0.0, low_end), min(1.0, max(value, high_end)), others, level)
