"""Stepped wedge: did findings fall after a course that started at departments on drawn dates?

Departments start one step after the other in an order drawn by lot, so that in every period those
that have started are compared with those that have not, and each department with its own past.
Counts follow ``E y = exposure × department × period × ratio^after``; the ratio solves the Poisson
score, which needs nothing but this mean to be right (pseudo-likelihood: departments may differ as
widely as they like, and counts may scatter more than Poisson's).

Chance is that of the lot alone: the drawn dates are dealt to the departments anew, thousands of
times, and p is the share of deals that show as much. No law of the counts is assumed: with no
effect the test is exact under trend, over-dispersion and counts that hang together over time. The
interval holds every ratio that the same test, with the ratio taken out, does not reject.

Sources: M. A. Hussey and J. P. Hughes (2007), Contemporary Clinical Trials 28, 182-191, for the
design and its mean; R. Wang and V. De Gruttola (2017), Statistics in Medicine 36, 2831-2843, and
X. Ji, G. Fink, P. J. Robyn and D. S. Small (2017), Annals of Applied Statistics 11, 1-20, for the
test over the lot; D. J. Rabideau and R. Wang (2021), Statistics in Medicine 40, 2913-2927, for
intervals by its inversion; C. Gourieroux, A. Monfort and A. Trognon (1984), Econometrica 52,
701-720, for the pseudo-likelihood.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from shixiao.statistics.level import Flags, Floats, Integers, critical_value, tail
from shixiao.statistics.reasons import (
    NOT_DRAWN,
    ONE_SIDED,
    cannot_tell,
    too_few_findings,
    too_few_lots,
)
from shixiao.statistics.wedge_fit import Wedge, fit, information, log_ratio
from shixiao.terms import Estimate, Status

Unit = TypeVar("Unit", bound=Hashable)
FARTHEST = math.log(1000.0)
"""Ratios beyond a thousand, or below a thousandth, are not told apart."""
_ROUNDS = 30
HALVED = 0.5
"""What a course is to bring about: an interval with this and with 1 in it says nothing."""
_POWER = 0.8


@dataclass(frozen=True, slots=True)
class WedgeEffect:
    """What came of a course.

    Attributes:
        ratio: new findings per exposure after the start over before, departments and periods
            levelled; n counts findings. ``insufficient`` also where the interval holds both no
            change and a halving.
        p: chance that the lot alone shows as much in either direction; None where nothing was
            tested.
        before: findings in cells before the start.
        after: findings in cells from the start on.
    """

    ratio: Estimate
    p: float | None
    before: int
    after: int


def schedule(
    units: Sequence[Unit], steps: int, ranks: Mapping[Unit, int], *, first: int = 1, every: int = 1
) -> dict[Unit, int]:
    """Deal start periods to units by ranks that a lot gave them.

    Groups are as equal as can be; where they cannot be equal, the earlier ones are larger.

    Args:
        units: who takes part.
        steps: number of groups that start one after the other.
        ranks: unit → its place in the lot; a lower one starts earlier.
        first: period (from 0) in which the first group starts.
        every: periods from one start to the next.

    Returns:
        Unit → period from which it counts as after, in the order of units.

    Raises:
        ValueError: fewer than 2 steps, fewer units than steps, a unit twice or without a rank, two
            units with one rank, or no period before the first start.
    """
    if len(set(units)) != len(units) or not 2 <= steps <= len(units):
        raise ValueError("A schedule needs 2 steps or more and at least one unit for each")
    if first < 1 or every < 1:
        raise ValueError("A schedule needs a period before the first start, and steps forward")
    missing = [unit for unit in units if unit not in ranks]
    if missing:
        raise ValueError(f"{missing[0]} has no rank")
    order = sorted(units, key=lambda unit: ranks[unit])
    if len({ranks[unit] for unit in units}) != len(units):
        raise ValueError("Two units have the same rank; a lot gives each its own")
    groups = np.array_split(np.arange(len(order)), steps)
    starts = {
        order[place]: first + step * every for step, group in enumerate(groups) for place in group
    }
    return {unit: starts[unit] for unit in units}


def wedge_effect(
    counts: npt.ArrayLike,
    exposure: npt.ArrayLike,
    starts: npt.ArrayLike,
    *,
    drawn: bool,
    draws: int,
    rng: np.random.Generator,
    level: float = 0.95,
    fewest_units: int = 8,
    fewest_findings: int = 30,
) -> WedgeEffect:
    """Estimate what a course did to the rate of findings.

    Args:
        counts: shape (units, periods), new findings; ignored where nothing was judged.
        exposure: same shape, subjects or cases that were judged; 0 where none was.
        starts: shape (units,), period from which a unit counts as after; from the number of periods
            on for one that has not started.
        drawn: True when a lot gave the starts; otherwise the ratio is described and not tested.
        draws: deals of the starts.
        rng: source of the deals.
        level: of the interval.
        fewest_units: units that take part, at least.
        fewest_findings: findings in all, at least.

    Returns:
        The effect; ``not_assessable`` without a lot, ``insufficient`` with too few units, periods
        or findings, the reason saying how many more are needed.

    Raises:
        ValueError: shapes that do not fit, counts that are no counts, or negative exposure.
    """
    wedge = Wedge.of(counts, exposure, starts)
    split = (wedge.findings(after=False), wedge.findings(after=True))
    total = sum(split)
    value = log_ratio(wedge)
    if value is None and split[1] == 0 < split[0]:
        value = -math.inf  # none is left: the ratio is 0, and the lot still sets its upper bound
    shown = None if value is None else math.exp(value)
    if not drawn:
        return WedgeEffect(_bare(shown, total, level, Status.NOT_ASSESSABLE), None, *split)
    reason = None
    if wedge.counts.shape[0] < fewest_units or wedge.open_periods == 0:
        reason = too_few_lots(
            wedge.counts.shape[0], needed=fewest_units, periods=wedge.open_periods
        )
    elif total < fewest_findings:
        reason = too_few_findings(total, needed=fewest_findings)
    elif value is None:
        reason = ONE_SIDED
    if reason is not None or value is None:
        estimate = Estimate(shown, None, None, total, level, Status.INSUFFICIENT, reason)
        return WedgeEffect(estimate, None, *split)
    deals = _deals(wedge, draws, rng)
    lower, upper = _tails(wedge, deals, 0.0)
    p = min(1.0, 2.0 * min(lower, upper))
    # Where the test does not reject 1, neither does its inversion, however it is rounded.
    kept = 1.0 if p > 1.0 - level else None
    return WedgeEffect(_interval(wedge, deals, value, level, kept), p, *split)


def _bare(value: float | None, n: int, level: float, status: Status) -> Estimate:
    return Estimate(value, None, None, n, level, status, NOT_DRAWN)


def _interval(
    wedge: Wedge, deals: Integers, value: float, level: float, kept: float | None
) -> Estimate:
    """Invert the test; an interval that holds both 1 and a half is too wide to say anything.

    ``kept`` is a ratio that is known to belong to the interval.
    """
    edge = tail(level)
    centre = max(value, -FARTHEST)
    low = _limit(lambda at: _tails(wedge, deals, at)[1] > edge, centre, -FARTHEST)
    high = _limit(lambda at: _tails(wedge, deals, at)[0] > edge, centre, FARTHEST)
    n = wedge.findings(after=False) + wedge.findings(after=True)
    shown = math.exp(value)
    least = 0.0 if low is None else min(math.exp(low), shown)
    most = None if high is None else max(math.exp(high), shown)
    if kept is not None:
        least, most = min(least, kept), None if most is None else max(most, kept)
    if most is None or least <= HALVED <= 1.0 <= most:
        reason = cannot_tell(n, more=_more(wedge, deals, n))
        return Estimate(shown, least, most, n, level, Status.INSUFFICIENT, reason)
    return Estimate(shown, least, most, n, level)


def _limit(kept: Callable[[float], bool], inside: float, outside: float) -> float | None:
    """Return where a test begins to reject on the way outwards; None when it never does."""
    if kept(outside):
        return None
    # Deals are whole: close to the estimate the test may waver, so the way starts there.
    for _ in range(_ROUNDS):
        middle = (inside + outside) / 2
        if kept(middle):
            inside = middle
        else:
            outside = middle
    return inside


def _deals(wedge: Wedge, draws: int, rng: np.random.Generator) -> Integers:
    """Deal the drawn steps to the units anew; shape (draws, units), the step of each unit."""
    _, step = np.unique(wedge.starts, return_inverse=True)
    places = np.argsort(rng.random((draws, len(step))), axis=1)
    return np.asarray(step[places], dtype=np.int64)


def _tails(wedge: Wedge, deals: Integers, at: float) -> tuple[float, float]:
    """Return the shares of deals with a score as low and as high as the drawn one.

    Args:
        wedge: what was seen.
        deals: of the starts.
        at: log ratio that is taken out before.
    """
    residuals = wedge.counts - fit(wedge, at)
    scores = _scores(wedge, residuals, deals)
    seen = float((residuals * wedge.after).sum())
    slack = 1e-9 * max(1.0, float(np.abs(residuals).sum()))
    size = 1 + len(scores)
    # The drawn deal is one of the deals (B. Phipson and G. K. Smyth 2010), so p is never 0.
    return (
        float(1 + (scores <= seen + slack).sum()) / size,
        float(1 + (scores >= seen - slack).sum()) / size,
    )


def _scores(wedge: Wedge, residuals: Floats, deals: Integers) -> Floats:
    """Return the score of each deal: residuals summed from the dealt start on."""
    steps = np.unique(wedge.starts)
    after: Flags = np.arange(residuals.shape[1])[None, :] >= steps[:, None]
    of_step = residuals @ after.T.astype(np.float64)
    return np.asarray(of_step[np.arange(len(residuals))[None, :], deals].sum(axis=1))


def _more(wedge: Wedge, deals: Integers, n: int) -> int | None:
    """Return how many more findings would show a halving with 80 %; None where nobody knows.

    A score that scatters by s over the lot at the information I gives log ratios with error s / I,
    which falls with the root of the number of findings.
    """
    change = math.log(HALVED)
    fitted = fit(wedge, change)
    known = information(fitted, wedge.after)
    if known <= 0.0:
        return None
    error = float(_scores(wedge, wedge.counts - fitted, deals).std()) / known
    needed = n * (error * (critical_value(0.95) + float(ndtri(_POWER))) / change) ** 2
    return max(1, math.ceil(needed) - n)
