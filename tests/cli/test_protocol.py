"""``shixiao protocol``: an evaluator's body works with files alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from shixiao.cli import protocol as module
from shixiao.cli.protocol import protocol
from shixiao.effect.fieldtests import check_sheet, protocols
from shixiao.terms import BadInput
from tests.conftest import ROOT
from tests.effect.fieldtests.forms import converted, filled
from tests.effect.fieldtests.samples import GOOD, NOW, SMALL, small

SCHEMA = json.loads((ROOT / "src/shixiao/cli/schemas/protocol.schema.json").read_text("utf-8"))
EXPORT = ["xlsform", "small.yaml", "--mode", "online", "--form-id", "f", "--form-version", "1"]
EXPORT += ["--items", "items.csv"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHIXIAO_LANGUAGE", "en")
    Path("small.yaml").write_text(SMALL, encoding="utf-8")
    Path("items.csv").write_text("code,name_zh,name_en\nI-1,社保卡,Social card\n", encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(protocol, arguments)


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert isinstance(result.exception, BadInput), result.output
    return result.exception.in_language("en")


def answer(*arguments: str) -> dict:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    return dict(found)


def test_the_list_names_what_ships() -> None:
    assert [one["id"] for one in answer("list")["protocols"]] == list(protocols())
    assert protocols()["app"].sha256[:12] in run("list").stdout


@pytest.mark.parametrize("name", list(protocols()))
def test_a_protocol_is_shown_whole(name: str) -> None:
    assert answer("show", name)["sha256"] == protocols()[name].sha256


def test_a_protocol_is_shown_as_it_is_asked(folder: Path) -> None:
    shown = run("show", "small.yaml", "--mode", "phone").stdout
    assert "worked: Did it work on the phone?" in shown
    assert "reader" not in shown
    assert "reader" in run("show", "small.yaml", "--audience", "disabled").stdout


def test_a_form_goes_out_and_sheets_come_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return NOW.astimezone(tz or UTC)

    monkeypatch.setattr(module, "datetime", Clock)
    assert run(*EXPORT, "--out", "form.xlsx").exit_code == 0
    xform = converted((folder / "form.xlsx").read_bytes()).xform
    (folder / "in.xml").write_bytes(filled(xform, GOOD))
    take = ("import", "in.xml", "--protocol", "small.yaml", "--commission", "C-1")
    (sheet,) = answer(*take)["sheets"]
    assert run(*take, "--out", "sheets").exit_code == 0
    (path,) = (folder / "sheets").iterdir()
    document = json.loads(path.read_text("utf-8"))
    assert document == sheet
    check_sheet(document, small(), now=NOW)
    assert "not written over" in refused(*take, "--out", "sheets")


def test_nothing_is_written_over(folder: Path) -> None:
    (folder / "form.xlsx").write_bytes(b"mine")
    assert "not written over" in refused(*EXPORT, "--out", "form.xlsx")
    assert (folder / "form.xlsx").read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "nothing"], "there is no protocol “nothing”; service, callback, app ship"),
        (["show", "nothing.yaml"], "nothing.yaml: there is no such file"),
        (["show", "items.csv"], "there is no protocol “items.csv”"),
        ([*EXPORT, "--out", "none/f.xlsx"], "none: there is no such file"),
        (["import", "none.xml", "--protocol", "app", "--commission", "C"], "there is no such file"),
        (["import", "items.csv", "--protocol", "app", "--commission", "C"], "no column KEY"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(folder: Path, arguments, said: str) -> None:
    assert said in refused(*arguments)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"", "items.csv: "),
        (b"code,name\nI-1,x\n", "items.csv: "),
        (b"code,name_zh,name_en\nI-1,x\n", "items.csv, row 1: "),
        (b"code,name_zh,name_en\nI-1,x,\n", "items.csv, row 1: "),
        (b"\xff", "items.csv: "),
    ],
)
def test_a_faulty_list_of_items_is_refused(folder: Path, content: bytes, place: str) -> None:
    (folder / "items.csv").write_bytes(content)
    said = refused(*EXPORT, "--out", "form.xlsx")
    assert said.startswith(place + "this should be CSV")
    assert not (folder / "form.xlsx").exists()
