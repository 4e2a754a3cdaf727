"""OCEL 2.0: the same log as JSON and as SQLite gives the same events and cases."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from shixiao.evidence.raw import RawTable
from shixiao.evidence.readers import ocel_json
from shixiao.evidence.readers.ocel import OcelLog, flatten
from shixiao.evidence.readers.ocel_json import JsonLog
from shixiao.evidence.readers.ocel_sqlite import SqliteLog
from shixiao.terms import BadInput

# Two applications of one matter (opening a restaurant) and one that stands alone.
LOG: dict[str, Any] = {
    "objectTypes": [
        {"name": "application", "attributes": [{"name": "channel", "type": "string"}]},
        {"name": "matter", "attributes": []},
        {"name": "department", "attributes": []},
    ],
    "eventTypes": [
        {"name": "受理", "attributes": [{"name": "resource", "type": "string"}]},
        {"name": "办结", "attributes": [{"name": "fee", "type": "float"}]},
    ],
    "objects": [
        {
            "id": "A1",
            "type": "application",
            "attributes": [
                {"name": "channel", "time": "2024-01-06T00:00:00Z", "value": "counter"},
                {"name": "channel", "time": "1970-01-01T00:00:00Z", "value": "online"},
            ],
            "relationships": [{"objectId": "M1", "qualifier": "part of"}],
        },
        {"id": "A2", "type": "application", "attributes": []},
        {"id": "A3", "type": "application"},
        {"id": "M1", "type": "matter"},
        {"id": "D7", "type": "department"},
    ],
    "events": [
        {
            "id": "e1",
            "type": "受理",
            "time": "2024-01-05T09:00:00Z",
            "attributes": [{"name": "resource", "value": "李"}],
            "relationships": [
                {"objectId": "A1", "qualifier": "case"},
                {"objectId": "A2", "qualifier": "case"},
                {"objectId": "M1", "qualifier": "chain"},
            ],
        },
        {
            "id": "e2",
            "type": "办结",
            "time": "2024-01-08T09:00:00Z",
            "attributes": [{"name": "fee", "value": 10.0}],
            "relationships": [
                {"objectId": "A1", "qualifier": "case"},
                {"objectId": "D7", "qualifier": "by"},
            ],
        },
        {
            "id": "e3",
            "type": "受理",
            "time": "2024-01-09T09:00:00Z",
            "relationships": [{"objectId": "A3", "qualifier": "case"}],
        },
        {"id": "e4", "type": "受理", "time": "2024-01-09T10:00:00Z", "relationships": []},
    ],
}


def as_json(folder: Path, log: dict[str, Any] = LOG) -> JsonLog:
    path = folder / "log.json"
    path.write_text(json.dumps(log, ensure_ascii=False), encoding="utf-8")
    return JsonLog(path, file=path.name)


def write_sqlite(path: Path, log: dict[str, Any] = LOG) -> Path:
    """Write a log in the relational form of the standard."""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT)")
        db.execute("CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT)")
        for pair in ("event_object (ocel_event_id, ocel_object_id, ocel_qualifier)",
                     "object_object (ocel_source_id, ocel_target_id, ocel_qualifier)",
                     "event_map_type (ocel_type, ocel_type_map)",
                     "object_map_type (ocel_type, ocel_type_map)"):  # fmt: skip
            db.execute(f"CREATE TABLE {pair}")
        for kind in ("event", "object"):
            for number, entry in enumerate(log[f"{kind}Types"]):
                names = [a["name"] for a in entry["attributes"]]
                columns = "".join(f', "{name}"' for name in names)
                changed = ", ocel_changed_field" if kind == "object" else ""
                db.execute(
                    f"INSERT INTO {kind}_map_type VALUES (?, ?)", (entry["name"], f"t{number}")
                )
                db.execute(f"CREATE TABLE {kind}_t{number} (ocel_id, ocel_time{changed}{columns})")
        _fill_objects(db, log)
        _fill_events(db, log)
    return path


def _fill_objects(db: sqlite3.Connection, log: dict[str, Any]) -> None:
    tables = {entry["name"]: f"object_t{n}" for n, entry in enumerate(log["objectTypes"])}
    for entry in log["objects"]:
        db.execute("INSERT INTO object VALUES (?, ?)", (entry["id"], entry["type"]))
        for value in entry.get("attributes", []):
            db.execute(
                f"INSERT INTO {tables[entry['type']]} (ocel_id, ocel_time, {value['name']})"
                " VALUES (?, ?, ?)",
                (entry["id"], value["time"], value["value"]),
            )
        for relation in entry.get("relationships", []):
            db.execute(
                "INSERT INTO object_object VALUES (?, ?, ?)",
                (entry["id"], relation["objectId"], relation["qualifier"]),
            )


def _fill_events(db: sqlite3.Connection, log: dict[str, Any]) -> None:
    tables = {entry["name"]: f"event_t{n}" for n, entry in enumerate(log["eventTypes"])}
    for event in log["events"]:
        db.execute("INSERT INTO event VALUES (?, ?)", (event["id"], event["type"]))
        values = {a["name"]: a["value"] for a in event.get("attributes", [])}
        columns = "".join(f", {name}" for name in values)
        marks = ", ?" * len(values)
        db.execute(
            f"INSERT INTO {tables[event['type']]} (ocel_id, ocel_time{columns})"
            f" VALUES (?, ?{marks})",
            (event["id"], event["time"], *values.values()),
        )
        for relation in event["relationships"]:
            db.execute(
                "INSERT INTO event_object VALUES (?, ?, ?)",
                (event["id"], relation["objectId"], relation["qualifier"]),
            )


def as_sqlite(folder: Path, log: dict[str, Any] = LOG) -> SqliteLog:
    path = write_sqlite(folder / "log.sqlite", log)
    return SqliteLog(path, file=path.name)


FORMS = pytest.mark.parametrize("opened", [as_json, as_sqlite], ids=["json", "sqlite"])


def tables(log: OcelLog, **types: str) -> dict[str, list[dict[str, Any]]]:
    found: list[RawTable] = flatten(log, file="log", source="log", **types)
    return {t.name: [row for batch in t.batches or () for row in batch.to_pylist()] for t in found}


@FORMS
def test_an_event_belongs_to_every_case_it_touches(tmp_path, opened):
    events = tables(opened(tmp_path))["events"]
    told = sorted((e["case_id"], e["activity"], e["ts"]) for e in events)
    assert told == [
        ("A1", "办结", "2024-01-08T09:00:00Z"),
        ("A1", "受理", "2024-01-05T09:00:00Z"),
        ("A2", "受理", "2024-01-05T09:00:00Z"),
        ("A3", "受理", "2024-01-09T09:00:00Z"),
    ]


@FORMS
def test_the_order_of_the_log_is_kept_as_seq(tmp_path, opened):
    events = tables(opened(tmp_path))["events"]
    by_time = sorted(events, key=lambda e: (e["ts"], e["case_id"]))
    places = [int(e["seq"]) for e in by_time]
    assert places == sorted(places)


@FORMS
def test_values_come_from_the_event_its_case_and_its_other_objects(tmp_path, opened):
    events = tables(opened(tmp_path))["events"]
    closing_event = next(e for e in events if e["activity"] == "办结")
    opening_event = next(e for e in events if e["case_id"] == "A1" and e["activity"] == "受理")
    assert (closing_event["department_id"], closing_event["fee"]) == ("D7", "10")
    assert opening_event["resource"] == "李"
    assert opening_event["channel"] == "counter"


@FORMS
def test_cases_carry_their_latest_attributes_and_their_chain(tmp_path, opened):
    cases = {c["case_id"]: c for c in tables(opened(tmp_path))["cases"]}
    assert set(cases) == {"A1", "A2", "A3"}
    assert cases["A1"]["channel"] == "counter"
    assert [cases[i]["matter_case_id"] for i in ("A1", "A2", "A3")] == ["M1", "M1", None]


@FORMS
def test_another_object_type_can_be_the_case(tmp_path, opened):
    events = tables(opened(tmp_path), case_type="matter")["events"]
    assert {e["case_id"] for e in events} == {"M1"}


@FORMS
@pytest.mark.parametrize("flag", ["case_type", "matter_type"])
def test_a_type_that_is_not_there_is_refused_with_those_that_are(tmp_path, opened, flag):
    with pytest.raises(BadInput, match="application, department, matter"):
        tables(opened(tmp_path), **{flag: "nothing"})


def renamed(log: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    text = json.dumps(log, ensure_ascii=False)
    for old, new in names.items():
        text = text.replace(f'"{old}"', f'"{new}"')
    return json.loads(text)


@FORMS
def test_when_no_type_is_usual_the_user_has_to_say(tmp_path, opened):
    log = renamed(LOG, {"application": "permit"})
    with pytest.raises(BadInput, match="--case-object-type"):
        tables(opened(tmp_path, log))


@FORMS
def test_the_only_type_is_the_case(tmp_path, opened):
    log = {
        **LOG,
        "objectTypes": [{"name": "permit", "attributes": []}],
        "objects": [{"id": "A1", "type": "permit"}],
    }
    assert {e["case_id"] for e in tables(opened(tmp_path, log))["events"]} == {"A1"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"[" * 200_000,
        b'{"events": []}',
        b'{"objectTypes": [], "eventTypes": [], "objects": [1], "events": []}',
        b'{"objectTypes": [{}], "eventTypes": [], "objects": [], "events": []}',
        b'{"objectTypes": [], "eventTypes": [], "objects": [{"id": "a"}], "events": []}',
        b'{"objectTypes": [], "eventTypes": [], "objects": [], "events": [{"attributes": 3}]}',
    ],
)
def test_json_that_is_no_log_is_refused(tmp_path, content):
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"bad\.json"):
        JsonLog(path, file=path.name)


def test_json_above_the_limit_is_refused_with_a_way_out(tmp_path, monkeypatch):
    monkeypatch.setattr(ocel_json, "LARGEST", 100)
    with pytest.raises(BadInput, match="SQLite"):
        as_json(tmp_path)


@pytest.mark.parametrize("table", ["event", "object_map_type", "event_t0"])
def test_sqlite_without_a_table_of_the_standard_is_refused(tmp_path, table):
    path = write_sqlite(tmp_path / "log.sqlite")
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"DROP TABLE {table}")
    with pytest.raises(BadInput, match=table):
        SqliteLog(path, file=path.name)


def test_sqlite_that_is_damaged_is_refused(tmp_path):
    path = tmp_path / "log.sqlite"
    path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 2_000)
    with pytest.raises(BadInput, match="damaged"):
        SqliteLog(path, file=path.name)


def test_sqlite_that_is_still_being_written_is_refused(tmp_path):
    path = write_sqlite(tmp_path / "log.sqlite")
    path.with_name("log.sqlite-wal").write_bytes(b"pending")
    with pytest.raises(BadInput, match="still being written"):
        SqliteLog(path, file=path.name)


def test_sqlite_names_with_quotes_are_only_names(tmp_path):
    path = write_sqlite(tmp_path / "log.sqlite")
    evil = 't0"; DROP TABLE event; --'
    with closing(sqlite3.connect(path)) as db, db:
        quoted = evil.replace('"', '""')
        db.execute(f'ALTER TABLE event_t0 RENAME TO "event_{quoted}"')
        db.execute("UPDATE event_map_type SET ocel_type_map = ? WHERE ocel_type = '受理'", (evil,))
    before = path.read_bytes()
    assert len(tables(SqliteLog(path, file=path.name))["events"]) == 4
    assert path.read_bytes() == before


def test_attributes_that_differ_in_case_only_are_refused(tmp_path):
    log = json.loads(json.dumps(LOG))
    log["events"][1]["attributes"].append({"name": "FEE", "value": 1})
    with pytest.raises(BadInput, match="one name"):
        tables(as_json(tmp_path, log))
