"""``make bench``: performance tables against a peer run on the same machine in the same minute.

Prints CPU seconds and peak memory, never wall-clock time, and writes build/bench.json.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from bars.data import FINES, LOGS, WORK
from bars.sharing_matching import CITY
from bars.sites import DATABASES, prepared_site
from bars.workers import fresh, in_child
from shixiao.rules import load_calendar

ROOT = Path(__file__).parents[1]
COPIES = 2  # 1.7 million events: minutes, not hours; `make bars ONLY=effect_3` goes to 60 million
DATES = 1_000_000
WALKED = 2_000
DECISIONS = 10_000


def main() -> None:
    rows = [_calendar(), _matching(), *_decisions()]
    if LOGS.is_dir():
        rows += [*_store(), _xes()]
    else:
        print("../shared/data is not here: benches on real logs are left out")
    for row in rows:
        print(
            f"{row['name']:<58} {row['value']:>9.3g} {row['unit']:<6} "
            f"{row['peer'] or '—':<28} {row['peer_value'] or 0:>9.3g}  "
            f"{row['ratio'] or 0:>7.1f}×  {row['peak_mb'] or 0:>6.0f} MB"
        )
    target = ROOT / "build" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _row(
    name: str, cpu: float, peer: str | None, peer_cpu: float | None, peak: float | None
) -> dict[str, Any]:
    ratio = peer_cpu / cpu if peer_cpu is not None and cpu else None
    return {
        "name": name,
        "value": cpu,
        "unit": "CPU s",
        "peer": peer,
        "peer_value": peer_cpu,
        "ratio": ratio,
        "cpu_s": cpu,
        "peak_mb": peak,
    }


def _calendar() -> dict[str, Any]:
    """A million additions of 20 working days, against walking day by day."""
    calendar = load_calendar("cn")
    rng = np.random.default_rng(1)
    start = np.datetime64("2005-01-01")
    days = start + rng.integers(0, 7000, DATES).astype("timedelta64[D]")
    before = time.process_time()
    calendar.add_many(days, 20)
    ours = time.process_time() - before
    before = time.process_time()
    for day in days[:WALKED].tolist():
        for _ in range(20):
            day = calendar.add(day, 1)  # noqa: PLW2901 - walking is the point
    walked = (time.process_time() - before) * DATES / WALKED
    return _row("1 million additions of 20 working days", ours, "walking day by day", walked, None)


def _decisions() -> list[dict[str, Any]]:
    """Decisions taken in, in batches of 1,000, counted and kept; the database's server included."""
    rows = []
    for database, name in DATABASES.items():
        with prepared_site(database) as site:
            done = site.run("deliver", DECISIONS)
        if not done["rows"] == done["counted"] == DECISIONS:
            raise RuntimeError("the cube does not hold what was sent")
        said = f"{DECISIONS:,} decisions taken in on {name}"
        rows.append(_row(said, done["cpu_s"] + done["server_cpu_s"], None, None, None))
    return rows


def _matching() -> dict[str, Any]:
    """600 services with 20 items each against 20,000 elements, beside edit distance alone."""
    ours, theirs = (in_child(name, *CITY) for name in ("match_city", "match_city_by_edits"))
    return _row(
        "12,000 items matched with 20,000 elements",
        ours["cpu_s"],
        "RapidFuzz ratio, names alone",
        theirs["cpu_s"],
        ours["peak_mb"],
    )


def _store() -> list[dict[str, Any]]:
    source = in_child("replicate", str(COPIES), "by-case")["path"]
    folder = fresh(WORK / "store-bench")
    peer = in_child("pm4py_follow", source)
    built = in_child("build_and_follow", source, folder)
    query = in_child("follow", source, folder)
    whole = in_child("evaluate", source, fresh(WORK / "store-bench"))
    events = f"{built['events']:,} events"
    together = built["build_s"] + built["follow_s"]
    return [
        _row(
            f"store and directly-follows, {events}",
            together,
            "PM4Py read and discover",
            peer["cpu_s"],
            built["peak_mb"],
        ),
        _row(
            f"directly-follows over the store, {events}",
            query["cpu_s"],
            "PM4Py discover alone",
            peer["follow_s"],
            query["peak_mb"],
        ),
        _row(
            f"shixiao evaluate, whole command, {events}",
            whole["cpu_s"],
            None,
            None,
            whole["peak_mb"],
        ),
    ]


def _xes() -> dict[str, Any]:
    ours, theirs = in_child("read_xes", str(FINES)), in_child("pm4py_read_xes", str(FINES))
    return _row(
        "every attribute of 561,470 XES events",
        ours["cpu_s"],
        "PM4Py default reader",
        theirs["cpu_s"],
        ours["peak_mb"],
    )


if __name__ == "__main__":
    main()
