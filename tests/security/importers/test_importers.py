"""Reports of other tools are read whole, known again when they come again, and never trusted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from shixiao.cli import cli, probe_import
from shixiao.rules import load_pack
from shixiao.security.importers import Report, importers, read_report
from shixiao.security.importers.importer import Malformed
from shixiao.terms import BadInput

pack = cache(load_pack)


def result(rule: str, line: int | None = 3, **more: Any) -> dict[str, Any]:
    where: dict[str, Any] = {"artifactLocation": {"uri": "app/views.py"}}
    if line is not None:
        where["region"] = {"startLine": line}
    return {
        "ruleId": rule,
        "message": {"text": "An injection"},
        "locations": [{"physicalLocation": where}],
        **more,
    }


def sarif(*results: Any, done: bool = True) -> dict[str, Any]:
    rules = [
        {"id": "sqli", "properties": {"security-severity": "9.8"}},
        {"id": "style", "defaultConfiguration": {"level": "note"}},
    ]
    run = {
        "tool": {"driver": {"name": "Scanner", "version": "1", "rules": rules}},
        "invocations": [{"executionSuccessful": done}],
        "results": list(results),
    }
    return {"version": "2.1.0", "runs": [run]}


def line(name: str, severity: str, ip: str = "www.example.org/192.0.2.1") -> dict[str, str]:
    return {"id": name, "ip": ip, "port": "443", "severity": severity, "finding": "offered"}


FLAT = [line("SSLv3", "CRITICAL"), line("BREACH", "MEDIUM"), line("TLS1_3", "OK")]
NESTED = {
    "Invocation": "testssl.sh www.example.org",
    "scanResult": [
        {
            "targetHost": "www.example.org",
            "port": "443",
            "protocols": [FLAT[0], FLAT[2]],
            "vulnerabilities": [FLAT[1]],
        }
    ],
}


def read(tmp_path: Path, data: Any, system: str = "S1") -> Report:
    path = tmp_path / "report.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return read_report(path, system)


def told(report: Report) -> list[tuple[str, str, str]]:
    return [(each.rule, each.locator, str(each.severity)) for each in report.findings]


def test_results_of_sarif_are_read(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        sarif(
            result("style"),
            result("sqli"),
            result("other", None, level="error"),
            result("good", kind="pass"),
            result("gone", baselineState="absent"),
        ),
    )
    assert found.assessed
    assert told(found) == [
        ("other", "app/views.py", "high"),
        ("sqli", "app/views.py:3", "high"),
        ("style", "app/views.py:3", "low"),
    ]


@pytest.mark.parametrize("data", [FLAT, NESTED], ids=["flat", "nested"])
def test_lines_of_testssl_are_read(tmp_path: Path, data: Any) -> None:
    found = read(tmp_path, data)
    assert found.assessed
    assert told(found) == [
        ("SSLv3", "www.example.org:443", "high"),
        ("BREACH", "www.example.org:443", "medium"),
    ]


def test_both_forms_of_testssl_give_the_same_findings(tmp_path: Path) -> None:
    assert read(tmp_path, FLAT).findings == read(tmp_path, NESTED).findings


@pytest.mark.parametrize(
    "data",
    [sarif(done=False), {"version": "2.1.0", "runs": []}, [*FLAT, line("scanProblem", "FATAL")]],
    ids=["sarif", "no run", "testssl"],
)
def test_a_run_that_failed_assessed_nothing(tmp_path: Path, data: Any) -> None:
    assert not read(tmp_path, data).assessed


def test_what_testssl_warns_of_on_every_machine_is_no_failure(tmp_path: Path) -> None:
    usual = line("engine_problem", "WARN", "/")
    assert read(tmp_path, [usual, *FLAT]).assessed
    assert not read(tmp_path, [usual, line("cert_chain", "WARN"), *FLAT]).assessed


def test_a_report_that_comes_again_gives_the_same_findings(tmp_path: Path) -> None:
    results = [result("sqli", n) for n in range(1, 30)] + [result("style", 4)] * 3
    first = read(tmp_path, sarif(*results))
    results.reverse()
    again = sarif(*results)
    again["runs"][0]["tool"]["driver"]["version"] = "2"
    for each in again["runs"][0]["results"]:
        each["message"] = {"text": "Said in other words"}
    second = read(tmp_path, again)
    names = {each.identity for each in first.findings}
    assert names == {each.identity for each in second.findings}
    assert len(first.findings) == len(names) == 30
    other = read(tmp_path, sarif(*results), system="S2")
    assert names.isdisjoint(each.identity for each in other.findings)


def paper(*items: dict[str, str], **more: Any) -> dict[str, Any]:
    head = {"schema": "shixiao/assessment-report/1", "kind": "mlps", "number": "B-7", "level": 3}
    head |= {"body": "测评中心", "date": "2026-05-01", "score": 88.5, "conclusion": "良"}
    return {**head, "items": list(items), **more}


def entry(clause: str, result: str = "不符合", risk: str = "中", **more: str) -> dict[str, str]:
    return {"clause": clause, "object": "db-1", "result": result, "risk": risk, **more}


def test_a_report_of_an_assessor_gives_what_does_not_hold_and_how_long_it_counts(
    tmp_path: Path,
) -> None:
    items = [entry("8.1.4.1 a)"), entry("8.1.4.2", "符合", ""), entry("8.1.4.9", "partly", "low")]
    found = read(tmp_path, paper(*items))
    assert told(found) == [("8.1.4.1 a)", "db-1", "medium"), ("8.1.4.9", "db-1", "low")]
    assert found.paper is not None
    assert str(found.paper.held_until(365)) == "2027-05-01"
    found = read(tmp_path, paper(*items, kind="crypto", expires="2026-09-01", score=None))
    assert found.kind == "密评报告 cryptography report"
    assert found.paper is not None
    assert str(found.paper.held_until(365)) == "2026-09-01"


@pytest.mark.parametrize(("conclusion", "told_of"), [("良", True), ("差", False)])
def test_a_conclusion_that_its_own_entries_contradict_is_told(
    tmp_path: Path, conclusion: str, told_of: bool
) -> None:
    found = read(tmp_path, paper(entry("8.1.4.1", risk="高"), conclusion=conclusion))
    assert ("conclusion", "B-7", "high") in told(found) if told_of else len(found.findings) == 1


def test_a_report_without_entries_assessed_nothing(tmp_path: Path) -> None:
    assert not read(tmp_path, paper()).assessed


HEAD = ("类型", "编号", "机构", "日期", "级别", "得分", "结论")
FIRST = ("等保", "B-7", "测评中心", date(2026, 5, 1), 3, 88.5, "良")
COLUMNS = ("条款", "对象", "结果", "风险", "问题")
ROWS = [("8.1.4.1 a)", "db-1", "不符合", "中", "口令过短"), ("8.1.4.2", "db-1", "符合", None, None)]


def workbook(path: Path, head: Sequence[Any], columns: Sequence[str], *rows: Sequence[Any]) -> Path:
    made = openpyxl.Workbook()
    made.active.title = "报告"
    for each in (HEAD, head):
        made.active.append(each)
    sheet = made.create_sheet("结果")
    for each in (columns, *rows):
        sheet.append(each)
    made.save(path)
    return path


def test_a_workbook_says_the_same_as_the_form(tmp_path: Path) -> None:
    found = read_report(workbook(tmp_path / "a.xlsx", FIRST, COLUMNS, *ROWS), "S1")
    told_of = entry("8.1.4.1 a)", text="口令过短"), entry("8.1.4.2", "符合", "")
    assert found == read(tmp_path, paper(*told_of))


@pytest.mark.parametrize(
    ("head", "columns", "words"),
    [
        (FIRST, ("条款", "对象"), "lacks the columns"),
        (("等保", "B-7"), COLUMNS, "one row, with the columns"),
        (("等保", "B-7", "x", "May", 3, 1, "良"), COLUMNS, "form of 等保测评报告"),
        (("等保", "B-7", "x", date(2026, 5, 1), "三", 1, "良"), COLUMNS, "form of 等保测评报告"),
        (("其他", "B-7", "x", date(2026, 5, 1), 3, 1, "良"), COLUMNS, "of no known tool"),
    ],
)
def test_a_workbook_of_another_form_is_bad_input(
    tmp_path: Path, head: Sequence[Any], columns: Sequence[str], words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        read_report(workbook(tmp_path / "a.xlsx", head, columns, ROWS[0][: len(columns)]), "S1")
    damaged = (tmp_path / "a.xlsx").read_bytes()[:-60]
    (tmp_path / "b.xlsx").write_bytes(damaged)
    with pytest.raises(BadInput):
        read_report(tmp_path / "b.xlsx", "S1")


def answer(path: Path) -> tuple[int, dict[str, Any]]:
    done = CliRunner().invoke(cli, ["probe", "import", str(path), "--system", "S1", "--json"])
    return done.exit_code, json.loads(done.stdout)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (sarif(result("sqli")), 0),
        (sarif(result("sqli"), done=False), 1),
        (FLAT, 0),
        (paper(entry("8.1.4.1")), 0),
        (paper(entry("8.1.4.1"), date="2020-01-01"), 1),
    ],
)
def test_the_command_keeps_to_its_schema_and_says_no_where_nothing_counts(
    tmp_path: Path, data: Any, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe_import, "load_pack", pack)
    (tmp_path / "report.json").write_text(json.dumps(data))
    done, said = answer(tmp_path / "report.json")
    folder = files("shixiao.cli").joinpath("schemas")
    jsonschema.validate(said, json.loads(folder.joinpath("probe-import.schema.json").read_text()))
    if "items" in data:
        form = folder.joinpath("assessment-report.schema.json").read_text()
        jsonschema.validate(data, json.loads(form))
    assert done == code
    for language in ("zh", "en"):
        monkeypatch.setenv("SHIXIAO_LANGUAGE", language)
        line = ["probe", "import", str(tmp_path / "report.json"), "--system", "S1"]
        shown = CliRunner().invoke(cli, line)
        assert (shown.exit_code, "{" in shown.output) == (code, False)


HOSTILE: dict[str, Any] = {
    "no number": paper(entry("a"), number=""),
    "a level of nine": paper(entry("a"), level=9),
    "a level of yes": paper(entry("a"), level=True),
    "a score of 101": paper(entry("a"), score=101),
    "no day": paper(entry("a"), date="May"),
    "it holds for ever": paper(entry("a"), expires="2999-01-01"),
    "a result is unknown": paper(entry("a", "fine")),
    "a risk is unknown": paper(entry("a", risk="dire")),
    "no clause": paper(entry("")),
    "rubbish": "{",
    "deep": "[" * 200_000,
    "another form": {"a": 1},
    "runs are no list": {"version": "2.1.0", "runs": {}},
    "no tool": {"version": "2.1.0", "runs": [{"results": []}]},
    "a result is a number": sarif(1),
    "a line is below one": sarif(result("x", -1)),
    "a level is unknown": sarif(result("x", level="awful")),
    "a text is a list": sarif({**result("x"), "message": {"text": []}}),
    "a severity is unknown": [line("a", "AWFUL")],
    "an id is a number": [{**line("a", "LOW"), "id": 7}],
    "a part is a number": {**NESTED, "scanResult": [{"protocols": [1]}]},
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_report_is_bad_input(tmp_path: Path, data: Any) -> None:
    with pytest.raises(BadInput):
        read(tmp_path, data)


def test_long_texts_and_control_signs_are_cut(tmp_path: Path) -> None:
    (one,) = read(tmp_path, [line("a\u001b[31m" + "b" * 9999, "LOW")]).findings
    assert len(one.rule) <= 500
    assert one.rule.isprintable()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["runs", "results", "tool", "driver", "name", "ruleId", "locations",
                         "message", "level", "id", "severity", "finding", "scanResult"]),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=60)
@given(JSON)
def test_nothing_but_a_clear_refusal_comes_of_any_document(data: Any) -> None:
    for form in importers():
        for each in (data, {"version": "2.1.0", "runs": [data]}, {"scanResult": [data]}, [data]):
            if form.knows(each):
                with suppress(Malformed):
                    assert all(one.system == "S1" for one in form.read(each, "S1").findings)
