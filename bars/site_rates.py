"""How many acts a second a site takes in, and how soon their receipts are proven."""

from __future__ import annotations

import json
import signal
import threading
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

from bars.outcome import Outcome
from bars.sites import DATABASES, BarSite, cpu_of, end, prepared_site

RATE = 300  # acts a second
PROVEN_WITHIN = 2.0  # seconds
WRITERS = 8
SETTLE = 60.0  # seconds to wait for the last leaves


@dataclass(frozen=True)
class Measured:
    """What a run gave: acts, the span of their acknowledgements, waits for proof, CPU seconds."""

    acts: int
    seconds: float
    waits: list[float]
    proven: bool
    writers_cpu: float
    sequencer_cpu: float

    @property
    def rate(self) -> float:
        return (self.acts - 1) / self.seconds


def rate_on(database: str, *, rate: float, seconds: float, held: bool) -> list[Outcome]:
    """Offer so many acts a second; the figures are ``held`` to the bar or recorded."""
    with prepared_site(database) as site:
        found = _run(site, rate, seconds)
    name = DATABASES[database]
    slowest = max(found.waits, default=float("inf"))
    written, proven = (
        f"{name}: acts a second, {found.acts:,} offered at {rate:g} a second",
        f"{name}: longest wait of an act for its proven receipt",
    )
    cost = 1000 / found.acts
    return [
        Outcome.at_least(written, round(found.rate, 1), RATE)
        if held
        else Outcome.recorded(written, round(found.rate, 1)),
        Outcome.at_most(proven, slowest, PROVEN_WITHIN, "s")
        if held
        else Outcome.recorded(proven, slowest, "s"),
        Outcome(
            f"{name}: every act is proven",
            found.proven and len(found.waits) == found.acts,
            "yes",
            found.proven and len(found.waits) == found.acts,
        ),
        Outcome.recorded(f"{name}: CPU of writers an act", found.writers_cpu * cost, "ms"),
        Outcome.recorded(f"{name}: CPU of the sequencer an act", found.sequencer_cpu * cost, "ms"),
    ]


def _run(site: BarSite, rate: float, seconds: float) -> Measured:
    sequencer, watcher = site.start_django("sequence"), site.start("watch")
    seen: list[tuple[float, int]] = []
    grown = threading.Condition()

    def watch() -> None:
        for line in watcher.stdout or ():
            with grown:
                seen.append(tuple(json.loads(line)))
                grown.notify()

    threading.Thread(target=watch, daemon=True).start()
    try:
        with grown:
            grown.wait_for(lambda: seen, SETTLE)
        started = cpu_of(sequencer.pid)
        written = site.run("paced", WRITERS, rate, seconds)
        with grown:  # the last leaves may still be on their way
            grown.wait_for(lambda: seen[-1][1] > written["leaves"], SETTLE)
        sequencer_cpu = cpu_of(sequencer.pid) - started
    finally:
        end(watcher)
        end(sequencer, signal.SIGTERM)
    return _measured(site.run("positions"), written, seen, sequencer_cpu)


def _measured(
    found: dict[str, Any],
    written: dict[str, Any],
    seen: list[tuple[float, int]],
    sequencer_cpu: float,
) -> Measured:
    """Join when each act was acknowledged with when a checkpoint first covered its leaf."""
    sizes = [size for _, size in seen]
    acts = sorted((at, position) for at, position in found["acts"])
    waits = []
    for at, position in acts:
        first = bisect_right(sizes, position)
        if first < len(seen):
            waits.append(max(0.0, seen[first][0] - at))
    return Measured(
        acts=len(acts),
        seconds=acts[-1][0] - acts[0][0],
        waits=waits,
        proven=found["proven"],
        writers_cpu=written["cpu_s"],
        sequencer_cpu=sequencer_cpu,
    )
