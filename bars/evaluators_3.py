"""Bar 3: the bureau changes no score, the evaluated see no draft, no evaluator the other's answers.

Every way is tried: each page and each act by each role, on both databases.
"""

from __future__ import annotations

from bars.outcome import Outcome
from bars.suites import outcomes

TESTS = "tests/web/test_who_sees_scores.py"


def measure(*, full: bool) -> list[Outcome]:
    databases = ("SQLite", "PostgreSQL") if full else ("SQLite",)
    return outcomes("ways to see or change a score", TESTS, databases=databases)
