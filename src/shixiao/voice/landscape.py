"""Landscape: people laid out in a plane by their votes, and cut into groups of opinion.

Votes that were not cast take the mean of their statement; two principal components are kept; each
person is placed by the votes really cast, stretched by the square root of how few they are;
k-means with the best silhouette among two to five groups. Weights let a brigade count as one.

Source: C. Small, M. Bjorkegren, T. Erkkilä, L. Shaw and C. Megill (2021), Recerca 26(2) (Pol.is);
P. J. Rousseeuw (1987), J. Comput. Appl. Math. 20, 53-65 (silhouette); L. Hubert and P. Arabie
(1985), Journal of Classification 2, 193-218 (adjusted Rand index).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse.linalg import eigsh
from scipy.spatial.distance import cdist
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score

from shixiao.voice.ballots import UNSEEN

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Votes = npt.NDArray[np.int8]
MOST_GROUPS = 5
STARTS = 6  # of k-means
SAMPLE = 1_500  # people among whom a silhouette is taken
REPLICATES = 10


@dataclass(frozen=True, eq=False)
class Landscape:
    """Where people stand, and the best cut.

    Attributes:
        places: shape (persons, 2).
        labels: group of each, 0 the largest.
        k: number of groups.
        silhouette: mean silhouette of the cut, -1 to 1.
        stability: mean adjusted Rand index of the cut in resampled conversations.
        structure: variance of the first component over that of votes without any link.
    """

    places: Floats
    labels: Labels
    k: int
    silhouette: float
    stability: float
    structure: float


def landscape(votes: Votes, weights: Floats, *, seed: int) -> Landscape:
    """Lay out people and find the number of groups.

    Args:
        votes: shape (persons, statements), at least 3 and 2 of them.
        weights: weight of each person, in (0, 1].
        seed: of k-means and of the resampling.
    """
    values = np.where(votes == UNSEEN, 0, votes).astype(np.float32)
    seen = (votes != UNSEEN).astype(np.float32)
    places, first = _places(values, seen, weights)
    most = min(MOST_GROUPS, len(np.unique(places, axis=0)) - 1)
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(places))[:SAMPLE]
    apart = cdist(places[chosen], places[chosen])
    best, labels, k = -1.0, np.zeros(len(places), np.int64), 1
    for tried in range(2, most + 1):
        cut = _cut(places, tried, weights, seed, STARTS)
        score = silhouette(apart, cut[chosen], weights[chosen])
        if score > best:
            best, labels, k = score, cut, tried
    if k == 1:
        return Landscape(places, labels, 1, 0.0, 0.0, 0.0)
    return Landscape(
        places=places,
        labels=labels,
        k=k,
        silhouette=best,
        stability=_stability(values, seen, weights, labels, k, rng),
        structure=first / max(_unlinked(values, seen, weights, rng), 1e-12),
    )


def _places(values: npt.NDArray[np.float32], seen: npt.NDArray[np.float32], weights: Floats
) -> tuple[Floats, float]:  # fmt: skip
    """Return the place of each person, and the variance of the first component."""
    w = weights.astype(np.float32)
    mean = (w @ values) / np.maximum(w @ seen, 1e-9)
    centred = values - mean * seen  # what was not seen stands at the mean
    components, variances = _components(centred, w)
    cast = np.maximum(seen.sum(axis=1), 1)
    stretch = np.sqrt(seen.shape[1] / cast)
    return (centred @ components) * stretch[:, None].astype(np.float64), float(variances[0])


def _components(centred: npt.NDArray[np.float32], w: npt.NDArray[np.float32]
) -> tuple[Floats, Floats]:  # fmt: skip
    """Return two components, each pointing where its largest entry is positive."""
    scaled = centred * np.sqrt(w)[:, None]
    small = scaled.shape[0] < scaled.shape[1]
    square = (scaled @ scaled.T if small else scaled.T @ scaled).astype(np.float64)
    square /= float(w.sum())
    if len(square) < 8 or not square.any():
        variances, vectors = np.linalg.eigh(square)
    else:
        variances, vectors = eigsh(square, k=2, v0=np.ones(len(square)), tol=1e-6)
    order = np.argsort(-variances)[:2]
    variances, vectors = variances[order], vectors[:, order]
    if small:
        vectors = scaled.T.astype(np.float64) @ vectors
        vectors /= np.maximum(np.linalg.norm(vectors, axis=0), 1e-12)
    signs = np.sign(vectors[np.abs(vectors).argmax(axis=0), [0, 1]])
    return vectors * np.where(signs == 0, 1, signs), variances


def _cut(places: Floats, k: int, weights: Floats, seed: int, starts: int) -> Labels:
    with warnings.catch_warnings():  # fewer different places than groups is an answer like others
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = KMeans(k, n_init=starts, random_state=seed).fit(places, sample_weight=weights)
    return _by_size(found.labels_.astype(np.int64))


def _by_size(labels: Labels) -> Labels:
    sizes = np.bincount(labels)
    rank = np.empty(len(sizes), np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return rank[labels]


def silhouette(apart: Floats, labels: Labels, weights: Floats) -> float:
    """Return the weighted mean silhouette by the distances of all pairs; alone in a group is 0."""
    k = int(labels.max()) + 1
    member = np.eye(k)[labels] * weights[:, None]
    totals = member.sum(axis=0)
    sums = apart @ member
    own = totals[labels] - weights
    inside = sums[np.arange(len(labels)), labels] / np.maximum(own, 1e-12)
    others = sums / np.maximum(totals, 1e-12)
    others[np.arange(len(labels)), labels] = np.inf
    outside = others.min(axis=1)
    score = (outside - inside) / np.maximum(np.maximum(inside, outside), 1e-12)
    score[(own <= 0) | ~np.isfinite(outside)] = 0.0
    return float(np.average(score, weights=weights))


def _stability(
    values: npt.NDArray[np.float32],
    seen: npt.NDArray[np.float32],
    weights: Floats,
    labels: Labels,
    k: int,
    rng: np.random.Generator,
) -> float:
    """Return how alike cuts of resampled conversations are to this one.

    Every replicate keeps a random half of the statements and a random two thirds of the people: a
    cut that hangs on few statements or persons falls apart.
    """
    count, statements = values.shape
    scores = []
    for _ in range(REPLICATES):
        people = np.sort(rng.permutation(count)[: max(2 * count // 3, k + 1)])
        kept = np.sort(rng.permutation(statements)[: max(statements // 2, 2)])
        part, shown = values[np.ix_(people, kept)], seen[np.ix_(people, kept)]
        some = shown.any(axis=1)
        if len(np.unique(labels[people][some])) < 2 or some.sum() <= k:
            scores.append(0.0)
            continue
        places, _ = _places(part[some], shown[some], weights[people][some])
        cut = _cut(places, k, weights[people][some], int(rng.integers(2**31)), 2)
        scores.append(float(adjusted_rand_score(labels[people][some], cut)))
    return float(np.mean(scores))


def _unlinked(
    values: npt.NDArray[np.float32],
    seen: npt.NDArray[np.float32],
    weights: Floats,
    rng: np.random.Generator,
) -> float:
    """Return the first variance once the votes on each statement are dealt anew to its voters."""
    columns, rows = np.nonzero(seen.T)
    order = np.lexsort((rng.random(len(rows)), columns))
    dealt = np.zeros_like(values)
    dealt[rows, columns] = values[rows[order], columns]
    return _places(dealt, seen, weights)[1]
