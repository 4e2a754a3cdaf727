"""Bar 4: nothing acknowledged is lost by kills, and no mutation of the log goes unnoticed.

Two parts. Processes of a site are killed under write load on each database. Then an exported log is
mutated, and read offline by the verifier with a witness.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from pathlib import Path

from bars.ledger_mutations import KINDS, is_noticed, mutated, specimen
from bars.outcome import Outcome
from bars.site_kills import kills_on
from bars.sites import DATABASES

KILLS, REDUCED_KILLS = 200, 6
MUTATIONS = 10_000
REDUCED = 200
SEED = 20260302


def measure(*, full: bool) -> list[Outcome]:
    rng = random.Random(SEED)
    outcomes = _mutations(MUTATIONS if full else REDUCED, rng)
    for database in DATABASES:
        outcomes += kills_on(database, KILLS if full else REDUCED_KILLS, rng)
    return outcomes


def _mutations(count: int, rng: random.Random) -> list[Outcome]:
    missed: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        true = specimen(Path(folder) / "log", rng)
        alarm = is_noticed(true, true.files)
        before = time.process_time()
        for number in range(count):
            kind = KINDS[number % len(KINDS)]
            missed[kind] += not is_noticed(true, mutated(true, kind, rng))
        used = time.process_time() - before
    unnoticed = ", ".join(f"{kind} {missed[kind]}" for kind in KINDS if missed[kind])
    return [
        Outcome("the untouched log is refused", alarm, "no", not alarm),
        Outcome(
            f"mutations unnoticed of {count:,}{': ' if unnoticed else ''}{unnoticed}",
            missed.total(),
            "0",
            missed.total() == 0,
            cpu_s=used,
        ),
    ]
