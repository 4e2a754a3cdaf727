"""Paths, partial tiles and bundles as c2sp.org/tlog-tiles lays them down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.ledger import Malformed
from shixiao.ledger.growth import widths_of
from shixiao.ledger.tiles import (
    TileName,
    hashes_at,
    join_entries,
    split_entries,
    tile_name,
)

PATHS = {
    "tile/0/000": TileName(0, 0),
    "tile/0/x001/234": TileName(0, 1234),
    "tile/1/x001/x234/067": TileName(1, 1_234_067),
    "tile/0/273.p/112": TileName(0, 273, 112),
    "tile/entries/x999/999.p/1": TileName(None, 999_999, 1),
    "tile/63/005": TileName(63, 5),
}
NO_PATHS = [
    "tile/0/1",
    "tile/0/0000",
    "tile/0/x000/001",
    "tile/00/001",
    "tile/64/001",
    "tile/0/001.p/0",
    "tile/0/001.p/256",
    "tile/0/001.p/05",
    "tile/0/001/x002",
    "tile/-1/001",
    "tile/entries",
    "tile/data/000",
    "/tile/0/000",
    "tile/0/../000",
    "tile/0/\uff10\uff10\uff10",
    "tile/0/000\n",
    "",
]


@pytest.mark.parametrize(("path", "name"), PATHS.items())
def test_a_tile_has_the_path_of_the_standard(path: str, name: TileName) -> None:
    assert name.path == path
    assert TileName.parse(path) == name


@pytest.mark.parametrize("path", NO_PATHS)
def test_what_is_no_path_of_a_tile_is_refused(path: str) -> None:
    with pytest.raises(Malformed):
        TileName.parse(path)


@given(
    st.none() | st.integers(0, 63),
    st.integers(0, 10**12),
    st.integers(1, 256),
)
def test_every_path_reads_back(level: int | None, number: int, width: int) -> None:
    name = TileName(level, number, width)
    assert TileName.parse(name.path) == name


def test_a_tree_of_70000_has_the_tiles_that_the_standard_counts() -> None:
    assert widths_of(70_000) == [112, 17, 1]
    assert hashes_at(0, 70_000) // 256 == 273
    assert hashes_at(1, 70_000) // 256 == 1
    assert tile_name(0, 273, 70_000).path == "tile/0/273.p/112"


def test_a_tree_of_256_is_a_full_tile_with_one_hash_above() -> None:
    assert widths_of(256) == [0, 1]
    assert tile_name(0, 0, 256).path == "tile/0/000"
    assert tile_name(1, 0, 256).path == "tile/1/000.p/1"


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_a_bundle_reads_back(entries: list[bytes]) -> None:
    data = join_entries(entries)
    assert split_entries(data) == entries
    if data:
        with pytest.raises(Malformed):
            split_entries(data[:-1] if entries[-1] else data + b"\x00")


def test_a_bundle_is_lengths_and_entries() -> None:
    assert join_entries([b"ab", b"", b"c"]) == b"\x00\x02ab\x00\x00\x00\x01c"


def test_a_bundle_of_more_than_256_entries_is_refused() -> None:
    with pytest.raises(Malformed):
        split_entries(join_entries([b""] * 257))
