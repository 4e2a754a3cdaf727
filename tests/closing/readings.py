"""Readings with exact shares, so that a test says by itself what has to come out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from shixiao import __version__
from shixiao.checkup.closing import ClosingPlan, Reading, Readings, Remeasurement, decide
from shixiao.checkup.closing import plan_closing as plan_it
from shixiao.rules import load_pack
from shixiao.statistics import Observed
from shixiao.terms import Period, Text

RULES = load_pack()
EARLIER = Period(date(2025, 7, 1), date(2025, 12, 31))
CORRECTED = date(2026, 1, 31)
QUESTION = ("half_online", "counter_after_online", "")
PEERS = 20
WORST = ("service", "S00")


def usual(place: int) -> float:
    """Return the share of an ordinary service: some differ a little from others."""
    return 0.2 * (1 + 0.05 * (place % 5 - 2))


def shares(first: float, n: int, *, peers: int = PEERS, factor: float = 1.0) -> list[tuple]:
    """Return (flagged, rows) of S00 and its peers."""
    rest = [(round(usual(i) * factor * n), n) for i in range(1, peers + 1)]
    return [(round(first * n), n), *rest]


def readings(
    counts: Sequence[tuple[int, int]],
    window: Period | None,
    *,
    last_day: date | None = None,
    question: tuple[str, str, str] = QUESTION,
    **given: Any,
) -> Readings:
    """Return what an evaluation would have seen."""
    found = {
        ("service", f"S{i:02d}"): Reading(
            n, hits / n if n else None, Observed.of_share(hits, n) if n else None
        )
        for i, (hits, n) in enumerate(counts)
    }
    if last_day is None and window is not None:
        last_day = window.end + timedelta(days=31)
    return Readings(RULES.hash, __version__, window, last_day, {question: found}, **given)


def finding(question: tuple[str, str, str] = QUESTION, *, lead: bool = True) -> dict[str, Any]:
    """Return the finding on S00 as a result has it."""
    kind, measure, locator = question
    return {
        "id": "0123456789abcdef",
        "kind": kind,
        "measure": measure,
        "locator": locator,
        "lead": lead,
        "subject": {"kind": "service", "id": "S00", "name": Text("事项甲", "Service A").to_json()},
    }


def plan(seen: Readings, **given: Any) -> ClosingPlan:
    """Plan as the tests do."""
    given = {"earlier": EARLIER, "corrected_by": CORRECTED, "rules": RULES} | given
    return plan_it(given.pop("finding", finding()), seen, **given)


def before(n: int = 2000, share: float = 0.35, **given: Any) -> Readings:
    """Return the earlier period: S00 stands out."""
    return readings(shares(share, n, **given), EARLIER)


def after(made: ClosingPlan, share: float, n: int | None = None, **given: Any) -> Readings:
    """Return the counted days: S00 shows this share."""
    rows = n if n is not None else made.minimum + 50
    return readings(shares(share, rows, **given), made.counted(CORRECTED))


def decided(made: ClosingPlan, later: Readings, **given: Any) -> Remeasurement:
    """Decide on the day."""
    given = {"on": made.day, "corrected": CORRECTED, "rules": RULES} | given
    return decide(made, given.pop("earlier", before()), later, **given)
