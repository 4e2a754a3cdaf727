"""Simulated cases for bar platform_3, closed by the code that closes real ones.

A shape says how services differ, go up and down, and share a trend over two periods. Everybody's
rows are drawn, the worst is picked (as a finding would), and ``plan_closing`` and ``decide`` do the
rest: nothing of the decision is written here a second time. The number of rows after the correction
is drawn around what the plan's days let expect.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from shixiao import __version__
from shixiao.checkup.closing import (
    ClosingPlan,
    Outcome,
    Reading,
    Readings,
    Remeasurement,
    decide,
    halves,
    plan_closing,
)
from shixiao.rules import RulePack, load_pack
from shixiao.statistics import Observed, mean_from_sums
from shixiao.terms import Period

EARLIER = Period(date(2025, 1, 1), date(2025, 12, 31))
CORRECTED = date(2026, 2, 28)
SHARE = ("half_online", "counter_after_online", "")
DURATION = ("mechanical_copy", "steps_kept_online", "")
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a simulated city is like, on the scale on which its measure is compared.

    Attributes:
        name: in the record.
        services: how many.
        rows: fewest and most rows in the earlier period; sizes are drawn between on a log scale.
        base: usual share, or usual duration in days.
        spread: standard deviation of true levels.
        ups_and_downs: of true levels from month to month, independent.
        trend: what the later period adds to everybody.
        duration: True for durations (log-normal), False for shares.
        tails: degrees of freedom of true levels; None is normal.
        planted: by how much the odds (or the duration) of one service truly exceed its level.
    """

    name: str
    services: int = 60
    rows: tuple[int, int] = (400, 6000)
    base: float = 0.2
    spread: float = 0.3
    ups_and_downs: float = 0.0
    trend: float = 0.0
    duration: bool = False
    tails: int | None = None
    planted: float = 1.0


SHAPES = (
    Shape("shares, usual"),
    Shape("shares, peers alike, chance alone", spread=0.02),
    Shape("shares, peers far apart, long tails", spread=0.6, tails=4),
    Shape("shares, small services", rows=(300, 2500)),
    Shape("shares, rare", base=0.05, rows=(2000, 30_000)),
    Shape("shares, restless from month to month", ups_and_downs=0.12),
    Shape("shares, a season lifts everybody", trend=0.4),
    Shape("shares, a trend lowers everybody", trend=-0.4),
    Shape("shares, 15 services", services=15),
    Shape("shares, one is planted at twice the odds", spread=0.08, planted=2.0),
    Shape("shares, one is planted at three times, restless", ups_and_downs=0.1, planted=3.0),
    Shape("shares, one is planted, peers far apart", spread=0.5, planted=2.5),
    Shape("durations, one is planted", base=8.0, spread=0.1, planted=2.0, duration=True),
    Shape("durations, usual", base=8.0, duration=True),
    Shape("durations, restless, trend", base=8.0, ups_and_downs=0.1, trend=-0.2, duration=True),
)
STANDS_OUT = 3.0  # standard errors above the middle: what a finding needs among so many
SCATTER = 0.8  # of single durations, on the log scale


