"""One-matter chains 一件事: several services of several departments that serve one event of life.

A chain case joins the cases of its services by ``matter_case_id``. What counts for people is the
time from the first application to the last result, how much of it nobody was working (the waits
between departments), and what they were asked twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np

from shixiao.effect.requirements import Asked
from shixiao.evidence.engines import Engine, Table
from shixiao.evidence.store import Store
from shixiao.rules import RulePack
from shixiao.statistics import mean_from_sums, quantile_interval
from shixiao.terms import Estimate, Text

DAY = 86_400_000_000
NO_MATTER = Text("未登记", "not registered")


@dataclass(frozen=True, slots=True)
class Chain:
    """One matter: how long its chains take and wait, and what is asked twice.

    ``waiting`` and ``elapsed`` are in calendar days; ``asked_twice`` names each material that two
    or more services of the matter ask for, with how many do.
    """

    matter_id: str
    name: Text
    lead: Text
    services: int
    cases: int
    elapsed: Estimate
    waiting: Estimate
    departments: Estimate
    asked_twice: tuple[tuple[Text, int], ...]

    def to_json(self) -> dict[str, Any]:
        """Return the chain as it stands in result.json."""
        return {
            "matter_id": self.matter_id,
            "name": self.name.to_json(),
            "lead": self.lead.to_json(),
            "services": self.services,
            "cases": self.cases,
            "elapsed_median": self.elapsed.to_json(),
            "waiting_median": self.waiting.to_json(),
            "departments": self.departments.to_json(),
            "asked_twice": [
                {"name": name.to_json(), "services": count} for name, count in self.asked_twice
            ],
        }


@dataclass(frozen=True, slots=True)
class Matter:
    """A matter as the package registers it."""

    name: Text
    lead: str | None
    services: tuple[str, ...]


def chains(
    store: Store,
    engine: Engine,
    cases: Table,
    asked: dict[tuple[str, str], Asked],
    service_names: dict[str, Text],
    rules: RulePack,
) -> list[Chain]:
    """Return every matter that has chain cases; empty when no case belongs to a chain."""
    if "matter_case_id" not in cases.columns:
        return []
    matters = _matters(store, engine)
    matter_of = {s: key for key, matter in matters.items() for s in matter.services}
    rows = engine.rows(_spans(cases))
    spans: dict[str, list[tuple[int, int, int, int]]] = defaultdict(list)
    for service, elapsed, waiting, departments, count in zip(
        rows["service_id"],
        rows["elapsed"],
        rows["waiting"],
        rows["departments"],
        rows["n"],
        strict=True,
    ):
        key = matter_of.get(service, service or "")
        spans[key] += [(int(elapsed), int(waiting), int(departments), int(count))]
    return [
        _chain(key, matters.get(key), spans[key], asked, service_names, rules)
        for key in sorted(spans)
    ]


def _matters(store: Store, engine: Engine) -> dict[str, Matter]:
    if not store.has("matters"):
        return {}
    table = store.table(engine, "matters")
    columns = [
        c for c in ("matter_id", "name", "name_en", "service_id", "lead") if c in table.columns
    ]
    rows = engine.rows(table.select(*columns).order_by(["matter_id", "service_id"]))
    services: dict[str, list[str]] = defaultdict(list)
    leads: dict[str, str] = {}
    names: dict[str, Text] = {}
    for i, key in enumerate(rows["matter_id"]):
        services[key].append(rows["service_id"][i])
        english = rows["name_en"][i] if "name_en" in rows else None
        names[key] = Text(rows["name"][i], english or rows["name"][i])
        if "lead" in rows and rows["lead"][i]:
            leads[key] = rows["service_id"][i]
    return {key: Matter(names[key], leads.get(key), tuple(services[key])) for key in names}


def _spans(cases: Table) -> Table:
    """One row per chain case: its first service, whole span, and the time nobody was working.

    Cases of a chain are walked in order of opening; the wait before a case is the time from the
    latest end so far to its opening, if that is later. A case still open ends at its last event.
    """
    chained = cases.filter(cases.matter_case_id.notnull() & cases.opened.notnull())
    chained = chained.mutate(ended=ibis.coalesce(chained.closed, chained.last_ts, chained.opened))
    before = ibis.window(group_by="matter_case_id", order_by=["opened", "case_no"])
    latest = chained.ended.lag().over(before)
    walked = chained.mutate(previous=latest)
    running = ibis.window(
        group_by="matter_case_id", order_by=["opened", "case_no"], preceding=None, following=0
    )
    walked = walked.mutate(latest=walked.previous.max().over(running))
    gap = walked.opened - walked.latest
    walked = walked.mutate(gap=ibis.ifelse(gap > 0, gap, 0).fill_null(0))
    department = walked.department_id if "department_id" in walked.columns else walked.service_id
    return (
        walked.mutate(department=department)
        .group_by("matter_case_id")
        .agg(
            service_id=ibis._.service_id.min(),
            elapsed=ibis._.ended.max() - ibis._.opened.min(),
            waiting=ibis._.gap.sum(),
            departments=ibis._.department.nunique(),
            n=ibis._.count(),
        )
    )


def _chain(
    key: str,
    matter: Matter | None,
    spans: list[tuple[int, int, int, int]],
    asked: dict[tuple[str, str], Asked],
    service_names: dict[str, Text],
    rules: RulePack,
) -> Chain:
    elapsed, waiting, departments, _ = (
        np.array(c, dtype=np.float64) for c in zip(*spans, strict=True)
    )
    level = rules.number("E-17")
    lead = (
        service_names.get(matter.lead, Text.of(matter.lead))
        if matter and matter.lead
        else NO_MATTER
    )
    return Chain(
        matter_id=key,
        name=matter.name if matter else Text.of(key or "—"),
        lead=lead,
        services=len(matter.services) if matter else 0,
        cases=len(spans),
        elapsed=quantile_interval(np.sort(elapsed) / DAY, 0.5, level=level),
        waiting=quantile_interval(np.sort(waiting) / DAY, 0.5, level=level),
        departments=mean_from_sums(
            n=len(spans),
            total=float(departments.sum()),
            squares=float((departments**2).sum()),
            level=level,
        ),
        asked_twice=_asked_twice(matter.services if matter else (), asked),
    )


def _asked_twice(
    services: tuple[str, ...], asked: dict[tuple[str, str], Asked]
) -> tuple[tuple[Text, int], ...]:
    """Name each material that two or more services of a matter ask for, in whatever channel."""
    count: Counter[Text] = Counter()
    for service in services:
        named = {m.name for (s, _), a in asked.items() if s == service for m in a.materials}
        count.update(named)
    twice = [(name, n) for name, n in count.items() if n > 1]
    return tuple(sorted(twice, key=lambda item: (-item[1], item[0].zh)))
