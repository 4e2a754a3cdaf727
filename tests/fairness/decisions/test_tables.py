"""Decision tables: two programs agree on every cell, and what has surprises is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shixiao.fairness.decisions import Replayer, read_table, ways_out
from shixiao.terms import BadInput
from tests.explained import content, record, table

CELLS = ["", ">= 3", "< 5", "<= 2.5", "> -1", "!= 3", "== 4", "4", "[1..3]", "(1..3)", "[1..3)",
         "(1..3]", '"a"', '"a","b"', '!= "a"', '== "b"', "true", "false", "!= true", "== false",
         '1,2,"a"', "[0..1],[3..4)", "< 0, > 5"]  # fmt: skip
VALUES = [None, True, False, "a", "b", "c", "", "3", 0, 1, 2, 2.5, 3, 4, 5, -1, 10, 1.0]


@pytest.mark.parametrize("cell", CELLS)
def test_the_matcher_that_explains_agrees_with_the_engine_on_every_kind_of_value(cell: str) -> None:
    made = table([("R1", cell, "", "", "yes"), ("R2", "", "", "", "no")])
    inputs: list[dict[str, Any]] = [{"income": value} for value in VALUES] + [{}]
    ours = [rule.result if (rule := made.decide(each)) else None for each in inputs]
    assert Replayer({"1": made}).results("1", inputs) == ours


@pytest.mark.parametrize(
    "cell",
    ["a > 1", "> b", "date('2026-01-01')", "$ > 1", "not(1)", "[1..", "[3..1]", "1;2", '"a',
     "> 1 and < 2", "len($) > 3", "[1..9999999999999999]", ",", "1,,2", "x" * 600],
)  # fmt: skip
def test_a_cell_that_is_more_than_a_comparison_is_refused_at_its_place(cell: str) -> None:
    with pytest.raises(BadInput) as refused:
        table([("R1", cell, "", "", "yes")])
    assert (refused.value.row, refused.value.column) == (1, "income")


def changed(change: Any) -> bytes:
    made = content()
    change(made)
    return json.dumps(made).encode()


def _function(made: dict[str, Any]) -> None:
    made["nodes"].append({"id": "f", "type": "functionNode", "content": "while(1){}"})


def _policy(made: dict[str, Any]) -> None:
    made["nodes"][1]["content"]["hitPolicy"] = "collect"


def _edges(made: dict[str, Any]) -> None:
    made["edges"][1]["targetId"] = "in"


def _twice(made: dict[str, Any]) -> None:
    made["nodes"][1]["content"]["rules"][1]["_id"] = "R1"


def _field(made: dict[str, Any]) -> None:
    made["nodes"][1]["content"]["inputs"][0]["field"] = "a.b"


def _result(made: dict[str, Any]) -> None:
    made["nodes"][1]["content"]["rules"][0]["o"] = "income * 2"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"[" * 5_000,
        b" " * 3_000_000,
        *(changed(each) for each in (_function, _policy, _edges, _twice, _field, _result)),
    ],
    ids=range(11),
)
def test_what_is_no_plain_table_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput):
        read_table(data)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "same"),
        ({"recommended": "grant"}, "different"),
        ({"recommended": None, "final": "grant"}, "different"),
        ({"version": "0.9"}, "no_table"),
        ({"inputs": None, "inputs_hash": "ab" * 32}, "no_inputs"),
    ],
)
def test_replay_says_what_came_out_and_what_could_not_be_assessed(
    changes: dict[str, Any], state: str
) -> None:
    (found,) = Replayer({"1.0": table()}).replay([record(**changes)])
    assert found.state == state


def test_single_changes_are_told_as_whole_regions() -> None:
    inputs = {"income": 1500, "hardship": "none", "age": 40}
    found = ways_out(table(), inputs, changeable=("income", "hardship"), wanted=("grant",))
    told = {
        way.changes[0].field: [(part.low, part.high, part.value) for part in way.changes[0].parts]
        for way in found.ways
    }
    assert {field: len(parts) for field, parts in told.items()} == {"income": 1, "hardship": 2}
    assert told["income"][0][:2] == (float("-inf"), 1000.0)
    assert [value for _, _, value in told["hardship"]] == ["disaster", "illness"]


def test_what_nobody_can_change_is_never_told() -> None:
    inputs = {"income": 1500, "hardship": "none", "age": 40}
    assert ways_out(table(), inputs, changeable=(), wanted=("grant",)).ways == ()


def test_two_changes_are_told_where_no_single_one_is_enough() -> None:
    inputs = {"income": 5000, "hardship": "none", "age": 40}
    found = ways_out(table(), inputs, changeable=("income", "hardship"), wanted=("grant",))
    assert {way.changes[0].field for way in found.ways} == {"income"}  # income alone is enough
    made = table([("R1", "< 10", '"x"', "", "grant"), ("R2", "", "", "", "refuse")])
    two = ways_out(made, {"income": 20, "hardship": "y"}, changeable=made.fields, wanted=("grant",))
    assert [[change.field for change in way.changes] for way in two.ways] == [
        ["income", "hardship"]
    ]


CELL = st.sampled_from(["", "< 2", ">= 2", "[1..3)", "2", "!= 1", "> 3"])
WORD = st.sampled_from(["", '"a"', '"a","b"', '!= "a"'])
ROW = st.tuples(CELL, WORD, CELL, st.sampled_from(["grant", "refuse"]))


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=5), st.integers(-1, 5), st.sampled_from("abc"))
def test_enumeration_finds_a_single_change_exactly_where_trying_everything_does(
    rows: list[tuple[str, str, str, str]], income: int, word: str
) -> None:
    made = table([(f"R{n}", *row) for n, row in enumerate(rows)])
    inputs = {"income": income, "hardship": word, "age": 0}
    decided = made.decide(inputs)
    if decided is not None and decided.result == "grant":
        return
    found = ways_out(made, inputs, changeable=("income", "hardship"), wanted=("grant",))
    single = {way.changes[0].field for way in found.ways if len(way.changes) == 1}
    tried = {
        "income": [n / 2 for n in range(-4, 14)],
        "hardship": ["a", "b", "c", "zz"],
    }
    engine = Replayer({"1": made})
    truth = {
        field
        for field, values in tried.items()
        if "grant" in engine.results("1", [{**inputs, field: value} for value in values])
    }
    assert single == truth
