"""Bar 5: evaluators with ties and lazy evaluators are found, innocents and look-alikes are not.

Cities of the usual size with a tenth of the cases: field tests are as many at every scale. In each
a fifth of the evaluators who reach the minimum is tied and a fifth lazy, at one strength.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from scipy.stats import binom

from bars.cities import scores
from bars.outcome import Outcome
from shixiao.potemkin.city.decoys import MUST_NOT_BE
from shixiao.potemkin.score import pooled

KINDS = ("tied_evaluator", "lazy_evaluator")
DECOYS = tuple(name for name, kinds in MUST_NOT_BE.items() if "evaluator" in kinds)
CITIES = {2.0: 10, 3.0: 5}  # by strength
BESIDE = 2  # cities at strengths 1.3 and 1.5, for the record
NULLS = {"city": 12, "small": 20}
SHARE, PROMISED, SCALE = 0.2, 0.05, 0.1


def measure(*, full: bool) -> list[Outcome]:
    if not full:
        return _reduced()
    outcomes = []
    for place, (strength, cities) in enumerate(CITIES.items()):
        found = _planted(range(501 + 100 * place, 501 + 100 * place + cities), strength)
        outcomes += _held(found, f"{strength:g}")
        outcomes += _decoys(found, f"in cities with plants of strength {strength:g}")
    for strength in (1.3, 1.5):
        outcomes += _beside(_planted(range(901, 901 + BESIDE), strength), f"{strength:g}")
    for size, scale in (("city", SCALE), ("small", 1.0)):
        runs = [
            {"size": size, "seed": seed, "null": True, "scale": scale}
            for seed in range(4001, 4001 + NULLS[size])
        ]
        found = scores(runs)
        outcomes += [_null(kind, size, found) for kind in KINDS]
        outcomes += _decoys(found, f"in null cities, size {size}")
    return outcomes


def _planted(seeds: Sequence[int], strength: float) -> list[dict[str, Any]]:
    plants = [f"{kind}={strength:g}:{SHARE}" for kind in KINDS]
    runs = [{"size": "city", "seed": s, "plants": plants, "scale": SCALE} for s in seeds]
    return scores(runs)


def _held(found: list[dict[str, Any]], strength: str) -> list[Outcome]:
    outcomes = []
    together = pooled(found)
    for kind in KINDS:
        row = together["kinds"][kind][strength]
        said = f"{kind}, strength {strength}, {row['planted']} planted in {len(found)} cities"
        outcomes.append(Outcome.at_least(f"{said}: recall", row["recall"], 0.9))
        outcomes.append(Outcome.at_most(f"{said}: false discovery rate", row["fdr"] or 0.0, 0.1))
    cost = sum(city["cpu_s"] for city in found) / len(found)
    outcomes.append(Outcome.recorded("a city evaluated", cost, "CPU s"))
    return outcomes


def _beside(found: list[dict[str, Any]], strength: str) -> list[Outcome]:
    outcomes = []
    together = pooled(found)
    for kind in KINDS:
        row = together["kinds"][kind][strength]
        shown = f"recall {row['recall']:.2f}, FDR {row['fdr'] or 0:.2f}"
        what = f"{kind}, strength {strength}, {row['planted']} planted"
        outcomes.append(Outcome.recorded(what, shown))
    return outcomes


def _null(kind: str, size: str, found: list[dict[str, Any]]) -> Outcome:
    cities = sum(score["flagged"][kind] > 0 for score in found)
    # The promise is of the chance: of so many cities this share shows it once in forty such runs.
    bar = float(binom.ppf(0.975, len(found), PROMISED)) / len(found)
    what = f"{kind}: {len(found)} cities of innocents, size {size}: with a finding"
    return Outcome.at_most(what, cities / len(found), bar)


def _decoys(found: list[dict[str, Any]], where: str) -> list[Outcome]:
    present, flagged = Counter[str](), Counter[str]()
    for score in found:
        for name in DECOYS:
            present[name] += score["decoys"][name]["present"]
            flagged[name] += score["decoys"][name]["flagged"]
    outcomes = [
        Outcome.recorded(f"{name} {where}: flagged", f"{flagged[name]} of {present[name]}")
        for name in DECOYS
    ]
    share = flagged.total() / present.total()
    return [*outcomes, Outcome.at_most(f"{present.total()} decoys {where}: flagged", share, 0.05)]


def _reduced() -> list[Outcome]:
    """One small city with gross plants, and one of innocents."""
    plants = [f"{kind}=3:{SHARE}" for kind in KINDS]
    planted, innocent = scores(
        [
            {"size": "small", "seed": 5, "plants": plants},
            {"size": "small", "seed": 4001, "null": True},
        ]
    )
    outcomes = []
    for kind in KINDS:
        row = planted["kinds"][kind]["3"]
        said = f"{kind}, gross, {row['planted']} in one small city"
        outcomes.append(Outcome(f"{said}: recall", row["recall"], "1", row["recall"] == 1))
        outcomes.append(Outcome(f"{said}: false", row["false"], "0", row["false"] == 0))
        flagged = innocent["flagged"][kind]
        outcomes.append(Outcome(f"{kind}: among innocents", flagged, "0", flagged == 0))
    return outcomes + _decoys([planted, innocent], "in small cities")
