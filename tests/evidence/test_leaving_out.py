"""Cases that a list names leave every table, and nothing of them stays in the store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shixiao.evidence import Request, Store, prepare
from shixiao.evidence.mapping import ColumnMapping
from shixiao.settings import Settings
from shixiao.terms import BadInput

Prepared = Callable[..., Store]
TABLES = {
    "events": ["case_id,activity,ts", "c1,A,2026-03-02", "t1,A,2026-03-02", "c2,A,2026-03-03"],
    "cases": [
        "case_id,service_id,channel,opened",
        "c1,s1,online,2026-03-02",
        " t1 ,s1,online,2026-03-02",
        "c2,s1,counter,2026-03-03",
    ],
    "groups": ["case_id,attribute,value", "t1,age,70+", "c2,age,70+"],
    "ratings": [
        "rating_id,service_id,case_id,level,ts",
        "r1,s1,t1,1,2026-03-04",
        "r2,s1,,5,2026-03-04",
    ],
    "exchanges": [
        "exchange_id,ts,dataset_id,to_department,case_id",
        "x1,2026-03-02,d,h,t1",
        "x2,2026-03-02,d,h,c1",
    ],
}


def package(folder: Path, tables: dict[str, list[str]] = TABLES) -> Path:
    folder.mkdir()
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def case_list(tmp_path: Path, *cases: str, name: str = "list.csv") -> Path:
    path = tmp_path / name
    path.write_text("\n".join(("case_id", *cases)) + "\n", "utf-8")
    return path


def column(store: Store, table: str, name: str) -> list[object]:
    return pq.read_table(store.folder / f"{table}.parquet").column(name).to_pylist()


def test_listed_cases_leave_every_table_that_names_cases(
    tmp_path: Path, prepared: Prepared
) -> None:
    store = prepared(package(tmp_path / "p"), left_out=case_list(tmp_path, "t1", "elsewhere"))
    assert sorted(column(store, "cases", "case_id")) == ["c1", "c2"]
    assert column(store, "groups", "case_id") == ["c2"]
    assert column(store, "ratings", "rating_id") == ["r2"]
    assert column(store, "exchanges", "exchange_id") == ["x2"]
    assert (store.meta.events, store.meta.cases, store.meta.left_out) == (2, 2, 1)
    content = b"".join(path.read_bytes() for path in sorted(store.folder.iterdir()))
    assert b"t1" not in content


def test_the_list_is_an_input_and_the_files_keep_their_rows(
    tmp_path: Path, prepared: Prepared
) -> None:
    store = prepared(package(tmp_path / "p"), left_out=case_list(tmp_path, "t1", "elsewhere"))
    rows = {item.name: item.rows for item in store.meta.inputs}
    assert rows == {
        "left_out/cases.csv": 2,
        **{f"{name}.csv": len(lines) - 1 for name, lines in TABLES.items()},
    }
    assert "left_out/cases.csv" not in {item.name for item in store.meta.received}
    (note,) = [note for note in store.meta.notes if "名单" in note["zh"]]
    assert "1 件" in note["zh"]
    assert "list demands: 1 of" in note["en"]


def test_no_list_leaves_the_store_as_it_was_and_each_list_makes_its_own(
    tmp_path: Path, prepared: Prepared
) -> None:
    folder = package(tmp_path / "p")
    plain = prepared(folder)
    assert prepared(folder, left_out=None).folder == plain.folder
    assert plain.meta.left_out is None
    assert "left_out" not in (plain.folder / "store.json").read_text("utf-8")
    one, two = (prepared(folder, left_out=case_list(tmp_path, case)) for case in ("t1", "c1"))
    assert len({plain.folder, one.folder, two.folder}) == 3
    assert prepared(folder, left_out=case_list(tmp_path, "t1")).folder == one.folder


def test_a_list_of_other_evidence_leaves_nothing_out(tmp_path: Path, prepared: Prepared) -> None:
    folder = package(tmp_path / "p")
    plain, same = prepared(folder), prepared(folder, left_out=case_list(tmp_path, "T1", "c"))
    assert same.meta.left_out == 0
    for path in plain.folder.glob("*.parquet"):
        assert (same.folder / path.name).read_bytes() == path.read_bytes()


def test_a_table_of_listed_cases_alone_is_as_if_it_had_not_come(
    tmp_path: Path, prepared: Prepared
) -> None:
    store = prepared(package(tmp_path / "p"), left_out=case_list(tmp_path, "t1", "c2"))
    assert "groups" not in store.meta.tables
    assert {item.name: item.rows for item in store.meta.inputs}["groups.csv"] == 2


def test_of_a_log_with_listed_cases_alone_nothing_is_left(
    tmp_path: Path, settings: Settings
) -> None:
    log = tmp_path / "log.csv"
    log.write_text("\n".join(TABLES["events"]) + "\n", "utf-8")
    before = sorted(path.name for path in settings.store.iterdir())
    request = Request((log,), ColumnMapping(), left_out=case_list(tmp_path, "c1", "c2", "t1"))
    with pytest.raises(BadInput, match="not one row is left"):
        prepare(request, settings=settings, progress=lambda _: None)
    assert sorted(path.name for path in settings.store.iterdir()) == before


@pytest.mark.parametrize("kind", [pa.string(), pa.int64(), pa.float64(), pa.large_string()])
def test_numbers_are_compared_as_the_store_writes_them(
    tmp_path: Path, prepared: Prepared, kind: pa.DataType
) -> None:
    ids = pa.array([7, 8, 8, 9], pa.int64()).cast(kind)
    rows = {"case_id": ids, "activity": ["A"] * 4, "ts": ["2026-03-02"] * 4}
    pq.write_table(pa.table(rows), tmp_path / f"log-{kind}.parquet")
    found = prepared(tmp_path / f"log-{kind}.parquet", left_out=case_list(tmp_path, "8"))
    assert sorted(column(found, "cases", "case_id")) == ["7", "9"]
    assert [item.rows for item in found.meta.inputs] == [4, 1]


def test_cases_of_two_logs_are_left_out_of_both_and_counted_apart(
    tmp_path: Path, prepared: Prepared
) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.csv").write_text("\n".join(TABLES["events"]) + "\n", "utf-8")
    given = case_list(tmp_path, "t1")
    store = prepared(tmp_path / "one.csv", tmp_path / "two.csv", left_out=given)
    assert (store.meta.cases, store.meta.left_out) == (4, 2)


def test_messages_name_rows_as_they_stand_in_the_file(tmp_path: Path, settings: Settings) -> None:
    lines = TABLES["ratings"] + ["r3,s1,c1,bad,2026-03-04"]
    folder = package(tmp_path / "p", TABLES | {"ratings": lines})
    request = Request((folder,), ColumnMapping(), left_out=case_list(tmp_path, "t1"))
    with pytest.raises(BadInput) as refused:
        prepare(request, settings=settings, progress=lambda _: None)
    assert (refused.value.file, refused.value.row) == ("ratings.csv", 3)


def test_equal_numbers_of_cases_are_refused_only_where_they_stay(
    tmp_path: Path, settings: Settings, prepared: Prepared
) -> None:
    twice = TABLES["cases"] + [TABLES["cases"][2]]
    folder = package(tmp_path / "p", TABLES | {"cases": twice})
    with pytest.raises(BadInput, match="occurs 2 times"):
        prepared(folder)
    assert prepared(folder, left_out=case_list(tmp_path, "t1")).meta.cases == 2


def test_scattered_events_keep_their_order(tmp_path: Path, prepared: Prepared) -> None:
    """Rows go, and those that stay keep their order where only that tells it."""
    lines = ["case_id,activity,ts"]
    for place in range(9):
        lines += [f"c{n},{chr(65 + place)},2026-03-02" for n in range(60)]
    path = tmp_path / "log.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    left = case_list(tmp_path, *(f"c{n}" for n in range(0, 60, 3)))
    store = prepared(path, left_out=left)
    with duckdb.connect() as connection:
        events = str(store.folder / "events.parquet")
        names = str(store.folder / "activities.parquet")
        found = connection.execute(
            "SELECT DISTINCT list(n.name ORDER BY e.pos) FROM read_parquet(?) e"
            " JOIN read_parquet(?) n USING (activity) GROUP BY e.case_no",
            [events, names],
        ).fetchall()
    assert (store.meta.cases, found) == (40, [(list("ABCDEFGHI"),)])


@pytest.mark.parametrize(
    ("content", "row", "says"),
    [
        ("number,why\nt1,x\n", None, "lacks the column case_id"),
        ("case_id\n", None, "no row below it"),
        ("", None, "empty"),
        ("case_id,why\nt1,x\n ,y\n", 2, "names no case"),
        ("case_id,CASE_ID\nt1,t2\n", None, "one name"),
        ("case_id,why\nt1\n", 1, "number of cells"),
        ("t1\nt2\n", None, "lacks the column case_id"),
        ("<html><table></table></html>", None, "HTML"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_its_place(
    tmp_path: Path, settings: Settings, content: str, row: int | None, says: str
) -> None:
    folder = package(tmp_path / "p")
    (tmp_path / "list.csv").write_text(content, "utf-8")
    request = Request((folder,), ColumnMapping(), left_out=tmp_path / "list.csv")
    with pytest.raises(BadInput, match=says) as refused:
        prepare(request, settings=settings, progress=lambda _: None)
    assert (refused.value.file, refused.value.row) == ("list.csv", row)


@pytest.mark.parametrize("header", ["case_id", "Case_ID", "办件编号"])
def test_the_column_is_found_by_its_names(tmp_path: Path, prepared: Prepared, header: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"note,{header}\nx,t1\nx,t1\n", "utf-8")
    assert prepared(package(tmp_path / "p"), left_out=path).meta.left_out == 1


def test_a_column_with_the_engines_own_name_is_refused(tmp_path: Path, prepared: Prepared) -> None:
    path = tmp_path / "log.csv"
    path.write_text("case_id,activity,ts,File_Row_Number\nc1,A,2026-03-02,1\n", "utf-8")
    with pytest.raises(BadInput, match="keeps this name"):
        prepared(path)
