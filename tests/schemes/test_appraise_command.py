"""`shixiao appraise` as a caller meets it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import openpyxl
import pytest
from click.testing import CliRunner, Result

from shixiao.cli.appraise import appraise
from shixiao.terms import BadInput

SCHEMA = Path(__file__).parents[2] / "src/shixiao/cli/schemas/appraise.schema.json"
LINES = (
    "指标名称,指标说明,权重",
    "APP下载量,,25%",
    "注册用户数,,18%",
    "办成率,取得结果,37%",
    "平均跑动次数,,20%",
)
SCHEME = "\n".join(LINES) + "\n"
SCORES = "部门,APP下载量,注册用户数,办成率,平均跑动次数\n甲局,90,90,30,40\n乙局,10,20,90,80\n"


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "s.csv").write_text(SCHEME, "utf-8")
    (tmp_path / "scores.csv").write_text(SCORES, "utf-8")
    return str(tmp_path / "s.csv"), str(tmp_path / "scores.csv")


def run(*arguments: str, language: str = "zh") -> Result:
    return CliRunner().invoke(appraise, [*arguments, "--quiet"], env={"SHIXIAO_LANGUAGE": language})


def refused(*arguments: str) -> BadInput:
    error = run(*arguments).exception
    assert isinstance(error, BadInput)
    return error


def test_the_json_keeps_the_schema_and_is_the_only_thing_printed(files):
    done = run(*files, "--json")
    answer = json.loads(done.stdout)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(answer)
    assert answer["weight_on_show"] == pytest.approx(0.43)
    assert [i["class"] for i in answer["indicators"]] == ["banned", "vanity", "outcome", "burden"]
    assert [s["id"] for s in answer["ranking"]["before"]] == ["甲局", "乙局"]
    assert [p["subject"]["id"] for p in answer["ranking"]["after"]] == ["乙局", "甲局"]


def test_the_same_call_gives_the_same_bytes(files):
    assert run(*files, "--json").stdout == run(*files, "--json").stdout


def test_the_schema_itself_is_valid():
    jsonschema.Draft202012Validator.check_schema(json.loads(SCHEMA.read_text("utf-8")))


@pytest.mark.parametrize(
    ("language", "first"),
    [
        ("zh", "这份考核办法有 43 % 的权重在奖励做样子"),
        ("en", "43 % of the weight of this scheme rewards show"),
    ],
)
def test_people_get_the_answer_first(files, language, first):
    said = run(files[0], language=language).stdout
    assert said.startswith(first)
    assert "…" not in said


def test_the_critique_is_written_as_workbook_and_json(files, tmp_path):
    out = tmp_path / "out"
    assert run(*files, "--out", str(out)).exit_code == 0
    assert sorted(path.name for path in out.iterdir()) == ["appraisal.json", "appraisal.xlsx"]
    book = openpyxl.load_workbook(out / "appraisal.xlsx")
    assert book.sheetnames == ["结论", "指标", "之前名次", "之后名次", "说明"]
    assert book["指标"].cell(2, 2).value == "APP下载量"


def test_a_round_is_frozen_measured_contested_answered_and_published(files, tmp_path):
    kept = str(tmp_path / "round.json")
    scheme = files[0]
    assert run(scheme, "--freeze", kept, "--on", "2026-03-02").exit_code == 0
    again = ("--round", kept, "--on", "2026-03-09")
    assert run(*files, *again).exit_code == 0
    assert run(scheme, *again, "--contest", "注册用户数：口径不一").exit_code == 0
    assert "1" in refused(scheme, *again, "--publish").in_language("zh")
    done = run(scheme, *again, "--answer", "1: 已统一", "--publish", "--json")
    assert json.loads(done.stdout)["round"]["state"] == "published"
    assert "published" in refused(scheme, *again).in_language("en")
    record = json.loads(Path(kept).read_text("utf-8"))
    assert record["results"]["ranking"]["after"]


def test_a_scheme_changed_after_it_was_frozen_is_refused_and_the_record_stays(files, tmp_path):
    kept = tmp_path / "round.json"
    run(files[0], "--freeze", str(kept), "--on", "2026-03-02")
    before = kept.read_bytes()
    Path(files[0]).write_text(SCHEME.replace("25%", "24%"), "utf-8")
    error = refused(files[0], "--round", str(kept), "--on", "2026-03-03")
    assert "changed after it was frozen" in error.in_language("en")
    assert kept.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--freeze", "r.json"), "--on"),
        (("--freeze", "r.json", "--on", "2026-02-30"), "--on"),
        (("--publish",), "--round"),
        (("--freeze", "r.json", "--round", "r.json", "--on", "2026-03-02"), "not both"),
        (("--round", "nothing.json", "--on", "2026-03-02"), "cannot be read"),
    ],
)
def test_a_call_that_makes_no_sense_is_told_what_is_missing(files, arguments, words):
    assert words in refused(files[0], *arguments).in_language("en")


def test_a_frozen_round_is_not_overwritten(files, tmp_path):
    kept = str(tmp_path / "round.json")
    run(files[0], "--freeze", kept, "--on", "2026-03-02")
    assert "not overwritten" in refused(files[0], "--freeze", kept, "--on", "2026-03-02").text.en


def test_an_event_log_is_no_evidence_for_a_ranking(files, tmp_path):
    (tmp_path / "log.xes").write_text('<?xml version="1.0"?><log></log>', "utf-8")
    assert "event log" in refused(files[0], str(tmp_path / "log.xes")).in_language("en")