class City:
    """One draw of a shape: the earlier period and its halves, then the later one at will."""

    def __init__(self, shape: Shape, rng: np.random.Generator) -> None:
        self.shape, self.rng = shape, rng
        self.question = DURATION if shape.duration else SHARE
        low, high = np.log(shape.rows)
        self.sizes = np.exp(rng.uniform(low, high, shape.services)).astype(np.int64)
        usual = math.log(shape.base)
        if not shape.duration:
            usual -= math.log(1 - shape.base)
        draws = (
            rng.standard_normal(shape.services)
            if shape.tails is None
            else rng.standard_t(shape.tails, shape.services)
        )
        self.level = usual + shape.spread * draws
        self.level[0] += math.log(shape.planted)
        # Twelve months of their own ups and downs; halves and the whole are made of them.
        self.months = [self._month(self.sizes / 12) for _ in range(12)]
        self.earlier = self._readings(self.months, EARLIER)
        first, second = halves(EARLIER)
        self.halves = (
            self._readings(self.months[:6], first),
            self._readings(self.months[6:], second),
        )

    def worst(self) -> int:
        """Return the service that a case is opened on: the planted, else the highest for its error.

        (A planted service that does not stand out at all gets no case: then the highest does.)
        """
        found = [self._of(self.earlier, i).observed for i in range(self.shape.services)]
        z = [(o.value - float(np.median(self.level))) / o.error if o else -math.inf for o in found]
        worst = int(np.argmax(z))
        return 0 if self.shape.planted > 1.0 and z[0] >= STANDS_OUT else worst

    def finding(self, place: int) -> dict[str, object]:
        """Return what a result would say of it."""
        kind, measure, locator = self.question
        name = {"zh": f"事项{place}", "en": f"Service {place}"}
        subject = {"kind": "service", "id": f"S{place}", "name": name}
        return {
            "id": f"{place:016x}",
            "kind": kind,
            "measure": measure,
            "locator": locator,
            "lead": True,
            "subject": subject,
        }

    def later(self, plan: ClosingPlan, place: int, effect: Callable[[float], float]) -> Readings:
        """Draw the counted days; ``effect`` moves the true level of the picked service."""
        window = plan.counted(CORRECTED)
        assert window is not None  # noqa: S101 - corrected in time
        days = (window.end - window.start).days + 1
        count = max(1, round(days / 30.4))
        moved = self.level + self.shape.trend
        moved[place] = effect(float(moved[place]))
        sizes = self.sizes * days / 365 / count
        months = [self._month(sizes, moved) for _ in range(count)]
        return self._readings(months, window)

    def _month(self, sizes: Floats, level: Floats | None = None) -> tuple[Floats, Floats, Floats]:
        """Return rows, sums and sums of squares of one month."""
        shape, rng = self.shape, self.rng
        true = (self.level if level is None else level) + shape.ups_and_downs * rng.standard_normal(
            shape.services
        )
        n = rng.poisson(sizes).astype(np.float64)
        if not shape.duration:
            hits = rng.binomial(n.astype(np.int64), 1 / (1 + np.exp(-true))).astype(np.float64)
            return n, hits, hits
        owner = np.repeat(np.arange(shape.services), n.astype(np.int64))
        mean = true[owner] - SCATTER**2 / 2
        took = np.exp(mean + SCATTER * rng.standard_normal(len(owner)))
        sums = np.bincount(owner, weights=took, minlength=shape.services)
        squares = np.bincount(owner, weights=took**2, minlength=shape.services)
        return n, sums, squares

    def _readings(self, months: list[tuple[Floats, Floats, Floats]], window: Period) -> Readings:
        n, sums, squares = (np.sum([month[k] for month in months], axis=0) for k in range(3))
        read = _duration if self.shape.duration else _share
        found = {
            ("service", f"S{i}"): read(int(n[i]), float(sums[i]), float(squares[i]))
            for i in range(self.shape.services)
        }
        return Readings(
            rules_sha256=RULES().hash,
            code_version=__version__,
            window=window,
            last_day=window.end + timedelta(days=31),
            tests={self.question: found},
        )

    def _of(self, readings: Readings, place: int) -> Reading:
        return readings.tests[self.question]["service", f"S{place}"]


def _share(n: int, hits: float, squares: float) -> Reading:
    del squares
    if n == 0:
        return Reading(0)
    return Reading(n, hits / n, Observed.of_share(int(hits), n))


def _duration(n: int, total: float, squares: float) -> Reading:
    mean = mean_from_sums(n=n, total=total, squares=squares)
    if mean.value is None or mean.low is None or mean.high is None or mean.low <= 0:
        return Reading(n)
    return Reading(n, mean.value, Observed.of_interval(mean.value, mean.low, mean.high))


_pack: list[RulePack] = []


def RULES() -> RulePack:  # noqa: N802 - a constant that is loaded once
    if not _pack:
        _pack.append(load_pack())
    return _pack[0]


def nothing(level: float) -> float:
    """Leave the service as it is."""
    return level


def three_tenths_less_of(shape: Shape) -> Callable[[float], float]:
    """Lower the share or the duration by 30 %."""

    def less(level: float) -> float:
        if shape.duration:
            return level + math.log(0.7)
        share = 0.7 / (1 + math.exp(-level))
        return math.log(share / (1 - share))

    return less


def case(
    shape: Shape,
    rng: np.random.Generator,
    effect: Callable[[float], float],
    *,
    pick_worst: bool,
    with_halves: bool = True,
) -> tuple[ClosingPlan, Remeasurement | None]:
    """Open a case on the worst service (or on any), plan it, and re-measure it on its day."""
    city = City(shape, rng)
    place = city.worst() if pick_worst else int(rng.integers(shape.services))
    plan = plan_closing(
        city.finding(place),
        city.earlier,
        earlier=EARLIER,
        corrected_by=CORRECTED,
        rules=RULES(),
        halves=city.halves if with_halves else None,
    )
    if plan.day is None:
        return plan, None
    after = city.later(plan, place, effect)
    found = decide(plan, city.earlier, after, on=plan.day, corrected=CORRECTED, rules=RULES())
    return plan, found


def rounds(shape: Shape, rng: np.random.Generator, most: int) -> bool:
    """Close the worst service by sham corrections alone, over so many rounds."""
    city = City(shape, rng)
    place = city.worst()
    for number in range(1, most + 1):
        plan = plan_closing(
            city.finding(place),
            city.earlier,
            earlier=EARLIER,
            corrected_by=CORRECTED,
            rules=RULES(),
            halves=city.halves,
            round=number,
        )
        if plan.day is None:
            return False
        after = city.later(plan, place, nothing)
        found = decide(plan, city.earlier, after, on=plan.day, corrected=CORRECTED, rules=RULES())
        if found.outcome is Outcome.PASSED:
            return True
    return False
