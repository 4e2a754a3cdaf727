"""Conforming: what a value means, what cannot be read, and what must stop the run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shixiao.evidence.conform import Conformed, conform, stage
from shixiao.evidence.raw import RawTable
from shixiao.evidence.schema import load_schemas
from shixiao.evidence.sql import literal, parquet_scan, quote
from shixiao.evidence.values import settled_offset
from shixiao.terms import BadInput

SHANGHAI = "Asia/Shanghai"
SCHEMAS = load_schemas()


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def pseudonym(values: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(pa.scalar("p-"), values, "")


def raw_table(name: str, columns: dict[str, Any], rename: dict[str, str] | None = None) -> RawTable:
    batch = pa.RecordBatch.from_pydict(
        {k: v if isinstance(v, pa.Array) else pa.array(v, pa.string()) for k, v in columns.items()}
    )
    return RawTable(name, f"{name}.csv", "log", batches=iter([batch]), rename=rename or {})


def conformed(
    engine: duckdb.DuckDBPyConnection,
    folder: Path,
    raw: RawTable,
    zone: str = SHANGHAI,
    required: tuple[str, ...] | None = None,
) -> Conformed:
    parquet = stage(raw, folder=folder, person=pseudonym)
    return conform(engine, SCHEMAS[raw.name], raw, parquet, zone=zone, required=required)


def values(engine: duckdb.DuckDBPyConnection, result: Conformed, column: str) -> list[Any]:
    rows = engine.execute(f"SELECT {quote(column)} FROM ({result.sql}) ORDER BY __row")
    return [row[0] for row in rows.fetchall()]


def events(times: Any, **more: Any) -> RawTable:
    n = len(times)
    return raw_table(
        "events", {"case_id": ["A"] * n, "activity": ["受理"] * n, "ts": times, **more}
    )


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2024-01-05T09:03:07", "2024-01-05 01:03:07"),
        ("2024-01-05 09:03:07.25", "2024-01-05 01:03:07.25"),
        ("2024-01-05 09:03", "2024-01-05 01:03:00"),
        ("  2024-01-05 09:03\u3000", "2024-01-05 01:03:00"),
        ("2024-01-05", "2024-01-04 16:00:00"),
        ("2024/1/5 9:03", "2024-01-05 01:03:00"),
        ("2024/1/5 9:03:07", "2024-01-05 01:03:07"),
        ("2024年1月5日 9时3分7秒", "2024-01-05 01:03:07"),
        ("2024年1月5日9时3分", "2024-01-05 01:03:00"),
        ("2024年01月05日 09：03", "2024-01-05 01:03:00"),
        ("2024年1月5日", "2024-01-04 16:00:00"),
        ("2024-01-05T09:03:07Z", "2024-01-05 09:03:07"),
        ("2024-01-05T09:03:07.123456789Z", "2024-01-05 09:03:07.123456"),
        ("2024-01-05T09:03:07+08:00", "2024-01-05 01:03:07"),
        ("2024-01-05 09:03:07+08", "2024-01-05 01:03:07"),
        ("2024-01-05T09:03:07-0330", "2024-01-05 12:33:07"),
        ("2024-01-05T09:03Z", "2024-01-05 09:03:00"),
        ("2024-01-05T09:03+08:00", "2024-01-05 01:03:00"),
        ("2024-01-05 09:03:07 +08:00", "2024-01-05 01:03:07"),
    ],
)
def test_a_time_is_read_in_every_accepted_form(engine, tmp_path, text, utc):
    result = conformed(engine, tmp_path, events([text]))
    assert result.problems == ()
    assert values(engine, result, "ts") == [datetime.fromisoformat(utc)]


@pytest.mark.parametrize(
    "text",
    ["yesterday", "infinity", "epoch", "2024-13-01", "2024-02-30", "05.01.2024", "2024-01-05 09",
     "2024-01-05 25:00", "45296.5", "2024-01-05 09:03 Asia/Shanghai", "2024年", "1/5/2024"],
)  # fmt: skip
def test_an_unreadable_time_becomes_null_and_is_counted_with_its_place(engine, tmp_path, text):
    result = conformed(engine, tmp_path, events(["2024-01-05", text, text]))
    assert values(engine, result, "ts")[1:] == [None, None]
    (problem,) = result.problems
    assert (problem.kind, problem.column, problem.count) == ("unreadable", "ts", 2)
    assert (problem.file, problem.row, problem.value) == ("events.csv", 2, text)


MOMENTS = st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1))
ZONES = st.sampled_from([SHANGHAI, "UTC", "Asia/Urumqi", "America/New_York"])


@settings(max_examples=40)
@given(
    moments=st.lists(MOMENTS, min_size=1, max_size=5), zone=ZONES, minutes=st.integers(-720, 840)
)
def test_times_with_an_offset_mean_the_same_instant_in_every_zone(
    engine, tmp_path_factory, moments, zone, minutes
):
    offset = timezone(timedelta(minutes=minutes))
    texts = [moment.replace(tzinfo=offset).isoformat() for moment in moments]
    result = conformed(engine, tmp_path_factory.mktemp("t"), events(texts), zone)
    wanted = [m.replace(tzinfo=offset).astimezone(UTC).replace(tzinfo=None) for m in moments]
    assert values(engine, result, "ts") == wanted


@settings(max_examples=40)
@given(moments=st.lists(MOMENTS, min_size=1, max_size=5), zone=ZONES)
def test_naive_times_are_read_in_the_zone_whether_text_or_typed(
    engine, tmp_path_factory, moments, zone
):
    # Times that a change of clocks skips or repeats have no one meaning; they are left out.
    there = ZoneInfo(zone)
    moments = [m for m in moments if _once(m, there)] or [datetime(2024, 1, 5, 9)]
    folder = tmp_path_factory.mktemp("t")
    as_text = conformed(engine, folder, events([m.isoformat(" ") for m in moments]), zone)
    as_text_values = values(engine, as_text, "ts")
    typed = events(pa.array(moments, pa.timestamp("us")))
    wanted = [m.replace(tzinfo=there).astimezone(UTC).replace(tzinfo=None) for m in moments]
    assert as_text_values == wanted
    assert values(engine, conformed(engine, folder, typed, zone), "ts") == wanted


@pytest.mark.parametrize(
    ("zone", "settled"),
    [
        (SHANGHAI, (date(1991, 9, 17), 8 * 3_600_000_000)),
        ("UTC", (date(1970, 1, 1), 0)),
        ("America/New_York", None),
    ],
)
def test_a_zone_is_settled_two_days_after_its_last_change_or_never(zone, settled):
    assert settled_offset(zone) == settled


def _once(moment: datetime, zone: ZoneInfo) -> bool:
    early, late = (moment.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return early == late


@pytest.mark.parametrize("session", ["UTC", "America/New_York"])
def test_the_zone_of_the_engine_session_changes_nothing(tmp_path, session):
    with duckdb.connect() as connection:
        connection.execute(f"SET TimeZone = '{session}'")
        result = conformed(connection, tmp_path, events(["2024-01-05T09:00:00+08:00"]))
        assert values(connection, result, "ts") == [datetime(2024, 1, 5, 1)]


@pytest.mark.parametrize(
    ("array", "utc"),
    [
        (pa.array([0], pa.timestamp("us", "America/New_York")), datetime(1970, 1, 1)),
        (pa.array([0], pa.timestamp("ns", "UTC")), datetime(1970, 1, 1)),
        (pa.array([3600 * 8], pa.timestamp("s")), datetime(1970, 1, 1)),
        (pa.array([3600 * 8 * 10**9], pa.timestamp("ns")), datetime(1970, 1, 1)),
        (pa.array([1], pa.date32()), datetime(1970, 1, 1, 16)),
        (pa.array([2**63 - 1], pa.timestamp("us")), None),
    ],
    ids=["zoned", "zoned ns", "s", "ns", "date", "infinite"],
)
def test_typed_times_pass_by_their_type(engine, tmp_path, array, utc):
    assert values(engine, conformed(engine, tmp_path, events(array)), "ts") == [utc]


def test_times_with_and_without_zone_in_one_column_are_refused(engine, tmp_path):
    times = ["2024-01-05 09:00", "2024-01-05 10:00", "2024-01-05T11:00:00Z"]
    with pytest.raises(BadInput, match="2024-01-05T11:00:00Z") as caught:
        conformed(engine, tmp_path, events(times))
    assert (caught.value.file, caught.value.row, caught.value.column) == ("events.csv", 3, "ts")


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("position", "3", 3),
        ("position", "3.0", 3),
        ("position", " -7 ", -7),
        ("position", "3.7", None),
        ("position", "0x1F", None),
        ("position", "1_000", None),
        ("position", "1,000", None),
        ("position", "9" * 30, None),
        ("lead", "1", True),
        ("lead", "0", False),
        ("lead", "TRUE", True),
        ("lead", "否", False),
        ("lead", "是", True),
        ("lead", "2", None),
        ("lead", "maybe", None),
    ],
)
def test_numbers_and_booleans_are_read_strictly(engine, tmp_path, column, text, value):
    raw = raw_table(
        "matters", {"matter_id": ["M"], "name": ["n"], "service_id": ["S"], column: [text]}
    )
    result = conformed(engine, tmp_path, raw)
    assert values(engine, result, column) == [value]
    assert [p.value for p in result.problems] == ([text] if value is None else [])


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.5", 1.5), ("-.5", -0.5), ("2e3", 2000.0), ("7", 7.0), ("nan", None), ("inf", None),
     ("1 000", None), ("12%", None)],
)  # fmt: skip
def test_a_number_is_finite_and_plain(engine, tmp_path, text, value):
    raw = raw_table("services", {"service_id": ["S"], "name": ["n"], "department_id": ["D"],
                                 "promised_days": [text]})  # fmt: skip
    assert values(engine, conformed(engine, tmp_path, raw), "promised_days") == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [("online", "online"), ("Online", "online"), ("网上", "online"), ("窗口", "counter"),
     ("fax", None)],
)  # fmt: skip
def test_an_enum_takes_its_value_or_its_name_in_either_language(engine, tmp_path, text, value):
    result = conformed(engine, tmp_path, events(["2024-01-05"], place=[text]))
    assert values(engine, result, "place") == [value]
    assert len(result.problems) == (value is None)


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (pa.array([7]), "7"),
        (pa.array([7.0]), "7"),
        (pa.array([7.5]), "7.5"),
        (pa.array(["  7 "]), "7"),
        (pa.array([440300202401050001]), "440300202401050001"),
        (pa.array(["x"]).dictionary_encode(), "x"),
    ],
)
def test_an_identifier_is_text_whatever_its_type(engine, tmp_path, array, text):
    raw = raw_table("events", {"case_id": array, "activity": ["a"], "ts": ["2024-01-05"]})
    assert values(engine, conformed(engine, tmp_path, raw), "case_id") == [text]


def test_a_date_is_the_local_day(engine, tmp_path):
    raw = raw_table(
        "usage",
        {
            "subject_id": ["S", "S"],
            "day": ["2024-01-05T20:00:00Z", "2024-01-05T02:00:00Z"],
        },
    )
    result = conformed(engine, tmp_path, raw)
    assert values(engine, result, "day") == [date(2024, 1, 6), date(2024, 1, 5)]


def test_a_list_uses_one_kind_of_semicolon(engine, tmp_path):
    raw = raw_table(
        "services",
        {"service_id": ["S"], "name": ["n"], "department_id": ["D"], "channels": ["网上；窗口;x"]},
    )
    assert values(engine, conformed(engine, tmp_path, raw), "channels") == ["网上;窗口;x"]


@pytest.mark.parametrize(
    ("columns", "missing"),
    [
        ({"case_id": ["A"], "activity": ["a"]}, "ts"),
        ({"case_id": ["A"], "activity": [None], "ts": ["2024-01-05"]}, "activity"),
    ],
    ids=["absent", "empty throughout"],
)
def test_a_missing_required_column_is_refused_with_those_that_are_there(
    engine, tmp_path, columns, missing
):
    with pytest.raises(BadInput, match="case_id") as caught:
        conformed(engine, tmp_path, raw_table("events", columns))
    assert caught.value.column == missing


def test_a_caller_may_ask_for_less(engine, tmp_path):
    raw = raw_table("cases", {"case_id": ["A"]})
    assert conformed(engine, tmp_path, raw, required=("case_id",)).columns == ("case_id",)


def test_empty_cells_of_a_required_column_are_counted(engine, tmp_path):
    raw = raw_table(
        "events", {"case_id": ["A", None, " "], "activity": ["a"] * 3, "ts": ["2024-01-05"] * 3}
    )
    (problem,) = conformed(engine, tmp_path, raw).problems
    assert (problem.kind, problem.column, problem.count, problem.row) == (
        "missing",
        "case_id",
        2,
        2,
    )


def test_an_unreadable_required_number_is_refused_with_its_place(engine, tmp_path):
    raw = raw_table(
        "votes",
        {
            "议题": ["c"] * 2,
            "statement_id": ["s"] * 2,
            "person_key": ["p"] * 2,
            "票": ["1", "x" * 90],
        },
        rename={"议题": "conversation_id", "票": "vote"},
    )
    with pytest.raises(BadInput, match="whole number") as caught:
        conformed(engine, tmp_path, raw)
    assert (caught.value.row, caught.value.column) == (2, "票")
    assert "x" * 59 + "…" in str(caught.value)
    assert "x" * 60 not in str(caught.value)


def test_persons_are_pseudonyms_before_anything_is_written(engine, tmp_path):
    raw = raw_table("cases", {"case_id": ["A", "B"], "申请人": ["110101199003070000", None]},
                    rename={"申请人": "person_key"})  # fmt: skip
    result = conformed(engine, tmp_path, raw, required=("case_id",))
    assert values(engine, result, "person_key") == ["p-110101199003070000", None]
    (written,) = tmp_path.glob("*.parquet")
    stored = pq.read_table(written).column("申请人").to_pylist()
    assert stored == ["p-110101199003070000", None]


@pytest.mark.parametrize("typed", [pa.int64(), pa.string()])
def test_parquet_with_persons_is_rewritten_and_without_is_left_alone(tmp_path, typed):
    source = tmp_path / "in.parquet"
    pq.write_table(
        pa.table({"case_id": ["A"], "person_key": pa.array([12], pa.int64()).cast(typed)}), source
    )
    before = source.read_bytes()
    raw = RawTable("cases", "in.parquet", "log", parquet=source)
    staged = stage(raw, folder=tmp_path, person=pseudonym)
    assert staged != source
    assert pq.read_table(staged).column("person_key").to_pylist() == ["p-12"]
    assert source.read_bytes() == before
    plain = RawTable("events", "in.parquet", "log", parquet=source)
    assert stage(plain, folder=tmp_path, person=pseudonym) == source


def test_rows_stay_in_file_order_across_row_groups(engine, tmp_path):
    n = 300_000
    batches = [
        pa.RecordBatch.from_pydict({"case_id": [str(i) for i in range(start, start + 1_000)]})
        for start in range(0, n, 1_000)
    ]
    raw = RawTable("cases", "cases.csv", "log", batches=iter(batches))
    staged = stage(raw, folder=tmp_path, person=pseudonym)
    with pq.ParquetFile(staged) as parquet:
        assert parquet.metadata.num_row_groups > 1
    result = conform(engine, SCHEMAS["cases"], raw, staged, zone="UTC", required=["case_id"])
    wrong = engine.execute(f"SELECT count(*) FROM ({result.sql}) WHERE case_id::BIGINT <> __row")
    assert wrong.fetchone() == (0,)
    assert result.rows == n


def test_two_sources_with_the_same_table_do_not_overwrite_each_other(tmp_path):
    first, second = events(["2024-01-05"]), events(["2024-01-06"])
    second.source = "other"
    paths = {stage(raw, folder=tmp_path, person=pseudonym) for raw in (first, second)}
    assert len(paths) == 2


def test_a_table_without_rows_is_refused(tmp_path):
    raw = RawTable("events", "e.csv", "log", batches=iter([]))
    with pytest.raises(BadInput, match="no row"):
        stage(raw, folder=tmp_path, person=pseudonym)


def test_other_columns_are_kept_as_text_under_their_own_names(engine, tmp_path):
    odd = 'x"; DROP TABLE y; --'
    raw = events(["2024-01-05"], **{odd: ["1"], "case:n": pa.array([7]), "empty": [None]})
    result = conformed(engine, tmp_path, raw)
    assert result.extra == (odd, "case:n")
    assert values(engine, result, odd) == ["1"]
    assert values(engine, result, "case:n") == ["7"]


def test_a_renamed_column_wins_and_the_namesake_is_kept_beside_it(engine, tmp_path):
    raw = events(["2024-01-05"], 环节=["办结"], **{"__row": ["mine"]})
    raw.rename = {"环节": "activity"}
    result = conformed(engine, tmp_path, raw)
    assert values(engine, result, "activity") == ["办结"]
    assert set(result.extra) == {"activity (file)", "__row (file)"}
    assert values(engine, result, "activity (file)") == ["受理"]
    assert values(engine, result, "__row") == [0]


def test_the_select_stands_inside_a_view_and_a_copy(engine, tmp_path):
    result = conformed(engine, tmp_path, events(["2024-01-05"]), "Asia/Shanghai")
    engine.execute(f"CREATE OR REPLACE TEMP VIEW v AS {result.sql}")
    out = tmp_path / "out.parquet"
    engine.execute(f"COPY (SELECT * FROM v) TO {literal(str(out))} (FORMAT parquet)")
    assert pq.read_table(out).num_rows == 1


def test_damage_inside_a_parquet_file_is_refused_not_crashed(engine, tmp_path):
    path = tmp_path / "in.parquet"
    n = 50_000
    pq.write_table(
        pa.table({"case_id": [f"A{i}" for i in range(n)], "activity": ["a"] * n,
                  "ts": [f"2024-01-05 09:{i % 60:02d}" for i in range(n)]}), path,
    )  # fmt: skip
    content = bytearray(path.read_bytes())
    content[100:4_000] = b"\xff" * 3_900
    path.write_bytes(content)
    raw = RawTable("events", "in.parquet", "log", parquet=path)
    with pytest.raises(BadInput, match="damaged"):
        conform(engine, SCHEMAS["events"], raw, path, zone="UTC")


@pytest.mark.parametrize("name", ["it's [1]*?", "year=2024"])
def test_a_folder_may_be_called_anything(engine, tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    result = conformed(engine, folder, events(["2024-01-05"]))
    assert values(engine, result, "activity") == ["受理"]
    assert result.extra == ()


@given(
    name=st.text(st.characters(exclude_characters="\x00", codec="utf-8"), min_size=1, max_size=9)
)
def test_quoted_names_and_values_mean_exactly_themselves(engine, name):
    cursor = engine.execute(f"SELECT {literal(name)} AS {quote(name)}")
    assert cursor.description is not None
    assert cursor.description[0][0] == name
    assert cursor.fetchone() == (name,)


@pytest.mark.parametrize("name", ["", "a\x00b"])
def test_names_that_no_engine_knows_are_refused(name):
    with pytest.raises(ValueError, match="called"):
        quote(name)


def test_a_scan_numbers_its_rows(engine, tmp_path):
    pq.write_table(pa.table({"a": [5, 6]}), tmp_path / "x.parquet")
    rows = engine.execute(f"SELECT a, file_row_number FROM {parquet_scan(tmp_path / 'x.parquet')}")
    assert rows.fetchall() == [(5, 0), (6, 1)]
