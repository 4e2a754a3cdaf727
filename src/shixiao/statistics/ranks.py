"""Ranks: the one rule by which anything stands above anything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shixiao.statistics.level import Flags, Floats
from shixiao.statistics.multiplicity import critical_maximum


@dataclass(frozen=True, slots=True)
class RankInterval:
    """Where a subject may stand.

    Attributes:
        id: the subject.
        low: best rank the data allow, 1 + the number of subjects that stand above it.
        high: worst rank the data allow, ``of`` minus the number of subjects it stands above.
        of: how many subjects were ranked together.
        above: ids of the subjects that stand above it, sorted.
        band: 1 for the top band. Every member of a band stands above every member of all later
            bands; inside a band there is no order to print.
    """

    id: str
    low: int
    high: int
    of: int
    above: tuple[str, ...]
    band: int


def rank(
    subject_ids: Sequence[str],
    point_estimates: npt.ArrayLike,
    draws: npt.ArrayLike,
    *,
    higher_is_better: bool,
    level: float = 0.95,
) -> list[RankInterval]:
    """Rank subjects by what the data can tell apart.

    A stands above B only if P(A > B) ≥ level after max-T over all pairs: with
    ``t = (A - B) / sd(draws of A - B)`` and c the level quantile, over draws, of the largest
    ``|t|`` among all pairs, A stands above B when its t exceeds c. When no two subjects truly
    differ, the chance that any pair is put in order is at most 1 - level.

    The relation is a partial order: sd(A - C) ≤ sd(A - B) + sd(B - C), so A above B and B above C
    give A above C. Bands are the finest cut of all subjects into groups such that every member of
    one group stands above every member of the next; whoever cannot be told apart shares a band.

    Args:
        subject_ids: one id per subject, all different.
        point_estimates: shape (subjects,).
        draws: shape (subjects, draws), bootstrap or posterior draws, columns drawn jointly (or
            independently, for independent subjects).
        higher_is_better: False for burdens.
        level: the level of the rule.

    Returns:
        One rank interval per subject, in the order given.

    Raises:
        ValueError: when ids repeat, shapes disagree, numbers are not finite or draws are too few.

    Source: H. Goldstein and D. J. Spiegelhalter (1996), J. R. Stat. Soc. A 159, 385-443;
    P. H. Westfall and S. S. Young (1993), ch. 2.
    """
    if not subject_ids:
        return []
    value, drawn = _checked(subject_ids, point_estimates, draws)
    above = _stands_above(value if higher_is_better else -value, drawn, level)
    bands = _bands(above)
    of = len(value)
    better, worse = above.sum(axis=0), above.sum(axis=1)
    return [
        RankInterval(
            id=subject,
            low=1 + int(better[i]),
            high=of - int(worse[i]),
            of=of,
            above=tuple(sorted(subject_ids[int(j)] for j in np.flatnonzero(above[:, i]))),
            band=int(bands[i]),
        )
        for i, subject in enumerate(subject_ids)
    ]


def _checked(
    ids: Sequence[str], point_estimates: npt.ArrayLike, draws: npt.ArrayLike
) -> tuple[Floats, Floats]:
    value = np.asarray(point_estimates, dtype=np.float64)
    drawn = np.asarray(draws, dtype=np.float64)
    if len(set(ids)) != len(ids):
        raise ValueError("Every ranked subject needs an id of its own")
    if value.shape != (len(ids),) or drawn.ndim != 2 or len(drawn) != len(ids):
        raise ValueError("Ranking needs (subjects,) estimates and (subjects, draws) draws")
    if not (np.isfinite(value).all() and np.isfinite(drawn).all()):
        raise ValueError("Only finite estimates can be ranked; leave out what is not assessable")
    return value, drawn


def _stands_above(value: Floats, drawn: Floats, level: float) -> Flags:
    """Return the matrix whose (i, j) says that i stands above j."""
    centred = drawn - drawn.mean(axis=1, keepdims=True)
    deviation = _pair_deviations(centred)
    critical = critical_maximum(_largest_t(centred, deviation), level=level)
    difference = value[:, None] - value[None, :]
    # Where both are known without error (deviation 0) any difference is a difference.
    return np.asarray(difference > critical * deviation)


def _pair_deviations(centred: Floats) -> Floats:
    """Return sd(draws of i - j) for all pairs from the covariance matrix of the draws."""
    covariance = centred @ centred.T / max(1, centred.shape[1] - 1)
    variance = np.diag(covariance)
    total = variance[:, None] + variance[None, :]
    squared = total - 2 * covariance
    # Equal rows leave only rounding: below this share of the total the difference is constant.
    return np.sqrt(np.where(squared > 1e-12 * total, squared, 0.0))


def _largest_t(centred: Floats, deviation: Floats) -> Floats:
    """Return the largest |t| over all pairs for every draw, one row of pairs at a time."""
    subjects, draws = centred.shape
    largest = np.zeros(draws)
    inverse = np.divide(1.0, deviation, out=np.zeros_like(deviation), where=deviation > 0)
    buffer = np.empty((subjects, draws))
    for i in range(subjects - 1):
        block = np.subtract(centred[i + 1 :], centred[i], out=buffer[: subjects - 1 - i])
        np.abs(block, out=block)
        block *= inverse[i, i + 1 :, None]
        np.maximum(largest, block.max(axis=0), out=largest)
    return largest


def _bands(above: Flags) -> npt.NDArray[np.intp]:
    """Cut the subjects, best first, wherever all before the cut stand above all after it."""
    subjects = len(above)
    # Whoever beats more and is beaten by less comes first; a valid cut never splits equals.
    standing = above.sum(axis=1) - above.sum(axis=0)
    order = np.argsort(-standing, kind="stable")
    ordered = above[np.ix_(order, order)]
    position = np.arange(subjects)
    # The last position, itself included, that each subject does not stand above.
    reach = np.where(ordered, -1, position[None, :]).max(axis=1, initial=-1)
    reach = np.maximum.accumulate(np.maximum(reach, position))
    band_of_position = np.concatenate(([0], np.cumsum(reach[:-1] == position[:-1])))
    bands = np.empty(subjects, dtype=np.intp)
    bands[order] = band_of_position[:subjects] + 1
    return bands
