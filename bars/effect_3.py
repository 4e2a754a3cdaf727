"""Bar 3: twelve million events: cost of directly-follows, of building, of the whole evaluation."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from bars.data import WORK
from bars.outcome import Outcome
from bars.workers import fresh, in_child

TWELVE_MILLION = 15
GROWTH = (2, 15, 72)  # 1.7, 12.5 and 60 million events
REDUCED = (1, 2)


def measure(*, full: bool) -> list[Outcome]:
    store = WORK / "store-3"
    outcomes = _twelve_million(store) if full else []
    rows = []
    for copies in GROWTH if full else REDUCED:
        source = in_child("replicate", str(copies), "by-case")["path"]
        folder = fresh(store)
        built = in_child("build_and_follow", source, folder)
        again = in_child("follow", source, folder)
        rows.append((built, again))
        outcomes.append(
            Outcome(
                f"{built['events']:,} events: build, query",
                f"{built['build_s']:.2f} + {again['cpu_s']:.2f}",
                "recorded",
                met=True,
                unit="CPU s",
                cpu_s=built["build_s"],
                peak_mb=built["peak_mb"],
            )
        )
    for (small, small_query), (large, large_query) in pairwise(rows):
        growth = large["events"] / small["events"]
        build = large["build_s"] / small["build_s"] / growth
        query = large_query["cpu_s"] / small_query["cpu_s"] / growth
        outcomes += [
            Outcome(
                f"build cost per event from {small['events']:,} to {large['events']:,}",
                build,
                "≤ 1.1",
                build <= 1.1,
                "times",
            ),
            Outcome(
                f"query cost per event from {small['events']:,} to {large['events']:,}",
                query,
                "≤ 1.1",
                query <= 1.1,
                "times",
            ),
        ]
    if full:
        peak = rows[-1][0]["peak_mb"]
        outcomes.append(
            Outcome(
                "peak memory of building 60 million",
                peak,
                "≤ 6,000",
                peak <= 6000,
                "MB",
                peak_mb=peak,
            )
        )
    return outcomes


def _twelve_million(store: Path) -> list[Outcome]:
    source = in_child("replicate", str(TWELVE_MILLION), "by-case")["path"]
    peer = in_child("pm4py_follow", source)
    folder = fresh(store)
    built = in_child("build_and_follow", source, folder)
    query = in_child("follow", source, folder)
    scattered = in_child(
        "build_and_follow",
        in_child("replicate", str(TWELVE_MILLION), "by-time")["path"],
        fresh(store),
    )
    whole = in_child("evaluate", source, fresh(store))
    together = peer["cpu_s"] / (built["build_s"] + built["follow_s"])
    apart = peer["cpu_s"] / (scattered["build_s"] + scattered["follow_s"])
    alone = peer["cpu_s"] / query["cpu_s"]
    return [
        Outcome(
            "directly-follows over the store",
            query["cpu_s"],
            "≤ 1.0",
            query["cpu_s"] <= 1.0,
            "CPU s",
            query["cpu_s"],
            query["peak_mb"],
        ),
        Outcome(
            "peak memory of directly-follows",
            query["peak_mb"],
            "≤ 400",
            query["peak_mb"] <= 400,
            "MB",
        ),
        Outcome(
            "same edges as PM4Py",
            query["value"] == peer["value"],
            "yes",
            query["value"] == peer["value"],
        ),
        Outcome(
            "PM4Py's cost over building and querying together",
            together,
            "≥ 3",
            together >= 3,
            "times",
            built["build_s"] + built["follow_s"],
            built["peak_mb"],
        ),
        Outcome(
            "the same where rows stand in order of time",
            apart,
            "recorded",
            True,
            "times",
            scattered["build_s"] + scattered["follow_s"],
            scattered["peak_mb"],
        ),
        Outcome(
            "PM4Py's cost over querying the store",
            alone,
            "≥ 30",
            alone >= 30,
            "times",
            peer["cpu_s"],
            peer["peak_mb"],
        ),
        Outcome(
            "the whole evaluation",
            whole["cpu_s"],
            "≤ 60",
            whole["cpu_s"] <= 60,
            "CPU s",
            whole["cpu_s"],
            whole["peak_mb"],
        ),
        Outcome(
            "peak memory of the whole evaluation",
            whole["peak_mb"],
            "≤ 3,000",
            whole["peak_mb"] <= 3000,
            "MB",
        ),
    ]
