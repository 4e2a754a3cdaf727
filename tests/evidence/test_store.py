"""The store: built once, the same for the same content, with nobody's name in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from shixiao.effect import directly_follows, variants
from shixiao.evidence import Engine, Request, Store, prepare
from shixiao.evidence.mapping import ColumnMapping
from shixiao.settings import Settings
from shixiao.terms import BadInput

Prepared = Callable[..., Store]

LOG = """case_id,activity,ts,resource,channel
c1,申请,2026-03-02T09:00:00,张三,online
c1,受理,2026-03-02T10:00:00,李四,online
c1,办结,2026-03-04T10:00:00,李四,online
c2,申请,2026-03-03T09:00:00,张三,counter
c2,办结,2026-03-03T09:30:00,,counter
"""


def log(tmp_path: Path, text: str = LOG, name: str = "log.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def read(store: Store, table: str) -> list[dict[str, object]]:
    path = store.folder / f"{table}.parquet"
    with duckdb.connect() as connection:
        relation = connection.read_parquet(str(path))
        rows = relation.fetchall()
        return [dict(zip(relation.columns, row, strict=True)) for row in rows]


def test_events_stand_in_order_with_what_follows_them(
    tmp_path: Path, prepared: Prepared, duckdb_engine: Engine
) -> None:
    store = prepared(log(tmp_path))
    edges = {(e.source, e.target): e.count for e in directly_follows(store, duckdb_engine)}
    assert edges == {("申请", "受理"): 1, ("受理", "办结"): 1, ("申请", "办结"): 1}
    paths = {v.activities: v.cases for v in variants(store, duckdb_engine)}
    assert paths == {("申请", "受理", "办结"): 1, ("申请", "办结"): 1}


@pytest.mark.parametrize("shuffle", [(3, 0, 4, 1, 2), (4, 3, 2, 1, 0), (0, 3, 1, 4, 2)])
def test_the_order_of_rows_does_not_matter_where_times_differ(
    tmp_path: Path, prepared: Prepared, duckdb_engine: Engine, shuffle: tuple[int, ...]
) -> None:
    head, *rows = LOG.strip().split("\n")
    mixed = "\n".join([head, *(rows[i] for i in shuffle)]) + "\n"
    plain = prepared(log(tmp_path))
    scattered = prepared(log(tmp_path, mixed, "mixed.csv"))
    assert directly_follows(plain, duckdb_engine) == directly_follows(scattered, duckdb_engine)


def test_ties_stand_in_source_order_and_seq_overrides_it(
    tmp_path: Path, prepared: Prepared, duckdb_engine: Engine
) -> None:
    tied = "case_id,activity,ts\nc1,A,2026-03-02\nc1,B,2026-03-02\nc1,C,2026-03-02\n"
    numbered = "case_id,activity,ts,seq\nc1,A,2026-03-02,3\nc1,B,2026-03-02,1\nc1,C,2026-03-02,2\n"
    first = prepared(log(tmp_path, tied, "tied.csv"))
    second = prepared(log(tmp_path, numbered, "numbered.csv"))
    assert variants(first, duckdb_engine)[0].activities == ("A", "B", "C")
    assert variants(second, duckdb_engine)[0].activities == ("B", "C", "A")
    assert first.meta.quality["tied"] == 3


def test_a_second_run_reuses_the_store_and_other_content_does_not(
    tmp_path: Path, settings: Settings
) -> None:
    request = Request((log(tmp_path),), ColumnMapping())
    steps: list[str] = []
    first = prepare(request, settings=settings, progress=lambda t: steps.append(t.en))
    built = len(steps)
    second = prepare(request, settings=settings, progress=lambda t: steps.append(t.en))
    assert first.folder == second.folder
    assert len(steps) == built + 1  # only reading, no building
    other = Request((log(tmp_path, LOG.replace("c2", "c3"), "log.csv"),), ColumnMapping())
    assert prepare(other, settings=settings, progress=lambda _: None).folder != first.folder


def test_the_names_of_handlers_are_nowhere_in_the_store(tmp_path: Path, prepared: Prepared) -> None:
    store = prepared(log(tmp_path, LOG.replace("张三", "zhangsan-7781"), "names.csv"))
    content = b"".join(path.read_bytes() for path in sorted(store.folder.iterdir()))
    assert b"zhangsan" not in content
    assert b"\xe6\x9d\x8e\xe5\x9b\x9b" not in content  # 李四
    with duckdb.connect() as connection:
        columns = connection.read_parquet(str(store.folder / "events.parquet")).columns
    assert "resource_changes" in columns


def test_two_logs_keep_their_cases_apart(
    tmp_path: Path, prepared: Prepared, duckdb_engine: Engine
) -> None:
    store = prepared(
        log(tmp_path, name="one.csv"), log(tmp_path, LOG + "c2,补正,2026-03-05,,\n", "two.csv")
    )
    assert store.meta.sources == ("one", "two")
    assert store.meta.cases == 4
    sources = sorted((row["source"], row["case_id"], row["events"]) for row in read(store, "cases"))
    assert sources == [("one", "c1", 3), ("one", "c2", 2), ("two", "c1", 3), ("two", "c2", 3)]


def test_blanks_around_ids_and_names_do_not_make_others(tmp_path: Path, prepared: Prepared) -> None:
    padded = LOG.replace("c1,受理", " c1 ,受理 ").replace("c2,办结", "c2\u3000,办结")
    store = prepared(log(tmp_path, padded, "padded.csv"))
    assert store.meta.cases == 2
    assert sorted(str(row["case_id"]) for row in read(store, "cases")) == ["c1", "c2"]
    assert sorted(str(row["name"]) for row in read(store, "activities")) == ["办结", "受理", "申请"]


def test_rows_without_case_activity_or_time_are_counted_and_left_out(
    tmp_path: Path, prepared: Prepared
) -> None:
    broken = LOG + ",受理,2026-03-05T09:00:00,,\nc3,,2026-03-05T09:00:00,,\nc3,受理,soon,,\n"
    store = prepared(log(tmp_path, broken, "broken.csv"))
    assert (store.meta.events, store.meta.quality["incomplete"]) == (5, 3)


def test_a_log_whose_every_row_is_broken_is_refused_and_leaves_nothing(
    tmp_path: Path, settings: Settings
) -> None:
    before = sorted(path.name for path in settings.store.iterdir())
    request = Request((log(tmp_path, "case_id,activity,ts\nc1,A,soon\n"),), ColumnMapping())
    with pytest.raises(BadInput, match="no event has"):
        prepare(request, settings=settings, progress=lambda _: None)
    assert sorted(path.name for path in settings.store.iterdir()) == before


def test_wall_clock_follows_the_zone_through_summer_time(
    tmp_path: Path, prepared: Prepared
) -> None:
    text = "case_id,activity,ts\nc1,A,2026-01-10T12:00:00\nc1,B,2026-07-10T12:00:00\n"
    store = prepared(log(tmp_path, text, "dst.csv"), zone="Europe/Amsterdam")
    assert store.meta.utc_offset is None
    case = read(store, "cases")[0]
    hours = [int(case[f"{e}_local"]) // 3_600_000_000 % 24 for e in ("opened", "closed")]
    assert hours == [12, 12]
    assert (int(case["closed"]) - int(case["opened"])) % 86_400_000_000 == 23 * 3_600_000_000


def test_cases_without_events_are_kept(tmp_path: Path, prepared: Prepared) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "events.csv").write_text("case_id,activity,ts\nc1,A,2026-03-02\n", "utf-8")
    (package / "cases.csv").write_text(
        "case_id,service_id,channel,opened\nc1,s1,online,2026-03-02\nc2,s1,counter,2026-03-03\n",
        "utf-8",
    )
    store = prepared(package)
    found = sorted((row["case_id"], row["events"], row["case_no"]) for row in read(store, "cases"))
    assert found == [("c1", 1, 0), ("c2", 0, 1)]
