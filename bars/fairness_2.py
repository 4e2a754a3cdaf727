"""Bar 2 of fairness: the four-count workload, against Fairlearn and Aequitas (`make peers`)."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from bars.data import ROOT
from bars.fairness_workers import REPLICATES, decisions
from bars.outcome import Outcome
from bars.workers import in_child

LARGE, MEDIUM, REDUCED = 10_000_000, 1_000_000, 200_000
PEERS = ROOT / ".peers" / "bin" / "python"
FACTORS = {"fairlearn": 300, "aequitas": 20}
RUNS = 5


def measure(*, full: bool) -> list[Outcome]:
    large = _least(LARGE if full else REDUCED, REPLICATES)
    rows = f"{LARGE if full else REDUCED:,}"
    outcomes = [
        Outcome.at_most(
            f"{rows} decisions, 80 cells, {REPLICATES:,} replicates, from Parquet",
            large["cpu_s"],
            0.6,
            "CPU s",
            cost=large,
        ),
        Outcome.at_most("memory on top of the engine at rest", large["extra_mb"], 128, "MB"),
        Outcome("cells", len(large["rates"]), "80", len(large["rates"]) == 80),
    ]
    return outcomes + (_against() if full else [])


def _against() -> list[Outcome]:
    if not PEERS.exists():
        return [Outcome("peers", "not installed; run: make peers", "installed", met=False)]
    mine = _least(MEDIUM, 0)
    found = []
    for name, factor in FACTORS.items():
        done = subprocess.run(
            [str(PEERS), str(ROOT / "bars/fairness_peers.py"), name, str(decisions(MEDIUM))],
            capture_output=True,
            text=True,
            check=True,
        )
        peer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        same = mine["rates"] == peer["rates"]
        found += [
            Outcome.at_least(
                f"{name}'s cost over ours at {MEDIUM:,} decisions and 80 cells",
                peer["cpu_s"] / mine["cpu_s"],
                factor,
                "times",
                cost=peer,
            ),
            Outcome(f"rates identical with {name}", same, "yes", same),
        ]
    return found


def _least(rows: int, replicates: int) -> dict[str, Any]:
    """Return the run that took least: what else the machine does can only add to tenths."""
    source = str(decisions(rows))
    runs = [in_child("audit_decisions", source, str(replicates)) for _ in range(RUNS)]
    return min(runs, key=lambda run: run["cpu_s"])
