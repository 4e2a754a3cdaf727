"""The Merkle tree of RFC 6962 §2.1 over SHA-256: roots and proofs from stored subtree hashes.

A tree of n leaves is a row of perfect subtrees, largest first. Whoever can say the hash of any
perfect subtree (``Subtree``: height and index in, hash out) gets every root and proof from here;
how such hashes are kept is the matter of ``ledger.tiles``. Sizes and indices count leaves, from 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()
LARGEST_SIZE = 2**63 - 1  # of a tree, by RFC 9162; also keeps proofs below 64 hashes

Subtree = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """Hash an entry as a leaf; the 0x00 in front keeps leaves and nodes apart."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two neighbouring subtrees into the one above them."""
    return sha256(b"\x01" + left + right).digest()


def above(hashes: Sequence[bytes]) -> list[bytes]:
    """Return the row above a row of hashes; a last one without a neighbour stays below."""
    pairs = zip(hashes[::2], hashes[1::2], strict=False)
    return [sha256(b"\x01" + left + right).digest() for left, right in pairs]


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over 2^k hashes."""
    row = list(hashes)
    while len(row) > 1:
        row = above(row)
    return row[0]


def join_right(hashes: Sequence[bytes]) -> bytes:
    """Return the root over perfect subtrees that stand from large to small."""
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def perfect_parts(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut the leaves from ``start`` to before ``end`` into perfect subtrees (height, index)."""
    while start < end:
        height = (end - start).bit_length() - 1
        if start:
            height = min(height, (start & -start).bit_length() - 1)
        yield height, start >> height
        start += 1 << height


def root_of(size: int, subtree: Subtree) -> bytes:
    """Return the root of the tree of ``size`` leaves."""
    return _range_hash(0, size, subtree) if size else EMPTY_ROOT


def root_over(entries: Iterable[bytes]) -> bytes:
    """Return the root over entries at hand; one without a neighbour moves up as it is."""
    row = [leaf_hash(entry) for entry in entries]
    while len(row) > 1:
        row = above(row) + row[len(row) & ~1 :]
    return row[0] if row else EMPTY_ROOT


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Return PATH(index, D[size]) of RFC 6962 §2.1.1, from the leaf's neighbour upwards.

    Raises:
        ValueError: the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    start, end, spans = 0, size, []
    while end - start > 1:
        middle = start + _left_part(end - start)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return [_range_hash(*span, subtree) for span in reversed(spans)]


def consistency_proof(old: int, new: int, subtree: Subtree) -> list[bytes]:
    """Return PROOF(old, D[new]) of RFC 6962 §2.1.2; it is empty from 0 and from ``new`` itself.

    Raises:
        ValueError: ``old`` is no size that the tree ever passed through.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} leaves was never one of {old}")
    if old in {0, new}:
        return []
    start, end, spans, whole = 0, new, [], True
    while old != end:
        middle = start + _left_part(end - start)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start, whole = middle, False
    if not whole:
        spans.append((start, end))
    return [_range_hash(*span, subtree) for span in reversed(spans)]


def proves_inclusion(
    leaf: bytes, *, index: int, size: int, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Say whether a proof leads from a leaf hash to the root (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size <= LARGEST_SIZE:
        return False
    at, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(step, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def proves_consistency(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Say whether a proof shows the old tree as a beginning of the new (RFC 9162 §2.1.4.2)."""
    if not 0 <= old <= new <= LARGEST_SIZE:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    steps = list(proof)
    if old & (old - 1) == 0:  # the old tree is one perfect subtree: its root starts the path
        steps.insert(0, old_root)
    if not steps:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old_found = new_found = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old_found, new_found = node_hash(step, old_found), node_hash(step, new_found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new_found = node_hash(new_found, step)
        at, last = at >> 1, last >> 1
    return last == 0 and old_found == old_root and new_found == new_root


def _left_part(size: int) -> int:
    """Return the largest power of two below ``size``: how many leaves go to the left."""
    return 1 << ((size - 1).bit_length() - 1)


def _range_hash(start: int, end: int, subtree: Subtree) -> bytes:
    return join_right([subtree(*part) for part in perfect_parts(start, end)])
