"""The rows of the step map as they hold for each service, channel and activity of a store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import ibis

from shixiao.effect.sequence_metrics import place_of
from shixiao.effect.stepmap import StepMap
from shixiao.evidence import Engine, Store
from shixiao.evidence.activity_map import MapRow, common_step, most_specific


@dataclass(frozen=True, slots=True)
class Held:
    """What the map says of an activity of a service in a channel, and how many events that is.

    ``service_id`` and ``channel`` are "" where the evidence has none.
    """

    service_id: str
    channel: str
    activity: str
    events: int
    row: MapRow


def map_rows(steps: StepMap, store: Store, engine: Engine) -> Iterator[Held]:
    """Give the row that holds for each combination that occurs, the most frequent first."""
    cases = store.table(engine, "cases")
    places = cases.select(place_case=cases.case_no, **place_of(cases))
    events = store.table(engine, "events").select("case_no", "activity")
    placed = events.left_join(places, events.case_no == places.place_case)
    keys = ("place_service", "place_channel", "activity")
    rows = engine.rows(placed.group_by(keys).agg(n=ibis._.count()))
    names = engine.rows(store.table(engine, "activities").order_by("activity"))["name"]
    found = zip(rows["n"], *(rows[key] for key in keys), strict=True)
    ordered = sorted(found, key=lambda r: (-r[0], r[1] or "", r[2] or "", r[3]))
    by_activity: dict[str, list[MapRow]] = {}
    for row in steps.rows:
        by_activity.setdefault(row.activity, []).append(row)
    for n, service, channel, code in ordered:
        name = names[code]
        best = most_specific(
            by_activity.get(name, ()),
            activity=name,
            service_id=service or None,
            channel=channel or None,
        )
        # A map that speaks of other services or channels alone leaves this one open.
        row = best or MapRow(name, common_step(name), frozenset(), confirmed=False)
        yield Held(service or "", channel or "", name, int(n), row)
