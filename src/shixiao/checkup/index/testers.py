"""Do field testers agree? Krippendorff's α of passed steps, by group of services."""

from __future__ import annotations

import zlib
from collections import defaultdict

import numpy as np

from shixiao.checkup.index.groundwork import Groundwork
from shixiao.checkup.scene import rows_of
from shixiao.statistics import krippendorff_alpha
from shixiao.terms import Estimate

ALL = ""


def agreement(ground: Groundwork) -> dict[str, Estimate]:
    """Return α of all services (under "") and of each domain, else department.

    Units are steps (service, channel, item, step); each evaluator's first test of a step counts.
    """
    scene = ground.scene
    if not scene.has("field_tests", "service_id", "evaluator_id", "step", "passed"):
        return {}
    said: dict[tuple[str, ...], dict[str, float]] = defaultdict(dict)
    rows = rows_of(scene, scene.table("field_tests"))
    for row in sorted(
        rows, key=lambda r: tuple(str(r.get(k)) for k in ("test_id", "item_id", "step"))
    ):
        unit = tuple(str(row.get(k) or "") for k in ("service_id", "channel", "item_id", "step"))
        if row["passed"] is not None:
            said[unit].setdefault(str(row["evaluator_id"]), float(bool(row["passed"])))
    groups = _groups(ground)
    by_group: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for unit in sorted(said):
        by_group[ALL].append(unit)
        if unit[0] in groups:
            by_group[groups[unit[0]]].append(unit)
    return {name: _alpha(ground, name, units, said) for name, units in sorted(by_group.items())}


def _alpha(
    ground: Groundwork,
    name: str,
    units: list[tuple[str, ...]],
    said: dict[tuple[str, ...], dict[str, float]],
) -> Estimate:
    pairs = [(i, value) for i, unit in enumerate(units) for value in said[unit].values()]
    rng = np.random.default_rng([ground.scene.seed, zlib.crc32(f"agreement\x1f{name}".encode())])
    return krippendorff_alpha(
        [i for i, _ in pairs],
        [value for _, value in pairs],
        scale="nominal",
        draws=int(ground.number("E-18")),
        rng=rng,
        level=ground.level,
    )


def _groups(ground: Groundwork) -> dict[str, str]:
    scene = ground.scene
    if not scene.has("services", "service_id", "domain"):
        return dict(ground.department)
    rows = scene.engine.rows(scene.table("services").select("service_id", "domain"))
    pairs = zip(rows["service_id"], rows["domain"], strict=True)
    return {service: domain for service, domain in pairs if service and domain}
