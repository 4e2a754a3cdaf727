"""The life of a dataset: controls by grade, what is proven today, what shows in plain text."""

from __future__ import annotations

import base64
import gzip
import json
import sqlite3
import ssl
import zipfile
import zlib
from datetime import date, timedelta
from pathlib import Path

import pytest

from shixiao.seals import Keyring
from shixiao.sharing.lifecycle import (
    Canary,
    CellState,
    Copy,
    Evidence,
    Hand,
    Place,
    Stage,
    controls,
    copies_overdue,
    look_at_link,
    matrix,
    read_plan,
    run,
    scan_at_rest,
    who_answers,
)
from shixiao.terms import BadInput, Text, Unavailable
from tests.sharing.links import NOW, certificate, serving

TODAY = date(2026, 3, 2)
CANARY = Canary("canary-5f0c-4b1d-9e77-户籍")
WHO = {stage.value: "数据处" for stage in Stage}
PASSED = Text("已核验", "checked")


def seen(control: str, *, days: int = 0, passed: bool = True) -> Evidence:
    return Evidence(control, TODAY - timedelta(days=days), passed, PASSED)


def state(evidence: list[Evidence], control: str, grade: str = "general_3") -> CellState:
    cells = matrix(grade, evidence, responsible=WHO, today=TODAY)
    return next(cell.state for cell in cells if cell.control.id == control)


# ── the matrix ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ([], CellState.MISSING),
        ([seen("transport.tls")], CellState.MET),
        ([seen("transport.tls", days=6)], CellState.RENEW),
        ([seen("transport.tls", days=8)], CellState.EXPIRED),
        ([seen("transport.tls", days=8), seen("transport.tls", days=1)], CellState.MET),
        ([seen("transport.tls", days=1), seen("transport.tls", passed=False)], CellState.FAILED),
        ([seen("transport.tls", passed=False), seen("transport.tls")], CellState.FAILED),
        ([seen("transport.tls", days=-1)], CellState.MISSING),
    ],
)
def test_only_fresh_evidence_that_passed_meets_a_control(
    evidence: list[Evidence], expected: CellState
) -> None:
    assert state(evidence, "transport.tls") is expected


def test_a_higher_grade_needs_more_and_no_grade_everything() -> None:
    needed = {
        grade: sum(control.required(grade) for control in controls())
        for grade in ("general_1", "general_2", "general_3", "core", "")
    }
    assert needed["general_1"] < needed["general_2"] < needed["general_3"]
    assert needed["core"] == needed[""] == len(controls())
    assert state([], "store.encrypted", "general_1") is CellState.NOT_REQUIRED


def test_every_stage_has_controls_and_names_in_both_languages() -> None:
    assert {control.stage for control in controls()} == set(Stage)


def test_a_control_that_nobody_answers_for_is_a_gap() -> None:
    evidence = [seen(control.id) for control in controls()]
    cells = matrix("core", evidence, responsible={}, today=TODAY)
    assert all(cell.gap for cell in cells)
    assert not any(cell.gap for cell in matrix("core", evidence, responsible=WHO, today=TODAY))


# ── at rest ──────────────────────────────────────────────────────────────────────────────────────


def plain(folder: Path) -> None:
    with sqlite3.connect(folder / "people.sqlite3") as db:
        db.execute("CREATE TABLE people (name TEXT)")
        db.execute("INSERT INTO people VALUES (?)", [CANARY.text])


WRITINGS = {
    "sqlite": plain,
    "utf-16": lambda f: (f / "a.txt").write_text(CANARY.text, "utf-16"),
    "gb18030": lambda f: (f / "a.csv").write_bytes(f"x,{CANARY.text}".encode("gb18030")),
    "hex": lambda f: (f / "a.hex").write_text(CANARY.text.encode().hex()),
    "base64": lambda f: (f / "a").write_bytes(
        base64.b64encode(b"x" + CANARY.text.encode() + b"yz")
    ),
    "broken lines": lambda f: (f / "a").write_bytes(
        base64.encodebytes(b"0" * 47 + CANARY.text.encode() + b"1" * 40)
    ),
    "json": lambda f: (f / "a.json").write_text(
        json.dumps("".join(chr(ord(s)) for s in "户籍" * 6)) + json.dumps(CANARY.text)
    ),
    "gzip": lambda f: (f / "a.sql.gz").write_bytes(gzip.compress(CANARY.text.encode())),
    "zip": lambda f: zipfile.ZipFile(f / "a.zip", "w").writestr("dump.sql", CANARY.text),
    "zlib": lambda f: (f / "a.z").write_bytes(zlib.compress(CANARY.text.encode())),
    "zlib, late": lambda f: (f / "a.z").write_bytes(
        zlib.compress(bytes(9 << 20) + CANARY.text.encode())
    ),
    "gzip, late": lambda f: (f / "a.gz").write_bytes(
        gzip.compress(bytes((8 << 20) - 9) + CANARY.text.encode())
    ),
    "second in a zip": lambda f: _two_in_a_zip(f / "a.zip"),
    "across chunks": lambda f: (f / "a").write_bytes(
        b"x" * ((4 << 20) - 10) + CANARY.text.encode()
    ),
}


