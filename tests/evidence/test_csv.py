"""CSV: every encoding and delimiter that exports come in, and a place for every fault."""

from __future__ import annotations

import codecs
import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shixiao.evidence.readers.csv import LONGEST_FIELD, read_csv
from shixiao.evidence.readers.decode import CHUNK
from shixiao.terms import BadInput

TEXT = "办件编号,环节,备注\nA1,受理,“好”\nA2,办结,\n"
ROWS = [
    {"办件编号": "A1", "环节": "受理", "备注": "“好”"},
    {"办件编号": "A2", "环节": "办结", "备注": None},
]


def rows_of(path: Path, content: bytes) -> list[dict[str, str | None]]:
    path.write_bytes(content)
    table = read_csv(path, file=path.name)
    return [row for batch in table.scan() for row in batch.to_pylist()]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(TEXT.encode(), id="utf-8"),
        pytest.param(codecs.BOM_UTF8 + TEXT.encode(), id="utf-8 with mark"),
        pytest.param(codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), id="utf-16-le"),
        pytest.param(codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), id="utf-16-be"),
        pytest.param(TEXT.encode("gbk"), id="gbk"),
        pytest.param(TEXT.encode("gb18030"), id="gb18030"),
        pytest.param(gzip.compress(TEXT.encode()), id="gzip"),
        pytest.param(gzip.compress(TEXT.encode("gbk")), id="gzip of gbk"),
        pytest.param(TEXT.replace("\n", "\r\n").encode(), id="crlf"),
        pytest.param(b"\r\n\n" + TEXT.encode(), id="blank lines above"),
        pytest.param(TEXT.rstrip("\n").encode(), id="no last line end"),
        *[
            pytest.param(TEXT.replace(",", d).encode(), id=f"delimiter {d!r}")
            for d in (";", "\t", "|")
        ],
    ],
)
def test_chinese_exports_are_read_alike_whatever_their_encoding_and_delimiter(tmp_path, content):
    assert rows_of(tmp_path / "log.csv", content) == ROWS


def test_the_encoding_is_found_even_when_a_long_ascii_stretch_comes_first(tmp_path):
    filler = b"a,b\n" + b"1,2\n" * (CHUNK // 4 + 10)
    rows = rows_of(tmp_path / "log.csv", filler + "3,中\n".encode("gb18030"))
    assert rows[-1] == {"a": "3", "b": "中"}


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('"two\nlines"', "two\nlines"),
        ('"with, comma"', "with, comma"),
        ('"a ""quoted"" word"', 'a "quoted" word'),
        ('""', None),
        ("x" * 5_000, "x" * 5_000),
        ('5" pipe', '5" pipe'),
        ("x" * LONGEST_FIELD, "x" * LONGEST_FIELD),
    ],
    ids=["newline", "comma", "quotes", "empty", "5000 characters", "inch mark", "1 MiB"],
)
def test_a_cell_keeps_what_it_holds(tmp_path, cell, value):
    assert rows_of(tmp_path / "a.csv", f"a,b\n1,{cell}\n".encode()) == [{"a": "1", "b": value}]


def test_a_table_can_be_scanned_again_and_left_half_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 2_000_000)
    table = read_csv(path, file="a.csv")
    half = table.scan()
    next(half)
    half.close()
    assert sum(batch.num_rows for batch in table.scan()) == 2_000_000


def test_a_column_without_a_name_is_numbered(tmp_path):
    assert rows_of(tmp_path / "a.csv", b",a\n0,x\n") == [{"column_1": "0", "a": "x"}]


