"""Bar 4 of SECURITY: inspections by lot are drawn again by anybody, as likely as was published.

A register of invented systems is weighed by the rules, some of it is inspected in any case, and the
rest is drawn with a floor, as a plan does it; the inspectors of one department's systems are drawn
from those without ties. Frequencies are held against the published chances by a χ² test whose level
is stated: a right draw fails it once in a thousand runs. The values are fixed, so it does not vary.
"""

from __future__ import annotations

import random

from bars.evaluators_1 import LEVEL, accepts, frequencies
from bars.outcome import Outcome
from shixiao.draw import PLAIN, PPS, VERIFIER, Frozen, Pool, draw, freeze, seed_of, verify
from shixiao.rules import load_pack
from shixiao.security.inspecting import Risk, factors, least, weight

SYSTEMS, CERTAIN, DRAWN = 60, 6, 9
INSPECTORS, TIED, EACH = 24, 4, 2
SEEDS, REDUCED_SEEDS = 1_000, 20
DRAWS, REDUCED_DRAWS = 100_000, 2_000
HEAD = "ab" * 32  # of the ledger when the pools were frozen
GRADES = ("", "general_1", "general_2", "general_3", "general_4", "important", "core")
EXPOSURES = ("internet", "government", "internal")


def measure(*, full: bool) -> list[Outcome]:
    systems, inspectors = _systems(), _inspectors()
    floor = load_pack().number("LOT-01", "floor")
    fewest = least(SYSTEMS - CERTAIN, load_pack())
    lowest = float(min(systems.chances))
    expected = float(sum(systems.chances))
    draws = DRAWS if full else REDUCED_DRAWS
    share = EACH / (INSPECTORS - TIED)
    return [
        _again(systems, inspectors, SEEDS if full else REDUCED_SEEDS),
        Outcome.at_least(f"least drawn of {SYSTEMS - CERTAIN}", DRAWN, fewest),
        Outcome.at_least("smallest published chance", lowest, floor),
        Outcome("published chances, in sum", expected, f"= {DRAWN}", met=expected == DRAWN),
        Outcome.recorded("level of the χ² tests: a right draw fails one in", round(1 / LEVEL)),
        *frequencies("systems", systems, draws, lowest),
        *frequencies("inspectors", inspectors, draws, share),
    ]


def _systems() -> Frozen:
    """Return a register frozen for a draw, weighed by the rules."""
    rng, pack = random.Random(4), load_pack()
    weights = [
        weight(
            factors(
                Risk(
                    rng.choice(GRADES),
                    rng.choice(EXPOSURES),
                    rng.choice([None, *range(0, 400, 20)]),
                    {"high": rng.randrange(4), "low": rng.randrange(6)},
                    rng.randrange(5),
                ),
                pack,
            )
        )
        for _ in range(SYSTEMS)
    ]
    ids = tuple(f"system-{n:02}" for n in range(SYSTEMS))
    return freeze(
        Pool(ids, weights=tuple(weights)),
        size=DRAWN,
        algorithm=PPS,
        floor=pack.number("LOT-01", "floor"),
        excluded=dict.fromkeys(ids[:CERTAIN], "本期必查"),
        tag="systems",
        salt="1" * 32,
    )


def _inspectors() -> Frozen:
    """Return inspectors frozen for one inspection, those with ties left out."""
    ids = tuple(f"inspector-{n:02}" for n in range(INSPECTORS))
    return freeze(
        Pool(ids),
        size=EACH,
        algorithm=PLAIN,
        excluded=dict.fromkeys(ids[:TIED], "与该部门有关系"),
        tag="inspectors",
        salt="2" * 32,
    )


def _again(systems: Frozen, inspectors: Frozen, seeds: int) -> Outcome:
    """Let the independent script draw again from as many values, and refuse what was altered."""
    program = compile(VERIFIER, "verify_draw.py", "exec")
    agreed = 0
    for number in range(seeds):
        value = f"2026-{number:04}"
        records = [
            draw(
                frozen,
                seed=seed_of(frozen.root, announced=value, head=HEAD, tag=tag),
                announced=value,
                head=HEAD,
                replacements=waiting,
            ).transcript
            for frozen, tag, waiting in ((systems, "systems", 1), (inspectors, "inspectors", 18))
        ]
        altered = [
            record | {"panel": [record["replacements"][0], *record["panel"][1:]]}
            for record in records
        ]
        alike = all(accepts(program, record) and verify(record).valid for record in records)
        agreed += alike and not any(accepts(program, record) for record in altered)
    what = f"plans that the independent script draws again alike, of {seeds:,} values"
    return Outcome(what, agreed, f"= {seeds:,}", met=agreed == seeds)
