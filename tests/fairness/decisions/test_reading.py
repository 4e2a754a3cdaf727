"""Files of decisions: lines, tables and columnar files say the same, row by row."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shixiao.fairness.decisions import Record, read_file
from shixiao.terms import BadInput
from tests.explained import NOW, ZONE, record, sent


def rows(path: Path) -> list[Record | BadInput]:
    return [found for _, found in read_file(path, name=path.name, now=NOW, zone=ZONE)]


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


def test_nested_columns_are_refused_with_their_name(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    pq.write_table(pa.Table.from_pylist([sent()]), path)
    with pytest.raises(BadInput) as refused:
        rows(path)
    assert refused.value.column == "inputs"
