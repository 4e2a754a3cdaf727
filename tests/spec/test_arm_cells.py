"""Cells of two arms: counted once, arranged for a city levelled by service or service by service."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from shixiao.effect import ArmCells, Comparison
from shixiao.evidence import Engine

PROFILE = {
    "service_id": ["S1", "S1", "S1", "S1", "S2", "S2", None],
    "channel": ["online", "online", "counter", "self", "online", "counter", "online"],
    "visits": [0, 0, 2, 5, 1, None, 7],
}


def _arms(engine: Engine) -> ArmCells:
    arms = Comparison("channel", "online", "counter")
    return ArmCells(engine.small(pa.table(PROFILE)), engine, arms)


def _plain(cells: Any) -> dict[Any, dict[float, int]]:
    return {
        (subject, stratum.strip("\x1f"), arm): dict(
            zip(sample.values.tolist(), sample.counts.tolist(), strict=True)
        )
        for subject, strata in cells.items()
        for stratum, arms in strata.items()
        for arm, sample in arms.items()
    }


def test_cases_without_a_value_or_in_another_arm_are_left_out(engine: Engine) -> None:
    found = _arms(engine).cells("visits", subject="service_id", strata=())
    assert _plain(found) == {
        ("S1", "", "online"): {0.0: 2},
        ("S1", "", "counter"): {2.0: 1},
        ("S2", "", "online"): {1.0: 1},
    }


def test_a_city_by_service_has_the_cells_of_its_services_and_of_cases_of_none(
    engine: Engine,
) -> None:
    arms = _arms(engine)
    services = _plain(arms.cells("visits", subject="service_id", strata=()))
    city = _plain(arms.cells("visits", subject=None, strata=["service_id"]))
    assert city == {("", s, arm): cells for (s, _, arm), cells in services.items()} | {
        ("", "", "online"): {7.0: 1}
    }
