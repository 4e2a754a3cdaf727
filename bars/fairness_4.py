"""Bar 4 of fairness: replay against a table of sixty rules finds exactly what was planted."""

from __future__ import annotations

import time

from bars import decisions_world as world
from bars.outcome import Outcome
from shixiao.fairness.decisions import Replayer, read_table

MANY, FEW = 100_000, 1_500
SHARE = 0.0037
"""Share of planted mismatches: 370 of a hundred thousand."""


def measure(*, full: bool) -> list[Outcome]:
    n = MANY if full else FEW
    table = read_table(world.table())
    records, planted = world.records(n, 8, round(n * SHARE))
    before = time.process_time()
    replayed = list(Replayer({world.VERSION: table}).replay(records))
    used = time.process_time() - before
    found = {one.decision_id for one in replayed if one.state == "different"}
    assessed = sum(one.state in {"same", "different"} for one in replayed)
    explained = sum(
        table.decide(record.inputs or {}) is not None
        and table.decide(record.inputs or {}).result == one.says  # type: ignore[union-attr]
        for record, one in zip(records, replayed, strict=True)
    )
    return [
        Outcome("rules of the table", len(table.rules), "60", len(table.rules) == 60),
        Outcome("decisions replayed", assessed, f"{n:,}", assessed == n),
        Outcome(
            f"mismatches found, of {len(planted)} planted",
            len(found),
            "exactly those",
            found == planted,
        ),
        Outcome.at_least(
            "decisions on which the matcher that explains agrees with the engine", explained, n
        ),
        Outcome.recorded("decisions replayed in a CPU second", round(n / used), "/s"),
    ]
