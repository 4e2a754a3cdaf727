"""Bar 6 of fairness: no way through an objection misses anything; panels are free and fair."""

from __future__ import annotations

from random import Random

from scipy.stats import chi2

from bars import objection_walks as walks
from bars.outcome import Outcome
from shixiao import draw as lots
from shixiao.fairness.objections import Candidate, Ties, excluded, table

WALKS, FEW_WALKS = 20_000, 400
PANELS, FEW_PANELS = 1_000, 60
SIZE, HEAD = 3, "0" * 64
SURE = 0.001
"""Below this p the draws do not match the chances."""


def measure(*, full: bool) -> list[Outcome]:
    n = WALKS if full else FEW_WALKS
    missed = [fault for seed in range(n) for fault in walks.walk(seed)]
    return [
        Outcome(
            f"demands missed in {n:,} walks (notice, deadline, remedy, reason)",
            len(missed),
            "0",
            not missed,
        ),
        Outcome.recorded("verbs of the table", len(table()["verbs"])),
        *_panels(PANELS if full else FEW_PANELS),
    ]


def _panels(n: int) -> list[Outcome]:
    """Draw panels from random pools; and many from one pool, to hold against its chances."""
    random, conflicted, drawn = Random(6), 0, 0
    for _ in range(n):
        people, ties = _pool(random)
        if sum(not _tied(one, ties) for one in people) < SIZE:
            continue  # no panel is better than one with ties
        panel = _drawn(people, ties, f"{random.getrandbits(256):064x}")
        drawn += 1
        conflicted += any(_tied(one, ties) for one in people if one.id in panel)
    people, ties = _pool(Random(7))
    free = sorted(one.id for one in people if not _tied(one, ties))
    hits = dict.fromkeys(free, 0)
    for _ in range(n):
        for id_ in _drawn(people, ties, f"{random.getrandbits(256):064x}"):
            hits[id_] += 1
    chance = SIZE / len(free)
    # Each panel draws without replacement, so counts vary less than a multinomial's.
    spread = n * chance * (1 - chance)
    statistic = sum((k - n * chance) ** 2 for k in hits.values()) / spread
    statistic *= (len(free) - 1) / len(free)
    p = float(chi2.sf(statistic, len(free) - 1))
    return [
        Outcome(
            f"panels with a conflicted member, of {drawn:,} drawn", conflicted, "0", conflicted == 0
        ),
        Outcome.at_least(f"p of {n:,} panels against their published chances", round(p, 4), SURE),
    ]


def _pool(random: Random) -> tuple[list[Candidate], Ties]:
    departments = [f"d{n}" for n in range(6)]
    suppliers = ["甲公司", "B Ltd", "C Ltd"]
    people = [
        Candidate(
            f"e{n}",
            frozenset(random.sample(departments, random.randrange(2))),
            frozenset(random.sample(departments, random.randrange(2))),
            frozenset(random.sample(suppliers, random.randrange(2))),
        )
        for n in range(random.randrange(12, 40))
    ]
    earlier = frozenset(one.id for one in random.sample(people, 2))
    concerned = frozenset(random.sample(departments, 2))
    return people, Ties(concerned, random.choice(["b ltd", "甲公司 ", ""]), earlier)


def _tied(one: Candidate, ties: Ties) -> bool:
    """Say whether somebody has any tie, written once more and apart from what excludes."""
    theirs = {name.lower().replace(" ", "") for name in one.suppliers}
    return (
        one.id in ties.people
        or any(place in ties.departments for place in (*one.employers, *one.relations))
        or ties.supplier.lower().replace(" ", "") in theirs
    )


def _drawn(people: list[Candidate], ties: Ties, announced: str) -> list[str]:
    out = {name: why.zh for name, why in excluded(people, ties).items()}
    frozen = lots.freeze(
        lots.Pool(tuple(one.id for one in people)),
        size=SIZE,
        excluded=out,
        algorithm=lots.PLAIN,
        tag="panel",
        salt="0" * 32,
    )
    seed = lots.seed_of(frozen.root, announced=announced, head=HEAD, tag="panel")
    return list(lots.draw(frozen, seed=seed, announced=announced, head=HEAD).panel)
