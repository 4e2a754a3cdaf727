"""Times in detectors: months of the wall clock, equal on every engine."""

from __future__ import annotations

from typing import Any

from shixiao.checkup.scene import Scene
from shixiao.effect import day_of, month_table
from shixiao.evidence.engines import Table

SECOND = 1_000_000
DAY_SECONDS = 86_400


def with_month(scene: Scene, table: Table, wall_clock: Any) -> Table:
    """Add the column ``month`` (2026-03) of a wall-clock time in µs."""
    months = month_table(scene.engine)
    dated = table.mutate(month_day=day_of(wall_clock))
    return dated.left_join(months, dated.month_day == months.month_key).drop(
        "month_day", "month_key"
    )
