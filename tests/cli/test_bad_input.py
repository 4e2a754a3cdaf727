"""At the keyboard, bad input gets one clear sentence and exit code 2, and leaves nothing behind."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from shixiao.cli import main

GOOD = "case_id,activity,ts\nc1,申请,2026-03-02T09:00:00\nc1,办结,2026-03-03T09:00:00\n"
XES = '<?xml version="1.0"?><log>{}</log>'
TRACE = (
    '<trace><string key="concept:name" value="c1"/><event>'
    '<string key="concept:name" value="A"/>{}</event></trace>'
)
TIME = '<date key="time:timestamp" value="2026-03-02T09:00:00Z"/>'

Make = Callable[[Path], list[str]]


def text(name: str, content: str, *arguments: str, encoding: str = "utf-8") -> Make:
    def make(folder: Path) -> list[str]:
        (folder / name).write_bytes(content.encode(encoding))
        return [str(folder / name), *arguments]

    return make


def truncated_gzip(folder: Path) -> list[str]:
    packed = gzip.compress(XES.format(TRACE.format(TIME) * 500).encode())
    (folder / "log.xes.gz").write_bytes(packed[: len(packed) // 2])
    return [str(folder / "log.xes.gz")]


def zip_bomb(folder: Path) -> list[str]:
    with zipfile.ZipFile(folder / "p.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("events.csv", GOOD + "c1,A,2026-03-04\n" * 4_000_000)
    return [str(folder / "p.zip")]


def climbing_path(folder: Path) -> list[str]:
    (folder / "outside.csv").write_text(GOOD, "utf-8")
    package = folder / "package"
    package.mkdir()
    descriptor = {"name": "p", "resources": [{"name": "events", "path": "../outside.csv"}]}
    (package / "datapackage.json").write_text(json.dumps(descriptor), "utf-8")
    return [str(package)]


def climbing_zip(folder: Path) -> list[str]:
    with zipfile.ZipFile(folder / "p.zip", "w") as archive:
        descriptor = {"name": "p", "resources": [{"name": "events", "path": "../events.csv"}]}
        archive.writestr("datapackage.json", json.dumps(descriptor))
        archive.writestr("../events.csv", GOOD)
    return [str(folder / "p.zip")]


def doubled_ids(folder: Path) -> list[str]:
    (folder / "events.csv").write_text(GOOD, "utf-8")
    (folder / "cases.csv").write_text(
        "case_id,service_id,channel,opened\n" + "c1,s,online,2026-03-02\n" * 2, "utf-8"
    )
    return [str(folder)]


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    "<log>&b;</log>"
)

CASES: dict[str, tuple[Make, str]] = {
    "truncated gzip": (truncated_gzip, "log.xes.gz"),
    "XES without timestamps": (text("log.xes", XES.format(TRACE.format(""))), "time:timestamp"),
    "billion laughs": (text("log.xes", BOMB), "DTD"),
    "zip bomb": (zip_bomb, "p.zip"),
    "path that climbs out": (climbing_path, ".."),
    "zip entry that climbs out": (climbing_zip, ".."),
    "mixed zones": (
        text("log.csv", GOOD + "c1,补正,2026-03-02T09:00:00+08:00\n"),
        "row 3",
    ),
    "empty file": (text("log.csv", ""), "log.csv"),
    "header only": (text("log.csv", "case_id,activity,ts\n"), "log.csv"),
    "empty XES": (text("log.xes", XES.format("")), "log.xes"),
    "wrong column map": (text("log.csv", GOOD, "--case", "办件"), "办件"),
    "ragged row": (text("log.csv", GOOD + "c2,申请\n"), "row 3"),
    "no time column": (text("log.csv", "case_id,activity\nc1,A\n"), "--time"),
    "two possible times": (
        text("log.csv", "case_id,activity,办理时间,操作时间\nc1,A,2026-03-02,2026-03-02\n"),
        "--time",
    ),
    "duplicate ids": (doubled_ids, "rows 1 and 2"),
    "unknown arm": (text("log.csv", GOOD, "--compare", "month=2026-03:2027-01"), "2027-01"),
    "unknown column": (text("log.csv", GOOD, "--by", "区县"), "区县"),
    "comparison in no form": (text("log.csv", GOOD, "--compare", "channel"), "COLUMN=A:B"),
    "periods that overlap": (
        text("log.csv", GOOD, "--periods", "2026-01-01..2026-03-01:2026-02-01..2026-04-01"),
        "overlap",
    ),
    "unknown engine": (text("log.csv", GOOD, "--engine", "abacus"), "abacus"),
    "unknown calendar": (text("log.csv", GOOD, "--calendar", "moon"), "moon"),
    "unknown rule pack": (text("log.csv", GOOD, "--rules", "nowhere"), "nowhere"),
    "unknown zone": (text("log.csv", GOOD, "--zone", "Mars/Base"), "Mars/Base"),
    "a web page saved as a log": (text("log.csv", "<!DOCTYPE html><html></html>"), "log.csv"),
    "no such file": (lambda folder: [str(folder / "nothing.xes")], "nothing.xes"),
}


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHIXIAO_STORE", str(tmp_path / "stores"))
    monkeypatch.setenv("SHIXIAO_LANGUAGE", "en")
    monkeypatch.setenv("SHIXIAO_PERSON_KEY", "a key for tests")
    monkeypatch.setenv("SHIXIAO_MEMORY_MB", "512")
    (tmp_path / "given").mkdir()
    return tmp_path


def run(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.argv", ["shixiao", *arguments])
    with pytest.raises(SystemExit) as leaving:
        main()
    return int(leaving.value.code or 0)


@pytest.mark.parametrize(("make", "words"), CASES.values(), ids=CASES)
def test_bad_input_gets_one_sentence_and_leaves_nothing(
    make: Make,
    words: str,
    machine: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = machine / "out"
    arguments = ["evaluate", *make(machine / "given"), "--quiet", "--out", str(out)]
    assert run(arguments, monkeypatch) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.strip().splitlines()) == 1
    assert words in said.err
    assert "Traceback" not in said.err
    assert str(machine) not in said.err
    assert not out.exists()
    left = (
        [path.name for path in (machine / "stores").glob("*")]
        if (machine / "stores").exists()
        else []
    )
    assert [name for name in left if name.startswith("building-")] == []


ACCEPTED: dict[str, tuple[Make, int]] = {
    "GB18030 with Chinese headers": (
        text(
            "办件.csv",
            "受理编号,环节名称,办理时间\nc1,申请,2026/3/2 9:00\nc1,办结,2026/3/3 9:00\n",
            encoding="gb18030",
        ),
        2,
    ),
    "fields of 5,000 characters": (text("log.csv", GOOD + f"c1,{'长' * 5000},2026-03-04\n"), 3),
    "one event": (text("log.csv", "case_id,activity,ts\nc1,A,2026-03-02\n"), 1),
    "semicolons": (text("log.csv", GOOD.replace(",", ";")), 2),
}


@pytest.mark.parametrize(("make", "events"), ACCEPTED.values(), ids=ACCEPTED)
def test_odd_but_readable_input_is_read(
    make: Make,
    events: int,
    machine: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["evaluate", *make(machine / "given"), "--json"], monkeypatch) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["process"]["events"] == events


def test_json_is_the_only_thing_on_standard_output_and_progress_goes_beside(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["evaluate", *text("log.csv", GOOD)(machine / "given"), "--json"]
    assert run(arguments, monkeypatch) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["schema"] == "shixiao/result/1"
    assert "Reading the evidence" in said.err


def test_a_formula_in_the_evidence_does_not_run_in_the_tables(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    content = GOOD + 'c1,"=HYPERLINK(""http://x"")",2026-03-04T09:00:00\n'
    out = machine / "out"
    arguments = [
        "evaluate",
        *text("log.csv", content)(machine / "given"),
        "--quiet",
        "--out",
        str(out),
    ]
    assert run(arguments, monkeypatch) == 0
    capsys.readouterr()
    book = openpyxl.load_workbook(out / "tables.xlsx")
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]
    assert any("HYPERLINK" in str(cell.value) for cell in cells)
    assert all(cell.data_type != "f" for cell in cells)


def test_the_same_input_gives_the_same_bytes(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = text("log.csv", GOOD)(machine / "given")
    contents = []
    for number in range(2):
        monkeypatch.setenv("SHIXIAO_STORE", str(machine / f"stores-{number}"))
        out = machine / f"out-{number}"
        assert run(["evaluate", *given, "--quiet", "--out", str(out)], monkeypatch) == 0
        files = [path for path in sorted(out.rglob("*")) if path.is_file()]
        contents.append({str(path.relative_to(out)): path.read_bytes() for path in files})
    capsys.readouterr()
    assert contents[0] == contents[1]
    assert {"report.html", "result.json", "tables.xlsx"} <= set(contents[0])


def test_a_setting_that_is_no_number_is_refused_by_name(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHIXIAO_MEMORY_MB", "lots")
    arguments = ["evaluate", *text("log.csv", GOOD)(machine / "given"), "--quiet"]
    assert run(arguments, monkeypatch) == 2
    said = capsys.readouterr()
    assert len(said.err.strip().splitlines()) == 1
    assert "SHIXIAO_MEMORY_MB" in said.err
