"""Roots and proofs against published vectors and against RFC 6962 written down recursively."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.seals import tree
from tests.ledger import oracle

# Test leaves, roots and proofs of the certificate-transparency project for RFC 6962.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION_OF_0_IN_8 = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]
CONSISTENCY_OF_6_AND_8 = [
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
]


def subtree_of(entries: Sequence[bytes]) -> tree.Subtree:
    def subtree(height: int, index: int) -> bytes:
        start = index << height
        assert start + (1 << height) <= len(entries)
        return oracle.mth(entries[start : start + (1 << height)])

    return subtree


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones(size: int) -> None:
    assert tree.root_of(size, subtree_of(LEAVES)).hex() == ROOTS[size]
    assert tree.root_over(LEAVES[:size]).hex() == ROOTS[size]


def test_proofs_are_the_published_ones() -> None:
    subtree = subtree_of(LEAVES)
    assert [h.hex() for h in tree.inclusion_proof(0, 8, subtree)] == INCLUSION_OF_0_IN_8
    assert [h.hex() for h in tree.consistency_proof(6, 8, subtree)] == CONSISTENCY_OF_6_AND_8


entries_of_a_log = st.integers(1, 70).map(lambda n: [b"%d" % k for k in range(n)])


@given(entries_of_a_log)
def test_the_root_over_entries_at_hand_is_that_of_the_rfc(entries: list[bytes]) -> None:
    assert tree.root_over(iter(entries)) == oracle.mth(entries)


@given(entries_of_a_log, st.data())
def test_an_inclusion_proof_is_that_of_the_rfc_and_proves_its_leaf_alone(
    entries: list[bytes], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(entries) - 1))
    found = tree.inclusion_proof(index, len(entries), subtree_of(entries))
    assert found == oracle.path(index, entries)
    given_ = {"size": len(entries), "root": oracle.mth(entries), "proof": found}
    leaf = tree.leaf_hash(entries[index])
    assert tree.proves_inclusion(leaf, index=index, **given_)
    for other in range(len(entries) + 2):
        if other != index:
            assert not tree.proves_inclusion(leaf, index=other, **given_)
    assert not tree.proves_inclusion(tree.leaf_hash(b"other"), index=index, **given_)


@given(entries_of_a_log, st.data())
def test_a_consistency_proof_is_that_of_the_rfc_and_proves_its_sizes_alone(
    entries: list[bytes], data: st.DataObject
) -> None:
    old, new = data.draw(st.integers(0, len(entries))), len(entries)
    found = tree.consistency_proof(old, new, subtree_of(entries))
    assert found == oracle.proof(old, entries)
    old_root, root = oracle.mth(entries[:old]), oracle.mth(entries)
    assert tree.proves_consistency(old, old_root, new, root, found)
    assert not tree.proves_consistency(old, oracle.mth([b"x"]), new, root, found)
    if old:  # everything follows from the empty tree
        assert not tree.proves_consistency(old, old_root, new, oracle.mth([b"x"]), found)
    for other in range(1, new):
        if other != old:
            assert not tree.proves_consistency(other, old_root, new, root, found)


@given(entries_of_a_log, st.data())
def test_a_proof_with_a_hash_too_many_too_few_or_changed_proves_nothing(
    entries: list[bytes], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(entries) - 1))
    old = data.draw(st.integers(1, len(entries)))
    subtree, root = subtree_of(entries), oracle.mth(entries)
    leaf, size = tree.leaf_hash(entries[index]), len(entries)
    for wrong in _spoiled(tree.inclusion_proof(index, size, subtree)):
        assert not tree.proves_inclusion(leaf, index=index, size=size, root=root, proof=wrong)
    for wrong in _spoiled(tree.consistency_proof(old, size, subtree)):
        assert not tree.proves_consistency(old, oracle.mth(entries[:old]), size, root, wrong)


def _spoiled(proof: list[bytes]) -> list[list[bytes]]:
    other = b"\xff" * 32
    return [
        [*proof, other],
        [other, *proof],
        *([proof[:-1], proof[1:]] if proof else []),
        *([*proof[:at], other, *proof[at + 1 :]] for at in range(len(proof))),
    ]


def test_what_no_tree_has_is_refused() -> None:
    subtree = subtree_of(LEAVES)
    for index, size in ((8, 8), (-1, 8), (0, 0)):
        with pytest.raises(ValueError, match="no leaf"):
            tree.inclusion_proof(index, size, subtree)
    for old, new in ((9, 8), (-1, 8)):
        with pytest.raises(ValueError, match="never"):
            tree.consistency_proof(old, new, subtree)


def test_numbers_beyond_reason_are_answered_and_not_computed() -> None:
    huge = 2**64
    root = tree.EMPTY_ROOT
    assert not tree.proves_inclusion(root, index=0, size=huge, root=root, proof=[])
    assert not tree.proves_inclusion(root, index=-1, size=1, root=root, proof=[])
    assert not tree.proves_consistency(1, root, huge, root, [])
    assert not tree.proves_consistency(2, root, 1, root, [])


def test_a_leaf_cannot_pass_for_a_node() -> None:
    left, right = tree.leaf_hash(b"a"), tree.leaf_hash(b"b")
    assert tree.leaf_hash(left + right) != tree.node_hash(left, right)
