"""Pools and quotas for the bars of draws, invented from a seed, and the oracle run beside.

``python -m bars.evaluators_pools SIZE < POOL.json`` prints the smallest probability that
sortition-algorithms (GPL, development group) reaches by maximin.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from shixiao.draw import Pool, Quota

ROOT = Path(__file__).parents[1]


def invented(
    people: int, size: int, features: Sequence[int], *, seed: int, slack: float = 0.1
) -> tuple[Pool, tuple[Quota, ...]]:
    """Invent a pool whose features are uneven, and quotas around a panel that leans elsewhere.

    Args:
        people: in the pool.
        size: of the panel that the quotas are made around, so that they can be met.
        features: how many features each category has.
        seed: decides everything.
        slack: by what share a quota may be missed downwards and upwards.
    """
    generator = np.random.default_rng(seed)
    columns = {
        f"category {place}": generator.choice(count, people, p=generator.dirichlet([3.0] * count))
        for place, count in enumerate(features)
    }
    lean = generator.random(people)
    panel = generator.choice(people, size, replace=False, p=lean / lean.sum())
    quotas = []
    for category, column in columns.items():
        for feature in np.unique(column).tolist():
            seats = int((column[panel] == feature).sum())
            least, most = int(seats * (1 - slack)), int(np.ceil(seats * (1 + slack)))
            quotas.append(Quota(category, f"f{feature}", least, most))
    named = {key: tuple(f"f{value}" for value in column) for key, column in columns.items()}
    return Pool(tuple(f"P{number:06d}" for number in range(people)), named), tuple(quotas)


def oracle(pool: Pool, quotas: Sequence[Quota], size: int) -> float:
    """Return the oracle's smallest probability, found in a process of its own."""
    given = {
        "people": [
            {"id": identifier} | {key: column[place] for key, column in pool.features.items()}
            for place, identifier in enumerate(pool.ids)
        ],
        "features": [
            {"feature": q.category, "value": q.feature, "min": str(q.least), "max": str(q.most)}
            for q in quotas
        ],
    }
    done = subprocess.run(
        [sys.executable, "-m", "bars.evaluators_pools", str(size)],
        input=json.dumps(given),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout.strip().splitlines()[-1])


def _maximin(given: dict[str, Any], size: int) -> float:
    from sortition_algorithms.committee_generation import find_distribution_maximin
    from sortition_algorithms.features import read_in_features
    from sortition_algorithms.people import read_in_people
    from sortition_algorithms.settings import Settings

    features, _, _ = read_in_features(list(given["features"][0]), given["features"], size)
    settings = Settings(id_column="id", columns_to_keep=[], check_same_address=False)
    head = list(given["people"][0])
    people, _ = read_in_people(head, given["people"], features, settings)
    committees, chances, _ = find_distribution_maximin(features, people, size, [])
    reached = dict.fromkeys((row["id"] for row in given["people"]), 0.0)
    for committee, chance in zip(committees, chances, strict=True):
        for person in committee:
            reached[person] += chance
    return min(reached.values())


if __name__ == "__main__":
    print(_maximin(json.load(sys.stdin), int(sys.argv[1])))
