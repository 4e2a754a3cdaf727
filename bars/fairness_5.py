"""Bar 5 of FAIRNESS: unfair systems are found at three layers, and fair ones are left alone."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bars.data import WORK
from bars.outcome import Outcome
from shixiao.checkup import Question, evaluate, result_json
from shixiao.potemkin.city import parse_plant, write_registers
from shixiao.potemkin.score import pooled, score
from shixiao.settings import Settings

KINDS = ("unfair_data", "unfair_model", "unfair_application")
STRENGTH, SHARE = 2, 0.2
SEEDS, NULL = range(801, 816), range(901, 906)
ENOUGH = 60  # planted, of each kind


def measure(*, full: bool) -> list[Outcome]:
    seeds = SEEDS if full else range(801, 802)
    cities = [_graded(seed, STRENGTH) for seed in seeds]
    graded = pooled([one["score"] for one in cities])
    outcomes = []
    for kind in KINDS:
        row = graded["kinds"][kind][str(STRENGTH)]
        said = f"{kind}, strength {STRENGTH}, {row['planted']} planted"
        # Of four systems a single miss is a quarter: a reduced run asks that most are found.
        outcomes.append(
            Outcome.at_least(f"{said}: recall", row["recall"] or 0.0, 0.9 if full else 0.7)
        )
        outcomes.append(
            Outcome.at_most(
                f"{said}: false discovery rate", row["fdr"] or 0.0, 0.1 if full else 0.3
            )
        )
        if full:
            outcomes.append(Outcome.at_least(f"{kind}: planted", row["planted"], ENOUGH))
    twins = graded["decoys"]["fair_twin"]
    outcomes.append(Outcome.at_most(f"{twins['present']} fair twins: flagged", twins["flagged"], 0))
    if full:
        outcomes.append(_innocent())
    return outcomes


def _innocent() -> Outcome:
    """Count findings where strength 1 is planted: every system is as the usual ones are."""
    cities = [_graded(seed, 1) for seed in NULL]
    flagged = sum(
        finding["kind"] in KINDS for one in cities for finding in one["result"]["findings"]
    )
    systems = len(KINDS) * 20 * len(cities)
    return Outcome.at_most(f"findings on {systems} systems of which none is unfair", flagged, 3)


def _graded(seed: int, strength: int) -> dict[str, Any]:
    """Build the registers of a city with its systems, evaluate them, and grade what was found."""
    WORK.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="unfair-", dir=WORK))
    try:
        city = write_registers(
            folder / "city",
            size="small",
            seed=seed,
            plants=_plants(strength),
            truth=folder / "truth.json",
        )
        settings = Settings(folder / "store", "a key for bars", 3072, 2, "zh")
        question = Question((city,), findings_only=True)
        result = result_json(evaluate(question, settings=settings, progress=lambda _: None))
        truth = json.loads((folder / "truth.json").read_text("utf-8"))
        return {"result": result, "score": score(truth, result)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _plants(strength: int) -> Sequence[Any]:
    return tuple(parse_plant(f"{kind}={strength}:{SHARE}") for kind in KINDS)
