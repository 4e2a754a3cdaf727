"""Bar 8 of SECURITY: ``shixiao design`` finds planted mechanical copies, and few others.

Three worlds: designs with no log at all, where copies stand among hard decoys (kept equal by law,
small, lean, the trip alone saved, documents by another name, a channel missing); designs of quite
other words (``design_world``); and cities, whose registers alone are looked at.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bars.data import WORK
from bars.design_world import write_world
from bars.outcome import Outcome
from shixiao.checkup.design import check_design, design_json
from shixiao.potemkin.city import PlantRequest, parse_plant, write_city
from shixiao.potemkin.designs import write_designs
from shixiao.potemkin.score import pooled, score
from shixiao.rules import load_pack
from shixiao.settings import Settings

RECALL, FDR, FLAGGED = 0.9, 0.1, 0.05
SEEDS, OTHERS, REDUCED = 40, 20, 1
CITIES, SCALE = 6, 0.1
STRENGTHS = ("2", "3")
BESIDE = ("1.3", "1.6")  # for the record: a part of what could go did go
SECONDS = 3.0  # CPU of a check of 120 services, the start of Python and its libraries apart
Write = Callable[[Path, Path], object]


def measure(*, full: bool) -> list[Outcome]:
    found = list(_scores(_designs(range(1, (SEEDS if full else REDUCED) + 1))))
    outcomes = _held("designs", found)
    others = range(1, (OTHERS if full else REDUCED) + 1)
    outcomes += _held("in other words", list(_scores(partial(_write_world, s) for s in others)))
    if full:
        for strength in STRENGTHS:
            found = list(_scores(_cities(strength)))
            outcomes += _held(f"cities, strength {strength}", found)
        for strength in BESIDE:
            row = _row(list(_scores(_cities(strength))))
            shown = f"recall {row['recall']:.2f}, FDR {row['fdr'] or 0:.2f}"
            outcomes.append(Outcome.recorded(f"cities, strength {strength}", shown))
    return outcomes


def _designs(seeds: Sequence[int]) -> Iterator[Write]:
    for seed in seeds:
        yield partial(_write_designs, seed)


def _cities(strength: str) -> Iterator[Write]:
    plants = [parse_plant(f"mechanical_copy={strength}:0.2")]
    for seed in range(1, CITIES + 1):
        yield partial(_write_city, seed, plants)


def _write_designs(seed: int, folder: Path, truth: Path) -> None:
    write_designs(folder, truth=truth, seed=seed)


def _write_world(seed: int, folder: Path, truth: Path) -> None:
    write_world(folder, truth=truth, seed=seed)


def _write_city(seed: int, plants: Sequence[PlantRequest], folder: Path, truth: Path) -> None:
    write_city(folder, size="small", seed=seed, plants=plants, truth=truth, scale=SCALE)


def _scores(writes: Iterator[Write]) -> Iterator[dict[str, Any]]:
    """Build, check and score one package after another; each score has its CPU seconds."""
    rules = load_pack()
    WORK.mkdir(parents=True, exist_ok=True)
    for write in writes:
        with tempfile.TemporaryDirectory(prefix="design-", dir=WORK) as name:
            folder = Path(name)
            write(folder / "package", folder / "truth.json")
            settings = Settings(folder / "store", "a key for bars", 1024, 2, "zh")
            before = time.process_time()
            check = check_design(
                folder / "package", rules=rules, settings=settings, progress=lambda _: None
            )
            used = time.process_time() - before
            truth = json.loads((folder / "truth.json").read_text("utf-8"))
            yield {**score(truth, design_json(check)), "cpu_s": used}


def _row(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the counts of all strengths together; what is false is false of all of them."""
    strengths = pooled(found)["kinds"]["mechanical_copy"].values()
    planted, hit = (sum(row[name] for row in strengths) for name in ("planted", "found"))
    false = max(row["false"] for row in strengths)
    flagged = hit + false
    return {
        "planted": planted,
        "recall": hit / planted,
        "fdr": false / flagged if flagged else None,
    }


def _held(world: str, found: Sequence[dict[str, Any]]) -> list[Outcome]:
    row, decoys = _row(found), pooled(found)["decoys"].values()
    said = f"{world}: mechanical copies, {row['planted']} planted in {len(found)} packages"
    present = sum(decoy["present"] for decoy in decoys)
    flagged = sum(decoy["flagged"] for decoy in decoys)
    dearest = round(max(one["cpu_s"] for one in found), 2)
    return [
        Outcome.at_least(f"{said}: recall", row["recall"], RECALL),
        Outcome.at_most(f"{said}: false discovery rate", row["fdr"] or 0.0, FDR),
        Outcome.at_most(f"{world}: {present} decoys, flagged", flagged / present, FLAGGED),
        Outcome.at_most(f"{world}: the dearest check", dearest, SECONDS, "CPU s"),
    ]
