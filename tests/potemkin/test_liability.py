"""Acts of liability that a city has are raised one by one, and their lawful twins never are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shixiao.checkup import Question, evaluate, result_json
from shixiao.potemkin.city import parse_plant, write_city, write_registers
from shixiao.potemkin.city.liability import ACTS
from shixiao.potemkin.score import score
from shixiao.settings import Settings
from shixiao.terms import BadInput
from tests.potemkin.conftest import SEED

REGISTERS = ("duties", "requests", "grants", "exchanges", "datasets")
SEEDS = (2, 21, 34)  # their acts are all sixteen
SCALE = 0.5  # registers are as full at every scale


def _city(folder: Path, seed: int, share: str) -> tuple[Path, dict]:
    truth = folder / "truth.json"
    plants = (parse_plant(f"liability={share}"),)
    city = write_city(
        folder / "city", size="small", seed=seed, plants=plants, truth=truth, scale=SCALE
    )
    return city, json.loads(truth.read_text("utf-8"))


def _raised(city: Path, truth: dict, settings: Settings) -> None:
    """Hold what is found against what was planted: act by act, and nobody else."""
    question = Question((city,), findings_only=True)
    result = result_json(evaluate(question, settings=settings, progress=lambda _: None))
    found = {
        (f["subject"]["id"], f["measure"]) for f in result["findings"] if f["kind"] == "liability"
    }
    assert found == {(plant["subject"]["id"], plant["variant"]) for plant in truth["plants"]}
    graded = score(truth, result)
    assert graded["kinds"]["liability"]["fact"]["recall"] == 1
    assert graded["decoys"]["lawful_twin"]["flagged"] == 0
    for kind in ("duplicate_collection", "beyond_purpose", "no_basis", "unused_grant"):
        assert all(row["false"] == 0 for row in graded["kinds"].get(kind, {}).values())


def _registers(folder: Path, seed: int) -> tuple[Path, dict]:
    """Write the registers of a city alone, without its cases, with their acts and their truth."""
    truth = folder / "truth.json"
    plants = (parse_plant("liability=0.8"),)
    city = write_registers(folder / "city", size="small", seed=seed, plants=plants, truth=truth)
    return city, json.loads(truth.read_text("utf-8"))


def test_acts_are_raised_where_they_were_planted_and_no_twin_is(
    tmp_path: Path, settings: Settings
) -> None:
    city, truth = _registers(tmp_path / "city", SEEDS[0])
    assert len(truth["plants"]) == 8
    _raised(city, truth, settings)


@pytest.mark.slow
def test_every_act_is_raised_where_it_was_planted_and_no_twin_is(
    tmp_path: Path, settings: Settings
) -> None:
    planted: set[str] = set()
    for seed in SEEDS:
        city, truth = _registers(tmp_path / str(seed), seed)
        assert len(truth["plants"]) == 8
        _raised(city, truth, settings)
        planted |= {plant["variant"] for plant in truth["plants"]}
    assert planted == set(ACTS)


@pytest.mark.slow
def test_acts_in_a_whole_city_are_raised_and_change_nothing_but_registers(
    tmp_path: Path, settings: Settings
) -> None:
    city, truth = _city(tmp_path, SEED, "0.5")
    _raised(city, truth, settings)
    without = write_city(tmp_path / "without", size="small", seed=SEED, null=True, scale=SCALE)
    files = {path.name for path in without.iterdir()}
    assert files == {path.name for path in city.iterdir()}
    for name in files - {f"{table}.csv" for table in REGISTERS} - {"datapackage.json"}:
        assert (city / name).read_bytes() == (without / name).read_bytes(), name
    for table in REGISTERS:
        assert _keys(without, table) == _keys(city, table)[: len(_keys(without, table))]


def _keys(city: Path, table: str) -> list[str]:
    return [line.split(",")[0] for line in (city / f"{table}.csv").read_text("utf-8").splitlines()]


def test_a_fact_has_no_strength() -> None:
    with pytest.raises(BadInput):
        parse_plant("liability=many")
    assert parse_plant("liability=0.2").strength is None