def _two_in_a_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("first", b"nothing")
        archive.writestr("second", CANARY.text)


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("writing", WRITINGS)
def test_a_canary_is_found_in_whatever_writing_it_stands(tmp_path: Path, writing: str) -> None:
    (tmp_path / "other.bin").write_bytes(b"nothing here")
    WRITINGS[writing](tmp_path)
    assert scan_at_rest(tmp_path, CANARY) != []


def test_what_is_encrypted_shows_no_canary(tmp_path: Path) -> None:
    ring = Keyring([b"k" * 32])
    sealed = [ring.seal(CANARY.text.encode(), context="c") for _ in range(50)]
    with sqlite3.connect(tmp_path / "people.sqlite3") as db:
        db.execute("CREATE TABLE people (name BLOB)")
        db.executemany("INSERT INTO people VALUES (?)", [[each] for each in sealed])
    assert scan_at_rest(tmp_path, CANARY) == []


@pytest.mark.parametrize("head", [b"\x1f\x8b", b"PK\x03\x04", b"\x78\x9c"])
def test_a_damaged_archive_is_read_as_it_lies(tmp_path: Path, head: bytes) -> None:
    (tmp_path / "a.gz").write_bytes(head + CANARY.text.encode())
    assert [hit.writing for hit in scan_at_rest(tmp_path, CANARY)][:1] == ["utf-8"]


def test_what_was_not_looked_at_to_its_end_proves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(bytes(9 << 20)))
    assert scan_at_rest(tmp_path, CANARY) == []
    monkeypatch.setattr("shixiao.sharing.lifecycle.rest.MOST_UNPACKED", 8 << 20)
    with pytest.raises(BadInput, match="too much"):
        scan_at_rest(tmp_path, CANARY)


