"""Bar 4 (the log itself): every mutation of an exported log is noticed offline, with a witness."""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from pathlib import Path

from bars.ledger_mutations import KINDS, is_noticed, mutated, specimen
from bars.outcome import Outcome

MUTATIONS = 10_000
REDUCED = 200
SEED = 20260302


def measure(*, full: bool) -> list[Outcome]:
    rng = random.Random(SEED)  # noqa: S311 - repeatable, and nothing secret
    count = MUTATIONS if full else REDUCED
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
