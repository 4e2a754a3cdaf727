"""Opinions: which groups of opinion a consultation has, and what all of them agree on.

A statement is consensus when every group agrees, not when the largest one does: its score is the
product over groups of (agree + 1) / (votes + 2). Brigades are shown and weigh as one person. Where
votes fall into no clear groups, that is the answer, and the consensus is that of everybody.

Source: as ``landscape``; the score is the group-aware consensus of Pol.is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from shixiao.rules import RulePack
from shixiao.terms import BadInput, Text
from shixiao.voice.ballots import Ballots
from shixiao.voice.brigades import Brigade, brigades, weights_of
from shixiao.voice.landscape import Landscape, landscape

FEWEST_VOTES, STABLE, APART, LINKED = "VOI-06", "VOI-12", "VOI-13", "VOI-14"
FEWEST_PEOPLE = 4
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class OpinionGroup:
    """People of one opinion, and the statements that set them apart.

    ``speaks`` holds (statement, 1 or -1, share, share elsewhere), the most telling first.
    """

    id: str
    participants: tuple[str, ...]
    weight: float
    speaks: tuple[tuple[str, int, float, float], ...]

    def to_json(self) -> dict[str, Any]:
        """Return the contract form."""
        return {
            "id": self.id,
            "participants": list(self.participants),
            "size": len(self.participants),
            "weight": round(self.weight, 4),
            "speaks": [
                {"statement_id": s, "vote": v, "share": round(a, 4), "elsewhere": round(b, 4)}
                for s, v, a, b in self.speaks
            ],
        }


@dataclass(frozen=True, slots=True)
class Opinions:
    """The groups, the consensus, and what is to be doubted.

    Attributes:
        k: number of groups; 1 where there are no clear ones.
        clear: whether the groups are clear, or were given.
        why: what says so, or what does not.
        stability: mean adjusted Rand index under resampling; None where groups were given.
        consensus: (statement, score, agreeing share by group), the highest first.
        suspect: brigades, shown and weighed as one person each.
        alike: how many others vote alike, but no more than chance makes people vote alike here.
    """

    k: int
    clear: bool
    why: Text
    stability: float | None
    silhouette: float | None
    groups: tuple[OpinionGroup, ...]
    consensus: tuple[tuple[str, float, tuple[float, ...]], ...]
    suspect: tuple[Brigade, ...]
    alike: int
    participants: tuple[str, ...]
    voters: int

    def to_json(self) -> dict[str, Any]:
        """Return the contract form (CONTRACTS: voice groups)."""
        return {
            "k": self.k,
            "clear": self.clear,
            "why": self.why.to_json(),
            "stability": None if self.stability is None else round(self.stability, 4),
            "silhouette": None if self.silhouette is None else round(self.silhouette, 4),
            "voters": self.voters,
            "participants": len(self.participants),
            "groups": [group.to_json() for group in self.groups],
            "consensus": [
                {"statement_id": statement, "score": round(score, 6), "agree": _short(shares)}
                for statement, score, shares in self.consensus
            ],
            "suspect": [brigade.to_json(self.participants) for brigade in self.suspect],
            "alike_by_chance": self.alike,
        }


def opinions(
    ballots: Ballots,
    *,
    rules: RulePack,
    given: Mapping[str, str] | None = None,
    moderated: frozenset[str] = frozenset(),
    seed: int = 20260101,
) -> Opinions:
    """Find groups of opinion, or take those that are given, and what all of them agree on.

    Args:
        ballots: the votes.
        rules: fewest votes, when groups are clear, what counts as a brigade.
        given: group of each person, as published; others are left out then.
        moderated: statements that were taken out.
        seed: of k-means and of the resampling.

    Raises:
        BadInput: too few people or statements for groups, or nobody of those given voted.
    """
    with threadpool_limits(1):  # threads that wait for each other cost more than the work
        return _found(ballots, rules, given, moderated, seed)


def _found(
    ballots: Ballots,
    rules: RulePack,
    given: Mapping[str, str] | None,
    moderated: frozenset[str],
    seed: int,
) -> Opinions:
    statements = np.array([s not in moderated for s in ballots.statements])
    least = min(int(rules.number(FEWEST_VOTES)), int(statements.sum()))
    own = ballots.kept(np.arange(len(ballots.persons)), statements)
    if given is None:
        kept = own.kept(own.seen.sum(axis=1) >= least, slice(None))
    else:
        kept = own.kept(np.array([p in given for p in own.persons], bool), slice(None))
    if len(kept.persons) < FEWEST_PEOPLE or len(kept.statements) < 2:
        raise _too_few(least, len(kept.statements), given is not None)
    suspect, alike = brigades(kept, rules=rules, seed=seed)
    weights = weights_of(suspect, len(kept.persons))
    if given is not None:
        names = sorted({given[p] for p in kept.persons})
        labels = np.array([names.index(given[p]) for p in kept.persons])
        return _opinions(
            kept, labels, names, weights, (suspect, alike), GIVEN, None, len(ballots.persons)
        )
    plane = landscape(kept.votes, weights, seed=seed)
    why = _why(plane, rules)
    labels = plane.labels if why is CLEAR else np.zeros(len(kept.persons), np.int64)
    names = [str(i) for i in range(int(labels.max()) + 1)]
    return _opinions(
        kept, labels, names, weights, (suspect, alike), why, plane, len(ballots.persons)
    )


def _short(shares: tuple[float, ...]) -> list[float]:
    return [round(share, 4) for share in shares]


GIVEN = Text("分组由使用者给定。", "The groups were given.")
CLEAR = Text("分组清楚，重抽样后仍然成立。", "The groups are clear and hold when resampled.")
UNCLEAR = {
    LINKED: Text(
        "没有清楚的意见分组：各条表态之间的关联不强于随机。",
        "No clear groups: the votes hang together no more than by chance.",
    ),
    APART: Text(
        "没有清楚的意见分组：人群连成一片，没有间隔。",
        "No clear groups: people stand in one cloud without a gap.",
    ),
    STABLE: Text(
        "没有清楚的意见分组：重抽样后分组改变。",
        "No clear groups: resampled conversations are cut otherwise.",
    ),
}


def _why(plane: Landscape, rules: RulePack) -> Text:
    measured = {LINKED: plane.structure, APART: plane.silhouette, STABLE: plane.stability}
    return next((UNCLEAR[r] for r, v in measured.items() if v < rules.number(r)), CLEAR)


def _opinions(
    kept: Ballots,
    labels: npt.NDArray[np.int64],
    names: list[str],
    weights: Floats,
    found: tuple[list[Brigade], int],
    why: Text,
    plane: Landscape | None,
    voters: int,
) -> Opinions:
    member = np.eye(len(names))[labels] * weights[:, None]
    agree, against, votes = (
        member.T @ part for part in (kept.votes == 1, kept.votes == -1, kept.seen)
    )
    scores = np.prod((agree + 1) / (votes + 2), axis=0)
    order = np.argsort(-scores, kind="stable")
    shares = agree / np.maximum(votes, 1e-12)
    groups = tuple(
        OpinionGroup(
            name,
            tuple(p for p, label in zip(kept.persons, labels, strict=True) if label == place),
            float(member[:, place].sum()),
            _speaks(place, agree, against, votes, kept.statements),
        )
        for place, name in enumerate(names)
    )
    return Opinions(
        k=len(names),
        clear=why in (CLEAR, GIVEN),
        why=why,
        stability=plane.stability if plane else None,
        silhouette=plane.silhouette if plane else None,
        groups=groups,
        consensus=tuple(
            (kept.statements[i], float(scores[i]), tuple(shares[:, i].tolist())) for i in order
        ),
        suspect=tuple(found[0]),
        alike=found[1],
        participants=kept.persons,
        voters=voters,
    )


SPOKEN = 5  # statements told of each group
SURE = 1.2816  # one-sided 90 %, as Pol.is takes it


def _speaks(
    group: int, agree: Floats, against: Floats, votes: Floats, statements: tuple[str, ...]
) -> tuple[tuple[str, int, float, float], ...]:
    """Return what a group answers otherwise than the rest: both tests at 90 %, ranked by effect."""
    if len(votes) < 2:
        return ()
    rest = np.delete(np.arange(len(votes)), group)
    told = []
    for vote, counts in ((1, agree), (-1, against)):
        a, n = counts[group], votes[group]
        b, m = counts[rest].sum(axis=0), votes[rest].sum(axis=0)
        p, q = (a + 1) / (n + 2), (b + 1) / (m + 2)
        alone = 2 * np.sqrt(n + 1) * (p - 0.5)
        pooled = (a + b + 2) / (n + m + 2 + 2)
        spread = np.sqrt(pooled * (1 - pooled) * (1 / (n + 1) + 1 / (m + 1)))
        other = (p - q) / np.maximum(spread, 1e-9)
        rank = p / q * alone * other * p
        told += [(float(rank[i]), statements[i], vote, float(p[i]), float(q[i]))
                 for i in np.flatnonzero((alone > SURE) & (other > SURE))]  # fmt: skip
    told.sort(key=lambda row: (-row[0], row[1]))
    return tuple(row[1:] for row in told[:SPOKEN])


def _too_few(least: int, statements: int, given: bool) -> BadInput:
    if statements < 2:
        return BadInput(
            Text(
                f"表态句只有 {statements} 条，至少要有 2 条才谈得上意见分组。",
                f"groups of opinion need at least 2 statements to vote on; there are {statements}",
            )
        )
    if given:
        return BadInput(
            Text(
                "给定分组的人当中，表态的不足 4 人；请核对两个文件的参与者编号。",
                "fewer than 4 of the people in the given groups voted; check that both files call"
                " participants alike",
            )
        )
    return BadInput(
        Text(
            f"至少需要 4 人各对 {least} 条以上表态，才谈得上意见分组。",
            f"groups of opinion need at least 4 people with {least} votes or more each",
        )
    )
