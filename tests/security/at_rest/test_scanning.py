"""What is not encrypted is found in raw files, whatever writing or packing; the rest is named."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import os
import sqlite3
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shixiao.cli import cli
from shixiao.security.at_rest import Canary, Scan, packed, scan, scanning
from shixiao.terms import BadInput

CANARY = Canary("Qm4xZr8LkW2vHs9TnB6yQfPd")
CHINESE = Canary("测Qm4试x案Zr件8L号k王W2小v明Hs9天TnB6y")
PLAIN = CANARY.text.encode()


def ids(found: Scan) -> set[tuple[str, str]]:
    return {
        (one.check, str(one.values["writing"]))
        for part in found.parts
        for one in part.seen or ()
        if not one.passed
    }


def unread(found: Scan) -> list[str]:
    return [part.reason.en for part in found.parts if part.reason is not None]


def tarred(name: str, data: bytes, mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zipped(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


WRITTEN: dict[str, tuple[Canary, bytes, str, str]] = {
    "utf-8": (CANARY, PLAIN, "plain", "utf-8"),
    "utf-16-le": (CANARY, CANARY.text.encode("utf-16-le"), "plain", "utf-16-le"),
    "utf-16-be": (CANARY, CANARY.text.encode("utf-16-be"), "plain", "utf-16-be"),
    "gbk": (CHINESE, CHINESE.text.encode("gbk"), "plain", "gb18030"),
    "hex": (CANARY, PLAIN.hex().encode(), "coded", "hex"),
    "HEX": (CANARY, PLAIN.hex().upper().encode(), "coded", "hex"),
    "reversed": (CANARY, PLAIN[::-1], "coded", "reversed"),
    "json": (CHINESE, json.dumps(CHINESE.text).encode(), "coded", "json"),
    "base64": (CANARY, base64.b64encode(PLAIN), "coded", "base64+0"),
}
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "two gzips": lambda data: gzip.compress(b"first") + gzip.compress(data),
    "zlib": zlib.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zip": lambda data: zipped("rows.csv", data),
    "tar.gz": lambda data: gzip.compress(tarred("rows.csv", data)),
    "tar.xz": lambda data: lzma.compress(tarred("rows.csv", data)),
    "gz in zip": lambda data: zipped("rows.gz", gzip.compress(data)),
    "zip in gz": lambda data: gzip.compress(zipped("rows.csv", data)),
    "gz in tar": lambda data: tarred("rows.gz", gzip.compress(data)),
    "gz in tar.gz": lambda data: gzip.compress(tarred("rows.gz", gzip.compress(data))),
    "base64 in gzip": lambda data: gzip.compress(base64.b64encode(data)),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_every_writing_is_found(tmp_path: Path, name: str) -> None:
    canary, data, check, writing = WRITTEN[name]
    before = os.urandom(101)
    (tmp_path / "data").write_bytes(before + data + os.urandom(50))
    found = scan([tmp_path], [canary])
    assert ids(found) == {(check, writing)}
    begins = 102 if name == "json" else 101  # behind its quotation mark
    assert any(one.locator == f"data:{begins}" for one in found.parts[0].seen or ())


@pytest.mark.parametrize("name", PACKED)
def test_what_is_packed_is_found(tmp_path: Path, name: str) -> None:
    filling = base64.b64encode(os.urandom(3000))
    (tmp_path / "backup").write_bytes(PACKED[name](filling + PLAIN + filling))
    found = scan([tmp_path], [CANARY])
    assert {check for check, _ in ids(found)} == {"packed"}
    assert not unread(found)


def test_a_canary_across_two_parts_of_a_file_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "CHUNK", 64)
    for at in range(40, 70, 3):
        (tmp_path / "data").write_bytes(b"\0" * at + PLAIN + b"\0" * 200)
        (one,) = (one for one in scan([tmp_path], [CANARY]).parts[0].seen or () if not one.passed)
        assert one.locator == f"data:{at}"


@pytest.mark.parametrize("at", range(1, len(PLAIN)))
def test_a_canary_that_two_pages_share_is_found(tmp_path: Path, at: int) -> None:
    pages = os.urandom(90) + PLAIN[:at] + os.urandom(40) + PLAIN[at:] + os.urandom(90)
    (tmp_path / "data").write_bytes(pages)
    assert ids(scan([tmp_path], [CANARY])) == {("plain", "utf-8")}


def test_a_deleted_row_is_found_in_the_log_of_sqlite_unless_it_was_encrypted(
    tmp_path: Path,
) -> None:
    key, other = AESGCM(AESGCM.generate_key(128)), Canary.new()
    with closing(sqlite3.connect(tmp_path / "site.db")) as database:
        database.executescript("PRAGMA journal_mode=WAL; CREATE TABLE person (name, sealed)")
        nonce = os.urandom(12)
        sealed = nonce + key.encrypt(nonce, other.text.encode(), None)
        database.execute("INSERT INTO person VALUES (?, ?)", (CANARY.text, sealed))
        database.commit()
        database.execute("DELETE FROM person")
        database.commit()
        found = scan([tmp_path], [CANARY, other])
    failed = [one for one in found.parts[0].seen or () if not one.passed]
    assert {one.values["canary"] for one in failed} == {CANARY.short}
    assert any(one.locator.startswith("site.db-wal:") for one in failed)


def test_what_cannot_be_looked_at_is_not_assessed_by_name(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "data"
    outside.mkdir()
    folder.mkdir()
    (outside / "secret").write_bytes(PLAIN)
    (folder / "space").symlink_to(outside)
    (folder / "inside").symlink_to(folder / "good")
    (folder / "good").write_bytes(b"nothing")
    (folder / "a.zst").write_bytes(b"\x28\xb5\x2f\xfd" + os.urandom(60))
    (folder / "cut.gz").write_bytes(gzip.compress(os.urandom(4000))[:-900])
    (folder / "cut.zip").write_bytes(zipped("a", os.urandom(900))[:-30])
    os.mkfifo(folder / "pipe")
    found = scan([folder], [CANARY])
    assert {line.split(":")[0] for line in unread(found)} == {
        "space", "a.zst", "cut.gz", "cut.zip",
    }  # fmt: skip
    assert [name for name, _ in found.skipped] == ["pipe"]
    assert not ids(found)
    # Where the folder of the link is given too, nothing is left out.
    assert ("plain", "utf-8") in ids(scan([folder, outside], [CANARY]))


def test_a_bomb_ends_as_not_assessed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "UNPACKED", 1 << 16)
    monkeypatch.setattr(scanning, "TIMES", 10)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(b"\0" * (1 << 22)))
    assert ["bomb" in line for line in unread(scan([tmp_path], [CANARY]))] == [True]


def test_what_is_nested_too_deep_is_not_assessed(tmp_path: Path) -> None:
    data = PLAIN * 40
    for _ in range(packed.DEEPEST + 1):
        data = gzip.compress(data)
    (tmp_path / "deep").write_bytes(data)
    found = scan([tmp_path], [CANARY])
    assert not ids(found)
    assert "too deep" in unread(found)[0]


def test_holes_of_a_sparse_file_cost_nothing(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(1 << 34)
        file.seek(1 << 33)
        file.write(PLAIN)
    found = scan([tmp_path], [CANARY])
    assert [one.locator for one in found.parts[0].seen or () if not one.passed] == [
        f"sparse:{1 << 33}"
    ]
    assert found.bytes < 1 << 26


def test_an_empty_folder_proves_nothing(tmp_path: Path) -> None:
    assert scan([tmp_path], [CANARY]).parts[0].seen is None
    with pytest.raises(BadInput, match="no such file or folder"):
        scan([tmp_path / "none"], [CANARY])


def answer(*line: str) -> tuple[int, dict[str, object]]:
    done = CliRunner().invoke(cli, ["probe", "at-rest", *line, "--json", "--quiet"])
    said = json.loads(done.stdout)
    schema = files("shixiao.cli").joinpath("schemas/probe.schema.json").read_text("utf-8")
    jsonschema.validate(said, json.loads(schema))
    return done.exit_code, said


def test_the_command_vetoes_plain_text_and_admits_what_is_encrypted(tmp_path: Path) -> None:
    (tmp_path / "page").write_bytes(os.urandom(5000))
    assert answer(str(tmp_path), "--canary", CANARY.text)[0] == 0
    (tmp_path / "page").write_bytes(os.urandom(5000) + PLAIN)
    code, said = answer(str(tmp_path), "--canary", CANARY.text)
    assert (code, said["veto"], said["admissible"]) == (1, ["at_rest.plain"], False)
    assert CANARY.text not in json.dumps(said)
    (tmp_path / "page").write_bytes(lzma.compress(os.urandom(5000))[:-20])
    code, said = answer(str(tmp_path), "--canary", CANARY.text)
    assert (code, said["score"], said["admissible"]) == (1, None, False)


def test_the_command_compares_ciphertexts_of_equal_contents(tmp_path: Path) -> None:
    (tmp_path / "page").write_bytes(os.urandom(5000))
    column = tmp_path.parent / f"{tmp_path.name}.txt"
    line = (str(tmp_path), "--canary", CANARY.text, "--column", str(column))
    for sealed, code, faults in (
        ([os.urandom(28).hex() for _ in range(30)], 0, []),
        ([os.urandom(28).hex()] * 30, 1, ["determinism.deterministic"]),
    ):
        column.write_text("\n".join(sealed))
        done, said = answer(*line)
        findings: Any = said["findings"]
        assert (done, [each["id"] for each in findings]) == (code, faults)