def test_a_file_that_cannot_be_read_is_no_proof(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(b"x")

    def closed(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", closed)
    with pytest.raises(BadInput, match="proves nothing"):
        scan_at_rest(tmp_path, CANARY)


def test_an_empty_folder_proves_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        scan_at_rest(tmp_path, CANARY)
    with pytest.raises(BadInput):
        scan_at_rest(tmp_path / "none", CANARY)
    with pytest.raises(BadInput):
        Canary("short")
    assert Canary.new() != Canary.new()


# ── links ────────────────────────────────────────────────────────────────────────────────────────


def test_a_sound_link_has_no_fault(tmp_path: Path) -> None:
    pem = certificate(tmp_path)
    with serving(pem) as port:
        report = look_at_link("127.0.0.1", port, now=NOW, ca=pem, name="localhost")
    assert report.faults == ()
    assert report.protocol == "TLSv1.3"


@pytest.mark.parametrize(
    ("given", "most", "said"),
    [
        ({"days": -1}, None, "过期"),
        ({"name": "other.example"}, None, "不是签给"),
        ({"bits": 1024}, None, "1024 位"),
        ({}, ssl.TLSVersion.TLSv1_1, "协议过旧"),
    ],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_what_makes_a_link_weak_is_named(
    tmp_path: Path, given: dict, most: ssl.TLSVersion | None, said: str
) -> None:
    with serving(certificate(tmp_path, **given), most=most) as port:
        report = look_at_link("127.0.0.1", port, now=NOW, name="localhost")
    assert [said in fault.zh for fault in report.faults] == [True]


@pytest.mark.parametrize(
    ("written", "host", "faults"),
    [
        ("*.data.gov.cn", "a.data.gov.cn", 0),
        ("*.data.gov.cn", "A.Data.gov.cn.", 0),
        ("*.data.gov.cn", "a.b.data.gov.cn", 1),
        ("*.data.gov.cn", "data.gov.cn", 1),
        ("*.data.gov.cn", "evil-data.gov.cn", 1),
    ],
)
def test_a_star_in_a_certificate_stands_for_one_label(
    tmp_path: Path, written: str, host: str, faults: int
) -> None:
    with serving(certificate(tmp_path, name=written)) as port:
        report = look_at_link("127.0.0.1", port, now=NOW, name=host)
    assert len(report.faults) == faults


def test_a_certificate_that_does_not_hold_yet_is_a_fault(tmp_path: Path) -> None:
    before = NOW - timedelta(days=500)
    with serving(certificate(tmp_path)) as port:
        report = look_at_link("127.0.0.1", port, now=before, name="localhost")
    assert ["from" in fault.en for fault in report.faults] == [True]


def test_a_link_without_any_certificate_is_weak_and_no_crash(tmp_path: Path) -> None:
    pem = certificate(tmp_path)
    with serving(pem, most=ssl.TLSVersion.TLSv1_2, ciphers="aNULL:@SECLEVEL=0") as port:
        report = look_at_link("127.0.0.1", port, now=NOW, name="localhost")
    assert (report.sound, report.expires) == (False, None)


def test_a_certificate_of_nobody_known_is_not_trusted(tmp_path: Path) -> None:
    (tmp_path / "else").mkdir()
    known = certificate(tmp_path / "else")
    with serving(certificate(tmp_path)) as port:
        report = look_at_link("127.0.0.1", port, now=NOW, ca=known, name="localhost")
    assert [fault.en for fault in report.faults] == ["The certificate is not trusted."]


def test_plain_text_is_no_link_and_nobody_is_no_answer() -> None:
    with serving(None) as port:
        report = look_at_link("127.0.0.1", port, now=NOW)
    assert not report.sound
    assert report.protocol == ""
    with pytest.raises(Unavailable):
        look_at_link("127.0.0.1", port, now=NOW)


# ── copies, hands, a run ─────────────────────────────────────────────────────────────────────────


def test_copies_beyond_their_time_or_their_certificate_are_found(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).write_text("x")
    copies = [
        Copy("kept", tmp_path / "a", TODAY),
        Copy("late", tmp_path / "b", TODAY - timedelta(days=3)),
        Copy("gone", tmp_path / "d", TODAY - timedelta(days=9)),
        Copy("certified", tmp_path / "c", TODAY + timedelta(days=9), TODAY),
    ]
    found = copies_overdue(copies, today=TODAY)
    assert [(o.copy.id, o.days, o.certified) for o in found] == [
        ("late", 3, False),
        ("certified", 0, True),
    ]


PATH = (
    Place("source", Hand.PROVIDER, "health"),
    Place("gateway", Hand.PROVIDER, "health"),
    Place("platform", Hand.PLATFORM, "bureau"),
    Place("system", Hand.RECIPIENT, "housing"),
    Place("cloud", Hand.PROCESSOR, "firm", entrusted_by="housing"),
    Place("agreed", Hand.RECIPIENT, "land"),
    Place("passed-on", Hand.RECIPIENT, "bank", approved=False),
)


@pytest.mark.parametrize(
    ("incident", "first", "also"),
    [
        ("source", "health", ()),
        ("gateway", "health", ()),
        ("platform", "bureau", ()),
        ("system", "housing", ()),
        ("cloud", "housing", ("firm",)),
        ("agreed", "land", ()),
        ("passed-on", "land", ("bank",)),
    ],
)
def test_for_every_place_somebody_answers(incident: str, first: str, also: tuple[str]) -> None:
    answer = who_answers(PATH, incident)
    assert (answer.first, answer.also) == (first, also)


def test_a_place_that_is_not_on_the_path_is_refused() -> None:
    with pytest.raises(BadInput):
        who_answers(PATH, "elsewhere")
    with pytest.raises(BadInput):
        who_answers([Place("cloud", Hand.PROCESSOR, "firm")], "cloud")


def plan(folder: Path, **changed: str) -> Path:
    path = folder / "plan.yaml"
    parts = {
        "rest": f"[{{what: store, folder: store, canary: {CANARY.text}}}]",
        "copies": "[{id: c1, place: copy.csv, keep_until: 2026-03-01}]",
        "links": "[]",
    } | changed
    lines = "\n".join(f"{name}: {value}" for name, value in parts.items())
    path.write_text(f"dataset: D1\ngrade: general_3\n{lines}\n", "utf-8")
    return path


def test_one_run_turns_the_cells_red_and_then_green(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    plain(tmp_path / "store")
    (tmp_path / "copy.csv").write_text("x")
    with serving(certificate(tmp_path, days=-1)) as port:
        links = f"[{{host: 127.0.0.1, port: {port}, name: localhost}}]"
        found = states(run(read_plan(plan(tmp_path, links=links)), now=NOW))
    red = ("store.encrypted", "transport.tls", "destroy.retention")
    assert {found[each] for each in red} == {CellState.FAILED}
    (tmp_path / "store" / "people.sqlite3").write_bytes(b"sealed")
    (tmp_path / "copy.csv").unlink()
    with serving(certificate(tmp_path)) as port:
        links = f"[{{host: 127.0.0.1, port: {port}, name: localhost}}]"
        found = states(run(read_plan(plan(tmp_path, links=links)), now=NOW))
    assert {found[each] for each in red} == {CellState.MET}


def states(cells: tuple) -> dict[str, CellState]:
    return {cell.control.id: cell.state for cell in cells}


def test_a_link_that_nobody_answers_has_failed(tmp_path: Path) -> None:
    with serving(None) as port:
        pass
    links = f"[{{host: 127.0.0.1, port: {port}}}]"
    found = states(run(read_plan(plan(tmp_path, links=links, rest="[]")), now=NOW))
    assert found["transport.tls"] is CellState.FAILED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "grade: core",
        "dataset: D\nrest: [{what: memory, folder: x, canary: 012345678901234567890}]",
        "dataset: D\nlinks: [{host: x}]",
        "dataset: D\ncopies: [{id: a, place: b, keep_until: soon}]",
        "dataset: D\nevidence: [{control: x.y, day: 2026-01-01, passed: true, said: a}]",
        "dataset: D\nlinks: [{host: x, port: 70000}]",
        "dataset: D\nevidence: [{control: transport.tls, day: 2026-01-01, passed: 'no', said: a}]",
        "dataset: [",
    ],
)
def test_a_plan_that_cannot_be_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(BadInput):
        read_plan(path)
