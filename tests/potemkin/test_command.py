"""`shixiao potemkin`: what it accepts and refuses; nothing is ever lost or half written."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from shixiao.cli.potemkin import potemkin
from shixiao.potemkin.city import PlantRequest, parse_plant, write_city
from shixiao.terms import BadInput


def run(*arguments: object, code: int = 0):
    done = CliRunner().invoke(potemkin, [str(a) for a in arguments])
    if isinstance(done.exception, BadInput):
        raise done.exception
    assert done.exit_code == code, done.output
    return done


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("half_online=2:0.05", PlantRequest("half_online", 2.0, 0.05)),
        ("vanity=1.3:1", PlantRequest("vanity", 1.3, 1.0)),
        ("bans=0.1", PlantRequest("bans", None, 0.1)),
        ("bans=:0.1", PlantRequest("bans", None, 0.1)),
        ("bans=3:0.1", PlantRequest("bans", None, 0.1)),
    ],
)
def test_plants_are_read(text, expected):
    assert parse_plant(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "half_online",
        "half_online=",
        "half_online=2",
        "half_online=2:",
        "half_online=:0.05",
        "half_online=0.9:0.05",
        "half_online=11:0.05",
        "half_online=nan:0.05",
        "half_online=2:0",
        "half_online=2:1.01",
        "half_online=2:-1",
        "half_online=2:x",
        "half_online=2:3:0.05",
        "nonsense=2:0.05",
        "bans=",
        "bans=2",
        "bans=x:0.1",
    ],
)
def test_what_is_no_plant_is_refused_in_one_sentence(text):
    with pytest.raises(BadInput) as refused:
        parse_plant(text)
    assert len(refused.value.text.zh.splitlines()) == 1


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    root = tmp_path_factory.mktemp("command")
    done = run(
        *("build", root / "city", "--truth", root / "truth.json", "--size", "small"),
        *("--seed", 5, "--plant", "half_online=2:0.2", "--plant", "half_online=3:0.1"),
        *("--plant", "bans=2:0.1", "--json"),
    )
    return root, done


def test_build_prints_one_json_document_and_progress_elsewhere(city):
    root, done = city
    summary = json.loads(done.stdout)
    planted = {(p["kind"], p["strength"]): p["planted"] for p in summary["plants"]}
    assert planted == {("half_online", 2.0): 3, ("half_online", 3.0): 1, ("bans", None): 2}
    assert "bans" in done.stderr
    assert sorted(path.name for path in root.iterdir()) == ["city", "truth.json"]


def test_one_kind_may_be_planted_at_several_strengths_in_different_subjects(city):
    truth = json.loads((city[0] / "truth.json").read_text("utf-8"))
    subjects = [p["subject"]["id"] for p in truth["plants"]]
    assert len(subjects) == len(set(subjects))


def test_score_takes_the_file_or_its_folder_and_prints_json(city, tmp_path):
    truth = json.loads((city[0] / "truth.json").read_text("utf-8"))
    found = [
        {"kind": p["kind"], "subject": p["subject"]}
        for p in truth["plants"]
        if p["strength"] != 3.0
    ]
    (tmp_path / "result.json").write_text(json.dumps({"findings": found}), encoding="utf-8")
    graded = json.loads(run("score", city[0] / "truth.json", tmp_path, "--json").stdout)
    assert graded["kinds"]["half_online"]["2"]["recall"] == 1
    assert graded["kinds"]["half_online"]["3"]["recall"] == 0
    assert graded["kinds"]["bans"]["fact"]["precision"] == 1
    told = run("score", city[0] / "truth.json", tmp_path / "result.json").stdout
    assert "half_online" in told
    assert "loved_service" in told


@pytest.mark.parametrize(
    "place", ["city/truth.json", "city", "city/deep/truth.json", "x/../city/t"]
)
def test_a_truth_file_inside_the_package_is_refused_and_nothing_is_written(tmp_path, place):
    with pytest.raises(BadInput, match=r"truth|inside"):
        write_city(tmp_path / "city", size="small", seed=1, truth=tmp_path / place)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    kept = tmp_path / "city" / "mine.txt"
    kept.parent.mkdir()
    kept.write_text("mine")
    with pytest.raises(BadInput, match="not empty"):
        run("build", kept.parent, "--truth", tmp_path / "truth.json", "--seed", 1)
    assert kept.read_text() == "mine"
    assert not (tmp_path / "truth.json").exists()


def test_an_unknown_size_is_refused(tmp_path):
    with pytest.raises(BadInput, match="size"):
        write_city(tmp_path / "city", size="village", seed=1)


def test_null_and_plants_exclude_each_other(tmp_path):
    with pytest.raises(BadInput, match="--null"):
        run(
            *("build", tmp_path / "c", "--truth", tmp_path / "t", "--seed", 1, "--null"),
            *("--plant", "bans=0.1"),
        )


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"schema": "shixiao/truth/2"}', "\x00"])
def test_a_file_that_is_no_truth_is_refused(tmp_path, content):
    truth, result = tmp_path / "truth.json", tmp_path / "result.json"
    truth.write_text(content, encoding="utf-8")
    result.write_text('{"findings": []}', encoding="utf-8")
    with pytest.raises(BadInput):
        run("score", truth, result)


@pytest.mark.parametrize(
    "content", ["{}", "[]", '{"findings": {}}', '{"findings": [{}]}', '{"findings": [1]}', "no"]
)
def test_a_file_without_findings_is_refused(city, tmp_path, content):
    result = tmp_path / "result.json"
    result.write_text(content, encoding="utf-8")
    with pytest.raises(BadInput):
        run("score", city[0] / "truth.json", result)


def test_a_file_that_is_not_there_is_refused(city, tmp_path):
    with pytest.raises(BadInput, match="cannot be read"):
        run("score", city[0] / "truth.json", tmp_path / "nowhere.json")
