"""The process as cells: which of its counts may be shown, and which follow from others.

Every event starts its case or follows another, and ends its case or is followed: the events of an
activity are what flows into it and what flows out of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from shixiao.checkup.bundles.suppression import WHOLE, Cells, hidden
from shixiao.checkup.bundles.withholding import WITHHELD, withheld

Count = int | None


def shown_process(
    process: Mapping[str, Any], *, fewest: int, secret: frozenset[int]
) -> dict[str, Any]:
    """Return ``process`` of result.json with what may not be shown withheld.

    Args:
        process: as published.
        fewest: people in the smallest cell that may be shown.
        secret: counts of cells that are hidden elsewhere: an equal one here could be the same.
    """
    cells = _cells(process)
    cells.secret |= {cell for cell, count in cells.counts.items() if count in secret}
    closed = hidden(cells, fewest=fewest)

    def kept(cell: Any, count: int) -> Any:
        return WITHHELD if cell in closed else count

    activities = []
    for row in process["activities"]:
        name = row["name"]
        shown = {
            "events": kept(("events", name), row["events"]),
            "cases": kept(("cases", name), row["cases"]),
            "rework_cases": kept(("rework", name), row["rework_cases"]),
        }
        wait = row["wait_median_seconds"]
        wait = withheld(wait) if shown["events"] is WITHHELD else wait
        activities.append({**row, **shown, "wait_median_seconds": wait})
    return {
        **process,
        "cases": kept("cases", process["cases"]),
        "events": kept("events", process["events"]),
        "edges": [
            {**edge, "count": kept(("edge", edge["from"], edge["to"]), edge["count"])}
            for edge in process["edges"]
        ],
        "start": {a: kept(("start", a), n) for a, n in process["start"].items()},
        "end": {a: kept(("end", a), n) for a, n in process["end"].items()},
        "activities": activities,
        "top_variants": [
            {**variant, "cases": kept(("variant", place), variant["cases"])}
            for place, variant in enumerate(process["top_variants"])
        ],
    }


def _cells(process: Mapping[str, Any]) -> Cells:
    cells = Cells()
    cells.add("cases", process["cases"], weight=WHOLE)
    cells.add("events", process["events"], weight=WHOLE)
    flows: dict[str, dict[str, list[Any]]] = defaultdict(lambda: {"in": [], "out": []})
    for edge in process["edges"]:
        cell = ("edge", edge["from"], edge["to"])
        cells.add(cell, edge["count"])
        flows[edge["to"]]["in"].append(cell)
        flows[edge["from"]]["out"].append(cell)
    for side, way in (("start", "in"), ("end", "out")):
        for activity, count in process[side].items():
            cells.add((side, activity), count)
            flows[activity][way].append((side, activity))
        cells.relate("cases", [(side, activity) for activity in process[side]])
    for row in process["activities"]:
        name = row["name"]
        cells.add(("events", name), row["events"])
        cells.add(("cases", name), row["cases"])
        cells.add(("rework", name), row["rework_cases"])
        cells.add(("once", name), row["cases"] - row["rework_cases"])
        cells.relate(("events", name), [("cases", name)])
        cells.relate(("cases", name), [("rework", name), ("once", name)])
        for way in ("in", "out"):
            cells.relate(("events", name), flows[name][way])
        cells.relate("cases", [("cases", name)])
    cells.relate("events", [("events", row["name"]) for row in process["activities"]])
    for place, variant in enumerate(process["top_variants"]):
        cells.add(("variant", place), variant["cases"])
    if process["top_variants"]:
        places = range(len(process["top_variants"]))
        cells.relate("cases", [("variant", place) for place in places])
    return cells


def counts_of_process(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return the counts that the others follow from; null where one is withheld."""
    return {
        "start": {activity: _count(n) for activity, n in shown["start"].items()},
        "edges": [[e["from"], e["to"], _count(e["count"])] for e in shown["edges"]],
        "end": sorted(shown["end"]),
        "activities": [row["name"] for row in shown["activities"]],
    }


def _count(value: Any) -> Count:
    return None if value is WITHHELD else int(value)


def recomputed_process(counts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what follows from starts and directly-follows counts, in the form of result.json."""
    start: dict[str, Count] = dict(counts["start"])
    inward: dict[str, list[Count]] = {name: [start.get(name, 0)] for name in counts["activities"]}
    outward: dict[str, list[Count]] = {name: [] for name in counts["activities"]}
    for source, target, count in counts["edges"]:
        inward[target].append(count)
        outward[source].append(count)
    events = {name: _sum(found) for name, found in inward.items()}
    ends = {
        name: None
        if (all_ := events[name]) is None or (on := _sum(outward[name])) is None
        else all_ - on
        for name in counts["end"]
    }
    return {
        "process": {
            "cases": _sum(list(start.values())),
            "events": _sum(list(events.values())),
            "end": ends,
            "activities": [{"name": name, "events": n} for name, n in events.items()],
        }
    }


def _sum(counts: list[Count]) -> Count:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None
