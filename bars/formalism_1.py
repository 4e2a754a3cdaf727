"""Bar 1: recall and false-discovery rate per kind on cities with planted truth."""

from __future__ import annotations

from typing import Any

from bars.cities import scores
from bars.outcome import Outcome
from shixiao.potemkin.city import KINDS
from shixiao.potemkin.score import pooled

OF_SERVICES, OF_OTHERS, OF_FACTS = 0.05, 0.20, 0.10
ENOUGH = {"service": 200, "app": 60, "department": 60}
SEEDS = 14  # 15 services of a kind are planted in a city, 9 for exclusion, whose groups are small
MORE_SEEDS = 22
BESIDE = 3  # cities at strengths 1.3 and 3, for the record
REDUCED = ("idle_app", "mechanical_copy")  # the others need more peers than a small city has


def plants(strength: float) -> list[str]:
    """Return the plants of one city: every kind at one strength, facts beside."""
    found = []
    for kind, known in KINDS.items():
        if not known.statistical:
            found.append(f"{kind}={OF_FACTS}")
            continue
        share = OF_SERVICES if known.subject == "service" else OF_OTHERS
        found.append(f"{kind}={strength:g}:{share}")
    return found


def measure(*, full: bool) -> list[Outcome]:
    if not full:
        return _reduced()
    runs = [{"size": "city", "seed": seed, "plants": plants(2)} for seed in range(101, 101 + SEEDS)]
    more = [
        {"size": "city", "seed": seed, "plants": plants(2)}
        for seed in range(101 + SEEDS, 101 + MORE_SEEDS)
    ]
    found = scores(runs)
    if _planted(pooled(found), "exclusion") < ENOUGH["service"]:
        found += scores(more)
    outcomes = _outcomes(pooled(found), "2", len(found))
    for strength in (1.3, 3):
        beside = pooled(
            scores(
                [
                    {"size": "city", "seed": 901 + seed, "plants": plants(strength)}
                    for seed in range(BESIDE)
                ]
            )
        )
        outcomes += _beside(beside, f"{strength:g}")
    return outcomes


def _planted(score: dict[str, Any], kind: str) -> int:
    return int(score["kinds"][kind].get("2", {"planted": 0})["planted"])


def _outcomes(score: dict[str, Any], strength: str, cities: int) -> list[Outcome]:
    outcomes = []
    for kind, known in KINDS.items():
        key = strength if known.statistical else "fact"
        row = score["kinds"][kind][key]
        said = f"{kind}, strength {key}, {row['planted']} planted in {cities} cities"
        recall, fdr = row["recall"], row["fdr"]
        if known.statistical:
            outcomes.append(Outcome.at_least(f"{said}: recall", recall, 0.9))
            outcomes.append(Outcome.at_most(f"{said}: false discovery rate", fdr, 0.1))
            enough = ENOUGH[known.subject]
            outcomes.append(Outcome.at_least(f"{kind}: subjects", row["planted"], enough))
        else:
            outcomes.append(Outcome(f"{said}: missed", 1 - recall, "0", recall == 1))
            outcomes.append(Outcome(f"{said}: false", row["false"], "0", row["false"] == 0))
    present = sum(row["present"] for row in score["decoys"].values())
    flagged = sum(row["flagged"] for row in score["decoys"].values())
    share = flagged / present
    outcomes.append(Outcome.at_most(f"{present} decoys: flagged", share, 0.05))
    return outcomes


def _beside(score: dict[str, Any], strength: str) -> list[Outcome]:
    outcomes = []
    for kind, known in KINDS.items():
        if known.statistical:
            row = score["kinds"][kind][strength]
            shown = f"recall {row['recall']:.2f}, FDR {row['fdr'] or 0:.2f}"
            what = f"{kind}, strength {strength}, {row['planted']} planted"
            outcomes.append(Outcome.recorded(what, shown))
    return outcomes


def _reduced() -> list[Outcome]:
    """One small city: kinds whose subjects reach their minimum there, and facts."""
    wanted = [p for p in plants(3) if p.split("=")[0] in (*REDUCED, "bans")]
    row = scores([{"size": "small", "seed": 5, "plants": wanted}])[0]["kinds"]
    outcomes = []
    for kind in (*REDUCED, "bans"):
        key = "fact" if kind == "bans" else "3"
        recall, false = row[kind][key]["recall"], row[kind][key]["false"]
        outcomes.append(Outcome(f"{kind}, gross, one small city: recall", recall, "1", recall == 1))
        outcomes.append(Outcome.at_most(f"{kind}: false", false, 1))
    return outcomes
