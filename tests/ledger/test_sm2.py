"""SM2 beside Ed25519: OpenSSL agrees, either key proves the log, and neither is needed by all."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest

from shixiao.ledger import Malformed, Note, PrivateKey, Trust, parse_vkey, verify_log
from shixiao.ledger.sm2 import Sm2Key, Sm2PrivateKey
from shixiao.ledger.store import open_log
from shixiao.seals import sm2

pytestmark = pytest.mark.sm2

KEY = PrivateKey("city.example/log", bytes(range(32)))
BESIDE = Sm2PrivateKey("city.example/log", bytes(range(1, 33)))
# SubjectPublicKeyInfo of a point on the SM2 curve: what stands before its 65 bytes (RFC 5480).
HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")


def log_of(folder: Path) -> Path:
    with open_log(
        folder,
        key=KEY.log_key,
        signers=(KEY.sign, BESIDE.sign),
        others=(BESIDE.log_key,),
    ) as writer:
        writer.append([b"one", b"two"])
    return folder


def test_openssl_verifies_what_we_sign(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"a checkpoint\n")
    (tmp_path / "signed").write_bytes(sm2.sign(BESIDE.secret, b"a checkpoint\n"))
    (tmp_path / "key").write_bytes(HEAD + BESIDE.log_key.public)
    asked = "pkeyutl -verify -pubin -keyform DER -inkey key -in text -sigfile signed -rawin"
    asked += " -digest sm3 -pkeyopt distid:1234567812345678"
    told = subprocess.run(
        ["openssl", *asked.split()], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "Verified Successfully" in told.stdout, told.stderr


def test_a_public_key_is_one_line_and_comes_back(tmp_path: Path) -> None:
    line = BESIDE.log_key.vkey
    assert parse_vkey(line) == BESIDE.log_key
    assert BESIDE.log_key.vkey in (log_of(tmp_path) / "vkeys").read_text("utf-8").split("\n")
    with pytest.raises(Malformed):
        parse_vkey(line[:-4] + "AAA=")


@pytest.mark.parametrize("key", [KEY.log_key, BESIDE.log_key], ids=["Ed25519", "SM2"])
def test_either_key_alone_proves_the_log(tmp_path: Path, key: object) -> None:
    assert verify_log(log_of(tmp_path), Trust((key,))).valid


def test_a_changed_root_is_noticed_by_either_key(tmp_path: Path) -> None:
    path = log_of(tmp_path) / "checkpoint"
    text = path.read_text("utf-8")
    root = text.split("\n")[2]
    path.write_text(text.replace(root, base64.b64encode(bytes(32)).decode()), "utf-8")
    for key in (KEY.log_key, BESIDE.log_key):
        assert not verify_log(tmp_path, Trust((key,))).valid


def test_the_line_of_another_key_does_not_count() -> None:
    other = Sm2PrivateKey(BESIDE.name, bytes(range(2, 34)))
    note = Note.signed("city.example/log\n0\n", [other.sign])
    assert note.of(BESIDE.log_key) is None


def test_without_a_provider_the_reader_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_of(tmp_path)
    key = BESIDE.log_key
    monkeypatch.setattr(sm2, "ec", None)
    answer = verify_log(tmp_path, Trust((key,)))
    assert not answer.valid
    assert "shixiao[sm]" in answer.faults[0].whole.en
    assert verify_log(tmp_path, Trust((KEY.log_key,))).valid


def test_a_key_of_another_algorithm_is_no_key_of_ours() -> None:
    assert Sm2Key.parse("log", b"SM9-with-SM3" + bytes(65)) is None
    assert Sm2Key.parse("log", b"SM2-with-SM3" + bytes(64)) is None
