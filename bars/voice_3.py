"""Bar 3 of voice: published consensus, groups of red-dwarf, cost, brigades that move nothing."""

from __future__ import annotations

import csv
import json
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import adjusted_rand_score

from bars.data import ROOT
from bars.outcome import Outcome
from bars.workers import in_child
from shixiao.rules import load_pack
from shixiao.voice import Ballots, Opinions, opinions, read_ballots, read_groups
from shixiao.voice.ballots import UNSEEN
from shixiao.voice.landscape import Floats, Votes, landscape
from tests.voice.conversations import conversation, with_brigade

PEERS = ROOT / ".peers" / "bin" / "python"
CONVERSATIONS = ("vtaiwan.uberx", "15-per-hour-seattle")
PLANTED, FEWEST = 6, 7
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
        outcomes += [_cost(), *_against()]
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


def _against() -> list[Outcome]:
    """Lay out conversations as red-dwarf does, without weights: the same plane, the same groups.

    red-dwarf starts k-means once, where we start it several times and keep the closest; it is asked
    for its own groups, and for those it ends with where it starts from ours.
    """
    if not PEERS.exists():
        return [Outcome("peers", "not installed; run: make peers", "installed", met=False)]
    asked = [*(_voted(name) for name in CONVERSATIONS), *map(_planted, range(PLANTED))]
    ours, spent = [], 0.0
    for votes in asked:
        started = time.process_time()
        ours.append(landscape(votes, np.ones(len(votes)), seed=1))
        spent += time.process_time() - started
    lines = [
        json.dumps({"votes": _cast(votes), "groups": found.labels.tolist()})
        for votes, found in zip(asked, ours, strict=True)
    ]
    done = subprocess.run(
        [str(PEERS), str(ROOT / "bars/voice_peers.py")],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=True,
    )
    theirs: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    pairs = list(zip(ours, theirs, strict=True))
    led = [adjusted_rand_score(found.labels, told["led"]) for found, told in pairs]
    own = [adjusted_rand_score(found.labels, told["own"]) for found, told in pairs]
    same = sum(found.k == max(told["own"]) + 1 for found, told in pairs)
    apart = max(_apart(found.places, np.array(told["places"])) for found, told in pairs)
    n = len(pairs)
    return [
        Outcome.at_most(f"red-dwarf, {n} conversations: places apart, in units of their spread",
                        apart, 0.001),
        Outcome(f"red-dwarf: as many groups, of {n}", same, str(n), same == n),
        Outcome.at_least("red-dwarf from our centres: least adjusted Rand index", min(led), 1.0),
        Outcome.recorded("red-dwarf from one start of its own: least", round(min(own), 3)),
        Outcome.recorded("CPU of both (ours resamples ten times)",
                         f"{spent:.1f} s, red-dwarf {sum(t['cpu_s'] for t in theirs):.1f} s"),
    ]  # fmt: skip


def _voted(name: str) -> Votes:
    """Return votes of those who cast seven, on statements that somebody voted on."""
    ballots = read_ballots(POLIS / name / "votes.csv")
    votes = ballots.votes[ballots.seen.sum(axis=1) >= FEWEST]
    return votes[:, (votes != UNSEEN).any(axis=0)]


def _planted(seed: int) -> Votes:
    people = 150 + 100 * seed
    ballots, _ = conversation(people, 40, 15 * people, seed=seed)
    return ballots.votes[ballots.seen.sum(axis=1) >= FEWEST]


def _cast(votes: Votes) -> list[list[int]]:
    persons, statements = np.nonzero(votes != UNSEEN)
    return np.column_stack([persons, statements, votes[persons, statements]]).tolist()


def _apart(ours: Floats, theirs: Floats) -> float:
    """Return the largest distance of a person's two places; a component may point either way."""
    signs = np.sign((ours * theirs).sum(axis=0))
    return float(np.abs(theirs * signs - ours).max() / ours.std())
