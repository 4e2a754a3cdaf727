"""Counting a log: in parts or at once, in other words, and wrong cells found."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from shixiao.evidence import Engine, Store
from shixiao.fairness.counting import Columns, count_decisions
from shixiao.fairness.cube import same
from shixiao.terms import BadInput
from tests.fairness.logged import COLUMNS, log, row


def test_a_log_counted_in_two_parts_is_the_log_counted_at_once(duckdb_engine: Engine) -> None:
    whole = log()
    parts = [
        count_decisions(duckdb_engine.small(part), duckdb_engine, COLUMNS)
        for part in (whole.slice(0, 3), whole.slice(3))
    ]
    assert same(
        parts[1].merged(parts[0]),
        count_decisions(duckdb_engine.small(whole), duckdb_engine, COLUMNS),
    )


def test_words_that_mean_yes_are_named(duckdb_engine: Engine) -> None:
    scores, incomes = ["High", "Low", "Medium", "Low"], [">50K", "<=50K", "<=50K", "?"]
    table = pa.table({"g": ["a"] * 4, "score": scores, "y": incomes})
    columns = Columns(
        "score", ("g",), outcome="y", selected_is=("High", "Medium"), outcome_is=(">50K",)
    )
    cube = count_decisions(duckdb_engine.small(table), duckdb_engine, columns)
    assert row(cube, "a") == {"n": 4, "selected": 2, "tp": 1, "fp": 1, "tn": 1}


WRONG = [
    ({"final": ["1", "2"]}, Columns("final", ("g",)), "final", "“2” is neither"),
    ({"final": ["1", "0"]}, Columns("final", ("race",)), "race", "no such column"),
    (
        {"final": ["1", "0"], "d": ["3", "-1"]},
        Columns("final", ("g",), days="d"),
        "d",
        "a number from 0",
    ),
    ({"final": ["1", "0"], "d": ["3", "x"]}, Columns("final", ("g",), days="d"), "d", "a number"),
    ({"final": ["1", "0"], "d": ["3", "inf"]}, Columns("final", days="d"), "d", "a number"),
    ({"final": ["1", "0"], "t": ["", "yesterday"]}, Columns("final", time="t"), "t", "no time"),
    (
        {"final": ["A", "B"]},
        Columns("final", selected_is=("C",)),
        "final",
        "no row says “C”",
    ),
    ({"final": ["", "NA"]}, Columns("final", ("g",)), "final", "no row holds a decision"),
    ({"final": ["1", "0"]}, Columns("final", outcome="final"), "final", "cannot be a decision"),
    ({"final": ["1", "0"]}, Columns("final", tuple("abcdefghijklm")), None, "at most 12"),
]


@pytest.mark.parametrize(("cells", "columns", "column", "said"), WRONG)
def test_a_wrong_cell_is_told_with_its_row_and_column(
    duckdb_engine: Engine,
    cells: dict[str, list[str]],
    columns: Columns,
    column: str | None,
    said: str,
) -> None:
    table = pa.table({"g": ["a", "b"], "__row": [1, 2], **cells})
    with pytest.raises(BadInput, match=said) as caught:
        count_decisions(duckdb_engine.small(table), duckdb_engine, columns, file="log.csv")
    assert (caught.value.file, caught.value.column) == ("log.csv", column)
    assert caught.value.row in (None, 2)


def test_a_group_that_tells_persons_apart_is_refused(
    duckdb_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shixiao.fairness.counting.MOST_ROWS", 10)
    table = pa.table({"id": [str(n) for n in range(20)], "g": ["a"] * 20, "s": [1] * 20})
    with pytest.raises(BadInput, match="20 different values") as caught:
        count_decisions(duckdb_engine.small(table), duckdb_engine, Columns("s", ("g", "id")))
    assert caught.value.column == "id"


PACKAGE = {
    "name": "city",
    "timezone": "UTC",
    "calendar": "none",
    "resources": [{"name": "decisions", "path": "decisions.csv"}],
}
DECISIONS = """\
decision_id,system_id,version,ts,region,final,outcome,arm,processing_days,appealed,upheld
1,SYS,v1,2026-01-05 09:00,城东,1,1,随机,2,1,0
2,SYS,v1,2026-01-06 09:00,城东,0,,算法,3,0,
3,SYS,v2,2026-02-05 09:00,城西,1,0,算法,1.5,0,
"""


def test_decisions_of_an_evidence_package_are_counted_from_its_store(
    prepared: Callable[..., Store], duckdb_engine: Engine, tmp_path: Path
) -> None:
    (tmp_path / "datapackage.json").write_text(json.dumps(PACKAGE), "utf-8")
    (tmp_path / "decisions.csv").write_text(DECISIONS, "utf-8")
    table = prepared(tmp_path).table(duckdb_engine, "decisions")
    columns = Columns(
        "final",
        ("region",),
        outcome="outcome",
        system="system_id",
        version="version",
        time="ts",
        arm="arm",
        days="processing_days",
        appealed="appealed",
        upheld="upheld",
    )
    cube = count_decisions(table, duckdb_engine, columns)
    assert cube.keys == (
        ("SYS", "v1", "2026-01", "algorithm", "城东"),
        ("SYS", "v1", "2026-01", "random", "城东"),
        ("SYS", "v2", "2026-02", "algorithm", "城西"),
    )
    east = {"n": 2, "selected": 1, "tp": 1, "heard": 2, "appealed": 1, "answered": 1}
    assert row(cube.by("region"), "城东") == east | {"timed": 2, "millidays": 5000}
