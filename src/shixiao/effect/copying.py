"""The copy index: how much of one arm's process is the other arm's process, beyond chance.

The distance of two arms is the earth mover's distance between their variants (Leemans, Syring & van
der Aalst 2019, "Earth movers' stochastic conformance checking"), where moving one case costs the
normalised edit distance of the two step sequences. Finite samples of one and the same process are
never at distance 0, so the distance is corrected by its permutation mean d0, as kappa corrects
agreement: index = 1 - max(0, d - d0) / (1 - d0). The index is 1 for arms that dealing their cases
anew could not tell apart, and 0 for arms that share nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from shixiao.statistics import permutation_null, permutation_p
from shixiao.terms import Estimate

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Path = tuple[str, ...]

# The transport problem grows with the cube of the cells: beyond this many variants, as many
# cases of each arm are drawn by lot, and the permutation mean takes out what drawing adds.
MOST_CELLS = 150
CASES_DRAWN = 100
FIRST_LETTER = 0x4E00  # one character per step; the block is long and has no surrogates


@dataclass(frozen=True, slots=True)
class CopyIndex:
    """The index with its interval and what it was made of.

    Attributes:
        index: 0 (nothing shared) to 1 (indistinguishable).
        distance: earth mover's distance as measured.
        chance: its mean when cases are dealt to the arms at random.
        p: probability of such a distance by chance.
        variants: different step sequences seen in both arms together.
        drawn: cases per arm that were drawn by lot, or None when all were used.
    """

    index: Estimate
    distance: float
    chance: float
    p: float
    variants: int
    drawn: int | None

    def to_json(self) -> dict[str, Any]:
        """Return the index and its parts."""
        return {
            "index": self.index.to_json(),
            "distance": float(f"{self.distance:.10g}"),
            "chance": float(f"{self.chance:.10g}"),
            "p": float(f"{self.p:.10g}"),
            "variants": self.variants,
            "drawn": self.drawn,
        }


def copy_index(
    a: Mapping[Path, int],
    b: Mapping[Path, int],
    *,
    draws: int,
    rng: np.random.Generator,
    level: float = 0.95,
) -> CopyIndex:
    """Compare two arms given as step sequence → number of cases; neither may be empty.

    Args:
        a: sequences of the first arm, over common step names.
        b: sequences of the second arm.
        draws: permutations, and as many bootstrap samples.
        rng: the only source of chance.
        level: confidence level of the interval.
    """
    n_a, n_b = sum(a.values()), sum(b.values())
    sequences = sorted({**a, **b})
    counts_a = np.array([a.get(s, 0) for s in sequences], dtype=np.int64)
    counts_b = np.array([b.get(s, 0) for s in sequences], dtype=np.int64)
    variants = len(sequences)
    drawn = None
    if variants > MOST_CELLS:
        drawn = CASES_DRAWN
        counts_a = _drawn(counts_a, rng)
        counts_b = _drawn(counts_b, rng)
        kept = np.flatnonzero(counts_a + counts_b)
        sequences = [sequences[i] for i in kept]
        counts_a, counts_b = counts_a[kept], counts_b[kept]
    cost = edit_distances(sequences)

    def distance(x: Integers, y: Integers) -> float:
        return transport(x, y, cost)

    observed = distance(counts_a, counts_b)
    null = permutation_null(counts_a, counts_b, distance, draws=draws, rng=rng)
    chance = float(null.mean())
    resampled = np.array(
        [distance(_resampled(counts_a, rng), _resampled(counts_b, rng)) for _ in range(draws)]
    )
    tail = (1 - level) / 2
    low, high = np.quantile(resampled - resampled.mean(), [tail, 1 - tail])
    index = _corrected(observed, chance)
    estimate = Estimate(
        index,
        min(_corrected(observed + float(high), chance), index),
        max(_corrected(observed + float(low), chance), index),
        n_a + n_b,
        level=level,
    )
    return CopyIndex(estimate, observed, chance, permutation_p(observed, null), variants, drawn)


def _corrected(distance: float, chance: float) -> float:
    if chance >= 1.0:
        return 1.0
    return float(np.clip(1.0 - (distance - chance) / (1.0 - chance), 0.0, 1.0))


def _drawn(counts: Integers, rng: np.random.Generator) -> Integers:
    size = min(CASES_DRAWN, int(counts.sum()))
    return rng.multivariate_hypergeometric(counts, size, method="marginals")


def _resampled(counts: Integers, rng: np.random.Generator) -> Integers:
    n = int(counts.sum())
    return rng.multinomial(n, counts / n)


def edit_distances(sequences: Sequence[Path]) -> Floats:
    """Return the edit distances of all pairs, each divided by the longer sequence's length."""
    steps = sorted({step for sequence in sequences for step in sequence})
    letter = {step: chr(FIRST_LETTER + number) for number, step in enumerate(steps)}
    words = ["".join(letter[step] for step in sequence) for sequence in sequences]
    matrix = cdist(words, words, scorer=Levenshtein.normalized_distance, dtype=np.float64)
    return np.ascontiguousarray(matrix)


def transport(a: Integers, b: Integers, cost: Floats) -> float:
    """Return the least cost of turning one distribution over the cells into the other."""
    import ot  # noqa: PLC0415 - takes seconds to import, and most commands transport nothing

    here, there = np.flatnonzero(a), np.flatnonzero(b)
    # Both sides are counts over their sums: checking that they agree costs more than the transport.
    value = ot.emd2(
        a[here] / a.sum(),
        b[there] / b.sum(),
        np.ascontiguousarray(cost[np.ix_(here, there)]),
        center_dual=False,
        check_marginals=False,
    )
    return float(value)


def in_steps(variants: Mapping[Path, int], step_of: Mapping[str, str]) -> dict[Path, int]:
    """Rename activities to common steps, joining variants that become equal."""
    renamed: Counter[Path] = Counter()
    for path, cases in variants.items():
        renamed[tuple(step_of.get(activity, activity) for activity in path)] += cases
    return dict(renamed)
