"""Databases and files scanned for real: SQLite, PostgreSQL, MariaDB, CSV, XLSX, Parquet."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from shixiao.rules import load_pack
from shixiao.sharing.inventory import Inventory, Limits, RawColumn, RawTable, scan
from shixiao.sharing.inventory.address import address_of
from shixiao.sharing.inventory.copies import TableKind, kind_of, original_of
from shixiao.terms import BadInput, Unavailable
from tests import mariadb
from tests.sharing.databases import CATALOGUE, ELEMENTS, PASSWORD, ROWS, fill, people

RULES = load_pack()


def looked(url: str, **limits: int) -> Inventory:
    return scan(url, rules=RULES, elements=ELEMENTS, catalogue=CATALOGUE, limits=Limits(**limits))


def check(found: Inventory, *, comments: bool) -> None:
    """What every server must tell of the same database."""
    tables = {table.name: table for table in found.tables}
    first = tables["t_hj_ry"]
    assert first.understood.table.rows == ROWS
    kinds = {c.column.name: c.recognised and c.recognised.kind for c in first.understood.columns}
    assert kinds["sfzh"] == "id_number"
    assert kinds["xm"] == "person_name"
    assert kinds["hjdz"] == "address"
    elements = {c.column.name: c.element and c.element.element.id for c in first.understood.columns}
    assert elements["sfzh"] == "E2"
    assert elements["xb"] == "E3"
    assert first.match is not None
    assert first.match.dataset.id == "D1"
    assert first.understood.grade.grade == "general_3"
    backup = tables["t_hj_ry_bak20230101"]
    assert backup.understood.kind is TableKind.BACKUP
    assert backup.copy_of == "t_hj_ry"
    assert tables["sys_login_log"].understood.kind is TableKind.LOG
    assert tables["yl_001"].understood.kind is TableKind.EMPTY
    assert tables["v_hj"].understood.kind is TableKind.VIEW
    uncatalogued = {table.name for table in found.uncatalogued}
    assert "t_0042" in uncatalogued
    assert "t_hj_ry" not in uncatalogued
    if comments:
        columns = {c.column.name: c for c in tables["t_0042"].understood.columns}
        assert columns["c3"].recognised is not None
        assert columns["c3"].recognised.kind == "amount"
    told = json.dumps(found.to_json(), ensure_ascii=False)
    values = {str(v) for row in people(ROWS) for k, v in row.items() if k in ("xm", "sfzh", "hjdz")}
    assert [value for value in values - {"不详"} if value in told] == []


@pytest.fixture
def sqlite(tmp_path: Path) -> Path:
    path = tmp_path / "dept.db"
    engine = sa.create_engine(f"sqlite:///{path}")
    fill(engine)
    engine.dispose()
    return path


def test_a_sqlite_database_is_told_by_path_and_by_url(sqlite: Path) -> None:
    found = looked(str(sqlite))
    check(found, comments=False)
    assert looked(f"sqlite:///{sqlite}").to_json()["tables"] == found.to_json()["tables"]


def test_a_scan_leaves_a_database_as_it_was(sqlite: Path) -> None:
    before = sqlite.read_bytes()
    looked(str(sqlite), rows=50)
    assert sqlite.read_bytes() == before
    assert sorted(path.name for path in sqlite.parent.iterdir()) == [sqlite.name]


def test_a_sample_is_bounded_and_the_same_each_time(sqlite: Path) -> None:
    first, again = looked(str(sqlite), rows=60), looked(str(sqlite), rows=60)
    assert first.to_json() == again.to_json()
    (table,) = [t for t in first.tables if t.name == "t_hj_ry"]
    assert table.understood.table.rows == ROWS
    assert all(20 <= c.profile.nulls.n <= 60 for c in table.understood.columns)
    assert looked(str(sqlite), rows=60, seed=7).to_json() != first.to_json()


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        # Without one, the server's package warns as soon as it is imported.
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
        from tests import postgres
    with postgres.server() as url:
        engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        fill(engine)
        with engine.begin() as connection:
            connection.execute(sa.text(f"CREATE ROLE looker LOGIN PASSWORD '{PASSWORD}'"))
            connection.execute(sa.text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO looker"))
            connection.execute(sa.text("REVOKE SELECT ON yl_001 FROM looker"))
            connection.execute(sa.text("CREATE SCHEMA other"))
            connection.execute(sa.text("CREATE TABLE other.t1 (a text)"))
        engine.dispose()
        yield url


def as_looker(url: str) -> str:
    return url.replace("postgres:@", f"looker:{PASSWORD}@").replace(
        "postgres@", f"looker:{PASSWORD}@"
    )


def test_a_postgresql_database_is_told_with_comments_and_schemas(postgresql: str) -> None:
    found = looked(postgresql)
    check(found, comments=True)
    assert "other.t1" in {table.name for table in found.tables}


def test_a_table_that_may_not_be_read_is_told_and_ends_nothing(postgresql: str) -> None:
    found = looked(as_looker(postgresql))
    (table,) = [t for t in found.tables if t.name == "yl_001"]
    assert table.understood.table.problem is not None
    assert "no right" in table.remarks[-1].en
    assert PASSWORD not in json.dumps(found.to_json())


def test_nothing_can_be_written_while_a_database_is_scanned(postgresql: str) -> None:
    from shixiao.sharing.inventory import databases

    address = address_of(postgresql)
    engine = databases._engine(address, Limits())
    with (
        databases._reading(engine, address, Limits(seconds=1)) as connection,
        pytest.raises(sa.exc.InternalError, match="read-only"),
    ):
        connection.execute(sa.text("DELETE FROM t_hj_ry"))
    engine.dispose()


def test_a_large_table_is_sampled_by_the_server(postgresql: str) -> None:
    first, again = looked(postgresql, rows=60), looked(postgresql, rows=60)
    assert first.to_json() == again.to_json()
    (table,) = [t for t in first.tables if t.name == "t_hj_ry"]
    assert all(20 <= c.profile.nulls.n <= 60 for c in table.understood.columns)


def test_a_table_too_large_to_count_is_estimated_and_still_sampled(
    postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shixiao.sharing.inventory import databases

    def too_long(*_: object) -> int:
        raise sa.exc.OperationalError("", {}, Exception("statement timeout"))

    engine = sa.create_engine(postgresql.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(sa.text("ANALYZE t_hj_ry"))
    engine.dispose()
    monkeypatch.setattr(databases, "_count", too_long)
    tables = {table.name: table for table in looked(postgresql, rows=60).tables}
    entry = tables["t_hj_ry"].to_json()
    assert (entry["rows"], entry["rows_estimated"]) == (ROWS, True)
    assert entry["columns"][2]["recognised"] == "id_number"
    assert "too long" in tables["v_hj"].remarks[-1].en
    monkeypatch.setattr(databases, "_sampled", too_long)
    tables = {table.name: table for table in looked(postgresql, rows=60).tables}
    assert "first rows" in tables["t_hj_ry"].remarks[-1].en
    assert tables["t_hj_ry"].match is not None


@pytest.mark.mysql
@pytest.mark.slow
def test_a_mariadb_database_is_told_with_comments() -> None:
    with mariadb.server() as url:
        engine = sa.create_engine(url.replace("mysql://", "mysql+pymysql://"))
        fill(engine)
        engine.dispose()
        check(looked(url), comments=True)
        first = looked(url, rows=60)
        assert first.to_json()["tables"] == looked(url, rows=60).to_json()["tables"]
        with pytest.raises(Unavailable, match=r"no such database|cannot be reached"):
            looked(url.replace("/dept", "/nothing"))


def test_files_of_a_folder_are_tables(tmp_path: Path) -> None:
    rows = people(120)
    head, keys = ["姓名", "身份证号", "性别", "户籍地址"], ["xm", "sfzh", "xb", "hjdz"]
    lines = [",".join(head), *(",".join(str(row[k]) for k in keys) for row in rows)]
    (tmp_path / "人口.csv").write_bytes("\n".join(lines).encode("gb18030"))
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for line in lines:
        sheet.append(line.split(","))
    (tmp_path / "下级").mkdir()
    book.save(tmp_path / "下级" / "人口二.xlsx")
    pq.write_table(pa.table({k: [row[k] for row in rows] for k in keys}), tmp_path / "p.parquet")
    (tmp_path / "坏.csv").write_bytes(b"a,b\n1,2,3\n")
    found = {table.name: table for table in looked(str(tmp_path)).tables}
    assert set(found) == {"人口", "下级/人口二", "p", "坏"}
    for name in ("人口", "下级/人口二", "p"):
        kinds = [c.recognised and c.recognised.kind for c in found[name].understood.columns]
        assert kinds == ["person_name", "id_number", "sex", "address"]
    assert found["坏"].understood.table.problem is not None


def test_a_first_line_of_values_is_never_told_as_names(tmp_path: Path) -> None:
    row = people(3)[1]
    (tmp_path / "t.csv").write_text(f"{row['xm']},{row['sfzh']}\n" * 3, "utf-8")
    with pytest.raises(BadInput, match=r"no column names|one name") as raised:
        looked(str(tmp_path / "t.csv"))
    told = json.dumps(looked(str(tmp_path)).to_json(), ensure_ascii=False)
    assert row["sfzh"] not in told + str(raised.value)


def test_without_a_catalogue_nothing_is_catalogued(sqlite: Path) -> None:
    found = scan(str(sqlite), rules=RULES)
    assert found.catalogue is None
    assert not any(table.catalogued for table in found.tables)


@pytest.mark.parametrize(
    ("url", "error", "says"),
    [
        ("oracle://u:p@h/d", Unavailable, "no known kind"),
        ("http://example.com", Unavailable, "no known kind"),
        ("nowhere.csv", BadInput, "no such file"),
        ("sqlite:///nowhere.db", BadInput, "no such database"),
        ("sqlite://", BadInput, "cannot be read"),
        ("postgresql://u:p@h:port/d", BadInput, "cannot be read"),
        (f"postgresql://u:{PASSWORD}@127.0.0.1:9/d", Unavailable, "cannot be reached"),
        (f"mysql://u:{PASSWORD}@127.0.0.1:9/d", Unavailable, "cannot be reached"),
    ],
)
def test_what_cannot_be_scanned_is_said_without_the_password(
    url: str,
    error: type[Exception],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=says) as raised:
        scan(url, rules=RULES)
    assert PASSWORD not in str(raised.value)


def test_an_address_is_shown_without_password_and_options() -> None:
    word = quote("p@ss/w:rd")
    shown = address_of(f"postgres://u:{word}@db.example:5433/d?sslmode=require&password=x").shown
    assert shown == "postgres://u@db.example:5433/d"
    assert word not in repr(address_of(f"postgresql://u:{word}@db.example/d"))


def test_a_file_that_is_no_database_is_a_table_or_an_error(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    sqlite3.connect(path).close()
    path.write_bytes(b"")
    with pytest.raises(BadInput, match="empty"):
        scan(str(path), rules=RULES)


def raw(name: str, rows: int = 9, comment: str = "", columns: str = "abcd") -> RawTable:
    return RawTable(name, tuple(RawColumn(c, "text") for c in columns), rows, comment)


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        (raw("t_ry"), TableKind.DATA),
        (raw("t_ry_bak"), TableKind.BACKUP),
        (raw("T_RY_20230101"), TableKind.BACKUP),
        (raw("t_ry_bak20230101"), TableKind.BACKUP),
        (raw("bak_t_ry"), TableKind.BACKUP),
        (raw("人员备份"), TableKind.BACKUP),
        (raw("t_ry", comment="人员表备份"), TableKind.BACKUP),
        (raw("public.tmp_ry"), TableKind.TEMPORARY),
        (raw("t_ry_test2"), TableKind.TEMPORARY),
        (raw("sys_oper_log"), TableKind.LOG),
        (raw("登录日志"), TableKind.LOG),
        (raw("blog_catalog"), TableKind.DATA),
        (raw("t_bakery"), TableKind.DATA),
        (raw("template_items"), TableKind.DATA),
        (raw("t_bt", comment="临时价格补贴"), TableKind.DATA),
        (raw("t_zj", comment="核算中间表"), TableKind.TEMPORARY),
        (raw("t_2023"), TableKind.DATA),
        (raw("t_ry", rows=0), TableKind.EMPTY),
    ],
)
def test_a_table_is_known_for_what_it_is(table: RawTable, kind: TableKind) -> None:
    assert kind_of(table) is kind


def test_a_copy_finds_its_original() -> None:
    tables = [raw("t_ry"), raw("t_qy", columns="wxyz"), raw("other", columns="abcde")]
    assert original_of(raw("t_ry_bak"), tables) is tables[0]
    assert original_of(raw("tmp_7", columns="wxyz"), tables) is tables[1]
    assert original_of(raw("t_zz_bak", columns="pqrs"), tables) is None
