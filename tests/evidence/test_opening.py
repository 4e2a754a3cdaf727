"""Opening: packages and bare logs under the package's names, mapped or recognised."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shixiao.evidence.mapping import ColumnMapping, recognise
from shixiao.evidence.opening import RawEvidence, load_mapping, open_evidence
from shixiao.evidence.raw import RawTable
from shixiao.evidence.schema import load_schemas
from shixiao.terms import BadInput

LOG = "case_id,activity,ts\nA,受理,2024-01-05 09:00\n"
XES = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
<trace><string key="concept:name" value="A"/><string key="channel" value="窗口"/>
<event><string key="concept:name" value="受理"/>
<date key="time:timestamp" value="2024-01-05T09:00:00+08:00"/>
<string key="site" value="一号"/></event></trace></log>"""
OCEL = {
    "objectTypes": [{"name": "case", "attributes": []}],
    "eventTypes": [{"name": "受理", "attributes": []}],
    "objects": [{"id": "A", "type": "case"}],
    "events": [
        {"id": "e", "type": "受理", "time": "2024-01-05T09:00:00Z",
         "relationships": [{"objectId": "A", "qualifier": ""}]}
    ],
}  # fmt: skip


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def opened(tmp_path: Path, *paths: Path, **given: Any) -> RawEvidence:
    mapping = given.pop("mapping", ColumnMapping())
    work = tmp_path / "work"
    work.mkdir(exist_ok=True)
    return open_evidence(list(paths), mapping=mapping, work=work, **given)


def rows(table: RawTable) -> list[dict[str, Any]]:
    """Rows under the package's names, as conforming will see them."""
    if table.parquet is not None:
        whole = pq.read_table(table.parquet)
        filled = [n for n in whole.column_names if whole[n].null_count < whole.num_rows]
        found = whole.select(filled).to_pylist()
    else:
        found = [row for batch in table.batches or () for row in batch.to_pylist()]
    return [{table.rename.get(k, k): v for k, v in row.items()} for row in found]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("log.csv", LOG.encode()),
        ("log.txt", LOG.encode()),
        ("log.csv.gz", gzip.compress(LOG.encode(), mtime=0)),
        ("log.xes", XES.encode()),
        ("log.xes.gz", gzip.compress(XES.encode(), mtime=0)),
        ("misnamed.csv", XES.encode()),
        ("log.json", json.dumps(OCEL).encode()),
        ("log.jsonocel", json.dumps(OCEL).encode()),
    ],
)
def test_a_bare_log_is_known_by_its_content(tmp_path, name, content):
    evidence = opened(tmp_path, write(tmp_path / name, content))
    assert (evidence.kind, evidence.name) == ("log", name)
    table = evidence.tables[0]
    assert (table.name, table.source) == ("events", name.split(".")[0])
    (row,) = rows(table)
    assert (row["case_id"], row["activity"]) == ("A", "受理")
    assert row["ts"] is not None
    assert evidence.files == [(name, tmp_path / name)]


def test_a_parquet_log_is_left_where_it_is(tmp_path):
    path = tmp_path / "log.parquet"
    pq.write_table(pa.table({"case_id": ["A"], "activity": ["a"], "ts": ["2024-01-05"]}), path)
    (table,) = opened(tmp_path, path).tables
    assert table.parquet == path


def test_several_logs_are_several_sources(tmp_path):
    paths = [write(tmp_path / name, LOG) for name in ("north.csv", "south.csv")]
    evidence = opened(tmp_path, *paths)
    assert [table.source for table in evidence.tables] == ["north", "south"]
    assert evidence.name == "north.csv + south.csv"


def test_two_logs_of_one_name_are_refused(tmp_path):
    (tmp_path / "b").mkdir()
    paths = [write(tmp_path / "log.csv", LOG), write(tmp_path / "b" / "log.csv.gz", LOG)]
    with pytest.raises(BadInput, match="“log”"):
        opened(tmp_path, *paths)


def test_one_file_given_twice_is_refused(tmp_path):
    path = write(tmp_path / "log.csv", LOG)
    with pytest.raises(BadInput, match="twice"):
        opened(tmp_path, path, path)


