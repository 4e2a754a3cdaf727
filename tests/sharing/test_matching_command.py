"""``shixiao sharing match``, ``confirm`` and ``benchmark`` at the keyboard."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest
from click.testing import CliRunner, Result

from shixiao.cli import cli
from shixiao.terms import BadInput

SCHEMAS = Path(__file__).parents[2] / "docs/reference/schemas"
REQUIREMENTS = """\
service_id,channel,item_id,item_name,kind
S1,online,I1,房产证,material
S1,online,I2,爱人姓名,field
S1,counter,I2,爱人姓名,field
,,,,
S1,online,I3,经办人签字,signature
"""
ELEMENTS = """\
element_id,name,definition,department_id
R1,不动产权证书号,,land
M1,配偶姓名,,civil
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHIXIAO_LANGUAGE", "en")
    (tmp_path / "r.csv").write_text(REQUIREMENTS, "utf-8")
    (tmp_path / "e.csv").write_bytes(ELEMENTS.encode("gb18030"))
    return tmp_path


def run(*arguments: str) -> Result:
    done = CliRunner().invoke(cli, ["sharing", *arguments], standalone_mode=False)
    if isinstance(done.exception, Exception) and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def answer(schema: str, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*arguments, "--json").stdout)
    jsonschema.validate(found, json.loads((SCHEMAS / f"{schema}-1.schema.json").read_text("utf-8")))
    return found


@pytest.mark.usefixtures("folder")
def test_each_row_of_the_requirements_gets_its_answer() -> None:
    found = answer("match", "match", "r.csv", "e.csv")["matches"]
    assert [(m["item_id"], m["channel"], m["none_of_them"]) for m in found] == [
        ("I1", "online", False),
        ("I2", "online", False),
        ("I2", "counter", False),
        ("I3", "online", True),
    ]
    assert found[0]["candidates"][0]["element_id"] == "R1"
    assert found[1]["candidates"] == found[2]["candidates"]


@pytest.mark.usefixtures("folder")
def test_the_same_input_gives_the_same_bytes_and_words_for_people() -> None:
    first, second = (run("match", "r.csv", "e.csv", "--json").stdout for _ in range(2))
    assert first == second
    told = run("match", "r.csv", "e.csv", "--quiet").stdout
    assert "R1 不动产权证书号 (dictionary: the number of the ownership certificate stands" in told
    assert "经办人签字: none of them" in told


def test_what_is_confirmed_is_learned(folder: Path) -> None:
    given = ("confirm", "房产证", "M1", "--learned", "kept.yaml", "--by", "Li")
    at = ("--at", "2026-11-28T09:00:00+08:00")
    assert answer("match-confirm", *given, *at, "--elements", "e.csv")["added"]
    assert not answer("match-confirm", *given)["added"]
    assert '"name": "配偶姓名"' in (folder / "kept.yaml").read_text("utf-8")
    found = answer("match", "match", "r.csv", "e.csv", "--learned", "kept.yaml")["matches"]
    assert found[0]["candidates"][0]["element_id"] == "M1"
    assert "Kept." in run(*given, "--refute").stdout
    found = answer("match", "match", "r.csv", "e.csv", "--learned", "kept.yaml")["matches"]
    assert [c["element_id"] for c in found[0]["candidates"]] == ["R1"]


def test_workbooks_with_chinese_heads_are_read(folder: Path) -> None:
    book = openpyxl.Workbook()
    for row in (("数据元编码", "数据元名称"), ("R1", "不动产权证书号")):
        book.active.append(row)
    book.save(folder / "e.xlsx")
    found = answer("match", "match", "r.csv", "e.xlsx")["matches"]
    assert found[0]["candidates"][0]["element_id"] == "R1"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("r.csv", "item_id,kind\n1,field\n", "r.csv: The column item_name is missing"),
        ("r.csv", "item_id,item_name\n1,\n", "r.csv, row 1, column “item_name”: The cell is empty"),
        ("e.csv", "element_id,name\n1,甲\n1,乙\n", "e.csv, row 2: “1” stands in row 1 already"),
        ("e.csv", "name\n甲\n", "e.csv: The column element_id is missing"),
    ],
)
def test_a_wrong_table_is_refused_with_its_place(
    folder: Path, name: str, text: str, told: str
) -> None:
    (folder / name).write_text(text, "utf-8")
    with pytest.raises(BadInput) as caught:
        run("match", "r.csv", "e.csv", "--json")
    assert told in caught.value.in_language("en")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("at", ["soon", "2026-11-28", "2026-11-28T09:00:00"])
def test_a_time_without_its_zone_is_refused(at: str) -> None:
    with pytest.raises(BadInput, match="--at"):
        run("confirm", "a", "b", "--learned", "k.yaml", "--by", "Li", "--at", at)


def test_predictions_are_graded_and_no_predictions_refused(folder: Path) -> None:
    (folder / "p.json").write_text('{"matches": []}', "utf-8")
    found = answer("match-benchmark", "benchmark", "p.json", "--part", "train")
    assert (found["hit_at_1"]["value"], found["none_right"]["value"]) == (0, 1)
    (folder / "p.json").write_text('{"matches": [{"item_id": 1}]}', "utf-8")
    with pytest.raises(BadInput, match="no result of matching"):
        run("benchmark", "p.json")


@pytest.mark.usefixtures("folder")
def test_the_benchmark_says_its_score_in_words() -> None:
    told = run("benchmark", "--part", "train").stdout
    assert "hit@1: 0.9" in told
    assert "MRR: 0.9" in told
