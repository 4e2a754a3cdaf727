"""Files of decisions: lines, tables and columnar files say the same, row by row."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shixiao.fairness.decisions import Record, Replayer, read_file
from shixiao.terms import BadInput
from tests.explained import NOW, ZONE, record, sent, table

# The second column is a code of digits, the first a number or one word.
BY_PLACE = [("R1", '>= 3000,"unknown"', '"110101"', "", "refuse"), ("R5", "", "", "", "grant")]


def rows(path: Path) -> list[Record | BadInput]:
    tables = {"1.0": table(), "2.0": table(BY_PLACE)}
    found = read_file(path, name=path.name, now=NOW, zone=ZONE, tables=tables)
    return [record for _, record in found]


def test_each_bad_line_is_answered_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "log.ndjson"
    good = json.dumps(sent()).encode()
    bad = [b"{", b"[]", b"\xff", b"[" * 3_000, b'{"x": "' + b"a" * 70_000 + b'"}']
    path.write_bytes(b"\n".join([*bad, b"", good]) + b"\n")
    *refused, taken = rows(path)
    assert all(isinstance(each, BadInput) for each in refused)
    assert len(refused) == len(bad)
    assert isinstance(taken, Record)
    assert taken.sha256 == record().sha256


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_table_says_the_same_as_lines(tmp_path: Path, kind: str) -> None:
    given = sent()
    flat = {name: str(value) for name, value in given.items() if isinstance(value, str)}
    flat |= {"factors": json.dumps(given["factors"]), "rules": "R5", "group:sex": "F"}
    flat |= {"group:age_band": "18-44", "input:hardship": "none", "arm_probability": "0.5"}
    flat |= {"input:income": "1500", "input:age": "40"}
    path = tmp_path / f"log.{kind}"
    if kind == "csv":
        cells = ['"' + value.replace('"', '""') + '"' for value in flat.values()]
        path.write_text(",".join(flat) + "\n" + ",".join(cells) + "\n", "utf-8")
    else:
        typed = flat | {"arm_probability": 0.5, "input:income": 1500, "input:age": 40}
        pq.write_table(pa.table({name: [value] for name, value in typed.items()}), path)
    (found,) = rows(path)
    assert isinstance(found, Record), found
    assert found.sha256 == record().sha256


@pytest.mark.parametrize("version", ["2.0", "9"])
@pytest.mark.parametrize(
    "inputs",
    [
        {"income": 3500, "hardship": "110101", "age": "40"},
        {"income": "unknown", "hardship": "007", "age": "330102199001011234"},
    ],
)
def test_a_cell_is_a_number_only_where_the_table_of_its_version_tests_one(
    tmp_path: Path, version: str, inputs: dict[str, object]
) -> None:
    if version == "9":  # no table is registered: all are texts
        inputs = {name: str(value) for name, value in inputs.items()}
    lines, cells = tmp_path / "log.ndjson", tmp_path / "log.csv"
    lines.write_text(json.dumps(sent(version=version, inputs=inputs)), "utf-8")
    flat = {"decision_id": "1", "system_id": "aid", "version": version, "ts": "2026-02-20"}
    flat |= {"final": "refuse"} | {f"input:{name}": str(value) for name, value in inputs.items()}
    cells.write_text(f"{','.join(flat)}\n{','.join(flat.values())}\n", "utf-8")
    (sent_so,), (read_so,) = rows(lines), rows(cells)
    assert isinstance(sent_so, Record)
    assert isinstance(read_so, Record), read_so
    assert read_so.inputs == inputs
    assert read_so.inputs_hash == sent_so.inputs_hash


def test_texts_are_replayed_as_their_table_tests_them() -> None:
    texts = {"income": "3500", "hardship": "110101", "age": "40"}
    taken = record(version="2.0", inputs=texts)  # before the table was registered
    (found,) = Replayer({"2.0": table(BY_PLACE)}).replay([taken])
    assert found.state == "same"


def test_nested_columns_are_refused_with_their_name(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    pq.write_table(pa.Table.from_pylist([sent()]), path)
    with pytest.raises(BadInput) as refused:
        rows(path)
    assert refused.value.column == "inputs"
