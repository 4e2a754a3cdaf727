"""``shixiao reproduce``: its exit codes, its JSON, its sentences; and where bundles are written."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from shixiao.checkup import Evaluation
from shixiao.checkup.delivery import deliver
from shixiao.cli import main
from tests.bundles.boxes import packed, unpacked, with_json

SCHEMA = json.loads(
    files("shixiao.cli").joinpath("schemas/reproduce.schema.json").read_text("utf-8")
)


class Ran:
    """What a run of the command did."""

    def __init__(
        self,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        *arguments: object,
        language: str = "en",
    ) -> None:
        monkeypatch.setenv("SHIXIAO_LANGUAGE", language)
        monkeypatch.setattr("sys.argv", ["shixiao", *map(str, arguments)])
        with pytest.raises(SystemExit) as leaving:
            main()
        self.code = leaving.value.code
        self.out, self.err = capsys.readouterr()


@pytest.fixture
def bundle(public: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "bundle.zip"
    path.write_bytes(public)
    return path


@pytest.fixture
def forged(public: bytes, tmp_path: Path) -> Path:
    def change(data: Any) -> None:
        next(e for e in data["numbers"] if e["basis"] == "counts")["value"] += 1

    path = tmp_path / "forged.zip"
    path.write_bytes(packed(with_json(unpacked(public), "numbers.json", change)))
    return path


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_an_untouched_bundle_exits_0_and_says_what_was_not_checked(
    bundle: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = Ran(capsys, monkeypatch, "reproduce", bundle)
    assert ran.code == 0
    assert "to the last digit" in ran.out
    assert "need single cases" in ran.out
    assert "too few people" in ran.out
    assert "Recomputing" in ran.err
    assert Ran(capsys, monkeypatch, "reproduce", bundle, language="zh").out.startswith("一致")


def test_json_is_one_document_that_fits_its_schema(
    bundle: Path, forged: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, code in ((bundle, 0), (forged, 1)):
        ran = Ran(capsys, monkeypatch, "reproduce", path, "--json", "--quiet")
        answer = json.loads(ran.out)
        jsonschema.Draft202012Validator(SCHEMA).validate(answer)
        assert ran.code == code
        assert answer["numbers"] - answer["equal"] == len(answer["different"]) == code
        assert ran.err == ""


def test_a_difference_exits_1_and_is_named(
    forged: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = Ran(capsys, monkeypatch, "reproduce", forged)
    assert ran.code == 1
    assert ran.out.startswith("Not equal")
    assert "published" in ran.out
    assert Ran(capsys, monkeypatch, "reproduce", forged, language="zh").out.startswith("不一致")


def test_what_is_no_bundle_exits_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.zip").write_bytes(b"x")
    ran = Ran(capsys, monkeypatch, "reproduce", tmp_path / "x.zip", "--json")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.strip().splitlines()[-1].startswith("shixiao: x.zip: this is no bundle")


def test_delivery_writes_the_public_bundle_beside_the_result(
    log: Evaluation,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deliver(log, tmp_path / "out")
    ran = Ran(capsys, monkeypatch, "reproduce", tmp_path / "out" / "bundle.zip", "--json")
    answer = json.loads(ran.out)
    assert ran.code == 0
    assert answer["equal"] == answer["numbers"] > 100


def test_evaluate_writes_the_auditor_s_bundle_on_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(
        f"k{n},{step},2026-03-0{1 + k + n % 3}T09:00:00\n"
        for n in range(30)
        for k, step in enumerate(("apply", "decide"))
    )
    (tmp_path / "log.csv").write_text("case,activity,time\n" + rows, encoding="utf-8")
    monkeypatch.setenv("SHIXIAO_STORE", str(tmp_path / "store"))
    given = ["--case", "case", "--activity", "activity", "--time", "time"]
    path = tmp_path / "auditor.zip"
    ran = Ran(
        capsys, monkeypatch, "evaluate", tmp_path / "log.csv", *given, "--auditor-bundle", path
    )
    assert ran.code == 0
    answer = json.loads(Ran(capsys, monkeypatch, "reproduce", path, "--json").out)
    assert answer["kind"] == "auditor"
    assert answer["equal"] == answer["numbers"] > 30
