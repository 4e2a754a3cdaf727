"""Potemkin designs: what is planted in them is there, and equal arguments give equal bytes."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from shixiao.cli import cli
from shixiao.potemkin.designs import write_designs
from shixiao.potemkin.designs.building import COPIES, DECOYS
from shixiao.terms import BadInput

SCHEMA = Path(__file__).parents[2] / "src/shixiao/cli/schemas/truth.schema.json"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("designs")
    write_designs(folder / "p", truth=folder / "truth.json", seed=4, services=400)
    return folder


def counts(folder: Path) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    with (folder / "p/requirements.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["service_id"]][row["channel"]] += 1
    return found


def test_the_truth_keeps_its_schema_and_has_every_way_and_decoy(made):
    truth = json.loads((made / "truth.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(truth)
    assert len(truth["plants"]) == 60
    assert {plant["variant"] for plant in truth["plants"]} == set(COPIES)
    assert {decoy["name"] for decoy in truth["decoys"]} == set(DECOYS)


def test_a_planted_copy_asks_online_for_all_or_nearly_all_that_the_counter_asks_for(made):
    truth = json.loads((made / "truth.json").read_text("utf-8"))
    asked = counts(made)
    for plant in truth["plants"]:
        online, counter = (asked[plant["subject"]["id"]][c] for c in ("online", "counter"))
        assert online >= counter - (plant["strength"] < 2)


def test_visits_and_signatures_that_are_true_besides_stand_in_the_truth(made):
    truth = json.loads((made / "truth.json").read_text("utf-8"))
    told = {(i["kind"], i["subject"]["id"]) for i in truth["implied"]}
    with (made / "p/requirements.csv").open(encoding="utf-8") as file:
        online = [row for row in csv.DictReader(file) if row["channel"] == "online"]
    for kind in ("visit", "signature"):
        found = {r["service_id"] for r in online if r["kind"] == kind and not r["original_basis"]}
        assert {id_ for name, id_ in told if name == f"remaining_{kind}"} == found


def test_equal_arguments_give_equal_bytes_and_another_seed_others(tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write_designs(tmp_path / name, truth=tmp_path / f"{name}.json", seed=seed, services=9)
    a, b, c = ((tmp_path / n / "requirements.csv").read_bytes() for n in ("a", "b", "c"))
    assert a == b
    assert a != c


def test_the_truth_never_lies_inside_and_nothing_is_written_over(tmp_path):
    with pytest.raises(BadInput, match="inside the package"):
        write_designs(tmp_path / "p", truth=tmp_path / "p/truth.json", seed=1)
    (tmp_path / "old").mkdir()
    (tmp_path / "old/file").write_text("mine")
    with pytest.raises(BadInput, match="not empty"):
        write_designs(tmp_path / "old", truth=tmp_path / "truth.json", seed=1)


def test_the_command_says_what_is_in_it(tmp_path):
    words = ["potemkin", "designs", str(tmp_path / "p"), "--truth", str(tmp_path / "t.json")]
    done = CliRunner().invoke(
        cli, [*words, "--seed", "1", "--services", "20"], env={"SHIXIAO_LANGUAGE": "en"}
    )
    assert "20 services, 3 planted copies" in done.output
