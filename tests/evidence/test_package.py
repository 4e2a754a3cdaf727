"""Packages: a folder or a .zip, described or not, and never trusted."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.evidence.raw import RawTable
from shixiao.evidence.readers import archive
from shixiao.evidence.readers.package import Package, parse_descriptor, read_package
from shixiao.terms import BadInput

EVENTS = "case_id,activity,ts\nA,受理,2024-01-05 09:00\n"
CASES = "case_id,service_id,channel,opened\nA,S,online,2024-01-05\n"


def describe(*resources: dict[str, Any], **more: Any) -> str:
    return json.dumps({"resources": list(resources), **more}, ensure_ascii=False)


def folder(path: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
    return path


def zipped(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return path


def opened(path: Path, tmp_path: Path) -> Package:
    return read_package(path, work=tmp_path / "work")


def rows(table: RawTable) -> list[dict[str, Any]]:
    return [row for batch in table.batches or () for row in batch.to_pylist()]


FULL = {
    "datapackage.json": describe(
        {"name": "events", "path": "data/events.csv"},
        {"name": "cases", "path": "cases.csv", "group_columns": ["age"]},
        name="city",
        title="某市 2024",
        timezone="Asia/Urumqi",
        calendar="cn",
    ),
    "data/events.csv": EVENTS,
    "cases.csv": CASES,
}


@pytest.mark.parametrize("form", ["folder", "zip", "zip of a folder"])
def test_a_described_package_is_read_from_every_form(tmp_path, form):
    if form == "folder":
        path = folder(tmp_path / "p", FULL)
    else:
        prefix = "city/" if form == "zip of a folder" else ""
        path = zipped(tmp_path / "p.zip", {prefix + name: text for name, text in FULL.items()})
    package = opened(path, tmp_path)
    assert (package.name, package.zone, package.calendar) == ("某市 2024", "Asia/Urumqi", "cn")
    assert {t.name: rows(t)[0]["case_id"] for t in package.tables} == {"events": "A", "cases": "A"}
    assert package.group_columns == {"cases": ("age",)}
    assert package.notes == []


def test_every_used_file_of_a_folder_is_named_for_hashing(tmp_path):
    package = opened(folder(tmp_path / "p", FULL), tmp_path)
    assert [name for name, _ in package.files] == [
        "cases.csv",
        "data/events.csv",
        "datapackage.json",
    ]
    assert all(path.is_file() for _, path in package.files)


def test_a_zip_is_hashed_as_one(tmp_path):
    path = zipped(tmp_path / "p.zip", FULL)
    assert opened(path, tmp_path).files == [("p.zip", path)]


def test_files_named_after_tables_are_enough_and_it_is_said(tmp_path):
    path = folder(tmp_path / "某市", {"events.csv": EVENTS, "Cases.CSV": CASES, "notes.md": "x"})
    package = opened(path, tmp_path)
    assert package.name == "某市"
    assert sorted(t.name for t in package.tables) == ["cases", "events"]
    assert len(package.notes) == 1
    assert "datapackage.json" in package.notes[0].en


def test_a_path_in_parts_is_one_table_in_their_order(tmp_path):
    second = EVENTS.replace("A,受理", "B,办结")
    files = {
        "datapackage.json": describe({"name": "events", "path": ["e-1.csv", "e-2.csv"]}),
        "e-1.csv": EVENTS,
        "e-2.csv": second,
    }
    (table,) = opened(folder(tmp_path / "p", files), tmp_path).tables
    assert [row["case_id"] for row in rows(table)] == ["A", "B"]


def test_parquet_in_one_part_is_left_in_place_and_in_parts_is_joined(tmp_path):
    path = folder(tmp_path / "p", {})
    path.mkdir()
    for name in ("a", "b"):
        pq.write_table(pa.table({"case_id": [name]}), path / f"{name}.parquet")
    one = describe({"name": "events", "path": "a.parquet"})
    (path / "datapackage.json").write_text(one)
    assert opened(path, tmp_path).tables[0].parquet == path / "a.parquet"
    both = describe({"name": "events", "path": ["a.parquet", "b.parquet"]})
    (path / "datapackage.json").write_text(both)
    assert rows(opened(path, tmp_path).tables[0]) == [{"case_id": "a"}, {"case_id": "b"}]


def test_an_unknown_resource_is_left_out_and_it_is_said(tmp_path):
    files = {
        "datapackage.json": describe(
            {"name": "evnets", "path": "e.csv"}, {"name": "events", "path": "events.csv"}
        ),
        "events.csv": EVENTS,
    }
    package = opened(folder(tmp_path / "p", files), tmp_path)
    assert [t.name for t in package.tables] == ["events"]
    assert "evnets" in package.notes[0].zh


def test_headers_in_chinese_are_recognised(tmp_path):
    text = "办件编号,环节,时间,渠道\nA,受理,2024-01-05 09:00,窗口\n"
    (table,) = opened(folder(tmp_path / "p", {"events.csv": text}), tmp_path).tables
    assert table.rename == {
        "办件编号": "case_id",
        "环节": "activity",
        "时间": "ts",
        "渠道": "channel",
    }


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../events.csv",
        "data/../../events.csv",
        "data\\events.csv",
        "C:/events.csv",
        "https://example.org/events.csv",
        "",
        ".",
        "events\n.csv",
    ],
)
def test_a_path_that_leads_out_is_refused(tmp_path, path):
    files = {"datapackage.json": describe({"name": "events", "path": path}), "events.csv": EVENTS}
    with pytest.raises(BadInput, match="inside the package"):
        opened(folder(tmp_path / "p", files), tmp_path)


@pytest.mark.parametrize("described", [True, False])
def test_a_link_that_leads_out_is_refused(tmp_path, described):
    secret = tmp_path / "secret.csv"
    secret.write_text(EVENTS)
    text = describe({"name": "events", "path": "events.csv"})
    path = folder(tmp_path / "p", {"datapackage.json" if described else "readme": text})
    (path / "events.csv").symlink_to(secret)
    with pytest.raises(BadInput, match="out of the package"):
        opened(path, tmp_path)


def test_a_link_inside_a_zip_is_refused(tmp_path):
    link = zipfile.ZipInfo("events.csv")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as target:
        target.writestr(link, "/etc/passwd")
    with pytest.raises(BadInput, match="link"):
        opened(tmp_path / "p.zip", tmp_path)


def test_entries_that_lead_out_of_a_zip_are_never_unpacked(tmp_path):
    files = {"events.csv": EVENTS, "../evil.csv": "x"}
    package = opened(zipped(tmp_path / "p.zip", files), tmp_path)
    assert len(package.tables) == 1
    assert [p.name for p in (tmp_path / "work").rglob("*.csv")] == ["events.csv"]
    assert not (tmp_path / "evil.csv").exists()


def test_names_written_in_gbk_by_old_tools_are_understood(tmp_path):
    descriptor = describe({"name": "events", "path": "办件.csv"})
    path = zipped(tmp_path / "p.zip", {"datapackage.json": descriptor, "abcd.csv": EVENTS})
    # Old tools write the bare bytes of the name and do not say in which encoding.
    path.write_bytes(path.read_bytes().replace(b"abcd.csv", "办件.csv".encode("gbk")))
    assert rows(opened(path, tmp_path).tables[0])[0]["case_id"] == "A"


def test_a_zip_with_too_many_entries_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "ENTRIES", 3)
    files = {f"{n}.csv": "" for n in range(4)}
    with pytest.raises(BadInput, match="limit"):
        opened(zipped(tmp_path / "p.zip", files), tmp_path)


def test_a_zip_packed_too_tightly_is_refused(tmp_path):
    with pytest.raises(BadInput, match="ratio"):
        opened(zipped(tmp_path / "p.zip", {"events.csv": "0" * (4 << 20)}), tmp_path)


def test_a_zip_too_large_when_unpacked_is_refused():
    entry = zipfile.ZipInfo("events.csv")
    entry.file_size = entry.compress_size = archive.LARGEST + 1
    with pytest.raises(BadInput, match="20 GiB"):
        archive.check_sizes([entry], file="p.zip")


def test_an_encrypted_zip_is_refused():
    entry = zipfile.ZipInfo("events.csv")
    entry.flag_bits |= 1
    with pytest.raises(BadInput, match="password"):
        archive.check_sizes([entry], file="p.zip")


def test_an_entry_said_to_lie_before_the_file_is_refused():
    entry = zipfile.ZipInfo("events.csv")
    entry.header_offset = -1
    with pytest.raises(BadInput, match="damaged"):
        archive.check_sizes([entry], file="p.zip")


def test_a_damaged_entry_is_refused(tmp_path):
    path = zipped(tmp_path / "p.zip", {"events.csv": EVENTS * 50})
    raw = bytearray(path.read_bytes())
    raw[60:70] = b"\xff" * 10
    path.write_bytes(raw)
    with pytest.raises(BadInput, match="damaged"):
        opened(path, tmp_path)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"readme.txt": "x"}, "neither"),
        ({"events.csv": EVENTS, "events.tsv": EVENTS}, r"events\.csv and events\.tsv"),
        ({"datapackage.json": "{"}, "no JSON"),
        ({"datapackage.json": "[" * 100_000}, "no JSON"),
        ({"datapackage.json": "[]"}, "resources"),
        ({"datapackage.json": describe()}, "names no table"),
        ({"datapackage.json": describe({"name": "events"})}, "path"),
        ({"datapackage.json": describe({"name": "events", "path": []})}, "path"),
        ({"datapackage.json": describe({"path": "events.csv"})}, "name"),
        (
            {"datapackage.json": describe({"name": "events", "path": "a.csv", "group_columns": 1})},
            "group_columns",
        ),
        ({"datapackage.json": describe({"name": "events", "path": "a", "schema": 1})}, "schema"),
        ({"datapackage.json": describe({"name": "events", "path": "e.csv"})}, r"no “e\.csv”"),
        ({"datapackage.json": describe(title=3)}, "title"),
        (
            {"datapackage.json": describe({"name": "events", "path": "a"}, timezone="Mars/Base")},
            "Mars/Base",
        ),
        (
            {"datapackage.json": describe({"name": "events", "path": "a"}, calendar="moon")},
            "moon",
        ),
        (
            {
                "datapackage.json": describe(
                    {"name": "events", "path": "a.csv"}, {"name": "events", "path": "b.csv"}
                )
            },
            r"a\.csv and b\.csv",
        ),
        (
            {
                "datapackage.json": describe({"name": "events", "path": ["a.csv", "b.csv"]}),
                "a.csv": EVENTS,
                "b.csv": CASES,
            },
            "different columns",
        ),
        (
            {
                "datapackage.json": describe({"name": "events", "path": "e.xes"}),
                "e.xes": "<log></log>",
            },
            "by itself",
        ),
    ],
)
@pytest.mark.parametrize("form", ["folder", "zip"])
def test_a_package_that_is_wrong_is_refused_in_words(tmp_path, form, files, words):
    path = folder(tmp_path / "p", files) if form == "folder" else zipped(tmp_path / "p.zip", files)
    with pytest.raises(BadInput, match=words):
        opened(path, tmp_path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
ENTRY = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["events", "cases", "x"]) | JSON,
        "path": st.sampled_from(["a.csv", "../a", "/a", ["a.csv", "b.csv"]]) | JSON,
        "group_columns": JSON,
        "schema": JSON,
    },
)
DESCRIPTOR = st.fixed_dictionaries(
    {"resources": st.lists(ENTRY | JSON, max_size=3) | JSON},
    optional={"name": JSON, "title": JSON, "timezone": JSON, "calendar": JSON},
)


@given(data=DESCRIPTOR | JSON)
def test_any_json_is_a_descriptor_or_is_refused(data):
    try:
        descriptor = parse_descriptor(json.dumps(data).encode())
    except BadInput:
        return
    assert descriptor.resources
    assert all(".." not in part.split("/") for r in descriptor.resources for part in r.parts)


@given(content=st.binary(max_size=80))
def test_any_bytes_are_refused_as_a_descriptor_without_a_crash(content):
    with pytest.raises(BadInput):
        parse_descriptor(content)
