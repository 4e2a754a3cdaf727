"""Answers of commands that are read back: whatever is wrong in them is said, and nothing breaks."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from shixiao.sharing.answers import Answer
from shixiao.sharing.inventory import read_inventory
from shixiao.sharing.lifecycle import read_told, told
from shixiao.sharing.lifecycle.controls import controls
from shixiao.sharing.lifecycle.matrix import Cell, CellState, Evidence
from shixiao.sharing.matching import read_matches
from shixiao.sharing.standards.conformance import mapping_sheet, read_report
from shixiao.terms import BadInput, Text
from tests import answers
from tests.cast import TODAY


def lifecycle() -> dict[str, Any]:
    control = controls()[0]
    seen = Evidence(control.id, TODAY, True, Text("已核对", "checked"))
    return told("D-1", "general_3", [Cell(control, CellState.MET, "", seen, None)])


READERS: dict[str, tuple[dict[str, Any], Callable[..., Any]]] = {
    "conformance": (answers.conformance(), read_report),
    "inventory": (answers.inventory(), read_inventory),
    "lifecycle": (lifecycle(), read_told),
    "matches": (answers.matches(), read_matches),
}


def outcome(read: Callable[..., Any], data: bytes) -> str | None:
    """Return the file that is named where it is refused; "" where it is read."""
    try:
        read(data, file="a.json")
    except BadInput as error:
        return error.file
    return ""


@pytest.mark.parametrize("kind", READERS)
def test_an_answer_that_was_edited_is_read_or_refused_and_never_breaks(kind: str) -> None:
    answer, read = READERS[kind]
    read(answers.file_of(answer), file="a.json")
    outcomes = Counter(outcome(read, data) for data in answers.broken(answer))
    assert outcomes["a.json"] > 20
    assert set(outcomes) == {"", "a.json"}


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b"[" * 100_000, b'{"schema": "x"}'])
def test_what_is_no_answer_is_refused(kind: str, data: bytes) -> None:
    with pytest.raises(BadInput):
        READERS[kind][1](data, file="a.json")


@pytest.mark.parametrize("kind", READERS)
def test_half_a_sign_is_refused_before_it_meets_the_database(kind: str) -> None:
    answer, read = READERS[kind]
    name = {"lifecycle": "dataset", "inventory": "source"}.get(kind, "name")
    with pytest.raises(BadInput):
        read(json.dumps(answer | {name: "\ud800"}).encode(), file="a.json")


@pytest.mark.parametrize("place", ["value", "low", "high"])
def test_a_number_beyond_any_float_is_refused(place: str) -> None:
    answer = answers.conformance()
    answer["score"][place] = 10**400
    with pytest.raises(BadInput, match="score"):
        read_report(answers.file_of(answer), file="a.json")


@pytest.mark.parametrize("value", [10**400, -(1 << 70), float("nan"), float("inf"), True, "1"])
def test_a_number_is_finite_and_exact_or_refused(value: Any) -> None:
    with pytest.raises(BadInput, match="ms"):
        Answer({"ms": value}, "a.json").number("ms")


def test_a_report_never_shows_a_value_whoever_wrote_the_file() -> None:
    answer = answers.conformance()
    answer["rules"][0]["samples"] = ["110105194912310021", "张三", "9<17>A", "13800000000", "A-9"]
    rule = read_report(answers.file_of(answer), file="a.json").rules[0]
    assert rule.samples == ("9<18>", "中<2>", "9<17>A", "9<11>", "A-9")


def test_a_mapping_is_a_line_for_every_code() -> None:
    mapping = read_report(answers.file_of(answers.conformance()), file="a.json").mapping
    rows = mapping_sheet(mapping, language="en").rows
    assert [(row[1], row[3], row[4]) for row in rows] == [
        ("DE003", "男", "1"),
        ("DE003", "女", "2"),
    ]
