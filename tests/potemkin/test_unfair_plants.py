"""Unfair systems of a city of known truth: plants are there, and a twin only looks like one."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from shixiao.fairness.models import conditional_parity
from shixiao.potemkin.city import parse_plant, write_registers

PLANTS = ("unfair_model=3:0.2",)
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    folder = tmp_path_factory.mktemp("unfair")
    plants = tuple(parse_plant(text) for text in PLANTS)
    truth = folder / "truth.json"
    built = write_registers(folder / "city", size="small", seed=6, plants=plants, truth=truth)
    return built, json.loads(truth.read_text("utf-8"))


@pytest.fixture(scope="module")
def logs(city: tuple[Path, dict]) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    with (city[0] / "decisions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["system_id"], []).append(row)
    return found


def _ratio(rows: Rows, *within: str) -> float:
    """Return the odds ratio of women to get advice other than the usual, within some columns."""
    counts = Counter(
        (tuple(row[name] for name in within), row["sex"], row["recommended"]) for row in rows
    )
    strata = {stratum for stratum, _, _ in counts}
    tables = [
        tuple(counts[s, sex, advice] for sex in ("女", "男") for advice in ("人工复核", "通过"))
        for s in strata
    ]
    value = conditional_parity(tables, least=1).estimate.value  # type: ignore[arg-type]
    assert value is not None
    return value


def test_the_descriptor_names_the_column_of_groups(city: tuple[Path, dict]) -> None:
    descriptor = json.loads((city[0] / "datapackage.json").read_text("utf-8"))
    (decisions,) = [r for r in descriptor["resources"] if r["name"] == "decisions"]
    assert decisions["group_columns"] == ["sex"]
    assert "sex" in [field["name"] for field in decisions["schema"]["fields"]]


def test_women_get_another_advice_where_that_was_planted(
    city: tuple[Path, dict], logs: dict[str, Rows]
) -> None:
    planted = [p for p in city[1]["plants"] if p["variant"] == "advised"]
    assert planted
    for plant in planted:
        ratio = _ratio(logs[plant["subject"]["id"]], "service_id")
        assert ratio == pytest.approx(plant["planted"]["uneven"], rel=0.35)


def test_a_twin_is_uneven_at_first_sight_and_even_within_each_service(
    city: tuple[Path, dict], logs: dict[str, Rows]
) -> None:
    twins = [d["subject"]["id"] for d in city[1]["decoys"] if d["name"] == "fair_twin"]
    assert len(twins) == len(city[1]["plants"]) == 4
    for twin in twins:
        assert _ratio(logs[twin]) > 1.1
        assert _ratio(logs[twin], "service_id") == pytest.approx(1.0, rel=0.25)