@pytest.mark.parametrize(
    ("content", "row", "column", "words"),
    [
        (b"", None, None, "empty"),
        (b"\n\n\n", None, None, "first line"),
        (b"a,b\n", None, None, "no row"),
        (b"a,b", None, None, "no row"),
        (b" , \n1,2\n", None, None, "no column names"),
        (b"a,A\n1,2\n", None, None, "one name"),
        ("\uff41,a\n1,2\n".encode(), None, None, "one name"),
        (b"1,2024-01-05,x\n2,2024-01-06,y\n", None, None, "not column names"),
        (b"1,2\n3,4\n", None, None, "not column names"),
        (b"a,b\n1,2\n3\n", 2, None, "number of cells is 1"),
        (b'a,b\n1,"x\ny"\n3,4,5\n', 2, None, "number of cells is 3"),
        (b"a,b\n1,2\n3,\xff\xfe\n", 2, "b", "ff fe"),
        ("a,b\n1,二\n3,".encode() + b"\xd6\n", 2, "b", "d6 0a"),
        (b"a,b\n1,\x00\n", 1, "b", "NUL"),
        (b"a,b\n1,2\n3," + b"x" * (LONGEST_FIELD + 1) + b"\n", 2, "b", "1 MiB"),
        (b"a,b\n1,2\n3," + b"x" * (5 << 20) + b"\n", 2, "b", "1 MiB"),
        (b'a,b\n1,2\n3,"open\n4,5\n', 2, "b", "never closes"),
        (b'a,b\n1,2\n3,"' + b"x\n" * (6 << 20), 2, None, "4 MiB"),
        (gzip.compress(b"a,b\n" + b"1,2\n" * 9_000, mtime=0)[:-12], None, None, "truncated"),
        (b"\x1f\x8b\x08rubbish", None, None, "truncated"),
        (",".join(f"c{n}" for n in range(2_001)).encode() + b"\n", None, None, "2000 columns"),
        (b"a" * 300 + b",b\n1,2\n", None, None, "no column name"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place(tmp_path, content, row, column, words):
    with pytest.raises(BadInput, match="log") as caught:
        rows_of(tmp_path / "log.csv", content)
    problem = caught.value
    assert (problem.file, problem.row, problem.column) == ("log.csv", row, column)
    assert words in str(problem)


def test_a_bad_byte_far_down_is_found_in_its_row(tmp_path):
    good = b"1,2\n" * 600_000
    with pytest.raises(BadInput) as caught:
        rows_of(tmp_path / "a.csv", b"a,b\n" + good + b"3,\xff\n")
    assert (caught.value.row, caught.value.column) == (600_001, "b")


def test_a_ragged_row_far_down_is_found_in_its_row(tmp_path):
    good = b"1,2\n" * 1_300_000
    with pytest.raises(BadInput) as caught:
        rows_of(tmp_path / "a.csv", b"a,b\n" + good + b"3\n")
    assert caught.value.row == 1_300_001


LINES = st.lists(st.text(alphabet='a1,"\n\r;\t中 \x00', max_size=12), max_size=6)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200) | LINES.map(lambda lines: "\n".join(lines).encode()))
def test_arbitrary_bytes_are_read_or_refused_but_never_crash(tmp_path, content):
    try:
        rows = rows_of(tmp_path / "fuzz.csv", content)
    except BadInput:
        return
    assert rows


def test_names_that_stand_twice_are_refused_or_numbered_on_request(tmp_path):
    path = tmp_path / "twice.csv"
    path.write_text("a,b,A\n1,2,3\n", "utf-8")
    with pytest.raises(BadInput, match="one name"):
        read_csv(path, file="twice.csv")
    assert read_csv(path, file="twice.csv", twins=True).columns == ("a", "b", "A (2)")


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\ufeff"), max_size=9),
            min_size=3,
            max_size=3,
        ),
        min_size=1,
        max_size=8,
    ),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
)
def test_what_is_written_as_quoted_csv_is_read_back(tmp_path, rows, encoding):
    lines = [("编号", "环节", "备注"), *rows]
    text = "".join(
        ",".join('"' + cell.replace('"', '""') + '"' for cell in line) + "\r\n" for line in lines
    )
    read = rows_of(tmp_path / "back.csv", text.encode(encoding))
    assert [list(row.values()) for row in read] == [[cell or None for cell in row] for row in rows]
