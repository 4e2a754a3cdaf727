"""Parquet: left where it is, after a look at its frame."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shixiao.evidence.readers.parquet import filled_columns, parquet_batches, read_parquet
from shixiao.terms import BadInput

PLAIN = {
    "text": pa.array(["a"]),
    "coded": pa.array(["a"]).dictionary_encode(),
    "whole": pa.array([1]),
    "real": pa.array([1.5]),
    "flag": pa.array([True]),
    "day": pa.array([0], pa.date32()),
    "ns": pa.array([0], pa.timestamp("ns")),
    "zoned": pa.array([0], pa.timestamp("us", "Asia/Shanghai")),
    "money": pa.array([1], pa.decimal128(10, 2)),
}


def test_plain_columns_pass_without_being_read(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table(PLAIN), path)
    table = read_parquet(path, file="a.parquet")
    assert table.parquet == path
    assert table.columns == tuple(PLAIN)
    assert sum(batch.num_rows for batch in table.scan()) == 1


@pytest.mark.parametrize(
    "column",
    [
        pa.array([["a"]]),
        pa.array([{"a": 1}]),
        pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())),
        pa.array([b"a"]),
    ],
    ids=["list", "struct", "map", "binary"],
)
def test_nested_and_binary_columns_are_refused_by_name(tmp_path, column):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"ok": ["x"], "bad": column}), path)
    with pytest.raises(BadInput, match="plain text") as caught:
        read_parquet(path, file="a.parquet")
    assert caught.value.column == "bad"


def test_a_file_cut_off_is_refused(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": list(range(1_000))}), path)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(BadInput, match="truncated"):
        read_parquet(path, file="a.parquet")


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (pa.table({"a": pa.array([], pa.string())}), "no row"),
        (pa.table([[1], [2]], names=["a", "A"]), "one name"),
        (pa.table([[1], [2]], names=["a", " "]), "no name"),
        (pa.table({"file_row_number": [1]}), "keeps this name"),
    ],
)
def test_a_frame_that_cannot_be_used_is_refused(tmp_path, table, words):
    path = tmp_path / "a.parquet"
    pq.write_table(table, path)
    with pytest.raises(BadInput, match=words):
        read_parquet(path, file="a.parquet")


def test_columns_that_are_empty_throughout_are_told_from_the_others(tmp_path):
    path = tmp_path / "a.parquet"
    half = pa.array([None, "x"], pa.string())
    none = pa.array([None, None], pa.string())
    pq.write_table(pa.table({"half": half, "none": none}), path, row_group_size=1)
    assert filled_columns(path) == ["half"]


def test_only_the_asked_columns_are_read(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": [1], "b": [2]}), path)
    assert [batch.to_pylist() for batch in parquet_batches(path, ["b"])] == [[{"b": 2}]]
