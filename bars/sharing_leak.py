"""Bar 8, the leak: a shuffled copy of 300 rows names its grant, and never another.

Twenty recipients had the same 2,000 rows. In each trial one of them, or none, leaks 300 rows
of an invented register, shuffled in rows and columns, with a fifth of the cells written anew in
normal form; all twenty are tried. The bound is in ``shixiao.sharing.fingerprints.leaks``.
"""

from __future__ import annotations

import random
import time

from bars.outcome import Outcome
from shixiao.sharing.fingerprints import Release, accuse, code_key, normal, released, write
from shixiao.sharing.fingerprints.leaks import FALSE

GRANTS = [f"G-{n:02}" for n in range(20)]
MARKS = ("", "width", "zeros", "dates")
PEOPLE, LEAKED = 2_000, 300
TRIALS, REDUCED = 10_000, 40
DIGESTS = b"d" * 32
SPOILT = 0.2


def measure(*, full: bool) -> list[Outcome]:
    trials = TRIALS if full else REDUCED
    rng = random.Random(8)
    keys = {grant: code_key(rng.randbytes(32), grant) for grant in GRANTS}
    rows = [_row(number, rng) for number in range(PEOPLE)]
    copies = {grant: _written(rows, keys[grant]) for grant in GRANTS}
    releases = [_release(grant, copies[grant]) for grant in GRANTS]
    leaks = right = false = wrong_persons = 0
    used = time.process_time()
    for trial in range(trials):
        guilty = GRANTS[rng.randrange(len(GRANTS))] if trial % 2 else ""
        source = copies[guilty] if guilty else _written(rows, rng.randbytes(32))
        chosen = rng.sample(range(PEOPLE), LEAKED)
        leaked = [_spoilt(source[number], rng) for number in chosen]
        found = accuse(leaked, releases, digest_key=DIGESTS, code_keys=keys)
        named = {each.grant for each in found if each.named}
        leaks += bool(guilty)
        right += bool(guilty) and guilty in named
        false += len(named - {guilty})
        if guilty:
            persons = {number.to_bytes(16) for number in chosen}
            wrong_persons += set(found[0].persons) != persons
    cost = {"cpu_s": time.process_time() - used, "peak_mb": 0}
    return [
        Outcome.at_least(f"share of {leaks:,} leaks that name their grant", right / leaks, 1.0),
        Outcome.at_most(
            f"innocent grants named, {trials:,} copies × {len(GRANTS)} grants", false, 0, cost=cost
        ),
        Outcome.at_most("leaks whose persons are not exactly those", wrong_persons, 0),
        Outcome(
            "bound on naming any innocent grant", FALSE, "≤ 1e-6 by construction", FALSE <= 1e-6
        ),
    ]


def _row(number: int, rng: random.Random) -> tuple[str, ...]:
    return (
        f"{number:06}",
        f"东城区第{rng.randrange(900)}街道({rng.randrange(99_999)}号)",
        f"{rng.randrange(1, 10_000_000) / 100:.2f}",
        f"{rng.randrange(1940, 2010)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}",
    )


def _written(rows: list[tuple[str, ...]], key: bytes) -> list[list[str]]:
    return [[str(write(v, m, key)) for v, m in zip(row, MARKS, strict=True)] for row in rows]


def _release(grant: str, rows: list[list[str]]) -> Release:
    persons = [number.to_bytes(16) for number in range(len(rows))]
    return released(rows, persons, key=DIGESTS, grant=grant, receipt=grant, marks=MARKS)


def _spoilt(row: list[str], rng: random.Random) -> list[str]:
    cells = [normal(cell) if rng.random() < SPOILT else cell for cell in row]
    rng.shuffle(cells)
    return cells
