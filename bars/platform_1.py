"""Bar 1: every address × role × method × own or foreign thing, as the permission table has it."""

from __future__ import annotations

from bars.outcome import Outcome
from bars.suites import outcomes

WALK = "tests/web/test_permissions.py"


def measure(*, full: bool) -> list[Outcome]:
    if full:
        return outcomes("addresses walked", WALK, databases=("SQLite", "PostgreSQL"))
    listed = f"{WALK}::test_every_address_has_a_name_and_stands_in_the_table"
    return outcomes("addresses listed", listed, databases=("SQLite",))
