"""Cubes for tests: drawn tables, published counts, and random cubes."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from hypothesis import strategies as st

from shixiao.fairness.cube import COUNTS, Cube
from tests.conftest import SHARED

FAIRNESS = SHARED / "fairness"


def cube_of(cells: dict[tuple[str | None, ...], dict[str, int]], *dimensions: str) -> Cube:
    """Make a cube; n and selected follow from the four where they are not given."""
    rows = []
    for counts in cells.values():
        row = dict.fromkeys(COUNTS, 0) | counts
        if "n" not in counts:
            row["n"] = sum(row[name] for name in ("tp", "fp", "fn", "tn"))
        if "selected" not in counts:
            row["selected"] = row["tp"] + row["fp"]
        rows.append([row[name] for name in COUNTS])
    return Cube.of(dimensions, list(cells), rows)


@cache
def published() -> dict[str, Any]:
    text = (FAIRNESS / "published_counts.json").read_text("utf-8")
    return dict(json.loads(text))


def published_cube(name: str, *dimensions: str) -> Cube:
    cells = {tuple(k.split("|")): v for k, v in published()[name].items() if k != "ALL"}
    return cube_of(cells, *dimensions)


VALUES = st.sampled_from(["a", "b", None])


@st.composite
def cubes(draw: st.DrawFn) -> Cube:
    """Draw a small cube by (period, g, h) with sketches."""
    keys = draw(st.lists(st.tuples(VALUES, VALUES, VALUES), max_size=6))
    whole = st.integers(0, 1000)
    counts = [[draw(whole) for _ in COUNTS] for _ in keys]
    entries = st.tuples(st.integers(0, max(0, len(keys) - 1)), st.integers(-3, 3), whole)
    bins = draw(st.lists(entries, max_size=8)) if keys else []
    return Cube.of(("period", "g", "h"), keys, counts, bins)