def test_a_package_and_a_log_do_not_mix(tmp_path):
    (tmp_path / "p").mkdir()
    write(tmp_path / "p" / "events.csv", LOG)
    with pytest.raises(BadInput, match="one package"):
        opened(tmp_path, tmp_path / "p", write(tmp_path / "log.csv", LOG))


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("case_id,activity,ts", {}),
        ("CASE_ID,Activity,TS", {}),
        ("case:concept:name,concept:name,time:timestamp", {}),
        ("受理编号,环节名称,办理时间", {}),
        ("办件编号,环节,操作时间", {}),
        ("Case ID,Activity,Timestamp", {}),
        ("\uff23\uff21\uff33\uff25\uff3f\uff29\uff24,activity,time", {}),
        ("流水,动作,何时", {"case": "流水", "activity": "动作", "time": "何时"}),
        ("流水,环节,时间", {"case": "流水"}),
    ],
)
def test_usual_headers_are_recognised_and_others_can_be_named(tmp_path, header, wanted):
    path = write(tmp_path / "log.csv", f"{header}\nA,受理,2024-01-05\n")
    (table,) = opened(tmp_path, path, mapping=ColumnMapping(**wanted)).tables
    assert rows(table) == [{"case_id": "A", "activity": "受理", "ts": "2024-01-05"}]


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("经办人", "resource"),
        ("org:resource", "resource"),
        ("lifecycle:transition", "lifecycle"),
        ("办理渠道", "channel"),
        ("case:channel", "channel"),
        ("事项编码", "service_id"),
        ("部门编码", "department_id"),
        ("序号", "seq"),
    ],
)
def test_optional_columns_are_recognised_too(header, column):
    columns = ["case_id", "activity", "ts", header]
    found = recognise(columns, load_schemas()["events"], file="log.csv")
    assert found[header] == column


def test_the_standard_name_goes_before_a_usual_one(tmp_path):
    columns = ["case_id", "concept:name", "time:timestamp", "time", "event"]
    found = recognise(columns, load_schemas()["events"], file="log.csv")
    assert found == {"case_id": "case_id", "concept:name": "activity", "time:timestamp": "ts"}


def test_two_candidates_are_never_a_guess(tmp_path):
    path = write(tmp_path / "log.csv", "case_id,activity,时间戳,办理时间\nA,a,1,2\n")
    with pytest.raises(BadInput, match="--time") as caught:
        opened(tmp_path, path)
    assert "时间戳" in caught.value.text.zh
    (table,) = opened(tmp_path, path, mapping=ColumnMapping(time="办理时间")).tables
    assert rows(table)[0]["ts"] == "2"


def test_a_named_column_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    path = write(tmp_path / "log.csv", LOG)
    with pytest.raises(BadInput, match="case_id, activity, ts"):
        opened(tmp_path, path, mapping=ColumnMapping(channel="渠道"))


@pytest.mark.parametrize(
    ("header", "flag"),
    [("x,activity,ts", "case"), ("case,x,ts", "activity"), ("case,环节,x", "time")],
)
def test_a_log_without_case_activity_or_time_names_the_flag(tmp_path, header, flag):
    path = write(tmp_path / "log.csv", f"{header}\nA,a,b\n")
    with pytest.raises(BadInput, match=f"--{flag}"):
        opened(tmp_path, path)


def test_a_named_key_of_an_xes_log_is_read(tmp_path):
    path = write(tmp_path / "log.xes", XES)
    evidence = opened(tmp_path, path, mapping=ColumnMapping(place="site"))
    assert rows(evidence.tables[0])[0]["place"] == "一号"
    assert rows(evidence.tables[1]) == [{"case_id": "A", "channel": "窗口"}]


def test_a_key_of_an_xes_log_that_is_asked_for_is_kept(tmp_path):
    path = write(tmp_path / "log.xes", XES)
    assert "site" not in rows(opened(tmp_path, path).tables[0])[0]
    assert rows(opened(tmp_path, path, keep=["site"]).tables[0])[0]["site"] == "一号"


