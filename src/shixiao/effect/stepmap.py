"""The step map on an engine: flags per (service, channel, activity) as a small table to join."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import ibis
import pyarrow as pa

from shixiao.evidence.activity_map import FLAGS, MapRow, most_specific, suggest
from shixiao.evidence.engines import Engine, Table
from shixiao.evidence.store import Store
from shixiao.terms import Text

MAP_COLUMNS = ("service_id", "channel", "step", "confirmed", *FLAGS)


@dataclass(frozen=True, slots=True)
class StepMap:
    """The rows of the map that hold for a store, given and suggested.

    Attributes:
        rows: given and suggested rows; most_specific picks the one that holds.
        by_case: True when rows differ by service or channel, so that cases must be joined too.
        confirmed_flags: flags that a confirmed row speaks about; the others are only suggested.
        unconfirmed: activities whose row is only suggested.
        english: activity → its English name, where the package gives one.
    """

    rows: tuple[MapRow, ...]
    by_case: bool
    confirmed_flags: frozenset[str]
    unconfirmed: tuple[str, ...]
    english: Mapping[str, str] = field(default_factory=dict)

    def name_of(self, activity: str) -> Text:
        """Return an activity's name in both languages; without a second name, as the log has it."""
        return Text(activity, self.english.get(activity, activity)) if activity else Text.of("—")

    def step_of(self, activity: str, *, suggested: bool) -> str:
        """Return the common step of an activity; without a confirmed row, its own name."""
        row = most_specific(self.rows, activity=activity, service_id=None, channel=None)
        if row is None:
            row = next((r for r in self.rows if r.activity == activity), None)
        return row.step if row is not None and (row.confirmed or suggested) else activity

    def suggests(self, flag: str) -> bool:
        """True when some row, confirmed or not, sets the flag."""
        return any(flag in row.flags for row in self.rows)


def step_map(store: Store, engine: Engine) -> StepMap:
    """Read the package's activity map and suggest rows for what it leaves open."""
    given = _given(store, engine) if store.has("activity_map") else []
    by_case = any(row.service_id or row.channel for row in given)
    shares = _boundary_shares(store, engine)
    mapped = {row.activity for row in given}
    suggested = suggest((name for name in shares if name not in mapped), boundary_share=shares)
    present = store.meta.tables.get("activity_map", ())
    confirmed = any(row.confirmed for row in given)
    return StepMap(
        rows=(*given, *suggested),
        by_case=by_case,
        confirmed_flags=frozenset(f for f in FLAGS if confirmed and f in present),
        unconfirmed=tuple(sorted({r.activity for r in (*given, *suggested) if not r.confirmed})),
        english=_english(store, engine),
    )


def _english(store: Store, engine: Engine) -> dict[str, str]:
    if not store.has("activity_map", "activity_en"):
        return {}
    rows = engine.rows(store.table(engine, "activity_map").select("activity", "activity_en"))
    return {a: e for a, e in zip(rows["activity"], rows["activity_en"], strict=True) if a and e}


def _given(store: Store, engine: Engine) -> list[MapRow]:
    table = store.table(engine, "activity_map")
    present = [name for name in ("activity", *MAP_COLUMNS) if name in table.columns]
    columns = engine.rows(table.select(*present))
    count = len(columns["activity"])
    cells = {name: columns.get(name, [None] * count) for name in MAP_COLUMNS}
    return [
        MapRow(
            activity=columns["activity"][i],
            step=cells["step"][i] or columns["activity"][i],
            flags=frozenset(flag for flag in FLAGS if cells[flag][i]),
            # A department that hands a map in without the column has confirmed it by doing so.
            confirmed=cells["confirmed"][i] is None or bool(cells["confirmed"][i]),
            service_id=cells["service_id"][i],
            channel=cells["channel"][i],
        )
        for i in range(count)
    ]


def _boundary_shares(store: Store, engine: Engine) -> dict[str, float]:
    """Share of each activity's events that are the first or the last of their case."""
    events = store.table(engine, "events")
    boundary = ((events.pos == 0) | events.next_activity.isnull()).cast("int64")
    counted = events.group_by("activity").agg(n=ibis._.count(), boundary=boundary.sum())
    rows = engine.rows(counted)
    names = engine.rows(store.table(engine, "activities").order_by("activity"))["name"]
    by_code = sorted(zip(rows["activity"], rows["boundary"], rows["n"], strict=True))
    return {names[code]: edge / n for code, edge, n in by_code}


def flag_table(steps: StepMap, store: Store, engine: Engine) -> Table:
    """Return flags per activity code (and service and channel when rows differ by them).

    Columns: ``map_activity``; ``map_service``, ``map_channel`` when ``steps.by_case``; and for each
    flag ``{flag}`` (confirmed rows) and ``{flag}_suggested`` (all rows), 0 or 1.
    """
    places = _places(store, engine) if steps.by_case else [(None, None)]
    names = engine.rows(store.table(engine, "activities").order_by("activity"))["name"]
    rows_of: dict[str, list[MapRow]] = defaultdict(list)
    for row in steps.rows:
        rows_of[row.activity].append(row)
    columns: dict[str, list[object]] = defaultdict(list)
    for code, name in enumerate(names):
        for service_id, channel in places:
            best = most_specific(
                rows_of[name], activity=name, service_id=service_id, channel=channel
            )
            columns["map_activity"].append(code)
            if steps.by_case:
                columns["map_service"].append(service_id or "")
                columns["map_channel"].append(channel or "")
            for flag in FLAGS:
                set_ = int(best is not None and flag in best.flags)
                columns[flag].append(set_ if best is not None and best.confirmed else 0)
                columns[f"{flag}_suggested"].append(set_)
    types = {"map_service": pa.string(), "map_channel": pa.string(), "map_activity": pa.int32()}
    return engine.small(
        pa.table({k: pa.array(v, types.get(k, pa.int64())) for k, v in columns.items()})
    )


def _places(store: Store, engine: Engine) -> list[tuple[str | None, str | None]]:
    cases = store.table(engine, "cases")
    by = [name for name in ("service_id", "channel") if name in cases.columns]
    if not by:
        return [(None, None)]
    rows = engine.rows(cases.select(*by).distinct().order_by(by))
    empty = [None] * len(rows[by[0]])
    return list(zip(rows.get("service_id", empty), rows.get("channel", empty), strict=True))
