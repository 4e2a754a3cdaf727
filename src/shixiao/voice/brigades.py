"""Brigades: who votes so alike that it can hardly be chance? Shown and weighed as one, never cut.

Two people who share opinions differ in what they saw and in some votes. Copies do not: their votes
are the same on nearly everything, also where opinions are split. Candidates are found by
signatures of (statement, vote); a pair is linked when its votes are likelier as a noisy copy
than as two persons, given how each statement was answered and how readily each of both agrees.
In a short conversation, or where nearly everybody agrees, honest votes are the same by themselves:
only what is far above chance counts (``chance``).

Source: A. Z. Broder (1997), as ``signatures``; the ratio is Neyman's and Pearson's (1933).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from shixiao.rules import RulePack
from shixiao.voice.ballots import UNSEEN, Ballots
from shixiao.voice.chance import KINDS, TIMES, dealt, same_votes, shares_of, sides_of
from shixiao.voice.signatures import Shingled, candidates, mix, signatures

ALIKE, FEWEST, EVIDENCE, COPIED, BURST, CROWD = (
    "VOI-07",
    "VOI-08",
    "VOI-09",
    "VOI-10",
    "VOI-11",
    "VOI-15",
)
ERRORS = 4  # standard errors that a copy may be farther from the middle than the usual one
DEALS = 3  # conversations with the votes dealt anew
LEVELS = (0.0, 0.85, 0.9, 0.95)  # of likeness at which a star is held against dealt votes
HOLD = 0.8
"""Share of a brigade's members in the shortest span that is told."""
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Pairs = dict[int, dict[int, float]]


@dataclass(frozen=True, slots=True)
class Brigade:
    """People whose votes are the same, or nearly.

    Attributes:
        persons: positions of the participants, the one most like all others first.
        identical: whether all votes are the same.
        likeness: mean share of equal votes among all votes of two members.
        span: minutes in which four fifths of them voted first; None where times are not known.
        burst: whether that is a burst.
    """

    persons: tuple[int, ...]
    identical: bool
    likeness: float
    span: float | None
    burst: bool

    def to_json(self, names: tuple[str, ...]) -> dict[str, Any]:
        """Return the contract form, with keys of participants."""
        return {
            "participants": [names[i] for i in self.persons],
            "size": len(self.persons),
            "kind": "identical" if self.identical else "nearly_identical",
            "likeness": round(self.likeness, 4),
            "span_minutes": None if self.span is None else round(self.span, 1),
            "burst": self.burst,
            "weight_each": round(1 / len(self.persons), 6),
        }


def brigades(
    ballots: Ballots, *, rules: RulePack, seed: int = 20260101
) -> tuple[list[Brigade], int]:
    """Return groups of participants who voted as copies of each other do, the largest first.

    A few whose votes are the same, or agree where hardly anybody would, are a brigade; so are many
    who are nearly the same, more than a conversation has by itself. What chance brings about as
    well is none: the second value says how many people vote alike for no more than that.
    """
    many, rare = same_votes(ballots.votes, rules)
    everybody = _linked(ballots.votes, rules)
    luck = _Luck(ballots.votes, rules, seed)
    crowds, untold = _crowds(ballots, everybody[0], luck, rules)
    # One of each crowd stays: its copies must not change what is usual among the others.
    extra = {i for crowd in crowds for i in crowd[1:]}
    rest = np.array([i for i in range(len(ballots.persons)) if i not in extra], np.int64)
    few = int(rules.number(FEWEST))
    sure = (_linked(ballots.votes[rest], rules) if extra else everybody)[1]
    in_crowd = {i for crowd in crowds for i in crowd}
    small = []
    for star in _stars(sure, few, set(range(len(rest)))):
        own = [int(rest[i]) for i in star]
        if in_crowd & {*own}:
            continue
        if len(own) > luck.sure:
            small.append(own)
            continue
        untold |= {*own}
        small += [copies for copies in _copies(own, ballots.votes, rare) if len(copies) >= few]
    untold |= {*np.flatnonzero(many).tolist()}
    found = [_told(star, ballots, rules) for star in [*crowds, *small]]
    untold -= {i for brigade in found for i in brigade.persons}
    return sorted(found, key=lambda b: (-len(b.persons), b.persons)), len(untold)


