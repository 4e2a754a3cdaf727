"""Bars that are suites of tests: run on SQLite and on a PostgreSQL of their own, and counted."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from bars.outcome import Outcome
from bars.workers import ROOT

DATABASES = {"SQLite": "pytest", "PostgreSQL": "tests.postgres"}


def outcomes(what: str, *arguments: str, databases: tuple[str, ...]) -> list[Outcome]:
    """Run pytest with these arguments on each database: nothing may fail, something has to run."""
    return [_outcome(what, name, arguments) for name in databases]


def _outcome(what: str, database: str, arguments: tuple[str, ...]) -> Outcome:
    told = subprocess.run(
        [sys.executable, "-m", DATABASES[database], "-q", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"WALK_ALL": "1"},
    )
    found = re.findall(r"(\d+) (passed|failed|error)", told.stdout)
    counts = {word: int(number) for number, word in found}
    passed, failed = counts.get("passed", 0), counts.get("failed", 0) + counts.get("error", 0)
    met = told.returncode == 0 and passed > 0 and failed == 0
    return Outcome(f"{what} on {database}", f"{passed} of {passed + failed}", "all", met)
