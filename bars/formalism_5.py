"""Bar 5: what evaluating a city and a province costs, and the same findings on Spark."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from bars.data import WORK
from bars.outcome import Outcome
from bars.workers import fresh, in_child
from shixiao.checkup import Question, evaluate, result_json
from shixiao.potemkin.city import write_city
from shixiao.settings import Settings

SEED = 77
CPU, CITY_MB, PROVINCE_MB = 90, 4_000, 12_000
# What a province asks of the engine; with less, building its store ends with a request for more.
PROVINCE_ENGINE_MB = 8_000


def measure(*, full: bool) -> list[Outcome]:
    if not full:
        return [_same_findings(_city("small"))]
    city = _city("city")
    store = WORK / "store-city"
    cost = in_child("evaluate", str(city), fresh(store))
    outcomes = [
        Outcome.at_most(
            "evaluating a city, store and report included", cost["cpu_s"], CPU, "CPU s", cost=cost
        ),
        Outcome.at_most("its peak memory", cost["peak_mb"], CITY_MB, "MB"),
        _same_findings(city),
    ]
    shutil.rmtree(city, ignore_errors=True)
    province = _city("province")
    large = WORK / "store-province"
    cost = in_child("evaluate", str(province), fresh(large), str(PROVINCE_ENGINE_MB))
    shutil.rmtree(province, ignore_errors=True)
    shutil.rmtree(large, ignore_errors=True)
    return [
        *outcomes,
        Outcome.at_most(
            "evaluating a province on DuckDB: peak memory",
            cost["peak_mb"],
            PROVINCE_MB,
            "MB",
            cost=cost,
        ),
    ]


def _city(size: str) -> Path:
    folder = WORK / f"potemkin-{size}"
    shutil.rmtree(folder, ignore_errors=True)
    return write_city(folder, size=size, seed=SEED, truth=WORK / f"potemkin-{size}.truth.json")


def _same_findings(city: Path) -> Outcome:
    """Compare the findings and all tests of both engines, byte by byte."""
    settings = Settings(WORK / "store-city", "a key for bars", 3072, 2, "en")
    found: list[dict[str, Any]] = []
    for engine in ("duckdb", "spark://local[2]"):
        question = Question((city,), engine=engine, findings_only=True)
        result = result_json(evaluate(question, settings=settings, progress=lambda _: None))
        found.append({part: result[part] for part in ("findings", "tests", "verdicts")})
    same = json.dumps(found[0], sort_keys=True) == json.dumps(found[1], sort_keys=True)
    said = f"{len(found[0]['findings'])} findings, {len(found[0]['tests']):,} tests on Spark"
    return Outcome(said, "equal" if same else "different", "equal", same)
