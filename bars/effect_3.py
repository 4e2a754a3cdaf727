"""Bar 3: twelve million events: cost of directly-follows, of building, of the whole evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from bars.data import WORK
from bars.outcome import Outcome
from bars.workers import fresh, in_child

TWELVE_MILLION = 15
GROWTH = (2, 15, 72)  # 1.7, 12.5 and 60 million events
REDUCED = (1, 2)
QUERIES = 3


def measure(*, full: bool) -> list[Outcome]:
    store = WORK / "store-3"
    outcomes = _twelve_million(store) if full else []
    rows = []
    for copies in GROWTH if full else REDUCED:
        source = in_child("replicate", str(copies), "by-case")["path"]
        folder = fresh(store)
        built = in_child("build_and_follow", source, folder)
        # The least of three: what else the machine does can only add to a query of hundredths.
        runs = [in_child("follow", source, folder) for _ in range(QUERIES)]
        again = min(runs, key=lambda run: run["cpu_s"])
        rows.append((built, again))
        outcomes.append(
            Outcome.recorded(
                f"{built['events']:,} events: build, query",
                f"{built['build_s']:.2f} + {again['cpu_s']:.2f}",
                "CPU s",
                cost=_building(built),
            )
        )
    for (small, small_query), (large, large_query) in pairwise(rows):
        growth = large["events"] / small["events"]
        build = large["build_s"] / small["build_s"] / growth
        query = large_query["cpu_s"] / small_query["cpu_s"] / growth
        outcomes += [
            Outcome.at_most(
                f"{work} cost per event from {small['events']:,} to {large['events']:,}",
                cost,
                1.1,
                "times",
            )
            for work, cost in (("build", build), ("query", query))
        ]
    if full:
        built, _ = rows[-1]
        outcomes.append(
            Outcome.at_most(
                "peak memory of building 60 million",
                built["peak_mb"],
                6000,
                "MB",
                cost=_building(built),
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
    together = peer["cpu_s"] / _building(built)["cpu_s"]
    apart = peer["cpu_s"] / _building(scattered)["cpu_s"]
    alone = peer["cpu_s"] / query["cpu_s"]
    return [
        Outcome.at_most(
            "directly-follows over the store", query["cpu_s"], 1.0, "CPU s", cost=query
        ),
        Outcome.at_most("peak memory of directly-follows", query["peak_mb"], 400, "MB"),
        Outcome(
            "same edges as PM4Py",
            query["value"] == peer["value"],
            "yes",
            query["value"] == peer["value"],
        ),
        Outcome.at_least(
            "PM4Py's cost over building and querying together",
            together,
            3,
            "times",
            cost=_building(built),
        ),
        Outcome.recorded(
            "the same where rows stand in order of time", apart, "times", cost=_building(scattered)
        ),
        Outcome.at_least("PM4Py's cost over querying the store", alone, 30, "times", cost=peer),
        Outcome.at_most("the whole evaluation", whole["cpu_s"], 60, "CPU s", cost=whole),
        Outcome.at_most("peak memory of the whole evaluation", whole["peak_mb"], 3000, "MB"),
    ]


def _building(job: Mapping[str, float]) -> dict[str, float]:
    """Return what building a store and the first query over it took together."""
    return {"cpu_s": job["build_s"] + job["follow_s"], "peak_mb": job["peak_mb"]}
