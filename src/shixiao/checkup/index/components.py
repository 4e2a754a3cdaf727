"""Components: a number of each subject, and how much strength it borrows from its peers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv, ndtri

from shixiao.statistics import (
    Pooled,
    pooled_families,
    pooled_means,
    pooled_rates,
    pooled_shares,
    wilson_bounds,
)
from shixiao.terms import Estimate, SubjectKind, Text

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.intp]
_FEWEST_PEERS = 3
"""With fewer, peers say nothing of a subject that has no number of its own."""
_CLASS = 8
"""Fewest subjects with a number of their own in a class of size."""
_UNLIKE = 3.0
"""Classes differ when the larger half is at least this many times the smaller one."""
_THIN = Text(
    "只有 {n} 个，至少需要 {least} 个；以同类的情况代之",
    "only {n}, at least {least} are needed; what is known of its peers stands in",
)
_PRIOR_DEGREES = 4.0
"""Degrees of freedom that the pooled variance lends to the variance of one subject."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One number of one subject as the evidence shows it.

    Attributes:
        raw: with the interval of its own data.
        unit: its row in the pooled knowledge of its peers; None where it may not be used.
        details: what a reader may want to open, such as a response rate.
    """

    raw: Estimate
    unit: int | None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Peers:
    """One facet of an indicator over subjects of like size; most indicators have one facet.

    Attributes:
        indicator: its id.
        facet: such as a group of people; "" where there is one only.
        seen: subject → its number.
        pooled: what is known of all of them together; None without any.
        shown: from the scale of the pooling to that of the indicator.
        kind: of the subjects.
    """

    indicator: str
    facet: str
    seen: Mapping[str, Seen]
    pooled: Pooled | None
    shown: Callable[[Floats], Floats] = np.asarray
    kind: SubjectKind = SubjectKind.SERVICE


def shares(
    indicator: str,
    ids: Sequence[str],
    successes: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    level: float,
    least: float = 1.0,
    kind: SubjectKind = SubjectKind.SERVICE,
) -> Iterator[Peers]:
    """Pool proportions by the beta-binomial model; one ``Peers`` for each class of size.

    A subject with fewer than ``least`` has no number of its own: what is known of it is what is
    known of its peers. Counts need not be whole.
    """
    x, m = np.asarray(successes, dtype=np.float64), np.asarray(n, dtype=np.float64)
    for rows in classes(m, m >= least):
        raw = [_share(x[i], m[i], level) if m[i] >= least else thin(int(m[i]), least) for i in rows]
        own = m[rows] >= least
        pooled = pooled_shares(x[rows] * own, m[rows] * own)
        yield Peers(indicator, "", _seen(ids, rows, raw), pooled, kind=kind)


def rates(
    indicator: str,
    ids: Sequence[str],
    events: npt.ArrayLike,
    exposure: npt.ArrayLike,
    *,
    level: float,
) -> Iterator[Peers]:
    """Pool rates by the gamma-Poisson model; subjects without exposure are left out."""
    x, e = np.asarray(events, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    kept = np.flatnonzero(e > 0)
    for chosen in classes(e[kept], np.ones(len(kept), dtype=np.bool_)):
        rows = kept[chosen]
        raw = [_rate(x[i], e[i], level) for i in rows]
        yield Peers(indicator, "", _seen(ids, rows, raw), pooled_rates(x[rows], e[rows]))


def means(
    indicator: str,
    ids: Sequence[str],
    values: npt.ArrayLike,
    errors: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    level: float,
    shown: Callable[[Floats], Floats] = np.asarray,
    details: Sequence[Mapping[str, Any]] | None = None,
    least: float = 1.0,
    kind: SubjectKind = SubjectKind.SERVICE,
) -> Iterator[Peers]:
    """Pool means by the normal model; one ``Peers`` for each class of size.

    Args:
        indicator: its id.
        ids: of the subjects.
        values: on the scale on which they are close to normal.
        errors: standard errors; 0 for a full count, which borrows nothing; infinite for a subject
            that has no number of its own (fewer than ``least``) and is known by its peers alone.
        n: cases behind each.
        level: of the raw intervals.
        shown: from that scale (such as a log) to that of the indicator.
        details: what a reader may open, by subject.
        least: said where a subject has too few.
        kind: of the subjects.
    """
    y, s = np.asarray(values, dtype=np.float64), np.asarray(errors, dtype=np.float64)
    cases = np.asarray(n, dtype=np.float64)
    z = float(ndtri(0.5 + level / 2))
    for rows in classes(cases, np.isfinite(s)):
        raw = []
        for i in rows:
            if np.isfinite(s[i]):
                v, low, high = (float(shown(np.asarray(y[i] + k * s[i]))) for k in (0, -z, z))
                raw.append(Estimate(v, low, high, int(cases[i]), level))
            else:
                raw.append(thin(int(cases[i]), least))
        seen = _seen(ids, rows, raw, details)
        yield Peers(indicator, "", seen, pooled_means(y[rows], s[rows]), shown, kind)


@dataclass(frozen=True, slots=True, eq=False)
class FacetMeans:
    """Means of one facet before they are pooled; see ``means`` for the columns."""

    name: str
    ids: Sequence[str]
    values: Floats
    errors: Floats
    n: Floats


def facets(indicator: str, given: Sequence[FacetMeans], *, level: float) -> Iterator[Peers]:
    """Pool the facets of an indicator: centres of their own, one spread in common."""
    z = float(ndtri(0.5 + level / 2))
    pooled = pooled_families([(facet.values, facet.errors) for facet in given])
    for facet, known in zip(given, pooled, strict=True):
        raw = [
            Estimate(float(y), float(y - z * s), float(y + z * s), int(n), level)
            for y, s, n in zip(facet.values, facet.errors, facet.n, strict=True)
        ]
        seen = _seen(facet.ids, np.arange(len(raw)), raw)
        yield Peers(indicator, facet.name, seen, known)


def classes(n: Floats, own: npt.NDArray[np.bool_]) -> list[Integers]:
    """Cut subjects into classes of like size: small ones often differ from large ones in kind.

    A class is halved at the median of its subjects as long as both halves keep eight with a number
    of their own and are of different size. Subjects without one stay where peers can speak for
    them, or drop out.
    """

    def cut(rows: Integers) -> list[Integers]:
        known = rows[own[rows]]
        if len(known) >= 2 * _CLASS:
            ordered = np.sort(n[known])
            middle = ordered[len(ordered) // 2]
            below, above = rows[n[rows] < middle], rows[n[rows] >= middle]
            halves = [ordered[ordered < middle], ordered[ordered >= middle]]
            if min(map(len, halves)) >= _CLASS:
                low, high = (float(np.median(half)) for half in halves)
                if high >= _UNLIKE * max(low, 1.0):
                    return [*cut(below), *cut(above)]
        return [rows if len(known) >= _FEWEST_PEERS else known]

    return [rows for rows in cut(np.arange(len(n))) if len(rows)]


def _share(x: float, n: float, level: float) -> Estimate:
    low, high = wilson_bounds(x, n, level=level)
    return Estimate(float(x / n), float(low), float(high), int(n), level)


def _rate(x: float, e: float, level: float) -> Estimate:
    edge = (1.0 - level) / 2
    low = float(gammaincinv(x, edge)) / e if x > 0 else 0.0
    return Estimate(x / e, low, float(gammaincinv(x + 1.0, 1.0 - edge)) / e, int(x), level)


def thin(n: int, least: float) -> Estimate:
    """Return the raw number of a subject that has too few for one of its own."""
    return Estimate.insufficient(n, _THIN.format(n=n, least=int(least)))


def smoothed_variances(n: Floats, total: Floats, squares: Floats) -> Floats:
    """Return the variance within each subject, lent some of the pooled one.

    A subject whose few cases are all alike has a sample variance of 0, which is no knowledge of its
    true one. Source: G. K. Smyth (2004), Stat. Appl. Genet. Mol. Biol. 3, art. 3, with fixed
    degrees of freedom.
    """
    degrees = np.maximum(n - 1.0, 0.0)
    sums = np.maximum(squares - total**2 / np.maximum(n, 1.0), 0.0)
    pooled = sums.sum() / max(degrees.sum(), 1.0)
    return np.asarray((sums + _PRIOR_DEGREES * pooled) / (degrees + _PRIOR_DEGREES))


def _seen(
    ids: Sequence[str],
    rows: Integers,
    raw: Sequence[Estimate],
    details: Sequence[Mapping[str, Any]] | None = None,
) -> dict[str, Seen]:
    return {
        ids[int(i)]: Seen(raw[j], j, details[int(i)] if details else {}) for j, i in enumerate(rows)
    }
