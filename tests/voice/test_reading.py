"""Reading: every usual table of messages, whatever people write in it, and one sentence else."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.terms import BadInput
from shixiao.voice import Columns, read_ballots, read_groups, read_messages
from shixiao.voice.ballots import read_moderated
from shixiao.voice.reading import parsed_time

HEAD = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "点赞数", "反对数"]
ROWS = [
    ["1", "u1", "路灯😀", "2020/1/6 12:09:38", "<b>坏了</b>，https://example.org 没人修", "3", "0"],
    ["2", "u2", "𠀀𪚥路", "2020-01-07", "x" * 10_000, "", "1"],
]


def csv(path: Path, encoding: str) -> Path:
    lines = [",".join(f'"{cell}"' for cell in row) for row in [HEAD, *ROWS]]
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def written(folder: Path, kind: str) -> Path:
    path = folder / f"messages.{kind.split('-', maxsplit=1)[0]}"
    if kind.startswith("csv"):
        return csv(path, kind.removeprefix("csv-"))
    if kind == "xlsx":
        book = openpyxl.Workbook()
        for row in [HEAD, *ROWS]:
            book.active.append(row)  # type: ignore[union-attr]
        book.save(path)
    elif kind == "parquet":
        columns = list(zip(*ROWS, strict=True))
        pq.write_table(pa.table({n: list(c) for n, c in zip(HEAD, columns, strict=True)}), path)
    else:
        lines = [json.dumps(dict(zip(HEAD, row, strict=True)), ensure_ascii=False) for row in ROWS]
        path.write_text("\n".join(lines), "utf-8")
    return path


@pytest.mark.parametrize("kind", ["csv-utf-8", "csv-gb18030", "xlsx", "parquet", "jsonl"])
def test_every_kind_of_table_says_the_same(tmp_path: Path, kind: str) -> None:
    found = read_messages(written(tmp_path, kind))
    one, other = found.rows
    assert (one.id, one.title, one.likes, one.person) == ("1", "路灯😀", 3, "u1")
    assert one.time == datetime(2020, 1, 6, 12, 9, 38)
    assert (other.likes, other.dislikes, len(other.text)) == (None, 1, 10_000)
    assert other.title == "𠀀𪚥路"


def test_columns_that_are_named_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("a,b,c\n停水了,7,标题\n", "utf-8")
    (row,) = read_messages(path, Columns(text="a", likes="b", title="c")).rows
    assert (row.text, row.likes, row.title, row.id) == ("停水了", 7, "标题", "1")


def test_a_file_without_a_header_is_read_as_text_and_label(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("路灯 坏 没人 修 " * 5 + ",城乡建设\n医院 收费 高,卫生计生\n", "utf-8")
    found = read_messages(path, label=True)
    assert [row.label for row in found.rows] == ["城乡建设", "卫生计生"]
    assert "no header" in found.notes[0].en


def test_a_row_that_came_twice_counts_once_and_is_told(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("id,text,ts\n1,停水,soon\n1,停水,soon\n2,停电,\n", "utf-8")
    found = read_messages(path)
    assert [row.id for row in found.rows] == ["1", "2"]
    assert [note.en[0] for note in found.notes] == ["2", "1"]


BAD = [
    ("m.csv", "甲,乙\n1,2\n", Columns(), "no column of “text” is recognised"),
    ("m.csv", "id,text\n1,a\n", Columns(text="body"), "no such column"),
    ("m.csv", "id,text\n1,a\n1,b\n", Columns(), "row 2, column “id”"),
    ("m.csv", "text,n\na,many\n", Columns(likes="n"), "row 1, column “n”"),
    ("m.csv", "text,t\na,yesterday\n", Columns(time="t"), "row 1, column “t”"),
    ("m.csv", "text\n" + "x" * 200_001 + "\n", Columns(), "more than 200000 characters"),
    ("m.csv", "id,text\n", Columns(), "no row below"),
    ("m.jsonl", '{"text": "a"}\n[1]\n', Columns(), "row 2"),
    ("m.jsonl", '{"text": "a"}\n{"text": \n', Columns(), "row 2"),
    ("m.jsonl", "", Columns(), "no row below"),
    ("m.csv", "", Columns(), "empty"),
    ("none.csv", None, Columns(), "no such file"),
]


@pytest.mark.parametrize(("name", "content", "columns", "words"), BAD)
def test_bad_messages_are_one_sentence(
    tmp_path: Path, name: str, content: str | None, columns: Columns, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(BadInput, match=words):
        read_messages(tmp_path / name, columns)


TIMES = [
    ("2020年1月6日 8时5分", (2020, 1, 6, 8, 5)),
    ("2020-01-06T08:05:00+08:00", (2020, 1, 6, 8, 5)),
    ("2020.1.6", (2020, 1, 6)),
    ("1578297600", (2020, 1, 6, 8)),
    ("1578297600000", (2020, 1, 6, 8)),
    ("2020-13-06", None),
    ("soon", None),
]


@pytest.mark.parametrize(("text", "moment"), TIMES)
def test_times_are_read_as_people_write_them(text: str, moment: tuple[int, ...] | None) -> None:
    assert parsed_time(text) == (datetime(*moment) if moment else None)  # type: ignore[arg-type]


@given(st.text(max_size=30))
def test_no_text_is_too_strange_for_a_time(text: str) -> None:
    parsed_time(text)


def test_the_last_vote_of_a_person_counts(tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    path.write_text(
        "timestamp,comment-id,voter-id,vote\n2000000000,1,a,-1\n1900000000,1,a,1\n", "utf-8"
    )
    assert read_ballots(path).votes.tolist() == [[-1]]


BAD_VOTES = [
    ("comment-id,voter-id,vote\n1,2,7\n", "row 1, column “vote”"),
    ("comment-id,voter-id,vote\n,2,1\n", "row 1, column “comment-id”"),
    ("voter-id,vote\n2,1\n", "no column of “statement”"),
    ("participant,0,1\np,1,x\n", "row 1, column “1”"),
    ("participant,0,1\np,1,1\np,1,1\n", "stands in two rows"),
]


@pytest.mark.parametrize(("content", "words"), BAD_VOTES)
def test_bad_votes_are_one_sentence(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "v.csv").write_text(content, "utf-8")
    with pytest.raises(BadInput, match=words):
        read_ballots(tmp_path / "v.csv")


def test_people_without_a_group_and_statements_kept_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "g.csv").write_text("participant,group-id\n1,0\n2,\n", "utf-8")
    (tmp_path / "c.csv").write_text("comment-id,moderated\n1,-1\n2,1\n3,0\n", "utf-8")
    assert read_groups(tmp_path / "g.csv") == {"1": "0"}
    assert read_moderated(tmp_path / "c.csv") == {"1"}


def test_a_message_without_an_id_gets_one_that_no_other_has(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("id,text\n2,停水\n,停电\n2*,停气\n,停电\n", "utf-8")
    assert [m.id for m in read_messages(path).rows] == ["2", "2**", "2*", "4"]


def test_names_of_json_are_read_as_headers_are_and_half_signs_become_marks(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    path.write_text('{" text": "\\ud800 停水"}\n{" text": "\\ud83d\\ude00"}\n', "utf-8")
    assert [m.text for m in read_messages(path).rows] == ["\ufffd 停水", "😀"]


def test_two_participants_without_a_key_are_refused_with_the_first_row(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("participant,0,1\na,1,1\n,1,1\n,1,-1\n", "utf-8")
    with pytest.raises(BadInput) as refused:
        read_ballots(path)
    assert (refused.value.row, refused.value.column) == (2, "participant")
