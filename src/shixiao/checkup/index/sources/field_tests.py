"""From field tests: how often a service worked from end to end when somebody tried it."""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import numpy as np

from shixiao.checkup.index.components import Peers, shares
from shixiao.checkup.index.groundwork import Groundwork
from shixiao.checkup.index.sources import source


@source("field_pass")
def field_pass(ground: Groundwork) -> Iterator[Peers]:
    """Tests whose every step passed, of all tests of a service."""
    scene = ground.scene
    steps = scene.table("field_tests")
    known = steps.filter(steps.passed.notnull() & steps.service_id.notnull())
    tests = known.group_by(["service_id", "test_id"]).agg(worked=ibis._.passed.cast("int64").min())
    rows = scene.engine.rows(
        tests.group_by("service_id").agg(n=ibis._.count(), x=ibis._.worked.sum())
    )
    found = sorted(zip(rows["service_id"], rows["n"], rows["x"], strict=True))
    kept = [f for f in found if f[1] >= ground.number("I-19", "tests")]
    yield from shares(
        "field_pass",
        [str(service) for service, _, _ in kept],
        np.array([x for _, _, x in kept]),
        np.array([n for _, n, _ in kept]),
        level=ground.level,
    )
