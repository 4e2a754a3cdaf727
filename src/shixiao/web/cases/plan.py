"""How a case will be closed, in words: what is measured again, when, with how many cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shixiao.checkup.ratios import times
from shixiao.records.models import Case, Plan
from shixiao.terms import Text
from shixiao.web.results.words import kinds

OUTCOMES: dict[str, tuple[Text, str]] = {
    "passed": (Text("通过", "Passed"), "green"),
    "not_passed": (Text("未通过", "Not passed"), "red"),
    "insufficient": (Text("件数不足", "Too few cases"), "grey"),
}
MOVED = Text(
    "什么都不做时应有的水平算作 1，整改后为 {value}（{level}% 区间 {low}–{high}）。",
    "Where 1 is what doing nothing would have brought, it is {value} after the correction ({level}%"
    " interval {low}–{high}).",
)


@dataclass(frozen=True, slots=True)
class Taken:
    """A re-measurement that was taken."""

    at: datetime
    outcome: tuple[Text, str]
    says: Text | None


@dataclass(frozen=True, slots=True)
class Closing:
    """How the case will be closed.

    Attributes:
        measure: what is measured again; None where a field test closes the case.
        day: first day on which it may be taken.
        minimum: fewest cases after the correction.
        why: why a field test is needed; None otherwise.
        taken: what was measured so far, oldest first.
    """

    measure: Text | None
    day: date | None
    minimum: int | None
    why: Text | None
    taken: tuple[Taken, ...]


def closing_words(case: Case, *, inside: bool) -> Closing | None:
    """Return how the case will be closed; None before it is filed.

    Outside, a re-measurement tells how it moved and not of how many people it speaks.
    """
    plan = Plan.objects.filter(case=case).first()
    if plan is None:
        return None
    taken = tuple(
        Taken(m.at, OUTCOMES[m.outcome], Text.of(m.detail["says"]) if inside else _moved(m.detail))
        for m in case.measurements.order_by("at")
    )
    why = plan.detail.get("why")
    return Closing(_measure(plan), plan.day, plan.minimum, Text.of(why) if why else None, taken)


def _moved(detail: Mapping[str, Any]) -> Text | None:
    change = detail.get("change")
    if not change or change["value"] is None:
        return None
    numbers = {name: times(change[name] or 0.0) for name in ("value", "low", "high")}
    return MOVED.format(**numbers, level=f"{change['level'] * 100:g}")


def _measure(plan: Plan) -> Text | None:
    detector = kinds().get(plan.detail.get("kind", ""))
    measure = detector.measures.get(plan.detail["measure"]) if detector else None
    return measure.name if measure and not plan.by_field_test else None
