"""Bar 5: all measures agree on DuckDB and Spark."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bars.data import RECEIPT, WORK
from bars.outcome import Outcome
from shixiao.checkup import Question, evaluate, result_json
from shixiao.effect import Comparison
from shixiao.potemkin import write_example_city
from shixiao.settings import Settings

ENGINES = ("duckdb", "spark://local[2]")


def measure(*, full: bool) -> list[Outcome]:
    outcomes = [_compared("receipt", RECEIPT, Comparison("channel", "Internet", "Desk"))]
    if full:
        with TemporaryDirectory() as folder:
            city = write_example_city(Path(folder) / "city")
            outcomes.append(
                _compared("example city", city, Comparison("channel", "online", "counter"))
            )
    return outcomes


def _compared(name: str, path: Path, comparison: Comparison) -> Outcome:
    settings = Settings(WORK / "store", "a key for bars", 3072, 2, "en")
    results = []
    for engine in ENGINES:
        question = Question(paths=(path,), comparison=comparison, engine=engine, calendar="cn")
        found = evaluate(question, settings=settings, progress=lambda _: None)
        results.append(result_json(found))
    numbers = sum(1 for _ in _numbers(results[0]))
    same = json.dumps(results[0], sort_keys=True) == json.dumps(results[1], sort_keys=True)
    return Outcome(
        f"{name}: {numbers:,} numbers on DuckDB and Spark",
        "equal" if same else "different",
        "equal",
        same,
    )


def _numbers(value: Any) -> Any:
    if isinstance(value, dict):
        for item in value.values():
            yield from _numbers(item)
    elif isinstance(value, list):
        for item in value:
            yield from _numbers(item)
    elif isinstance(value, int | float):
        yield value
