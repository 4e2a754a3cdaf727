"""Reports of other tools are read whole, known again when they come again, and never trusted."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shixiao.security.importers import Report, importers, read_report
from shixiao.security.importers.importer import Malformed
from shixiao.terms import BadInput


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


HOSTILE: dict[str, Any] = {
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
