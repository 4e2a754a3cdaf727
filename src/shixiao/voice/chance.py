"""Chance: how many people vote the same although nobody copies?

Where a consultation has few statements, or nearly everybody agrees, many votes are the same by
themselves. Two answers: how many are expected to give exactly these votes, from the share of each
vote on each statement on either side of the conversation; and the same conversation with the votes
on each statement dealt anew among its voters of either side.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import pdtrc

from shixiao.rules import RulePack
from shixiao.voice.ballots import UNSEEN

FEWEST, EVIDENCE, TIMES = "VOI-08", "VOI-09", "VOI-40"
KINDS = (1, -1, 0)
TURNS = 12  # of power iteration; a side need not be exact
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Votes = npt.NDArray[np.int8]


def shares_of(votes: Votes) -> Floats:
    """Return the share of each kind of vote on each statement, one vote of each kind added."""
    shares = np.stack([(votes == kind).sum(axis=0) for kind in KINDS]) + 1.0
    found: Floats = shares / shares.sum(axis=0)
    return found


def sides_of(votes: Votes) -> Ints:
    """Return on which side of the main line of conflict each person stands (0 or 1)."""
    values = np.where(votes == UNSEEN, 0, votes).astype(np.float32)
    seen = (votes != UNSEEN).astype(np.float32)
    centred = values - seen * (values.sum(axis=0) / np.maximum(seen.sum(axis=0), 1))
    direction = np.ones(votes.shape[1], np.float32)
    for _ in range(TURNS):
        direction = centred.T @ (centred @ direction)
        direction /= max(float(np.linalg.norm(direction)), 1e-12)
    return np.asarray(centred @ direction > 0, np.int64)


def same_votes(votes: Votes, rules: RulePack) -> tuple[Bools, Bools]:
    """Return who votes exactly as several others do, and whose number is far above chance.

    Far above: a Poisson count with ``VOI-40`` times the expected mean would hardly reach it
    (``VOI-09``, divided among all participants).
    """
    kind, count = _alike(votes)
    pattern, _ = _alike((votes != UNSEEN).astype(np.int8))
    many = (count[kind] >= rules.number(FEWEST)) & (votes != UNSEEN).any(axis=1)
    places, first = np.unique(kind[many], return_index=True)
    said = votes[np.flatnonzero(many)[first]]
    expected = np.zeros(len(places))
    side = sides_of(votes) if len(places) else np.zeros(len(votes), np.int64)
    for half in (0, 1):
        own = side == half
        shares = np.log(shares_of(votes[own]))
        chance = sum((said == k) @ shares[place] for place, k in enumerate(KINDS))
        there = np.bincount(pattern[own], minlength=int(pattern.max()) + 1)
        expected += there[pattern[many][first]] * np.exp(chance)
    tail = pdtrc(count[places] - 1, rules.number(TIMES) * expected)
    rare = tail * len(votes) <= np.exp(-rules.number(EVIDENCE))
    return many, many & np.isin(kind, places[rare])


def _alike(rows: Votes) -> tuple[Ints, Ints]:
    """Return the kind of each row, equal where rows are, and the size of each kind."""
    whole = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.shape[1]))).ravel()
    _, kind, count = np.unique(whole, return_inverse=True, return_counts=True)
    return kind.ravel(), count


def dealt(votes: Votes, rng: np.random.Generator) -> Votes:
    """Deal the votes on each statement anew among its voters of either side.

    Who saw what stays, and so does how each side answered each statement.
    """
    side = sides_of(votes)
    columns, rows = np.nonzero((votes != UNSEEN).T)
    place = np.lexsort((side[rows], columns))
    order = np.lexsort((rng.random(len(rows)), side[rows], columns))
    anew = votes.copy()
    anew[rows[place], columns[place]] = votes[rows[order], columns[order]]
    return anew
