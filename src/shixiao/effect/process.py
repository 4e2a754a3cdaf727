"""Process measures over the whole store: what follows what, how often, how long, how repeated.

Terms are those of process mining (van der Aalst 2016): a directly-follows edge joins an event to
the next one of its case under the tie rule (ts, seq); a variant is an activity sequence; rework
is an activity that occurs again in the same case.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis

from shixiao.evidence.engines import Engine
from shixiao.evidence.store import Store

SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Edge:
    """One directly-follows pair: how often it occurs."""

    source: str
    target: str
    count: int


@dataclass(frozen=True, slots=True)
class ActivityStatistics:
    """One activity: its events, its cases, the cases in which it recurs, and the wait before it.

    ``wait_median`` is in seconds since the preceding event of the case, rounded down to three
    significant digits; None when the activity only ever starts cases.
    """

    name: str
    events: int
    cases: int
    rework_cases: int
    wait_median: int | None


@dataclass(frozen=True, slots=True)
class Variant:
    """One activity sequence and the number of cases that took it."""

    activities: tuple[str, ...]
    cases: int


def activity_names(store: Store, engine: Engine) -> list[str]:
    """Return the activity names, indexed by their code."""
    table = store.table(engine, "activities")
    rows = engine.rows(table.order_by("activity"))
    return [str(name) for name in rows["name"]]


def directly_follows(store: Store, engine: Engine) -> list[Edge]:
    """Return every directly-follows edge, most frequent first."""
    events = store.table(engine, "events")
    counted = (
        events.filter(events.next_activity.notnull())
        .group_by(["activity", "next_activity"])
        .agg(count=ibis._.count())
    )
    rows = engine.rows(counted)
    names = activity_names(store, engine)
    edges = [
        Edge(names[a], names[b], int(n))
        for a, b, n in zip(rows["activity"], rows["next_activity"], rows["count"], strict=True)
    ]
    return sorted(edges, key=lambda edge: (-edge.count, edge.source, edge.target))


def start_and_end_activities(store: Store, engine: Engine) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many cases start, and how many end, with each activity."""
    events = store.table(engine, "events")
    names = activity_names(store, engine)
    counts = []
    for chosen in (events.pos == 0, events.next_activity.isnull()):
        rows = engine.rows(events.filter(chosen).group_by("activity").agg(n=ibis._.count()))
        counts.append(
            {names[a]: int(n) for a, n in sorted(zip(rows["activity"], rows["n"], strict=True))}
        )
    return counts[0], counts[1]


def activity_statistics(store: Store, engine: Engine) -> list[ActivityStatistics]:
    """Return one row per activity, most frequent first."""
    events = store.table(engine, "events")
    counted = events.group_by("activity").agg(
        events=ibis._.count(),
        cases=(ibis._.occurrence == 1).cast("int64").sum(),
        rework=(ibis._.occurrence == 2).cast("int64").sum(),
    )
    rows = engine.rows(counted)
    waits = _median_waits(store, engine)
    names = activity_names(store, engine)
    statistics = [
        ActivityStatistics(names[a], int(n), int(c), int(r), waits.get(a))
        for a, n, c, r in zip(
            rows["activity"], rows["events"], rows["cases"], rows["rework"], strict=True
        )
    ]
    return sorted(statistics, key=lambda row: (-row.events, row.name))


def three_digits(seconds: ibis.Value) -> ibis.Value:
    """Round whole seconds down to three significant digits, in integers: engines agree exactly."""
    unit = ibis.cases(
        *((seconds < 1000 * 10**k, 10**k) for k in range(7)),
        else_=10**7,
    ).cast("int64")
    return seconds - seconds % unit


def duration_cell(micros: ibis.Value) -> ibis.Value:
    """Return whole seconds of a duration in µs, rounded down to three significant digits."""
    # Whole seconds by an exact integer remainder, for the same reason as in three_digits.
    return three_digits(((micros - micros % SECOND) / SECOND).cast("int64"))


def _median_waits(store: Store, engine: Engine) -> dict[int, int]:
    """Median seconds before each activity, from counts of waits rounded to three digits."""
    events = store.table(engine, "events")
    followed = events.filter(events.next_ts.notnull())
    wait = duration_cell(followed.next_ts - followed.ts)
    waits = followed.select(activity=followed.next_activity, wait=wait)
    cells = waits.group_by(["activity", "wait"]).agg(n=ibis._.count())
    rows = engine.rows(cells)
    by_activity: dict[int, list[tuple[int, int]]] = {}
    for activity, wait, n in zip(rows["activity"], rows["wait"], rows["n"], strict=True):
        by_activity.setdefault(activity, []).append((int(wait), int(n)))
    return {activity: _weighted_median(cells) for activity, cells in by_activity.items()}


def _weighted_median(cells: list[tuple[int, int]]) -> int:
    """Return the lower median of values given with their counts."""
    half = (sum(n for _, n in cells) + 1) // 2
    seen = 0
    for value, n in sorted(cells):
        seen += n
        if seen >= half:
            return value
    raise ValueError("No cells have no median")


def variants(store: Store, engine: Engine, *, limit: int | None = None) -> list[Variant]:
    """Return the variants, most frequent first; ``limit`` keeps only the first ones."""
    table = store.table(engine, "sequences")
    counts = store.table(engine, "variants")
    if limit is not None:
        table = table.filter(table.variant_no < limit)
        counts = counts.filter(counts.variant_no < limit)
    names = activity_names(store, engine)
    rows = engine.rows(table.select("variant_no", "pos", "activity"))
    number = engine.rows(counts.select("variant_no", "cases"))
    cases = dict(zip(number["variant_no"], number["cases"], strict=True))
    paths: dict[int, list[str]] = {variant: [] for variant in sorted(cases)}
    ordered = sorted(zip(rows["variant_no"], rows["pos"], rows["activity"], strict=True))
    for variant, _, activity in ordered:
        paths[variant].append(names[activity])
    return [Variant(tuple(path), int(cases[v])) for v, path in paths.items()]
