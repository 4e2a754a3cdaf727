"""``shixiao design`` as a caller meets it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest
from click.testing import CliRunner, Result

from shixiao.cli import cli
from shixiao.terms import BadInput

SCHEMA = Path(__file__).parents[2] / "src/shixiao/cli/schemas/design.schema.json"
HEAD = "service_id,channel,item_id,item_name,kind"
TABLES = {
    "requirements": """\
service_id,channel,item_id,item_name,item_name_en,kind,element_id
P1,counter,1,居民身份证复印件,Copy of the identity card,material,E1
P1,counter,2,户口簿,Household register,material,
P1,counter,3,业务申请表,Application form,material,
P1,counter,4,申请表签字,Signature on the form,signature,
P1,counter,5,到窗口交验原件,Show originals,visit,
P1,online,1,居民户口簿（首页及本人页）,Household register,material,
P1,online,2,网上申请表,Application form online,material,
P1,online,3,身份证正反面照片,Photographs of the identity card,material,E1
P1,online,4,手写签名上传,Upload of a signature,signature,
P1,online,5,到大厅核验,Check at the hall,visit,
P1,phone,1,身份证号码,Identity number,field,E1
P2,counter,1,到窗口办理,Come,visit,
""",
    "elements": "element_id,name,department_id\nE1,公民身份号码,D1\n",
    "services": "service_id,name,name_en,department_id,online_since\n"
    "P1,高龄津贴申领,Allowance,D3,2027-03-01\nP2,档案查询,Archive,D3,\n",
    "departments": "department_id,name,name_en\nD1,公安局,Police\nD3,民政局,Civil affairs\n",
    "targets": "subject_id,measure,baseline,target,due,least_n,registered\n"
    "P1,visits,1.8,0.5,2027-12-31,300,2026-12-01\nP1,点击量,0,9,2027-12-31,,\n"
    "A1,办成率,0.7,,someday,,\n",
    "apps": "app_id,name,name_en,department_id,services\nA1,惠民通,Huimin,D3,P1;P9\n",
    "forms": "form_id,department_id,audience,field_name,element_id\n"
    "F1,D3,public,身份证号,E1\nF1,D3,public,申请原因,\nF2,D3,staff,身份证号,E1\n",
    "events": "this is no table of events, and nobody asks for one",
}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("design") / "package"
    folder.mkdir()
    for name, content in TABLES.items():
        (folder / f"{name}.csv").write_text(content, "utf-8")
    return folder


def run(*arguments: object, store: Path, language: str = "zh") -> Result:
    environment = {"SHIXIAO_LANGUAGE": language, "SHIXIAO_STORE": str(store)}
    words = ["design", *map(str, arguments), "--quiet"]
    return CliRunner().invoke(cli, words, env=environment, standalone_mode=False)


@pytest.fixture(scope="module")
def answer(package: Path) -> dict[str, Any]:
    done = run(package, "--json", store=package.parent / "store")
    assert done.exception is None, done.exception
    return dict(json.loads(done.stdout))


def test_the_json_keeps_its_schema_and_is_all_that_is_printed(answer):
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(answer)
    assert [i["name"] for i in answer["inputs"]] == sorted(
        f"{name}.csv" for name in TABLES if name != "events"
    )


def test_every_service_and_app_has_a_verdict_that_says_what_is_missing(answer):
    found = {v["subject"]["id"]: v for v in answer["verdicts"]}
    assert {key: v["verdict"] for key, v in found.items()} == {
        "P1": "mechanical_copy", "P2": "not_assessable", "A1": "mechanical_copy",
    }  # fmt: skip
    assert (found["P1"]["kept"], found["P1"]["compared"]) == (5, 5)
    missing = {key: " ".join(m["en"] for m in v["missing"]) for key, v in found.items()}
    assert "asks for online" in missing["P2"]
    assert "no target after launch" in missing["P2"]
    assert "点击量" in missing["P1"]
    assert "no target after launch" not in missing["P1"]
    assert "P9" in missing["A1"]


def test_findings_are_facts_with_rows_to_look_at(answer):
    found = {(f["kind"], f["subject"]["id"]): f for f in answer["findings"]}
    assert set(found) == {
        ("mechanical_copy", "P1"), ("held_data", "P1"), ("held_data", "D3"),
        ("remaining_visit", "P1"), ("remaining_signature", "P1"), ("vanity_target", "P1"),
    }  # fmt: skip
    assert {(f["p"], f["lead"]) for f in found.values()} == {(None, False)}
    held = found["held_data", "D3"]
    assert (held["estimate"]["value"], held["n"]) == (1, 2)  # forms of staff are no matter here
    assert "公安局" in found["held_data", "P1"]["text"]["zh"]
    assert all(f["evidence"][0]["keys"] for f in found.values())


def test_a_date_that_cannot_be_read_is_told(answer):
    assert any("someday" in note["en"] for note in answer["notes"])
    states = {(t["subject"]["id"], t["measure"]): t["state"] for t in answer["targets"]}
    assert states == {
        ("P1", "visits"): "registered", ("P1", "点击量"): "refused",
        ("A1", "办成率"): "incomplete",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("2 个事项：1 个机械套用", "高龄津贴申领", "到大厅核验", "不予采用")),
        ("en", ("copied mechanically: 1", "Allowance", "Check at the hall", "refused")),
    ],
)
def test_people_read_it_in_their_language(package, language, words):
    said = run(package, store=package.parent / "store", language=language).stdout
    whole = " ".join(said.split())
    assert [word for word in words if word not in whole] == []


def test_the_folder_gets_the_same_result_and_a_workbook(package, tmp_path, answer):
    run(package, "--out", tmp_path / "out", store=package.parent / "store")
    assert json.loads((tmp_path / "out/result.json").read_text("utf-8")) == answer
    book = openpyxl.load_workbook(tmp_path / "out/design.xlsx")
    assert book.sheetnames == ["结论", "逐项", "政府已有", "成效目标"]
    assert book["逐项"].max_row == 1 + 5


def test_a_zip_is_a_package_too(package, tmp_path):
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.write(package / "requirements.csv", "requirements.csv")
    done = run(tmp_path / "p.zip", "--json", store=tmp_path / "store")
    found = json.loads(done.stdout)
    assert [f["kind"] for f in found["findings"]][:2] == ["mechanical_copy", "held_data"]
    assert "elements" in " ".join(m["en"] for m in found["verdicts"][0]["missing"])


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"requirements": f"{HEAD}\nS1,app,1,x,field\n"}, ("row 1", "“app”", "online, counter")),
        ({"requirements": f"{HEAD}\nS1,online,1,x,paper\n"}, ("“paper”", "field, material")),
        ({"requirements": f"{HEAD}\nS1,online,1,x,field\nS1,,2,y,field\n"}, ("row 2", "empty")),
        ({"requirements": f"{HEAD}\n"}, ("header",)),
        ({"requirements": f"{HEAD}\n,online,1,x,field\n"}, ("service_id",)),
        ({"requirements": "service_id,channel\nS1,online\n"}, ("item_id",)),
        ({"requirements": f"{HEAD}\n" + "S1,online,1,x,field\n" * 2}, ("must be unique",)),
        ({"elements": TABLES["elements"]}, ("neither a table requirements nor",)),
        ({"usage": "subject_id,day\nS1,2026-01-01\n"}, ("there is no table to go by",)),
        ({}, ("neither a datapackage.json",)),
    ],
)
def test_bad_packages_get_one_clear_sentence(tmp_path, files, words):
    folder = tmp_path / "p"
    folder.mkdir()
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content, "utf-8")
    error = run(folder, store=tmp_path / "store").exception
    assert isinstance(error, BadInput), error
    assert [word for word in words if word not in error.in_language("en")] == []


def test_a_single_file_is_no_package(package, tmp_path):
    error = run(package / "requirements.csv", store=tmp_path / "store").exception
    assert isinstance(error, BadInput)
    assert "folder or .zip" in error.in_language("en")


def test_services_without_requirements_are_not_assessable(tmp_path):
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "services.csv").write_text(TABLES["services"], "utf-8")
    found = json.loads(run(folder, "--json", store=tmp_path / "store").stdout)
    assert {v["verdict"] for v in found["verdicts"]} == {"not_assessable"}
    assert found["findings"] == []
