"""Small pools with quotas that some panel meets, and leximin by looking at every panel there is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import linprog

from shixiao.draw import VERIFIER, Frozen, Pool, Quota
from shixiao.seals import canonical_json

SEED = "5eed"


def people(*rows: str, categories: tuple[str, ...] = ("gender", "age")) -> Pool:
    """Write a pool as rows of features: ``people("f young", "m old")``; ids are a, b, c…"""
    columns = list(zip(*(row.split() for row in rows), strict=True))
    ids = tuple(f"p{number:02d}" for number in range(len(rows)))
    return Pool(ids, dict(zip(categories, columns, strict=True)))


def quotas(text: str) -> tuple[Quota, ...]:
    """Write quotas as ``"gender f 1 2, gender m 0 1"``."""
    parts = (part.split() for part in text.split(","))
    return tuple(Quota(c, f, int(least), int(most)) for c, f, least, most in parts)


@st.composite
def drawable(draw: st.DrawFn, largest: int = 9) -> tuple[Pool, int, tuple[Quota, ...]]:
    """Make a pool, a size and quotas around a panel that is drawn from the pool."""
    count = draw(st.integers(3, largest))
    categories = draw(st.integers(1, 4))
    columns = {
        f"c{place}": tuple(
            f"v{v}" for v in draw(st.lists(st.integers(0, 2), min_size=count, max_size=count))
        )
        for place in range(categories)
    }
    panel = draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=max(1, count // 2)))
    found = []
    for category, column in columns.items():
        for feature in sorted(set(column)):
            seats = sum(column[place] == feature for place in panel)
            slack = draw(st.integers(0, 1))
            found.append(Quota(category, feature, max(seats - slack, 0), seats + slack))
    ids = tuple(f"p{number:02d}" for number in range(count))
    return Pool(ids, columns), len(panel), tuple(found)


def meets(frozen: Frozen, tokens: list[str]) -> bool:
    """Say whether a panel meets size and quotas, counted person by person."""
    features = [frozen.body["types"][frozen.kinds[token]] for token in tokens]
    return len(set(tokens)) == frozen.size and all(
        q.least <= sum(f[q.category] == q.feature for f in features) <= q.most
        for q in frozen.quotas
    )


def every_composition(frozen: Frozen) -> list[tuple[int, ...]]:
    """List every composition that meets the quotas."""
    panels = frozen.panels
    options = [range(min(n, panels.size) + 1) for n in panels.members.tolist()]
    return [
        counts
        for counts in product(*options)
        if sum(counts) == panels.size
        and (panels.having @ counts >= panels.least).all()
        and (panels.having @ counts <= panels.most).all()
    ]


def leximin_by_hand(frozen: Frozen) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return leximin's probabilities of the types, from all compositions and two programs each."""
    members = frozen.panels.members
    share = np.array(every_composition(frozen)).T / members[:, None]
    types, count = share.shape
    fixed: dict[int, float] = {}

    def best(goal: np.ndarray[Any, Any], floor: float | None) -> float:
        rows = [np.append(-share[t], float(t not in fixed and floor is None)) for t in range(types)]
        free = 0.0 if floor is None else floor - 1e-9
        bound = [-(fixed[t] - 1e-9) if t in fixed else -free for t in range(types)]
        answer = linprog(
            -goal,
            A_ub=np.array(rows),
            b_ub=bound,
            A_eq=[np.append(np.ones(count), 0.0)],
            b_eq=[1.0],
            bounds=(0, None),
            method="highs",
        )
        return float(-answer.fun)

    while len(fixed) < types:
        height = best(np.append(np.zeros(count), 1.0), None)
        stuck = [
            t
            for t in range(types)
            if t not in fixed and best(np.append(share[t], 0.0), height) <= height + 1e-7
        ]
        fixed |= dict.fromkeys(stuck, height)
    return np.array([fixed[t] for t in range(types)])


def by_script(transcript: Mapping[str, Any]) -> bool:
    """Say what the independent script makes of a transcript."""
    done = subprocess.run(
        [sys.executable, "-c", VERIFIER],
        input=canonical_json(dict(transcript)),
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done.returncode == 0
