"""Errands: what people spend to bring and fill in what the city asks for, with and without sharing.

Nobody records it, but in an invented city it is known: documents are looked for, some are fetched
from the department that has them, fields are filled in. What sharing would save is the difference
of two runs of the same people: one with all that is asked for, one without what another department
holds and could share.

How long things take differs from city to city; the ranges of the rules (T-01, T-02, SIL-04 to
SIL-07) hold 95 cities in 100, as many below them as above.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from shixiao.potemkin.city.planning import Plan
from shixiao.potemkin.city.sharing import LAWFUL, OPEN
from shixiao.potemkin.city.streams import stream
from shixiao.potemkin.city.writing import Row
from shixiao.potemkin.city.year import LAST
from shixiao.rules import load_pack

RATES = {
    "trips": "SIL-04",
    "trip_hours": "T-01",
    "document_hours": "T-02",
    "field_hours": "SIL-05",
    "trip_money": "SIL-06",
    "document_money": "SIL-07",
}
WITHIN = 1.96  # standard deviations from the middle to the end of a range
SHAPE = 2.0  # of the gamma law by which people differ
FIGURES = ("documents", "fields", "trips", "hours", "money")
Cases = Mapping[tuple[str, str], int]  # service, channel → cases
Item = tuple[str, str]  # service, item


@dataclass(frozen=True, slots=True)
class Run:
    """What was spent in a run, item by item."""

    spent: Mapping[Item, Mapping[str, float]]

    def total(self) -> dict[str, float]:
        """Add up all items."""
        return {name: math.fsum(one[name] for one in self.spent.values()) for name in FIGURES}


def saved_by_sharing(
    plan: Plan, tables: Mapping[str, list[Row]], cases: Cases, seed: int
) -> dict[str, Any]:
    """Run the city twice and return the difference: in all, and of each item that would go."""
    asked = [row for row in tables["requirements"] if row["kind"] in ("field", "material")]
    shared = shareable(tables)
    kept = [row for row in asked if _item(row) not in shared]
    before, after = _run(plan, asked, cases, seed), _run(plan, kept, cases, seed)
    with_all, without = before.total(), after.total()
    return {
        "rates": {name: round(value, 6) for name, value in _rates(plan).items()},
        **{name: round(with_all[name] - without[name], 6) for name in FIGURES},
        "items": [
            {
                "service": service,
                "item": item,
                "hours": round(before.spent[service, item]["hours"], 6),
            }
            for service, item in sorted(before.spent.keys() - after.spent.keys())
        ],
    }


def shareable(tables: Mapping[str, list[Row]]) -> set[Item]:
    """Return (service, item) of what another department holds and could share.

    No law demands the original of it, and its department does not hold it itself.
    """
    owner = {row["service_id"]: row["department_id"] for row in tables["services"]}
    granted = _granted(tables)
    holders: dict[str, list[Row]] = {}
    for row in tables["datasets"]:
        for element in str(row["elements"] or "").split(";"):
            holders.setdefault(element, []).append(row)
    found = set()
    for row in tables["requirements"]:
        wanted, asker = str(row["element_id"] or ""), str(owner[row["service_id"]])
        held = holders.get(wanted, []) if wanted else []
        if row.get("original_basis") or any(h["department_id"] == asker for h in held):
            continue
        if any(_open(h) or (str(h["dataset_id"]), asker, wanted) in granted for h in held):
            found.add(_item(row))
    return found


def _open(dataset: Row) -> bool:
    return dataset["sharing"] in OPEN or dataset.get("basis") not in LAWFUL


def _granted(tables: Mapping[str, list[Row]]) -> set[tuple[str, str, str]]:
    """Return (dataset, department, element) of what grants give on the last day of the year."""
    last = LAST.isoformat()
    return {
        (str(row["dataset_id"]), str(row["to_department"]), element)
        for row in tables["grants"]
        if str(row["starts"])[:10] <= last <= str(row.get("ends") or last)[:10]
        and not row.get("stopped")
        for element in str(row.get("fields") or "").split(";")
    }


def _item(row: Row) -> Item:
    return str(row["service_id"]), str(row["item_id"])


def _run(plan: Plan, asked: list[Row], cases: Cases, seed: int) -> Run:
    """Let people bring and fill in what is asked for; each item has chance of its own."""
    rates = _rates(plan)
    spent: dict[Item, dict[str, float]] = {}
    for row in asked:
        count = cases.get((str(row["service_id"]), str(row["channel"])), 0)
        rng = stream(seed, "errand", str(row["channel"]), *_item(row))
        mine = spent.setdefault(_item(row), dict.fromkeys(FIGURES, 0.0))
        if row["kind"] == "field":
            mine["fields"] += count
            mine["hours"] += _sum(count, rates["field_hours"], rng)
            continue
        trips = int(rng.poisson(count * rates["trips"]))
        mine["documents"] += count
        mine["trips"] += trips
        mine["hours"] += _sum(count, rates["document_hours"], rng)
        mine["hours"] += _sum(trips, rates["trip_hours"], rng)
        mine["money"] += _sum(count, rates["document_money"], rng)
        mine["money"] += _sum(trips, rates["trip_money"], rng)
    return Run(spent)


def _sum(count: int, mean: float, rng: np.random.Generator) -> float:
    """Draw what so many people spend in all who spend a mean each, by the gamma law."""
    return float(rng.gamma(SHAPE * count, mean / SHAPE)) if count else 0.0


def _rates(plan: Plan) -> dict[str, float]:
    """Draw what things take in this city: half of all cities lie on each side of the usual."""
    rules = load_pack()
    found = {}
    for name, rule in RATES.items():
        low, usual, high = (float(rules.number(rule, part)) for part in ("low", "usual", "high"))
        deviate = float(stream(plan.plan_seed, "rate", name).standard_normal())
        side = high - usual if deviate > 0 else usual - low
        found[name] = max(usual + deviate / WITHIN * side, 0.0)
    return found
