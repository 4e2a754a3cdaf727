"""Rows of a site are laid over those of a package; without any, nothing about a package changes."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shixiao.evidence import ColumnMapping, Request, Store, prepare
from shixiao.settings import Settings
from tests.detectors.packages import Row, Tables, write

DAY = "2026-11-29"
DUTY = ("duty_id", "act", "holder", "opened", "done")
SITE: dict[str, tuple[tuple[str, ...], list[Row]]] = {
    "departments": (("department_id", "name"), [("D1", "台账所称"), ("D9", "新局")]),
    "duties": (
        (*DUTY, "consented", "as_of"),
        [("Y2", "校核", "D1", "2026-11-01", None, None, DAY)],
    ),
    "exchanges": (("exchange_id", "ts", "dataset_id", "to_department", "case_id", "as_of"), []),
}
PACKAGE: Tables = {
    "departments": (
        ("department_id", "name", "region"),
        [("D1", "甲局", "东区"), ("D2", "乙局", "")],
    ),
    "duties": (
        DUTY,
        [("Y1", "校核", "D2", "2026-01-05", "2026-01-09"), ("Y2", "校核", "D1", "2026-01-05", "")],
    ),
}


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    folder = tmp_path / "rows"
    folder.mkdir()
    for name, (heads, mine) in SITE.items():
        cells = [pa.array([row[at] for row in mine], pa.string()) for at in range(len(heads))]
        table = pa.table(cells, names=list(heads))
        pq.write_table(table, folder / f"{name}.parquet", write_statistics=False)
    return folder


def built(tmp_path: Path, tables: Tables, rows: Path | None) -> Store:
    package = write(tmp_path / "package", tables)
    settings = Settings.from_environment({"SHIXIAO_STORE": str(tmp_path / "stores")})
    request = Request((package,), ColumnMapping(), site_rows=rows)
    return prepare(request, settings=settings, progress=lambda _: None)


def read(store: Store, table: str) -> dict[str, dict[str, object]]:
    found = pq.read_table(store.folder / f"{table}.parquet").to_pylist()
    return {str(next(iter(row.values()))): row for row in found}


def test_a_row_of_the_site_replaces_the_row_with_its_key_and_others_stay(
    tmp_path: Path, rows: Path
) -> None:
    store = built(tmp_path, PACKAGE, rows)
    duties = read(store, "duties")
    assert list(duties) == ["Y1", "Y2"]
    assert str(duties["Y2"]["opened"]).startswith("2026-10-31 16:00")
    assert [str(duties[key]["as_of"]) for key in duties] == ["None", DAY]
    departments = read(store, "departments")
    assert [row["name"] for row in departments.values()] == ["甲局", "乙局", "新局"]
    assert departments["D1"]["region"] == "东区"
    laid = store.meta.site_rows
    assert laid is not None
    assert laid.day == DAY
    assert laid.rows == {"departments": 2, "duties": 1, "exchanges": 0}
    assert laid.own["duties"] == DUTY
    assert Store.load(store.folder).meta == store.meta
    assert not any(item.name.startswith("site/") for item in store.meta.received)
    assert store.meta.notes[-1]["zh"].startswith("用了本站自己的台账 3 行（截至 2026-11-29）")
    assert store.has("exchanges", "case_id")


def test_a_package_that_says_nothing_of_sharing_is_given_the_tables(
    tmp_path: Path, rows: Path
) -> None:
    apps = (("app_id", "name", "department_id"), [("A1", "甲", "D9")])
    store = built(tmp_path, {"apps": apps}, rows)
    assert list(read(store, "departments")) == ["D1", "D9"]
    assert list(read(store, "duties")) == ["Y2"]
    assert store.has("duties", "done", "consented")


def test_a_package_alone_is_as_it_was(tmp_path: Path, rows: Path) -> None:
    alone = built(tmp_path, PACKAGE, None)
    assert alone.meta.site_rows is None
    assert "site_rows" not in alone.meta.to_json()
    assert list(read(alone, "departments")) == ["D1", "D2"]
    assert built(tmp_path, PACKAGE, rows).folder != alone.folder
