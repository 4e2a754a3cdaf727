"""What a bar runs in a process of its own, so that its CPU seconds and peak memory are its own.

``python -m bars.workers NAME ARGUMENT…`` prints one JSON line. Imports and a warm-up of the engine
are outside the measured span, for us and for the peer alike.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def in_child(name: str, *arguments: str) -> dict[str, Any]:
    """Run a worker in a child process and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "bars.workers", name, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    if done.returncode:
        raise RuntimeError(f"{name} failed: {done.stderr[-2000:]}")
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def measured(work: Callable[[], Any]) -> dict[str, Any]:
    """Run ``work`` and return its value, CPU seconds and this process's peak memory."""
    started = time.process_time()
    value = work()
    return {"cpu_s": time.process_time() - started, "peak_mb": peak(), "value": value}


def peak() -> float:
    """Peak resident memory in MB. Not ru_maxrss, which a child inherits from its parent."""
    status = Path("/proc/self/status").read_text("utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _settings(store: str) -> Any:
    from shixiao.settings import Settings

    return Settings(Path(store), "a key for bars", 3072, 2, "en")


def _warm(settings: Any) -> None:
    import duckdb
    import pandas as pd  # noqa: F401 - Arrow loads it on first use

    from shixiao.evidence import connect

    duckdb.connect().execute("SELECT 1").fetchall()
    with connect("duckdb", settings=settings):
        pass


def build_and_follow(source: str, store: str) -> dict[str, Any]:
    """Build the store of a log, then compute directly-follows over it."""
    from shixiao.effect import directly_follows
    from shixiao.evidence import ColumnMapping, Request, connect, prepare

    settings = _settings(store)
    _warm(settings)
    request = Request((Path(source),), ColumnMapping())
    built = measured(lambda: prepare(request, settings=settings, progress=lambda _: None))
    with connect("duckdb", settings=settings) as engine:
        followed = measured(lambda: len(directly_follows(built["value"], engine)))
    return {
        "build_s": built["cpu_s"],
        "follow_s": followed["cpu_s"],
        "peak_mb": peak(),
        "events": built["value"].meta.events,
        "edges": followed["value"],
    }


def follow(source: str, store: str) -> dict[str, Any]:
    """Compute directly-follows over a store that is there already."""
    from shixiao.effect import directly_follows
    from shixiao.evidence import ColumnMapping, Request, connect, prepare

    settings = _settings(store)
    _warm(settings)
    request = Request((Path(source),), ColumnMapping())
    found = prepare(request, settings=settings, progress=lambda _: None)
    with connect("duckdb", settings=settings) as engine:
        return measured(lambda: len(directly_follows(found, engine)))


def evaluate(source: str, store: str, memory: str = "3072") -> dict[str, Any]:
    """Run the whole command, building included; its imports count. ``memory`` is the engine's."""
    with tempfile.TemporaryDirectory() as out:
        command = [
            str(Path(sys.executable).with_name("shixiao")),
            "evaluate",
            source,
            "--quiet",
            "--out",
            out,
        ]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            command,
            check=True,
            capture_output=True,
            env={
                **os.environ,
                "SHIXIAO_STORE": store,
                "SHIXIAO_PERSON_KEY": "a key for bars",
                "SHIXIAO_MEMORY_MB": memory,
            },
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu_s": spent, "peak_mb": after.ru_maxrss / 1024, "value": None}


def pm4py_follow(source: str) -> dict[str, Any]:
    """PM4Py: read the same file and compute the same."""
    pm4py, pd = _pm4py()

    def work() -> tuple[int, float]:
        frame = pd.read_parquet(source)
        frame = pm4py.format_dataframe(
            frame, case_id="case_id", activity_key="activity", timestamp_key="ts"
        )
        started = time.process_time()
        edges, _, _ = pm4py.discover_dfg(frame)
        return len(edges), time.process_time() - started

    result = measured(work)
    edges, alone = result["value"]
    return {**result, "value": edges, "follow_s": alone}


def read_xes(source: str) -> dict[str, Any]:
    """Read every attribute of an XES log."""
    import pandas as pd  # noqa: F401 - Arrow loads it on first use

    from shixiao.evidence.readers.xes_stream import stream_xes

    return measured(lambda: sum(b.events.num_rows for b in stream_xes(Path(source))))


def pm4py_read_xes(source: str) -> dict[str, Any]:
    """PM4Py's default reader of XES, with everything as it is by default."""
    pm4py, _ = _pm4py(quiet=False)
    return measured(lambda: len(pm4py.read_xes(source)))


def _pm4py(*, quiet: bool = True) -> tuple[Any, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pandas as pd
        import pm4py
        from pm4py.util import constants
    if quiet:
        constants.SHOW_PROGRESS_BAR = False
    return pm4py, pd


def replicate(copies: str, order: str) -> dict[str, Any]:
    """Write the replicated logs; in a process of its own, because it holds them in memory."""
    from bars.data import replicated

    return {"path": str(replicated(int(copies), by_time=order == "by-time"))}


def match_city(items: str, held: str) -> dict[str, Any]:
    """Match the items of a city against its elements."""
    from bars import matching_workers

    cpu_s, answered = matching_workers.match_city(items, held)
    return {"cpu_s": cpu_s, "peak_mb": peak(), "answered": answered}


def match_city_by_edits(items: str, held: str) -> dict[str, Any]:
    """Score the same names with RapidFuzz."""
    from bars import matching_workers

    return {"cpu_s": matching_workers.match_city_by_edits(items, held), "peak_mb": peak()}


def match_by_edits() -> dict[str, Any]:
    """Return the hits of RapidFuzz on the held-out part of the benchmark."""
    from bars import matching_workers

    return matching_workers.match_by_edits()


def scan_at_rest(folder: str, canary: str) -> dict[str, Any]:
    """Search a folder for a canary; the value is the places, and the bytes that were read."""
    from shixiao.security.at_rest import Canary, scan

    def work() -> dict[str, Any]:
        found = scan([Path(folder)], [Canary(canary)])
        faults = [one for part in found.parts for one in part.seen or () if not one.passed]
        whole = all(part.reason is None for part in found.parts)
        return {"at": [one.locator for one in faults], "bytes": found.bytes, "whole": whole}

    return measured(work)


def audit_decisions(source: str, replicates: str) -> dict[str, Any]:
    """Count a log of decisions and compute rates, intervals and replicates."""
    from bars import fairness_workers

    return fairness_workers.audit_decisions(source, replicates)


def find_copies() -> dict[str, Any]:
    """Group the near-duplicates of the public messages."""
    from bars.voices import real
    from shixiao.rules import load_pack
    from shixiao.voice import duplicates

    rules, rows = load_pack(), real()
    duplicates(rows[:50], rules=rules)
    done = measured(lambda: duplicates(rows, rules=rules))
    return done | {"value": len(rows)}


def find_topics(count: str) -> dict[str, Any]:
    """Find the topics of mixed messages."""
    from bars.voices import mixed, real
    from shixiao.rules import load_pack
    from shixiao.voice import topics

    rules = load_pack()
    topics(real()[:50], rules=rules)
    rows = mixed(int(count))
    return measured(lambda: len(topics(rows, rules=rules)))


def find_opinions(path: str) -> dict[str, Any]:
    """Read votes and find the groups of opinion."""
    from shixiao.rules import load_pack
    from shixiao.voice import opinions, read_ballots
    from tests.voice.conversations import conversation

    rules = load_pack()
    opinions(conversation(60, 20, 900)[0], rules=rules)

    def work() -> int:
        ballots = read_ballots(Path(path))
        opinions(ballots, rules=rules)
        return int(ballots.seen.sum())

    return measured(work)


WORKERS = {
    function.__name__: function
    for function in (
        build_and_follow,
        follow,
        evaluate,
        pm4py_follow,
        read_xes,
        pm4py_read_xes,
        replicate,
        match_city,
        match_city_by_edits,
        match_by_edits,
        scan_at_rest,
        audit_decisions,
        find_copies,
        find_topics,
        find_opinions,
    )
}


def fresh(folder: Path) -> str:
    """Empty a folder for stores and return its path."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return str(folder)


if __name__ == "__main__":
    print(json.dumps(WORKERS[sys.argv[1]](*sys.argv[2:])))
