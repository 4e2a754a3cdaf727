"""Silos, refusals and breaches of sharing in a city of known truth: nothing else is moved."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from pathlib import Path

import pytest

from shixiao.potemkin.city import REGISTERS, parse_plant, write_registers
from shixiao.potemkin.city.requests import has_strength
from shixiao.potemkin.city.sharing import LAWFUL, OPEN
from shixiao.terms import BadInput

SEED = 5
OF_SHARING = {name: found for name, found in REGISTERS.items() if found.subject != "system"}
ALL = tuple(f"{name}=3:0.2" if has_strength(name) else f"{name}=0.3" for name in OF_SHARING)
SMALL = tuple(text for text in ALL if not text.startswith(("silo", "refusal")))


def _city(folder: Path, *plants: str, null: bool = False) -> tuple[Path, dict]:
    truth = folder / "truth.json"
    wanted = tuple(parse_plant(text) for text in plants)
    city = write_registers(
        folder / "city", size="small", seed=SEED, plants=wanted, null=null, truth=truth
    )
    return city, json.loads(truth.read_text("utf-8"))


def _rows(city: Path, table: str) -> list[dict[str, str]]:
    with (city / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    """A small city with every kind planted at once."""
    return _city(tmp_path_factory.mktemp("whole"), *ALL)


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    """The same city with nothing planted."""
    return _city(tmp_path_factory.mktemp("without"), null=True)


def test_each_kind_is_planted_and_has_its_twins(whole: tuple[Path, dict]) -> None:
    truth = whole[1]
    planted = {plant["kind"] for plant in truth["plants"]}
    assert planted == {registered.kind for registered in OF_SHARING.values()}
    twins = {decoy["name"] for decoy in truth["decoys"]}
    assert twins >= {
        *("lawful_silo", "lawful_refuser", "lawful_refusal", "lawful_question"),
        *("lawfully_closed", "grant_in_use", "used_as_granted", "lawful_twin"),
    }


def test_a_city_without_plants_has_neither_plants_nor_twins(without: tuple[Path, dict]) -> None:
    assert without[1]["plants"] == []
    assert not {"lawful_silo", "lawful_question"} & {d["name"] for d in without[1]["decoys"]}


def test_no_twin_is_guilty_of_what_it_must_not_be_called(whole: tuple[Path, dict]) -> None:
    truth = whole[1]
    guilty = {
        (entry["kind"], entry["subject"]["kind"], entry["subject"]["id"])
        for entry in (*truth["plants"], *truth["implied"])
    }
    for twin in truth["decoys"]:
        for kind in twin["kinds"]:
            assert (kind, twin["subject"]["kind"], twin["subject"]["id"]) not in guilty


def test_plants_only_add_rows(whole: tuple[Path, dict], without: tuple[Path, dict]) -> None:
    for path in sorted(without[0].glob("*.csv")):
        before, after = _rows(without[0], path.stem), _rows(whole[0], path.stem)
        for old, new in zip(before, after, strict=False):
            assert {**new, **old} == new, path.name  # columns that plants need stay empty
        assert len(after) >= len(before)


def test_who_is_a_silo_asks_for_more_of_what_others_hold(whole: tuple[Path, dict]) -> None:
    city, truth = whole
    held: dict[str, set[str]] = defaultdict(set)
    for row in _rows(city, "datasets"):
        if row["sharing"] in OPEN or row["basis"] not in LAWFUL:
            for element in row["elements"].split(";"):
                held[element].add(row["department_id"])
    owner = {row["service_id"]: row["department_id"] for row in _rows(city, "services")}
    items: dict[str, dict[tuple[str, str], bool]] = defaultdict(dict)
    for row in _rows(city, "requirements"):
        if row["element_id"] and row["kind"] in ("field", "material"):
            asker = owner[row["service_id"]]
            others = held[row["element_id"]]
            open_ = bool(others) and asker not in others and not row["original_basis"]
            items[asker][row["service_id"], row["item_id"]] = open_
    share = {asker: sum(found.values()) / len(found) for asker, found in items.items()}
    silos = {p["subject"]["id"] for p in truth["plants"] if p["kind"] == "silo"}
    rest = [value for asker, value in share.items() if asker not in silos]
    assert silos
    assert min(share[asker] for asker in silos) > max(rest)


def test_a_fact_that_is_planted_later_does_not_touch_an_earlier_one(tmp_path: Path) -> None:
    alone, together = _city(tmp_path / "a", SMALL[0]), _city(tmp_path / "b", *SMALL)
    kind = SMALL[0].partition("=")[0]
    mine = [
        [
            (p["kind"], p["variant"], p["subject"])
            for p in truth["plants"]
            if p["variant"] == kind or p["kind"] == kind
        ]
        for truth in (alone[1], together[1])
    ]
    assert mine[0]
    assert mine[0] == mine[1][: len(mine[0])]


@pytest.mark.parametrize("text", ["silo=0.2", "silo=0.5:0.2", "no_basis=0", "silos=2:0.2"])
def test_a_plant_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse_plant(text)
