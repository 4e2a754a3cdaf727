"""A log of eight decisions that has every case in it, drawn."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from shixiao.fairness.counting import Columns
from shixiao.fairness.cube import COUNTS, Cube
from tests.spec.conftest import drawn

LOG = """
    sex | final | advice | true | appealed | upheld | days | ts               | arm
    F   | 1     | 1      | 1    | 1        | 0      | 2    | 2026-01-05       | random
    F   | 1     | 0      | 0    | 1        | 1      | 3.5  | 2026-01-31 09:00 | algorithm
    F   | 0     |        | 1    | 0        |        |      | 2026-02-01       | random
    F   | 0     | 1      | 0    |          |        | 0    | 2026-02-01       | random
    M   | 1     | 1      |      | 0        |        | 10   | 2026-01-09       | algorithm
    M   | 0     | 0      |      | 1        |        | 10   | 2026-01-09       | algorithm
    -   | 是    | yes    | No   | 0        |        |      | 2026-01-10       | complaint
    M   |       | 1      | 1    |          |        | 4    | 2026-01-11       | algorithm
"""
COLUMNS = Columns(
    "final",
    ("sex",),
    outcome="true",
    recommended="advice",
    appealed="appealed",
    upheld="upheld",
    days="days",
    time="ts",
    arm="arm",
)


def log(text: str = LOG, **typed: list[Any]) -> pa.Table:
    head, *rows = drawn(text)
    columns = {
        name: [None if row[place] in ("", "-") else row[place] for row in rows]
        for place, name in enumerate(head)
    }
    return pa.table({**columns, **typed})


def row(cube: Cube, *key: str | None) -> dict[str, int]:
    counts = cube.counts[cube.keys.index(key)].tolist()
    return {name: n for name, n in zip(COUNTS, counts, strict=True) if n}
