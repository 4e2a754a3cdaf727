"""Conversations for tests and bars: planted groups of opinion, noise, and brigades."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shixiao.voice.ballots import UNSEEN, Ballots


def conversation(
    people: int, statements: int, votes: int, *, groups: int = 3, seed: int = 1
) -> tuple[Ballots, npt.NDArray[np.int64]]:
    """Return votes of planted groups, and who belongs to which; a tenth is agreed by everybody."""
    rng = np.random.default_rng(seed)
    member = rng.integers(0, groups, people)
    lean = rng.choice([0.15, 0.85], (groups, statements))
    lean[:, : max(statements // 10, 5)] = 0.9
    agree = rng.random((people, statements)) < lean[member]
    passed = rng.random((people, statements)) < 0.1
    table = np.where(passed, 0, np.where(agree, 1, -1)).astype(np.int8)
    often = rng.gamma(2.0, 1.0, people)[:, None] * np.ones(statements)
    chosen = rng.random((people, statements)) < np.minimum(often * votes / often.sum(), 1)
    table[~chosen] = UNSEEN
    names = tuple(f"p{i}" for i in range(people))
    ids = tuple(str(i) for i in range(statements))
    return Ballots(names, ids, table, np.full(people, np.nan)), member


def with_brigade(
    ballots: Ballots, share: float, noise: float, *, votes: npt.NDArray[np.int8], seed: int = 2
) -> Ballots:
    """Add copies of one vector of votes; a vote is changed to another with chance ``noise``."""
    rng = np.random.default_rng(seed)
    count = round(share * len(ballots.persons))
    copies = np.repeat(votes[None, :], count, axis=0)
    changed = (rng.random(copies.shape) < noise) & (copies != UNSEEN)
    other = (copies + 1 + rng.integers(1, 3, copies.shape)) % 3 - 1
    copies = np.where(changed, other, copies).astype(np.int8)
    names = (*ballots.persons, *(f"b{i}" for i in range(count)))
    first = np.concatenate([ballots.first, np.full(count, np.nan)])
    return Ballots(names, ballots.statements, np.vstack([ballots.votes, copies]), first)