def _copies(persons: list[int], votes: npt.NDArray[np.int8], rare: Bools) -> list[list[int]]:
    """Return those whose votes are the same and far above chance, by their votes."""
    kinds: dict[bytes, list[int]] = {}
    for person in persons:
        if rare[person]:
            kinds.setdefault(votes[person].tobytes(), []).append(person)
    return list(kinds.values())


class _Luck:
    """Sizes up to which people who vote alike are chance: ``VOI-40`` times those of dealt votes."""

    def __init__(self, votes: npt.NDArray[np.int8], rules: RulePack, seed: int) -> None:
        self.votes, self.rules, self.seed = votes, rules, seed
        self._near: dict[float, float] = {}

    @cached_property
    def _deals(self) -> list[tuple[Pairs, Pairs]]:
        rng = np.random.default_rng(self.seed)
        return [_linked(dealt(self.votes, rng), self.rules) for _ in range(DEALS)]

    def near(self, likeness: float) -> float:
        """Of people whose votes are the same to at least this share."""
        if likeness not in self._near:
            stars = (own for near, _ in self._deals for own in near.values())
            most = max((_count(own, likeness) for own in stars), default=0)
            self._near[likeness] = self.rules.number(TIMES) * most
        return self._near[likeness]

    @cached_property
    def sure(self) -> float:
        """Of people whose votes agree where hardly anybody would."""
        most = max((len(own) + 1 for _, sure in self._deals for own in sure.values()), default=0)
        return self.rules.number(TIMES) * most


def _count(own: Mapping[int, float], likeness: float) -> int:
    """Return how many people a centre and its neighbours of such likeness are."""
    return 1 + sum(score >= likeness - 1e-9 for score in own.values())


def _crowds(
    ballots: Ballots, near: Pairs, luck: _Luck, rules: RulePack
) -> tuple[list[list[int]], set[int]]:
    """Return the large brigades: a star of nearly equal votes, and all who are near to its middle.

    The middle, the most frequent vote on each statement, is free of the noise of its copies. Who is
    as near to it as its copies are belongs to it: of exact copies only who votes the same. The
    second value holds those whose star is no larger than chance makes one.
    """
    many = max(rules.number(FEWEST), rules.number(CROWD) * len(ballots.persons))
    free = set(range(len(ballots.persons)))
    crowds, untold = [], set[int]()
    for star in _stars(near, many, set(free)):
        if not {*star} <= free:
            continue
        core = _above_chance(star, near[star[0]], many, luck)
        if not core:
            untold |= {*star}
            continue
        middle = _middle(ballots.votes[core])
        likeness = _likeness(ballots.votes, middle)
        usual = float(np.median(likeness[core]))
        noise = np.sqrt(usual * (1 - usual) / max(int((middle != UNSEEN).sum()), 1))
        least = max(rules.number(ALIKE, "template"), usual - ERRORS * noise)
        crowd = [i for i in np.flatnonzero(likeness >= least).tolist() if i in free]
        if len(crowd) >= many:
            crowd.sort(key=lambda i: (-likeness[i], i))
            free -= {*crowd}
            crowds.append(crowd)
    return crowds, untold


def _above_chance(star: list[int], own: Mapping[int, float], many: float, luck: _Luck) -> list[int]:
    """Return the part of a star that is larger than chance makes one of its likeness; else none.

    Copies of many statements are more alike than honest people who saw as many, though both may be
    alike enough to be neighbours.
    """
    for likeness in LEVELS:
        core = [star[0], *(i for i in star[1:] if own[i] >= likeness - 1e-9)]
        if len(core) < many:
            return []
        if len(core) > luck.near(likeness):
            return core
    return []


def _stars(pairs: Pairs, least: float, free: set[int]) -> list[list[int]]:
    """Return centres with their free neighbours, the largest first, of at least so many."""
    stars = []
    for centre in sorted(pairs, key=lambda i: (-len(pairs[i]), i)):
        members = sorted(i for i in pairs[centre] if i in free)
        if centre in free and len(members) + 1 >= least:
            free -= {centre, *members}
            stars.append([centre, *members])
    return stars


