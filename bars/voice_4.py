"""Bar 4 of voice: no path through Decree 713 breaks its order or is before a clock."""

from __future__ import annotations

from random import Random

from bars.decree713_walks import every_order, walk
from bars.outcome import Outcome
from shixiao.voice.decree713 import table

FULL, REDUCED = 5_000, 150
SEED = 713


def measure(*, full: bool) -> list[Outcome]:
    states, steps, wrong = every_order()
    walks = FULL if full else REDUCED
    random, happened, missed, longest = Random(SEED), set[str](), list[str](), 0
    for _ in range(walks):
        log, found = walk(random)
        happened |= {each.event for each in log}
        missed += found
        longest = max(longest, len(log))
    return [
        Outcome.at_most(f"orders broken, {states:,} states and {steps:,} steps", len(wrong), 0),
        Outcome.at_most(f"demands missed on {walks:,} walks with days", len(missed), 0),
        Outcome.at_least("events that happened", len(happened), len(table().events)),
        Outcome.recorded("events of the longest walk", longest),
    ]
