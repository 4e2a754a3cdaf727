"""ECB and fixed vectors show in a column of equal contents; AES-GCM does not."""

from __future__ import annotations

import base64
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shixiao.security.at_rest import Sameness, read_column, sameness
from shixiao.terms import BadInput

KEY = bytes(range(32))
TEXT = b"Zhang San, 3201" * 16  # 240 bytes: with a period of 15, no block of 16 comes twice
PERIODIC = b"Zhang San, 32010" * 16


def ecb(text: bytes) -> bytes:
    sealing = Cipher(algorithms.AES(KEY), modes.ECB()).encryptor()  # noqa: S305 - sought here
    return sealing.update(text) + sealing.finalize()


def cbc(text: bytes) -> bytes:
    sealing = Cipher(algorithms.AES(KEY), modes.CBC(bytes(16))).encryptor()
    return sealing.update(text) + sealing.finalize()


def gcm(text: bytes) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(KEY).encrypt(nonce, text, None)


@pytest.mark.parametrize("write", [bytes, bytes.hex, base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize(
    ("seal", "text", "same"),
    [
        (ecb, TEXT, Sameness(200, 1, 0)),
        (ecb, PERIODIC, Sameness(200, 1, 200)),
        (cbc, PERIODIC, Sameness(200, 1, 0)),
        (gcm, PERIODIC, Sameness(200, 200, 0)),
    ],
    ids=["ECB", "ECB within", "CBC with a fixed vector", "GCM"],
)
def test_modes_are_told_apart(
    seal: Callable[[bytes], bytes],
    text: bytes,
    same: Sameness,
    write: Callable[[bytes], str | bytes],
) -> None:
    told = [write(seal(text)) for _ in range(200)]
    values = [each.encode() if isinstance(each, str) else each for each in told]
    assert sameness(values) == same
    checks = {one.check: one.passed for one in same.assessed("column").seen or ()}
    assert checks == {"deterministic": same.distinct == 200, "blocks": same.flawed == 0}


def test_few_values_say_nothing() -> None:
    assert sameness([gcm(TEXT)] * 3).assessed("column").seen is None


def test_a_column_is_read_from_lines_csv_and_sqlite(tmp_path: Path) -> None:
    values = [gcm(TEXT).hex() for _ in range(5)]
    (tmp_path / "lines.txt").write_text("\n".join(values))
    (tmp_path / "rows.csv").write_text("id,sealed\n" + "".join(f"1,{v}\n" for v in values))
    with closing(sqlite3.connect(tmp_path / "a.db")) as database:
        database.execute('CREATE TABLE "a b" (sealed)')
        rows = [(bytes.fromhex(each),) for each in values]
        database.executemany('INSERT INTO "a b" VALUES (?)', rows)
        database.commit()
    told = [each.encode() for each in values]
    assert list(read_column(f"{tmp_path}/lines.txt")) == told
    assert list(read_column(f"{tmp_path}/rows.csv#sealed")) == told
    assert list(read_column(f"{tmp_path}/a.db#a b.sealed")) == [raw for (raw,) in rows]


def test_a_wrong_address_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("id\n1\n")
    (tmp_path / "a.db").write_bytes(b"SQLite format 3\0" + os.urandom(3000))
    (tmp_path / "long.txt").write_bytes(b"a" * (3 << 20))
    for address in ("none.txt", "rows.csv#sealed", "a.db#t.c", "a.db", "a.db#c", "long.txt"):
        with pytest.raises(BadInput):
            list(read_column(f"{tmp_path}/{address}"))
