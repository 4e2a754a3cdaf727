"""When does a course start where, and when is it read? Fixed before the first day, by lot.

A lot (drawn elsewhere, with a transcript) ranks the departments; they start group after group. The
past says how many periods it takes to see findings halved; the reading is on the first day after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from shixiao.checkup.report.speech import both_days
from shixiao.checkup.training.effect import Cell
from shixiao.rules import RulePack
from shixiao.statistics import schedule, wedge_plan
from shixiao.terms import BadInput, Text, significant

READ = Text(
    "共 {groups} 批，从 {first} 到 {last} 先后开始；按过去的发现推算，看 {periods} 个时期"
    "（到 {read}）有 {power} 的把握看出减半。",
    "{groups} groups start from {first} to {last}; by past findings {periods} periods (until "
    "{read}) show a halving with a chance of {power}.",
)
CANNOT = Text(
    "共 {groups} 批，从 {first} 到 {last} 先后开始；但是推算不出看数的日子：{reason}",
    "{groups} groups start from {first} to {last}, but no day can be set for reading. {reason}",
)


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """A schedule with the day on which it is read.

    Attributes:
        starts: department → period (from 0) from which the course counts.
        days: department → first day of that period.
        periods: how many are watched in all; None where no time is enough.
        read_on: first day after them.
        power: chance of seeing a halving then, or the best within the longest time.
        says: in a sentence.
    """

    starts: Mapping[str, int]
    days: Mapping[str, date]
    periods: int | None
    read_on: date | None
    power: float | None
    says: Text

    def to_json(self) -> dict[str, Any]:
        """Return plain values for pages and for the ledger."""
        return {
            "starts": dict(self.starts),
            "days": {name: day.isoformat() for name, day in self.days.items()},
            "periods": self.periods,
            "read_on": self.read_on.isoformat() if self.read_on else None,
            "power": significant(self.power),
            "says": self.says.to_json(),
        }


def plan_training(
    departments: Sequence[str],
    ranks: Mapping[str, int],
    past: Mapping[Cell, int],
    judged: Mapping[Cell, float],
    *,
    past_periods: int,
    begins: date,
    rules: RulePack,
    seed: int,
) -> TrainingPlan:
    """Deal departments to groups and say how long it takes.

    Args:
        departments: that take part.
        ranks: department → its place in the lot; a lower one starts earlier.
        past: (department, period) → findings of the kind in past periods of the same length.
        judged: (department, period) → subjects that were judged then.
        past_periods: how many there are.
        begins: first day of the first period that is watched; the first of a month.
        rules: TRN-01 and TRN-02.
        seed: of the lots over which power is averaged.

    Raises:
        BadInput: a department without a rank, two with one, fewer departments than groups, no past,
            or a first day that is not the first of a month.
    """
    steps, first, every, months = (
        int(rules.number("TRN-01", part)) for part in ("steps", "before", "every", "months")
    )
    _check(departments, ranks, steps, past_periods, begins)
    starts = schedule(departments, steps, ranks, first=first, every=every)
    cells = [[(name, period) for period in range(past_periods)] for name in departments]
    plan = wedge_plan(
        np.array([[past.get(cell, 0) for cell in row] for row in cells]),
        np.array([[judged.get(cell, 0.0) for cell in row] for row in cells]),
        steps=steps,
        first=first,
        every=every,
        most=int(rules.number("TRN-01", "longest")),
        rng=np.random.default_rng(seed),
        ratio=rules.number("TRN-02", "ratio"),
        power=rules.number("TRN-02", "power"),
        level=rules.number("TRN-02", "level"),
    )
    days = {name: _later(begins, start * months) for name, start in starts.items()}
    read_on = _later(begins, plan.periods * months) if plan.periods else None
    power = plan.power[-1][1] if plan.power else None
    words = {
        "groups": steps,
        "first": both_days(min(days.values())),
        "last": both_days(max(days.values())),
    }
    if read_on is None:
        says = CANNOT.format(**words, reason=plan.reason)
    else:
        read = {"read": both_days(read_on), "power": f"{power or 0:.0%}"}
        says = READ.format(**words, **read, periods=plan.periods)
    return TrainingPlan(starts, days, plan.periods, read_on, power, says)


def _check(
    departments: Sequence[str],
    ranks: Mapping[str, int],
    steps: int,
    past_periods: int,
    begins: date,
) -> None:
    if begins.day != 1:
        raise BadInput(
            Text(
                f"第一个时期应从某月 1 日开始，不是 {begins}",
                f"the first period begins on the first of a month, not on {begins}",
            )
        )
    lacking = next((name for name in departments if name not in ranks), None)
    if lacking is not None:
        raise BadInput(
            Text(f"抽签结果里没有部门“{lacking}”", f"the lot gave department “{lacking}” no rank")
        )
    if len({ranks[name] for name in departments}) < len(departments):
        raise BadInput(
            Text(
                "抽签结果里有重复的部门或名次",
                "the lot names a department or a rank twice",
            )
        )
    if len(departments) < steps or past_periods < 1:
        raise BadInput(
            Text(
                f"至少需要 {steps} 个部门（每批一个）和 1 个过去的时期",
                f"at least {steps} departments (one in each group) and 1 past period are needed",
            )
        )


def _later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)
