"""Sealed boxes: what was put in comes out, and whatever was changed is told in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from shixiao.seals import Keyring, new_key
from shixiao.seals.boxes import CHUNK, Box, BoxWriter, keys_in
from shixiao.terms import BadInput

RING = Keyring.parse([new_key()])
MEMBERS = {"empty": b"", "letter": b"hello" * 10}


def written(path: Path, members: dict[str, list[bytes]]) -> Path:
    with BoxWriter(path, RING) as box:
        for name, parts in members.items():
            box.put(name, parts)
        box.put_key("data", b"a key")
        box.finish({"form": 1})
    return path


def read(path: Path) -> dict[str, bytes]:
    box = Box(path, RING)
    try:
        box.check()
        return {name: b"".join(box.parts(name)) for name in box.members}
    finally:
        box.close()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 1])
def test_a_member_of_any_length_comes_out_as_it_went_in(size: int, tmp_path: Path) -> None:
    content = bytes(range(256)) * (size // 256) + bytes(size % 256)
    rows = [content[at : at + 70_000] for at in range(0, size, 70_000)]
    assert read(written(tmp_path / "box", {"rows": rows})) == {"rows": content}


@pytest.mark.parametrize("bits", [0x01, 0x80, 0xFF])
def test_whatever_byte_is_changed_nothing_else_comes_out_and_it_is_told(
    bits: int, tmp_path: Path
) -> None:
    whole = written(tmp_path / "box", {n: [c] for n, c in MEMBERS.items()}).read_bytes()
    changed = tmp_path / "changed"
    told = 0
    for at in range(len(whole)):
        changed.write_bytes(whole[:at] + bytes([whole[at] ^ bits]) + whole[at + 1 :])
        try:
            assert read(changed) == MEMBERS  # bytes of a zip that nobody reads, such as its dates
        except BadInput:
            told += 1
    assert told > len(whole) / 2


def test_a_box_that_was_cut_anywhere_is_told(tmp_path: Path) -> None:
    whole = written(tmp_path / "box", {n: [c] for n, c in MEMBERS.items()}).read_bytes()
    for end in range(len(whole)):
        (tmp_path / "cut").write_bytes(whole[:end])
        for look in (read, keys_in):
            with pytest.raises(BadInput):
                look(tmp_path / "cut")


def test_damaged_keys_in_a_box_are_told(tmp_path: Path) -> None:
    path = written(tmp_path / "box", {})
    assert keys_in(path) == {"data": b"a key"}
    path.write_bytes(path.read_bytes().replace(b"a key", b"b key", 1))
    with pytest.raises(BadInput):
        keys_in(path)


def test_a_file_that_is_no_box_is_told(tmp_path: Path) -> None:
    (tmp_path / "paper").write_text("paper")
    for path in (tmp_path / "paper", tmp_path / "none", tmp_path):
        with pytest.raises(BadInput):
            Box(path, RING)
