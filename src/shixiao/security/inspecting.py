"""Inspecting by lot: how much weight a system has in the draw, and which have to be looked at.

Weight = grade × exposure × age of evidence × open weaknesses × complaints, each factor by a rule of
its own (LOT-02 to LOT-06, policy). Chances follow from the weights, with a floor (LOT-01), and are
published before anybody can know the draw (``shixiao.draw``, weighted samples). What was not
inspected in full within a cycle is not left to chance. Source: 国办发〔2015〕58号, 双随机.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, prod
from typing import Any

from shixiao.rules import RulePack
from shixiao.terms import Text

NOT_GRADED = "none"
FACTORS = {
    "grade": Text("数据级别", "grade of data"),
    "exposure": Text("暴露范围", "exposure"),
    "age": Text("测试的新旧", "age of the last test"),
    "weaknesses": Text("未整改的问题", "open weaknesses"),
    "told": Text("投诉和复测", "complaints and re-tests"),
}


@dataclass(frozen=True, slots=True)
class Risk:
    """What decides the weight of a system.

    Attributes:
        grade: id of its gravest data; "" where they are not graded.
        exposure: from where it is reached, as rule LOT-03 names it.
        days: since the last test; None where there was none.
        weaknesses: gravity → how many are open.
        told: complaints and forced re-tests of the last time (LOT-06).
    """

    grade: str
    exposure: str
    days: int | None
    weaknesses: Mapping[str, int]
    told: int


def factors(risk: Risk, rules: RulePack) -> dict[str, float]:
    """Return the factors of a weight by name, each 1 or more."""
    age: Any = rules.rule("LOT-04").value
    weak: Any = rules.rule("LOT-05").value
    told: Any = rules.rule("LOT-06").value
    aged = age["most"] if risk.days is None else 1 + max(risk.days, 0) / age["doubles"]
    points = sum(weak[gravity] * n for gravity, n in risk.weaknesses.items())
    return {
        "grade": rules.number("LOT-02", risk.grade or NOT_GRADED),
        "exposure": rules.number("LOT-03", risk.exposure),
        "age": round(min(aged, age["most"]), 4),
        "weaknesses": round(min(1 + points, weak["most"]), 4),
        "told": min(1 + told["each"] * risk.told, told["most"]),
    }


def weight(found: Mapping[str, float]) -> float:
    """Return the weight that factors make together."""
    return prod(found.values())


def is_due(last: date | None, ends: date, rules: RulePack) -> bool:
    """Say whether a system has to be inspected in a period: its cycle would run out before the end.

    Args:
        last: day of the last full inspection, or of the admission where there was none.
        ends: last day of the period.
        rules: with LOT-01.
    """
    cycle = timedelta(days=int(rules.number("LOT-01", "cycle")))
    return last is None or last + cycle <= ends


def least(systems: int, rules: RulePack) -> int:
    """Return how many have to be drawn from so many at least, so that each has the floor."""
    return ceil(systems * rules.number("LOT-01", "floor"))
