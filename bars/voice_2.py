"""Bar 2 of voice: near-duplicates at so many a second, and topics of many messages."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from bars.outcome import Outcome
from bars.voices import edited, real, signs
from bars.workers import in_child
from shixiao.rules import load_pack
from shixiao.voice import duplicates

COPIES = 500
LARGE, MEDIUM, REDUCED = 100_000, 4_000, 400
RUNS = 3


def measure(*, full: bool) -> list[Outcome]:
    size = MEDIUM if full else REDUCED
    topics = in_child("find_topics", str(size))
    outcomes = [
        *_recall(),
        Outcome.at_most(f"topics of {size:,} messages", topics["cpu_s"], 10, "CPU s", cost=topics),
    ]
    if full:
        runs: list[dict[str, Any]] = [in_child("find_copies") for _ in range(RUNS)]
        best = min(runs, key=lambda run: run["cpu_s"])
        large = in_child("find_topics", str(LARGE))
        outcomes += [
            Outcome.at_least(
                f"near-duplicates of {best['value']:,} messages",
                best["value"] / best["cpu_s"],
                8_000,
                "messages per CPU s",
                cost=best,
            ),
            Outcome.at_most(
                f"topics of {LARGE:,} mixed messages", large["cpu_s"], 300, "CPU s", cost=large
            ),
            Outcome.at_most("memory of that", large["peak_mb"], 4_096, "MB"),
        ]
    return outcomes


def _recall() -> list[Outcome]:
    """Edit 500 real messages and count how many are found with their original."""
    rules, alphabet, rows = load_pack(), signs(), real()
    found = []
    for share, bar in ((0.05, None), (0.10, 0.89), (0.15, None)):
        rng = random.Random(1)
        chosen = rng.sample(range(len(rows)), COPIES)
        copies = [
            replace(
                rows[i],
                id=f"copy {i}",
                text=edited(rows[i].text, share, rng, alphabet),
                title=edited(rows[i].title, share, rng, alphabet),
            )
            for i in chosen
        ]
        groups = duplicates([*rows, *copies], rules=rules)
        place = {i: number for number, group in enumerate(groups) for i in group.members}
        hits = sum(
            len(rows) + copy in place and place[len(rows) + copy] == place.get(i)
            for copy, i in enumerate(chosen)
        )
        what = f"recall at {share:.0%} edits"
        recall = hits / COPIES
        found.append(
            Outcome.recorded(what, recall) if bar is None else Outcome.at_least(what, recall, bar)
        )
    return found