def test_a_named_key_that_no_event_of_an_xes_log_has_is_refused(tmp_path):
    path = write(tmp_path / "log.xes", XES)
    with pytest.raises(BadInput, match="“nowhere”"):
        opened(tmp_path, path, mapping=ColumnMapping(place="nowhere"))


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_case_attributes_of_a_flat_log_become_cases(tmp_path, form):
    columns = {
        "case_id": ["A", "B", "A", None],
        "activity": ["a", "a", "b", "a"],
        "ts": ["2024-01-05"] * 4,
        "case:channel": ["网上", "窗口", "other", None],
        "case:size": ["1", "2", "3", None],
    }
    path = tmp_path / f"log.{form}"
    if form == "parquet":
        pq.write_table(pa.table(columns), path)
    else:
        lines = [list(columns), *zip(*columns.values(), strict=True)]
        write(path, "".join(",".join(cell or "" for cell in line) + "\n" for line in lines))
    events, cases = opened(tmp_path, path).tables
    assert rows(events)[1]["channel"] == "窗口"
    assert rows(cases) == [
        {"case_id": "A", "channel": "网上", "case:size": "1"},
        {"case_id": "B", "channel": "窗口", "case:size": "2"},
    ]


def test_a_case_spread_over_batches_is_one_row(tmp_path):
    body = "".join(f"C{n % 1000},a,2024-01-05,x{n % 1000}\n" for n in range(400_000))
    path = write(tmp_path / "log.csv", "case_id,activity,ts,case:tag\n" + body)
    cases = rows(opened(tmp_path, path).tables[1])
    assert len(cases) == 1_000
    assert all(row["case:tag"] == "x" + row["case_id"][1:] for row in cases)


def test_a_package_gives_its_zone_and_calendar_unless_told_otherwise(tmp_path):
    folder = tmp_path / "p"
    folder.mkdir()
    write(folder / "events.csv", LOG)
    text = {"timezone": "Asia/Urumqi", "calendar": "cn", "title": "市",
            "resources": [{"name": "events", "path": "events.csv"}]}  # fmt: skip
    write(folder / "datapackage.json", json.dumps(text))
    evidence = opened(tmp_path, folder)
    assert (evidence.kind, evidence.zone, evidence.calendar) == ("package", "Asia/Urumqi", "cn")
    assert evidence.notes == []
    told = opened(tmp_path, folder, zone="UTC", calendar="none")
    assert (told.zone, told.calendar) == ("UTC", "none")


def test_an_assumed_zone_is_said(tmp_path):
    path = write(tmp_path / "log.csv", LOG)
    assert [note for note in opened(tmp_path, path).notes if "Asia/Shanghai" in note.en]
    assert opened(tmp_path, path, zone="Asia/Shanghai").notes == []


@pytest.mark.parametrize("given", [{"zone": "Nowhere"}, {"calendar": "moon"}])
def test_an_unknown_zone_or_calendar_is_refused(tmp_path, given):
    path = write(tmp_path / "log.csv", LOG)
    with pytest.raises(BadInput, match="not known"):
        opened(tmp_path, path, **given)


@pytest.mark.parametrize(
    ("name", "content"),
    [("m.yaml", "case: 流水\ntime: 何时\n"), ("m.json", '{"case": "流水", "time": "何时"}')],
)
def test_a_mapping_is_read_from_yaml_or_json(tmp_path, name, content):
    mapping = load_mapping(write(tmp_path / name, content))
    assert mapping == ColumnMapping(case="流水", time="何时")
    assert mapping.named == {"case_id": "流水", "ts": "何时"}


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"cse: x", b"case: 3", b"case: ''", b"case: [", b"\xff\xfe\xff", b"1: x",
     b"!!python/object:os.system x", b"case: " + b"x" * (2 << 20), b"[" * 5_000],
)  # fmt: skip
def test_a_mapping_that_is_none_is_refused(tmp_path, content):
    with pytest.raises(BadInput, match=r"m\.yaml"):
        load_mapping(write(tmp_path / "m.yaml", content))


def test_a_mapping_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BadInput, match=r"m\.yaml"):
        load_mapping(tmp_path / "m.yaml")
