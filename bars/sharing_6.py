"""Bar 6 of SHARING: 100,000 datasets harvested twice without a change, searched, shown."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from bars.outcome import Outcome
from bars.sites import DATABASES, prepared_site
from bars.workers import ROOT

DATASETS, REDUCED = 100_000, 2_000
MOST_MS = 50
SMALL = 20_000  # datasets of the catalogue with which page sizes are compared
GROWTH = 1.05
BEST = 0.95


def measure(*, full: bool) -> list[Outcome]:
    return [
        outcome
        for database in (DATABASES if full else ("sqlite",))
        for outcome in _on(database, full=full)
    ]


def _on(database: str, *, full: bool) -> list[Outcome]:
    name = DATABASES[database]
    large = _job(database, DATASETS if full else REDUCED)
    small = _job(database, SMALL if full else REDUCED // 2)
    spent = sorted(large["search"]["ms"])
    second = large["second"]
    growth = max(large["pages"][page] / small["pages"][page] for page in large["pages"])
    return [
        Outcome.recorded(f"{name}: CPU seconds of the first harvest", large["first_s"], "s"),
        Outcome.recorded(f"{name}: CPU seconds of the second", large["second_s"], "s"),
        Outcome.at_most(f"{name}: changes of the second harvest", sum(second.values()), 0),
        Outcome.recorded(f"{name}: median search", spent[len(spent) // 2], "ms CPU"),
        Outcome.at_most(f"{name}: slowest search", spent[-1], MOST_MS, "ms CPU"),
        Outcome.at_least(
            f"{name}: share of searches whose first answer fits as well as any name does",
            large["search"]["best"] / large["search"]["queries"],
            BEST,
        ),
        Outcome.at_most(f"{name}: growth of pages from a small catalogue", growth, GROWTH),
    ]


def _job(database: str, n: int) -> dict[str, Any]:
    with prepared_site(database) as site:
        done = subprocess.run(
            [sys.executable, "-m", "bars.catalogue_job", str(n)],
            cwd=ROOT,
            env=site.environment,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"the catalogue failed: {done.stderr[-2000:]}")
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer
