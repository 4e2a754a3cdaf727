"""Bar 7: pages on a city of a million cases and 5,000 findings: queries and CPU of each request."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile

from bars.outcome import Outcome

MOST_QUERIES, MOST_MS = 12, 60.0


def measure(*, full: bool) -> list[Outcome]:
    with tempfile.TemporaryDirectory(prefix="shixiao-bar-7-") as folder:
        environment = os.environ | {
            "SHIXIAO_DATA": folder,
            "DJANGO_SETTINGS_MODULE": "shixiao.web.settings",
        }
        environment.pop("DATABASE_URL", None)
        told = subprocess.run(
            [sys.executable, "-m", "bars.pages_of_a_city", "city" if full else "small"],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
    found = json.loads(told.stdout.splitlines()[-1])
    outcomes = [
        Outcome.recorded(
            "the city", f"{found['cases']:,} cases, {found['findings']:,} findings", ""
        )
    ]
    for page in found["pages"]:
        name, who = page["path"], page["role"] or "a citizen"
        queries = f"{name} for {who}: queries"
        cpu = f"{name} for {who}: CPU of a request"
        if page["dashboard"]:
            outcomes.append(Outcome.at_most(queries, page["queries"], MOST_QUERIES, ""))
            outcomes.append(Outcome.at_most(cpu, page["ms"], MOST_MS, "ms"))
        else:
            outcomes.append(
                Outcome.at_most(f"{queries} more than with fifty rows", page["more"], 0, "")
            )
            outcomes.append(Outcome.recorded(cpu, f"{page['ms']:.1f}", "ms"))
    return outcomes
