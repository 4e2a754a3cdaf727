"""Bar 5 of SHARING: silos, refusals and breaches found, lawful twins left alone, hours covered."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bars.data import WORK
from bars.outcome import Outcome
from bars.sharing_hours import covered
from shixiao.checkup import Question, evaluate, result_json
from shixiao.potemkin.city import REGISTERS, parse_plant, write_registers
from shixiao.potemkin.city.liability import ACTS
from shixiao.potemkin.score import pooled, score
from shixiao.settings import Settings

WITH_STRENGTH = ("silo", "refusal")
OF_SHARING = tuple(name for name, found in REGISTERS.items() if found.subject != "system")
FACTS = tuple(name for name in OF_SHARING if name not in (*WITH_STRENGTH, "liability"))
SHARE, OF_SERVICES, OF_FACTS, OF_ACTS = 0.2, 0.05, 0.2, 0.5
SEEDS, MORE, NULL = range(501, 511), range(601, 605), range(701, 703)
ENOUGH = 60
CITIES, FEW_CITIES, COVERED = range(1, 101), range(1, 4), 0.9


def measure(*, full: bool) -> list[Outcome]:
    size, strength = ("city", 2) if full else ("city", 3)
    seeds, more, null = (SEEDS, MORE, NULL) if full else ([5], [5], [])
    found = [_graded(size, seed, _plants(WITH_STRENGTH, strength)) for seed in seeds]
    facts = [
        _graded("city" if full else "small", seed, _plants((*FACTS, "liability"), strength))
        for seed in more
    ]
    outcomes = _with_strength(pooled([one["score"] for one in found]), strength, full=full)
    outcomes += _of_facts(facts)
    outcomes += _acts(facts, full=full)
    innocent = [_graded(size, seed, ()) for seed in null]
    flagged = sum(len(_of(one["result"], OF_SHARING)) for one in innocent)
    if full:
        what = f"findings of these kinds in {len(innocent)} cities without any plant"
        outcomes.append(Outcome(what, flagged, "0", flagged == 0))
    return outcomes + _hours(CITIES if full else FEW_CITIES, full=full)


def _plants(kinds: Sequence[str], strength: int) -> tuple[str, ...]:
    shares = {"liability": OF_ACTS, "duplicate_collection": OF_SERVICES}
    return tuple(
        f"{kind}={strength}:{SHARE}"
        if kind in WITH_STRENGTH
        else f"{kind}={shares.get(kind, OF_FACTS)}"
        for kind in kinds
    )


def _graded(size: str, seed: int, plants: Sequence[str]) -> dict[str, Any]:
    """Build the registers of a city, evaluate them, and grade what was found."""
    WORK.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="registers-", dir=WORK))
    try:
        city = write_registers(
            folder / "city",
            size=size,
            seed=seed,
            plants=tuple(parse_plant(text) for text in plants),
            null=not plants,
            truth=folder / "truth.json",
        )
        settings = Settings(folder / "store", "a key for bars", 3072, 2, "zh")
        question = Question((city,), findings_only=True)
        result = result_json(evaluate(question, settings=settings, progress=lambda _: None))
        truth = json.loads((folder / "truth.json").read_text("utf-8"))
        return {"truth": truth, "result": result, "score": score(truth, result)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _with_strength(graded: dict[str, Any], strength: int, *, full: bool) -> list[Outcome]:
    outcomes = []
    for kind in WITH_STRENGTH:
        row = graded["kinds"][kind][str(strength)]
        said = f"{kind}, strength {strength}, {row['planted']} planted"
        outcomes.append(Outcome.at_least(f"{said}: recall", row["recall"] or 0.0, 0.9))
        outcomes.append(Outcome.at_most(f"{said}: false discovery rate", row["fdr"] or 0.0, 0.1))
        if full:
            outcomes.append(Outcome.at_least(f"{kind}: planted", row["planted"], ENOUGH))
    return outcomes + _twins(graded, ("lawful_silo", "lawful_refuser"))


def _of_facts(cities: Sequence[dict[str, Any]]) -> list[Outcome]:
    graded = pooled([one["score"] for one in cities])
    outcomes = []
    for kind in dict.fromkeys(REGISTERS[name].kind for name in FACTS):
        row = graded["kinds"][kind]["fact"]
        said = f"{kind}, fact, {row['planted']} planted"
        outcomes.append(Outcome.at_least(f"{said}: recall", row["recall"] or 0.0, 0.9))
        outcomes.append(Outcome.at_most(f"{said}: false discovery rate", row["fdr"] or 0.0, 0.1))
    twins = ("lawful_question", "lawful_refusal", "lawfully_closed", "grant_in_use")
    return outcomes + _twins(graded, (*twins, "used_as_granted", "lawful_twin"))


def _twins(graded: dict[str, Any], names: Sequence[str]) -> list[Outcome]:
    return [
        Outcome.at_most(
            f"{graded['decoys'][name]['present']} lawful twins ({name}): flagged",
            graded["decoys"][name]["flagged"],
            0,
        )
        for name in names
    ]


def _acts(cities: Sequence[dict[str, Any]], *, full: bool) -> list[Outcome]:
    """Hold acts against what was planted: each of the sixteen, act by act, and nobody else."""
    planted, missed, false = set(), 0, 0
    for one in cities:
        acts = {
            (plant["subject"]["id"], plant["variant"])
            for plant in one["truth"]["plants"]
            if plant["kind"] == "liability"
        }
        follows = {
            entry["subject"]["id"]
            for entry in one["truth"]["implied"]
            if entry["kind"] == "liability"
        }
        raised = _of(one["result"], ("liability",))
        planted |= {act for _, act in acts}
        missed += len(acts - raised)
        false += sum(each not in acts and each[0] not in follows for each in raised)
    wanted = len(ACTS) if full else 1
    return [
        Outcome.at_least("acts of liability planted, of sixteen", len(planted), wanted),
        Outcome.at_most("acts planted and not raised", missed, 0),
        Outcome.at_most("acts raised and not planted", false, 0),
    ]


def _hours(seeds: range, *, full: bool) -> list[Outcome]:
    """Hold what sharing would save against what people save when the city runs without it."""
    found = covered(seeds)
    return [
        Outcome.at_least(
            f"small cities of {len(seeds)} whose {name} saved lie in the 95 % interval",
            held,
            # Of a few, one may lie outside by chance.
            int(COVERED * len(seeds)) if full else len(seeds) - 1,
        )
        for name, held in found.items()
    ]


def _of(result: dict[str, Any], kinds: Sequence[str]) -> set[tuple[str, str]]:
    return {(f["subject"]["id"], f["measure"]) for f in result["findings"] if f["kind"] in kinds}
