r"""Which grant a leaked copy came from, with a bound on naming the wrong one, and whom it concerns.

Of each value that stands in the copy and was released in a marked column, the copy shows one of
two ways of writing. Let n values be read, each *different* value counted once, and k of them be
written as grant g has it. If the copy is not from g, nothing in it depends on g's key, and the bits
of g are to it n fair coins (HMAC as a pseudo-random function), whatever was shuffled, left out or
rewritten:

.. math:: P(K \ge k) = \sum_{i \ge k} \binom{n}{i} 2^{-n}

A grant is named when that is at most ``false / G``, G being the grants that were tried: by the
union bound no innocent grant is named with a probability above ``false``. An exact copy has k = n
and is named from n = 20 + log2(G) different values on; with 300 values and 1,000 grants, k ≥ 202
is enough, so a third of the marks may be scrambled, and each of two recipients that mix their
copies value by value (k about 3n/4) is named still.

Limits: who writes everything anew in one normal form takes the code away; then the copy only shows
which grants had its rows (``covered``), which is no accusation. A recipient who holds another's
copy can pass it on as the other's. Source: W. Hoeffding (1963) for the tail; G. Tardos (2003) on
codes against collusion, of which this is the plain case.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from shixiao.sharing.fingerprints.releases import Release, digest
from shixiao.sharing.fingerprints.variants import bit_of, normal, read

FALSE = 1e-6
SHARED = 2  # cells that a row must share with a released one, or all that it has


@dataclass(frozen=True, slots=True)
class Accusation:
    """What a copy says of one grant.

    Attributes:
        grant: id.
        read: different values whose way of writing could be read.
        agreeing: of them, written as this grant has it.
        chance: that an innocent grant agrees as much or more.
        named: the chance is so small that the copy is this grant's.
        covered: rows of the copy that were released under the grant.
        persons: pseudonyms of exactly those rows.
        receipts: of the exchanges in which they were released.
    """

    grant: str
    read: int
    agreeing: int
    chance: float
    named: bool
    covered: int
    persons: tuple[bytes, ...]
    receipts: tuple[str, ...]


def accuse(
    copy: Sequence[Sequence[str]],
    releases: Iterable[Release],
    *,
    digest_key: bytes,
    code_keys: Mapping[str, bytes],
    false: float = FALSE,
) -> list[Accusation]:
    """Hold a copy against every grant that released anything.

    Args:
        copy: rows of cells, in any order, with any columns.
        releases: everything that left.
        digest_key: of the provider's digests.
        code_keys: key of each grant's code.
        false: probability, at most, that any innocent grant is named.

    Returns:
        one accusation a grant, the likeliest first.
    """
    rows = [[(cell, normal(cell)) for cell in row] for row in copy]
    digests = {each: digest(digest_key, each) for row in rows for _, each in row}
    by_grant: dict[str, list[Release]] = defaultdict(list)
    for release in releases:
        by_grant[release.grant].append(release)
    limit = false / max(1, len(by_grant))
    found = [
        _one(grant, given, rows, digests, code_keys[grant], limit)
        for grant, given in sorted(by_grant.items())
    ]
    return sorted(found, key=lambda each: (each.chance, -each.covered, each.grant))


def _one(
    grant: str,
    given: Sequence[Release],
    rows: Sequence[Sequence[tuple[str, str]]],
    digests: Mapping[str, int],
    key: bytes,
    limit: float,
) -> Accusation:
    marks: dict[int, str] = {}
    for release in given:
        for column, mark in enumerate(release.marks):
            if mark:
                marks |= dict.fromkeys(release.cells[:, column].tolist(), mark)
    agreeing: dict[str, bool] = {}
    for row in rows:
        for written, value in row:
            known = marks.get(digests[value], "")
            bit = read(written, known) if known and value not in agreeing else None
            if bit is not None:
                agreeing[value] = bit == bit_of(key, value)
    count, hits = len(agreeing), sum(agreeing.values())
    chance = float(binom.sf(hits - 1, count, 0.5)) if count else 1.0
    covered, persons, receipts = _persons(given, rows, digests)
    return Accusation(
        grant, count, hits, chance, chance <= limit, covered, tuple(persons), tuple(receipts)
    )


def _persons(
    given: Sequence[Release],
    rows: Sequence[Sequence[tuple[str, str]]],
    digests: Mapping[str, int],
) -> tuple[int, list[bytes], list[str]]:
    """Return how many rows were released, and the persons and receipts they belong to."""
    places: dict[int, list[tuple[int, int]]] = defaultdict(list)
    wanted = set(digests.values())
    for number, release in enumerate(given):
        held = np.isin(release.cells, np.fromiter(wanted, np.uint64, len(wanted)))
        for row, column in np.argwhere(held).tolist():
            places[int(release.cells[row, column])].append((number, row))
    covered = 0
    persons: set[bytes] = set()
    receipts: set[str] = set()
    for cells in rows:
        distinct = {digests[value] for _, value in cells if value}
        shared = Counter(place for each in distinct for place in set(places.get(each, ())))
        most = max(shared.values(), default=0)
        if most < min(SHARED, len(distinct)) or not most:
            continue
        covered += 1
        for (number, row), share in shared.items():
            if share == most:
                persons.add(given[number].persons[row])
                receipts.add(given[number].receipt)
    return covered, sorted(persons), sorted(receipts)
