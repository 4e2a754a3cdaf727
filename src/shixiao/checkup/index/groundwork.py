"""Groundwork: the counts of cases by service and channel that most indicators start from.

One pass over the case profile; every sum is of whole numbers, so that all engines agree exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import ibis
import numpy as np
import numpy.typing as npt

from shixiao.checkup.index.contacts import repeat_contacts
from shixiao.checkup.scene import Scene
from shixiao.effect.worktime import day_of
from shixiao.evidence.engines import Table

Floats = npt.NDArray[np.float64]
ONLINE, COUNTER = "online", "counter"
DAY = 86_400_000_000
EPOCH = date(1970, 1, 1)
REGION = "region"
METRICS = (
    "completion",
    "first_time_right",
    "repeat_contact",
    "visits",
    "steps",
    "promise_kept",
)

Groups = Mapping[tuple[str, str, str, str], tuple[int, int]]
"""(service, channel, attribute, value) → cases with an outcome, completed ones."""

Cells = Sequence[tuple[int, int]]
"""Seconds, rounded down to three significant digits, and how many cases took them."""


@dataclass(frozen=True, slots=True)
class Sums:
    """n, Σx and Σx² of one metric; shape (services, channels)."""

    n: Floats
    total: Floats
    squares: Floats


@dataclass(frozen=True, eq=False)
class Groundwork:
    """What the sources share.

    Attributes:
        scene: the evidence.
        table: the cases that name a service, with whole-number metrics; None without cases.
        services: ids, sorted; the order of every array.
        channels: names, sorted; the order of the second axis.
        cases: shape (services, channels), cases.
        ended: shape (services, channels), cases with a known outcome.
        metrics: sums by metric, one of ``METRICS``.
        department: service → department, where known.
        limits: service → promised limit, else statutory, in working days.
        level: of every interval.
    """

    scene: Scene
    table: Table | None
    services: tuple[str, ...]
    channels: tuple[str, ...]
    cases: Floats
    ended: Floats
    metrics: Mapping[str, Sums]
    department: Mapping[str, str]
    limits: Mapping[str, float]
    level: float

    @cached_property
    def groups(self) -> Groups:
        """Cases with an outcome by service, channel and group of people; counted once."""
        return _group_counts(self.scene, self.table)

    @cached_property
    def times(self) -> Mapping[tuple[str, ...], Cells]:
        """Working times of each (service, channel) in cells of three digits; counted once."""
        return {} if self.table is None else _time_cells(self.scene, self.table)

    def number(self, rule: str, part: str | None = None) -> float:
        """Return a threshold."""
        return self.scene.rules.number(rule, part)

    def channel(self, name: str) -> int | None:
        """Return the position of a channel, or None."""
        return self.channels.index(name) if name in self.channels else None


def groundwork(scene: Scene) -> Groundwork:
    """Count the cases of every service once."""
    table = None if scene.profile is None else _cases(scene, scene.profile.table)
    rows = _rows(scene, table)
    services = tuple(sorted({*_listed(scene, "services", "service_id"), *rows["service_id"]}))
    channels = tuple(sorted(set(rows["channel"])))
    place = {s: i for i, s in enumerate(services)}
    across = {c: i for i, c in enumerate(channels)}
    where = (
        np.array([place[s] for s in rows["service_id"]], dtype=np.intp),
        np.array([across[c] for c in rows["channel"]], dtype=np.intp),
    )

    def spread(column: str) -> Floats:
        found = np.zeros((len(services), max(1, len(channels))))
        found[where] = np.array(rows[column], dtype=np.float64)
        return found

    metrics = {
        name.removesuffix(".n"): Sums(
            *(spread(f"{name.removesuffix('.n')}.{part}") for part in ("n", "total", "squares"))
        )
        for name in rows
        if name.endswith(".n")
    }
    return Groundwork(
        scene,
        table,
        services,
        channels,
        spread("cases"),
        spread("ended"),
        metrics,
        _pairs(scene, "department_id"),
        _limits(scene),
        float(scene.rules.number("E-17")),
    )


def days_since_1970(day: date) -> int:
    """Return the number of a day."""
    return (day - EPOCH).days


def microseconds_before(scene: Scene, days: float) -> int | None:
    """Return the start (UTC, µs) of the day that lies some days before the evidence ends."""
    if scene.as_of is None:
        return None
    return days_since_1970(scene.as_of - timedelta(days=int(days))) * DAY


def _cases(scene: Scene, profile: Table) -> Table | None:
    """Return the cases with the metrics of the index, null where a case does not speak to one."""
    names = profile.columns
    if "service_id" not in names:
        return None
    missing = ibis.null("int64")
    ended = (
        profile.completed.notnull() if "completed" in names else profile.closed.notnull()
    ).cast("int64")
    columns = {"ended": ended}

    def of_ended(name: str) -> ibis.Value:
        return ibis.ifelse(ended == 1, profile[name].cast("int64"), missing)

    if "completed" in names:
        columns["completion"] = profile.completed.cast("int64")
        again = next((n for n in ("resubmissions", "repeats") if n in names), None)
        if again is not None:
            columns["first_time_right"] = ibis.ifelse(
                profile.completed == 1, (profile[again] == 0).cast("int64"), missing
            )
    if "visits" in names:
        columns["visits"] = of_ended("visits")
    steps = next((n for n in ("visible_steps", "steps") if n in names), None)
    if steps is not None:  # a package without events has cases, but no steps
        columns["steps"] = of_ended(steps)
    limit = next((n for n in ("within_promised", "within_statutory") if n in names), None)
    if limit is not None:
        kept = profile[limit]
        if limit == "within_promised" and "within_statutory" in names:
            kept = kept.fill_null(profile.within_statutory)
        columns["promise_kept"] = kept.cast("int64")
    channel = profile.channel if "channel" in names else ibis.literal("")
    known = ("case_no", "case_id", "service_id", REGION, "working", "working_cell")
    carried = [n for n in known if n in names]
    if "working" in names:
        columns["week"] = day_of(profile.closed_local) // 7
    chosen = profile.select(*carried, channel=channel.fill_null(""), **columns)
    chosen = _with_repeats(scene, profile, chosen.filter(chosen.service_id.notnull()))
    return scene.engine.keep(chosen, "index_cases")


def _with_repeats(scene: Scene, profile: Table, cases: Table) -> Table:
    window = int(scene.rules.number("I-14"))
    last = microseconds_before(scene, window)
    if "person_key" not in profile.columns or last is None:
        return cases
    again = repeat_contacts(scene, profile, last=last, window=window)
    joined = cases.left_join(again, cases.case_no == again.again_case)
    return joined.rename(repeat_contact="again").drop("again_case")


def _rows(scene: Scene, table: Table | None) -> dict[str, list[Any]]:
    if table is None:
        return {"service_id": [], "channel": [], "cases": [], "ended": []}
    sums = {"cases": ibis._.count(), "ended": ibis._.ended.sum()}
    for name in METRICS:
        if name in table.columns:
            value = table[name]
            sums[f"{name}.n"] = value.count()
            sums[f"{name}.total"] = value.sum().fill_null(0)
            sums[f"{name}.squares"] = (value * value).sum().fill_null(0)
    rows = scene.engine.rows(table.group_by(["service_id", "channel"]).agg(**sums))
    order = sorted(
        range(len(rows["cases"])), key=lambda i: (rows["service_id"][i], rows["channel"][i])
    )
    return {name: [column[i] for i in order] for name, column in rows.items()}


def _group_counts(scene: Scene, table: Table | None) -> Groups:
    if table is None or "completion" not in table.columns:
        return {}
    cases = table.filter(table.completion.notnull())
    parts = []
    if REGION in cases.columns:
        placed = cases.filter(cases[REGION].notnull())
        parts.append(
            placed.select(
                "service_id",
                "channel",
                "completion",
                attribute=ibis.literal(REGION),
                value=placed[REGION],
            )
        )
    if scene.has("groups", "case_id", "attribute", "value"):
        groups = scene.table("groups").select(
            group_case="case_id", attribute="attribute", value="value"
        )
        joined = cases.select("case_id", "service_id", "channel", "completion").inner_join(
            groups, ibis._.case_id == groups.group_case
        )
        parts.append(joined.select("service_id", "channel", "completion", "attribute", "value"))
    found: dict[tuple[str, str, str, str], tuple[int, int]] = {}
    for part in parts:
        keys = ["service_id", "channel", "attribute", "value"]
        rows = scene.engine.rows(
            part.group_by(keys).agg(n=ibis._.count(), x=ibis._.completion.sum())
        )
        names = zip(*(rows[key] for key in keys), strict=True)
        found |= {k: (int(n), int(x)) for k, n, x in zip(names, rows["n"], rows["x"], strict=True)}
    return found


def _time_cells(scene: Scene, table: Table) -> dict[tuple[str, ...], Cells]:
    timed = table.filter(table.working_cell.notnull())
    keys = ["service_id", "channel"]
    celled = timed.select(*keys, cell=timed.working_cell)
    rows = scene.engine.rows(celled.group_by([*keys, "cell"]).agg(n=ibis._.count()))
    found: dict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
    names = zip(*(rows[key] for key in keys), strict=True)
    for key, cell, n in zip(names, rows["cell"], rows["n"], strict=True):
        found[key].append((int(cell), int(n)))
    return {key: sorted(cells) for key, cells in found.items()}


def _listed(scene: Scene, table: str, column: str) -> Sequence[str]:
    if not scene.has(table, column):
        return ()
    rows = scene.engine.rows(scene.table(table).select(column).distinct())
    return [value for value in rows[column] if value is not None]


def _pairs(scene: Scene, column: str) -> dict[str, str]:
    """Return service → its value of a column of table services."""
    if not scene.has("services", "service_id", column):
        return {}
    rows = scene.engine.rows(scene.table("services").select("service_id", column))
    pairs = zip(rows["service_id"], rows[column], strict=True)
    return {service: value for service, value in pairs if service is not None and value is not None}


def _limits(scene: Scene) -> dict[str, float]:
    statutory, promised = (_pairs(scene, f"{name}_days") for name in ("statutory", "promised"))
    return {s: float(v) for s, v in {**statutory, **promised}.items() if float(v) > 0}
