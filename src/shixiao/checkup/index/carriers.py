"""Carriers: departments, apps and platforms are what their services are to people, by cases.

The mix of services is itself a sample: every draw takes it from the Dirichlet distribution of the
case counts.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shixiao.checkup.index.catalogue import DIMENSIONS, WEIGHTS
from shixiao.checkup.index.dimensions import Entry, Scored
from shixiao.checkup.index.groundwork import Groundwork
from shixiao.checkup.index.scoring import Floats
from shixiao.checkup.scene import Scene
from shixiao.statistics import estimate_from_draws
from shixiao.terms import SubjectKind, Text

SERVICES = "services"
NAMES = {
    SubjectKind.DEPARTMENT: Text("所办服务", "its services"),
    SubjectKind.APP: Text("所载服务", "the services it carries"),
    SubjectKind.SYSTEM: Text("所载服务", "the services it carries"),
}
PLATFORM = "platform"


@dataclass(frozen=True, slots=True, eq=False)
class Carried:
    """The services of one department, app or platform, and how many cases each had."""

    services: tuple[str, ...]
    cases: Floats

    @property
    def n(self) -> int:
        """All cases."""
        return int(self.cases.sum())


def carried_by(ground: Groundwork, kind: SubjectKind) -> dict[str, Carried]:
    """Return every department, app or platform of the evidence with its services."""
    scene = ground.scene
    if kind is SubjectKind.DEPARTMENT:
        lists: dict[str, list[str]] = {d: [] for d in _ids(scene, "departments", "department_id")}
        for service, department in ground.department.items():
            lists.setdefault(department, []).append(service)
    elif kind is SubjectKind.APP:
        lists = _lists(scene, "apps", "app_id")
    else:
        lists = _lists(scene, "systems", "system_id", kind=PLATFORM)
    place = {service: i for i, service in enumerate(ground.services)}
    cases = ground.cases.sum(axis=1)
    found = {}
    for carrier, services in sorted(lists.items()):
        own = tuple(sorted({s for s in services if s in place and cases[place[s]] > 0}))
        found[carrier] = Carried(own, np.array([cases[place[s]] for s in own], dtype=np.float64))
    return found


def services_entries(
    carrier: str,
    carried: Carried,
    services: Mapping[str, Mapping[str, Scored]],
    kind: SubjectKind,
    ground: Groundwork,
    draws: int,
) -> dict[str, Entry]:
    """Return one entry per dimension: the case-weighted scores of the services."""
    key = zlib.crc32(f"index\x1fmix\x1f{kind}\x1f{carrier}".encode())
    rng = np.random.default_rng([ground.scene.seed, key])
    mix = rng.standard_gamma(carried.cases[:, None], (len(carried.cases), draws))
    found = {}
    for name in DIMENSIONS:
        scores = [services[s][name] if s in services else None for s in carried.services]
        known = [
            i for i, score in enumerate(scores) if score is not None and score.value is not None
        ]
        if not known:
            continue
        used = [s for s in scores if s is not None and s.value is not None]
        shares = carried.cases[known] / carried.cases[known].sum()
        value = float(shares @ np.array([s.value for s in used]))
        drawn = (mix[known] * np.stack([s.draws for s in used])).sum(axis=0) / mix[known].sum(
            axis=0
        )
        n = int(carried.cases[known].sum())
        found[name] = Entry(
            SERVICES,
            NAMES[kind],
            estimate_from_draws(value, drawn, n=n, level=ground.level),
            None,
            None,
            value,
            drawn,
            ground.number(WEIGHTS[kind], SERVICES),
            WEIGHTS[kind],
            {"services": len(known), "of": len(scores)},
        )
    return found


def _lists(scene: Scene, table: str, key: str, *, kind: str | None = None) -> dict[str, list[str]]:
    """Return the services that each row of a table lists; with ``kind``, of rows of that kind."""
    if not scene.has(table, key) or (kind is not None and not scene.has(table, "kind")):
        return {}
    read = scene.table(table)
    if kind is not None:
        read = read.filter(read.kind == kind)
    columns = [key, *(["services"] if scene.has(table, "services") else [])]
    rows = scene.engine.rows(read.select(*columns))
    listed: Sequence[str | None] = rows.get("services", [None] * len(rows[key]))
    found: dict[str, list[str]] = defaultdict(list)
    for carrier, services in zip(rows[key], listed, strict=True):
        if carrier is not None:
            found[carrier] += [s.strip() for s in (services or "").split(";") if s.strip()]
    return dict(found)


def _ids(scene: Scene, table: str, column: str) -> list[str]:
    if not scene.has(table, column):
        return []
    rows = scene.engine.rows(scene.table(table).select(column))
    return [value for value in rows[column] if value is not None]
