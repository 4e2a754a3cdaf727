"""Bar 2: cities of innocents: how often anything is found, and whether decoys are named."""

from __future__ import annotations

from typing import Any

from scipy.stats import binom

from bars.cities import scores
from bars.outcome import Outcome
from shixiao.potemkin.city import KINDS
from shixiao.potemkin.score import pooled

CITIES, REDUCED = 200, 2
PROMISED = 0.05


def measure(*, full: bool) -> list[Outcome]:
    count = CITIES if full else REDUCED
    runs = [{"size": "small", "seed": seed, "null": True} for seed in range(3001, 3001 + count)]
    found = scores(runs)
    # The promise is of the chance: of so many cities this share shows it once in forty such runs.
    bar = float(binom.ppf(0.975, count, PROMISED)) / count
    outcomes = [_kind(kind, found, bar) for kind, known in KINDS.items() if known.statistical]
    facts = sum(
        score["flagged"][kind] for score in found for kind in KINDS if not _statistical(kind)
    )
    outcomes.append(Outcome("facts found among innocents", facts, "0", facts == 0))
    decoys = pooled(found)["decoys"]
    present = sum(row["present"] for row in decoys.values())
    flagged = sum(row["flagged"] for row in decoys.values())
    share = flagged / present
    outcomes.append(Outcome.at_most(f"{present} decoys: flagged", share, 0.05))
    for name, row in sorted(decoys.items()):
        share = row["flagged"] / row["present"] if row["present"] else 0.0
        outcomes.append(Outcome.at_most(f"decoy {name}, {row['present']}", share, 0.05))
    return outcomes


def _statistical(kind: str) -> bool:
    return KINDS[kind].statistical


def _kind(kind: str, found: list[dict[str, Any]], bar: float) -> Outcome:
    cities = sum(score["flagged"][kind] > 0 for score in found)
    judged = sum(kind in score["judged"] for score in found)
    share = cities / len(found)
    what = f"{kind}: {len(found)} cities of innocents, judged in {judged}: with a finding"
    return Outcome.at_most(what, share, bar)
