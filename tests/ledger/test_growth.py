"""However entries are batched, the tree and its files are the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shixiao.ledger import Malformed
from shixiao.ledger.growth import Edge, root_of_rows, widths_of
from shixiao.ledger.tiles import Tiles
from shixiao.seals.tree import leaf_hash, root_of
from tests.ledger import oracle
from tests.ledger.cast import numbered

batches = st.lists(st.integers(0, 300), max_size=6)


@given(batches)
@settings(max_examples=40)
def test_a_tree_grown_in_batches_has_the_root_of_the_rfc(sizes: list[int]) -> None:
    edge, entries = Edge(), []
    for size in sizes:
        batch = numbered(size, len(entries))
        edge, _ = edge.grown(batch)
        entries += batch
    assert edge.size == len(entries)
    assert edge.root == oracle.mth(entries)
    assert [len(row) for row in edge.rows] == widths_of(len(entries))


@given(batches)
@settings(max_examples=30)
def test_files_do_not_depend_on_the_batches(sizes: list[int]) -> None:
    edge, files, entries = Edge(), {}, numbered(sum(sizes))
    at = 0
    for size in sizes:
        edge, new = edge.grown(entries[at : at + size])
        files |= dict(new)
        at += size
    whole, at_once = Edge().grown(entries)
    assert edge == whole
    assert all(files[name] == data for name, data in at_once)
    tiles = Tiles(lambda path, most: {n.path: d for n, d in files.items()}[path], len(entries))
    assert root_of(len(entries), tiles.subtree) == whole.root


def test_a_tree_of_three_levels_of_tiles_adds_up() -> None:
    entries = numbered(65_536 + 300)
    edge, files = Edge().grown(entries)
    assert widths_of(len(entries)) == [44, 1, 1]
    assert len([name for name, _ in files if name.level == 1]) == 2
    tiles = Tiles(lambda path, most: {n.path: d for n, d in files}[path], len(entries))
    assert root_of(len(entries), tiles.subtree) == edge.root
    # A second way to the root: row upon row, a last hash without a neighbour moving up unchanged.
    row = list(map(leaf_hash, entries))
    while len(row) > 1:
        last = row[-1:] if len(row) % 2 else []
        pairs = zip(row[::2], row[1::2], strict=False)
        row = [oracle.sha256(b"\x01" + a + b).digest() for a, b in pairs] + last
    assert edge.root == row[0]


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert root_of_rows([]) == Edge().root == oracle.mth([])


def test_an_entry_that_no_length_can_tell_is_refused() -> None:
    edge, _ = Edge().grown([b"x" * 65_535])
    assert edge.size == 1
    with pytest.raises(Malformed) as told:
        Edge().grown([b"x" * 65_536])
    assert told.value.fault == "entry_too_long"
