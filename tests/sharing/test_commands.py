"""``shixiao sharing`` at the keyboard: answers by their schemas, files, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from shixiao.cli import cli
from shixiao.exports import delimited
from shixiao.sharing.catalogue.files import sheets_of as catalogue_sheets
from shixiao.sharing.standards.registry import sheets_of
from shixiao.terms import BadInput, Unavailable
from tests.sharing.databases import CATALOGUE, ELEMENTS, fill, people

SCHEMAS = Path(__file__).parents[2] / "docs/reference/schemas"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHIXIAO_LANGUAGE", "en")
    engine = sa.create_engine("sqlite:///dept.db")
    fill(engine)
    engine.dispose()
    Path("elements.csv").write_bytes(delimited(sheets_of(ELEMENTS)[0]))
    Path("datasets.csv").write_bytes(delimited(catalogue_sheets(CATALOGUE, language="zh")[0]))
    rows = people(60)
    lines = ["xm,sfzh,xb", *(f"{r['xm']},{r['sfzh']},{r['xb']}" for r in rows)]
    Path("table.csv").write_text("\n".join(lines), "utf-8")
    return tmp_path


def run(*arguments: str, code: int = 0) -> Result:
    done = CliRunner().invoke(cli, ["sharing", *arguments], standalone_mode=False)
    if isinstance(done.exception, Exception) and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return done


def answer(name: str, *arguments: str, code: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*arguments, "--json", code=code).stdout)
    schema = json.loads((SCHEMAS / f"{name}-1.schema.json").read_text("utf-8"))
    jsonschema.validate(found, schema)
    return found


INVENTORY = ("inventory", "dept.db", "--elements", "elements.csv", "--catalogue", "datasets.csv")


@pytest.mark.usefixtures("folder")
def test_an_inventory_is_that_of_the_contract_and_of_its_schema() -> None:
    found = answer("inventory", *INVENTORY, "--quiet")
    assert found["catalogue"] == 1
    by_name = {table["name"]: table for table in found["tables"]}
    assert by_name["t_hj_ry"]["catalogued"] is True
    assert by_name["t_0042"]["catalogued"] is False
    assert {"name", "recognised", "element_id", "grade"} <= set(by_name["t_hj_ry"]["columns"][0])


def test_an_inventory_is_written_as_a_workbook_and_told_in_lines(folder: Path) -> None:
    told = run(*INVENTORY, "--out", "found.xlsx").stdout
    assert "not in the catalogue" in told.splitlines()[0]
    assert "t_hj_ry_bak20230101" in told
    book = openpyxl.load_workbook(folder / "found.xlsx")
    assert book.sheetnames == ["tables", "columns"]
    run(*INVENTORY, "--out", "found.json", "--quiet")
    assert json.loads((folder / "found.json").read_text("utf-8"))["schema"] == "shixiao/inventory/1"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("inventory", "nowhere.db"), BadInput),
        (("inventory", "oracle://h/d"), Unavailable),
        (("inventory", "dept.db", "--elements", "table.csv"), BadInput),
        (("inventory", "dept.db", "--out", "found.doc"), BadInput),
        (("inventory", "dept.db", "--out", "no/folder.json"), BadInput),
        (("conform", "nothing.csv", "--elements", "elements.csv"), BadInput),
        (("conflicts", "table.csv"), BadInput),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    arguments: tuple[str, ...], error: type[Exception]
) -> None:
    with pytest.raises(error):
        run(*arguments, "--quiet" if arguments[0] != "conflicts" else "--json")


def test_a_table_that_does_not_conform_says_so_by_its_exit_code(folder: Path) -> None:
    arguments = ("conform", "table.csv", "--elements", "elements.csv", "--quiet")
    found = answer("conformance", *arguments, code=1)  # two of sixty numbers are 不详
    failed = {rule["id"]: rule["failed"] for rule in found["rules"] if rule["failed"]}
    assert failed["sfzh:check_digit"] == 2
    assert not found["conforms"]
    lines = (folder / "table.csv").read_text("utf-8").splitlines()
    good = [line for line in lines if "不详" not in line]
    (folder / "mended.csv").write_text("\n".join(good), "utf-8")
    rules = "rules:\n- {check: required, column: xm}\n"
    (folder / "rules.yaml").write_text(rules, "utf-8")
    both = ("table.csv", "mended.csv", "--elements", "elements.csv", "--rules", "rules.yaml")
    found = answer("conformance", "conform", *both, "--quiet", code=1)
    assert [step["to"] for step in found["trend"]["steps"]] == ["mended.csv"]
    told = run("conform", *both, "--out", "report.xlsx", code=1).stdout
    assert "check digit" in told
    assert (folder / "report.xlsx").exists()


def test_conflicts_of_two_files_are_told(folder: Path) -> None:
    (folder / "住建.csv").write_text("element_id,name,unit\nA1,建筑面积,平方米\n", "utf-8")
    (folder / "国土.csv").write_text("element_id,name,unit\nB1,建筑面积,亩\n", "utf-8")
    found = answer("conflicts", "conflicts", "住建.csv", "国土.csv")
    (conflict,) = found["conflicts"]
    assert conflict["kind"] == "unit"
    assert {e["department_id"] for e in conflict["elements"]} == {"住建", "国土"}
    told = run("conflicts", "住建.csv", "国土.csv", "--out", "c.xlsx").stdout
    assert "1 conflicts" in told