def _middle(votes: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    kinds = np.array([*KINDS, UNSEEN], np.int8)
    counts = np.stack([(votes == kind).sum(axis=0) for kind in kinds])
    return np.asarray(kinds[counts.argmax(axis=0)])


def _likeness(votes: npt.NDArray[np.int8], one: npt.NDArray[np.int8]) -> Floats:
    """Return the share of equal votes among all that either has cast."""
    either = ((votes != UNSEEN) | (one != UNSEEN)).sum(axis=1)
    equal = ((votes == one) & (votes != UNSEEN)).sum(axis=1)
    return np.asarray(equal / np.maximum(either, 1))


def weights_of(found: list[Brigade], count: int) -> Floats:
    """Return the weight of each participant: a brigade weighs as much as one person."""
    weights = np.ones(count)
    for brigade in found:
        weights[list(brigade.persons)] = 1 / len(brigade.persons)
    return weights


def _linked(votes: npt.NDArray[np.int8], rules: RulePack) -> tuple[Pairs, Pairs]:
    """Return pairs that are nearly the same, and those of them that can hardly be chance."""
    rows, columns = np.nonzero(votes != UNSEEN)
    if not len(rows):
        return {}, {}
    tokens = columns.astype(np.uint64) * np.uint64(4) + (votes[rows, columns] + 1).astype(np.uint64)
    starts = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=len(votes)))))
    least = rules.number(ALIKE, "pair")
    table = signatures(Shingled(mix(tokens + np.uint64(1)), starts))
    found = np.array(list(candidates(table, least / (2 - least))), np.int64).reshape(-1, 2)
    if not len(found):
        return {}, {}
    a, b = votes[found[:, 0]], votes[found[:, 1]]
    both = (a != UNSEEN) & (b != UNSEEN)
    equal = (both & (a == b)).sum(axis=1)
    either = ((a != UNSEEN) | (b != UNSEEN)).sum(axis=1)
    likeness = equal / np.maximum(either, 1)
    same = (equal == either) & (either > 0)
    ratio = _evidence(votes, found, both, rules.number(COPIED))
    near = likeness >= least
    same &= same_votes(votes, rules)[1][found[:, 0]]
    sure = near & (same | (ratio >= rules.number(EVIDENCE)))
    return _pairs(found[near], likeness[near]), _pairs(found[sure], likeness[sure])


def _pairs(found: Ints, likeness: Floats) -> Pairs:
    pairs: Pairs = {}
    for (one, other), score in zip(found.tolist(), likeness.tolist(), strict=True):
        pairs.setdefault(one, {})[other] = score
        pairs.setdefault(other, {})[one] = score
    return pairs


def _evidence(
    votes: npt.NDArray[np.int8], pairs: Ints, both: npt.NDArray[np.bool_], copied: float
) -> Floats:
    """Return the log likelihood ratio of each pair: a copy with noise against two persons.

    A vote is as likely as it is among everybody, or among the half of the conversation that either
    of both belongs to, whichever is more: people of one opinion are no copies of each other.
    """
    side = sides_of(votes)
    shares = np.stack([shares_of(votes), *(shares_of(votes[side == half]) for half in (0, 1))])
    common = shares.max(axis=0)
    overall = shares[0].mean(axis=1)
    own = np.stack([(votes == kind).sum(axis=1) for kind in KINDS], axis=1) + 2 * overall
    lean = np.log(own / own.sum(axis=1, keepdims=True) / overall)
    a, b = votes[pairs[:, 0]], votes[pairs[:, 1]]
    apart = np.log((1 - copied) / (1 - (shares[0] ** 2).sum(axis=0).mean()))
    ratio = (both & (a != b)).sum(axis=1) * apart
    for place, kind in enumerate(KINDS):
        agreed = both & (a == kind) & (b == kind)
        ratio += agreed @ np.log(copied / common[place])
        bent = (lean[pairs[:, 0], place] + lean[pairs[:, 1], place]) / 2
        ratio -= agreed.sum(axis=1) * np.maximum(bent, 0.0)
    return np.asarray(ratio, np.float64)


def _told(persons: list[int], ballots: Ballots, rules: RulePack) -> Brigade:
    first = np.sort(ballots.first[persons])
    first = first[~np.isnan(first)]
    span = None
    if len(first) >= 2:
        width = max(2, int(np.ceil(HOLD * len(first))))
        span = float((first[width - 1 :] - first[: len(first) - width + 1]).min()) / 60
    likeness = _likeness(ballots.votes[persons[1:]], ballots.votes[persons[0]])
    return Brigade(
        persons=tuple(persons),
        identical=bool(likeness.min() == 1.0),
        likeness=float(likeness.mean()),
        span=span,
        burst=span is not None and span <= rules.number(BURST),
    )
