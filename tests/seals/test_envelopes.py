"""Envelope keys: separate by owner, turned without loss, wrapped anew without touching data."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.seals import Cipher, Damaged, Envelopes, Keyring

MASTER, OTHER = Keyring([b"m" * 32]), Keyring([b"o" * 32])


def envelopes(folder: Path, masters: Keyring = MASTER, cipher: Cipher = Cipher.AES) -> Envelopes:
    return Envelopes(folder / "keys.json", masters, cipher=cipher)


@given(st.binary(max_size=200), st.sampled_from(list(Cipher)))
def test_either_cipher_opens_what_it_sealed_and_nothing_else(plain: bytes, cipher: Cipher) -> None:
    ring = Keyring([b"k" * 32], cipher=cipher)
    sealed = ring.seal(plain, context="a")
    assert ring.open(sealed, context="a") == plain
    assert Keyring([b"k" * 32]).open(sealed, context="a") == plain
    for changed, context in (
        (sealed, "b"),
        (sealed[:-1], "a"),
        (sealed[:-1] + bytes([sealed[-1] ^ 1]), "a"),
        (b"\x03" + sealed[1:], "a"),
        (sealed[:20], "a"),
        (b"", "a"),
    ):
        with pytest.raises(Damaged):
            ring.open(changed, context=context)


@pytest.mark.parametrize("cipher", list(Cipher))
def test_a_department_does_not_open_what_is_anothers(tmp_path: Path, cipher: Cipher) -> None:
    keys = envelopes(tmp_path, cipher=cipher)
    sealed = keys.seal("D1", b"plain", context="file")
    keys.seal("D2", b"other", context="file")
    assert keys.open("D1", sealed, context="file") == b"plain"
    with pytest.raises(Damaged):
        keys.open("D2", sealed, context="file")
    with pytest.raises(Damaged):
        keys.open("D3", sealed, context="file")
    assert keys.names("D1") != keys.names("D2")


def test_a_turned_key_opens_what_the_old_one_sealed(tmp_path: Path) -> None:
    keys, elsewhere = envelopes(tmp_path), envelopes(tmp_path)
    old = keys.seal("D1", b"old", context="f")
    assert elsewhere.open("D1", old, context="f") == b"old"
    keys.turn("D1")
    new = keys.seal("D1", b"new", context="f")
    assert keys.open("D1", old, context="f") == b"old"
    assert elsewhere.open("D1", new, context="f") == b"new"  # read the file anew by itself
    assert not keys.newest("D1", old)
    assert keys.newest("D1", new)
    assert keys.owners() == {"D1": 2}
    assert keys.drop_old("D1") == 1
    with pytest.raises(Damaged):
        keys.open("D1", old, context="f")


def test_a_new_master_wraps_the_keys_and_leaves_the_data(tmp_path: Path) -> None:
    keys = envelopes(tmp_path)
    sealed = keys.seal("D1", b"plain", context="f")
    keys.rewrap(OTHER)
    assert keys.open("D1", sealed, context="f") == b"plain"
    assert envelopes(tmp_path, OTHER).open("D1", sealed, context="f") == b"plain"
    with pytest.raises(Damaged):
        envelopes(tmp_path).open("D1", sealed, context="f")


def test_the_key_file_is_its_owners_alone_and_shows_no_key(tmp_path: Path) -> None:
    envelopes(tmp_path).seal("D1", b"x", context="f")
    path = tmp_path / "keys.json"
    assert path.stat().st_mode & 0o077 == 0
    assert len(path.read_text("utf-8")) < 400


def test_keys_that_turn_at_once_are_all_there(tmp_path: Path) -> None:
    def turn(n: int) -> bytes:
        keys = envelopes(tmp_path)
        keys.turn("D1")
        return keys.seal("D1", b"%d" % n, context="f")

    with ThreadPoolExecutor(4) as pool:
        sealed = list(pool.map(turn, range(16)))
    keys = envelopes(tmp_path)
    assert keys.owners() == {"D1": 16}
    assert [keys.open("D1", each, context="f") for each in sealed] == [b"%d" % n for n in range(16)]
