"""Bar 3 of voice: published consensus, cost of a large conversation, brigades that move nothing."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import numpy as np
from sklearn.metrics import adjusted_rand_score

from bars.data import ROOT
from bars.outcome import Outcome
from bars.workers import in_child
from shixiao.rules import load_pack
from shixiao.voice import Ballots, Opinions, opinions, read_ballots, read_groups
from shixiao.voice.ballots import UNSEEN
from tests.voice.conversations import conversation, with_brigade

POLIS = ROOT.parent / "shared" / "data" / "polis"
TOP = {"40", "16", "7", "111", "64"}
SIZE = (2_031, 896, 225_000)
BRIGADE, NOISES = 0.05, (0.0, 0.1)
RUNS = 3


def measure(*, full: bool) -> list[Outcome]:
    rules = load_pack()
    ballots = read_ballots(POLIS / "vtaiwan.uberx" / "votes.csv")
    published = read_groups(POLIS / "vtaiwan.uberx" / "participants-votes.csv")
    given = opinions(ballots, rules=rules, given=published)
    own = opinions(ballots, rules=rules)
    outcomes = [
        Outcome("vTaiwan, consensus given groups", _told(given), "the five", _top(given) == TOP),
        Outcome.recorded("vTaiwan, own groups: adjusted Rand index", _rand(own, published)),
        Outcome.recorded("vTaiwan, own groups: stability", own.stability or 0.0),
        *_brigades(ballots, trials=20 if full else 2),
    ]
    if full:
        outcomes.append(_cost())
    return outcomes


def _top(found: Opinions) -> set[str]:
    return {statement for statement, _, _ in found.consensus[:5]}


def _told(found: Opinions) -> str:
    return " ".join(statement for statement, _, _ in found.consensus[:5])


def _rand(found: Opinions, published: dict[str, str]) -> float:
    pairs = [(g.id, published[p]) for g in found.groups for p in g.participants if p in published]
    return float(adjusted_rand_score(*zip(*pairs, strict=True)))


def _brigades(ballots: Ballots, *, trials: int) -> list[Outcome]:
    """Plant copies of somebody's votes, or of votes against the consensus, and look at the top."""
    rules, outcomes = load_pack(), []
    before = opinions(ballots, rules=rules)
    active = np.flatnonzero(ballots.seen.sum(axis=1) >= 20)
    rng = np.random.default_rng(3)
    for noise in NOISES:
        moved = 0
        for trial in range(trials):
            votes = ballots.votes[rng.choice(active)].copy()
            if trial % 2:
                attack = [ballots.statements.index(s) for s in sorted(_top(before))]
                votes[attack] = -1
            joined = with_brigade(ballots, BRIGADE, noise, votes=votes, seed=trial)
            moved += _top(opinions(joined, rules=rules)) != _top(before)
        what = f"{trials} brigades of {BRIGADE:.0%}, {noise:.0%} noise: top five moved"
        outcomes.append(Outcome.at_most(what, moved, 0, "times"))
    return outcomes


def _cost() -> Outcome:
    ballots, _ = conversation(*SIZE)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "votes.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(["timestamp", "comment-id", "voter-id", "vote"])
            for person, row in zip(ballots.persons, ballots.votes.tolist(), strict=True):
                lines.writerows(
                    [1, place, person, vote] for place, vote in enumerate(row) if vote != UNSEEN
                )
        runs = [in_child("find_opinions", str(path)) for _ in range(RUNS)]
    best = min(runs, key=lambda run: run["cpu_s"])
    what = f"{SIZE[0]:,} × {SIZE[1]}, {best['value']:,} votes, from the file"
    return Outcome.at_most(what, best["cpu_s"], 1.0, "CPU s", cost=best)
