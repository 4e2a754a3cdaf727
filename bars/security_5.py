"""Bar 5 of SECURITY: no path through the life of a system reaches “admitted” with anything wanting.

Paths are drawn by hypothesis on SQLite and on PostgreSQL; whenever a system is admitted, need, veto
list, coverage, sides and validity are looked up anew in the records, apart from the decision.
"""

from __future__ import annotations

import os

from bars.outcome import Outcome
from bars.suites import outcomes

PATHS = 400
TESTS = "tests/workflows/test_admission_paths.py"


def measure(*, full: bool) -> list[Outcome]:
    os.environ["SHIXIAO_PATHS"] = str(PATHS if full else 4)
    try:
        found = outcomes(
            "paths", TESTS, databases=("SQLite", "PostgreSQL") if full else ("SQLite",)
        )
    finally:
        del os.environ["SHIXIAO_PATHS"]
    return [Outcome.recorded("paths a database", PATHS if full else 4), *found]
