"""Damaged and hostile files end as searched or not assessed, never as a crash."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shixiao.security.at_rest import Canary, scan
from tests.security.at_rest.test_scanning import CANARY, tarred, unread, zipped

PLAIN = CANARY.text.encode() * 30 + os.urandom(300)
DUMP = b"PGDMP\x01\x0e\x00\x04\x08\x01" + bytes(9)


def dumped(data: bytes) -> bytes:
    """Return a dump with one stream in pieces of 64 bytes, as pg_dump cuts them."""
    packed = zlib.compress(data)
    pieces = [packed[at : at + 64] for at in range(0, len(packed), 64)]
    cut = b"".join(b"\0" + len(piece).to_bytes(4, "little") + piece for piece in pieces)
    return DUMP + b"\x01\x00\x2a\x00\x00\x00" + cut + bytes(5) + b"the end"


SAMPLES = {
    "gzip": gzip.compress(PLAIN),
    "zlib": zlib.compress(PLAIN),
    "bzip2": bz2.compress(PLAIN),
    "xz": lzma.compress(PLAIN),
    "zip": zipped("a", PLAIN),
    "tar": tarred("a.gz", gzip.compress(PLAIN)),
    "tar of pax": tarred("文" * 80, gzip.compress(PLAIN)),
    "dump": dumped(PLAIN),
}


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=4),
    cut=st.floats(0.05, 1),
)
def test_a_damaged_file_is_no_crash(
    tmp_path: Path, name: str, changes: list[tuple[float, int]], cut: float
) -> None:
    data = bytearray(SAMPLES[name])
    for place, byte in changes:
        data[int(place * (len(data) - 1))] = byte
    (tmp_path / "data").write_bytes(data[: int(cut * len(data))])
    assert scan([tmp_path], [CANARY]).parts


def test_a_dump_in_pieces_is_put_together(tmp_path: Path) -> None:
    (tmp_path / "dump").write_bytes(dumped(os.urandom(500) + PLAIN))
    failed = [one for one in scan([tmp_path], [CANARY]).parts[0].seen or () if not one.passed]
    assert [one.check for one in failed] == ["packed"]


@pytest.mark.parametrize(("byte", "kind"), [(2, "lz4"), (3, "zstd")])
def test_a_dump_in_another_packing_is_not_assessed(tmp_path: Path, byte: int, kind: str) -> None:
    (tmp_path / "dump").write_bytes(b"PGDMP\x01\x0f\x00\x04\x08\x01" + bytes([byte]) + bytes(40))
    assert kind in unread(scan([tmp_path], [CANARY]))[0]


def test_an_archive_with_a_password_is_not_assessed(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped("a", b"nothing"))
    data = bytearray(path.read_bytes())
    data[6] |= 1  # the flag, in front of the member and in the list of the archive
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert zipfile.ZipFile(path).infolist()[0].flag_bits & 1
    assert "password" in unread(scan([tmp_path], [Canary.new()]))[0]


def test_a_tar_that_claims_a_huge_member_costs_no_memory(tmp_path: Path) -> None:
    data = bytearray(tarred("a.gz", gzip.compress(PLAIN)))
    data[124:136] = b"77777777777\0"
    data[148:156] = b" " * 8
    data[148:156] = f"{sum(data[:512]):06o}\0 ".encode()
    (tmp_path / "a.tar").write_bytes(data)
    assert "too large" in unread(scan([tmp_path], [CANARY]))[0]
