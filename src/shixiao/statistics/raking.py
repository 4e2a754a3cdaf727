"""Raking: weights that make the people who answered stand for all whom the service had."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shixiao.statistics.level import Floats

_Code = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Raked:
    """Weights and what they cost.

    Attributes:
        weights: shape (respondents,), mean 1.
        effective_n: Kish's (sum w)² / sum w², the n of an unweighted sample of the same precision.
        design_effect: respondents / effective_n, at least 1.
        converged: whether every margin is met within the tolerance (and the trim kept).
        rounds: passes over all margins that were made.
        discrepancy: largest difference between a weighted share and its target.
        trimmed: how many weights stand at the trim.
    """

    weights: Floats
    effective_n: float
    design_effect: float
    converged: bool
    rounds: int
    discrepancy: float
    trimmed: int


def rake(
    categories: Mapping[str, Sequence[str]],
    margins: Mapping[str, Mapping[str, float]],
    *,
    base_weights: npt.ArrayLike | None = None,
    trim: float | None = None,
    tolerance: float = 1e-6,
    rounds: int = 500,
) -> Raked:
    """Fit weights to margins by iterative proportional fitting.

    Each round multiplies the weights of every category by target share / weighted share, one
    variable after the other, then cuts weights above the trim. The result keeps the base weights'
    interactions and is the closest to them in relative entropy.

    Args:
        categories: for each variable, the category of each respondent.
        margins: for each of the same variables, the size of each category in the population,
            as counts or shares; all variables must describe the same total.
        base_weights: shape (respondents,), positive; equal when None.
        trim: largest weight allowed, as a multiple of the mean weight; None for no limit.
        tolerance: largest difference of shares that counts as met.
        rounds: passes after which fitting stops unconverged.

    Returns:
        The weights with effective n, design effect and the state of convergence. A trim that the
        margins do not allow, or margins that no weights of these respondents can meet together,
        show as ``converged=False`` with the discrepancy left.

    Raises:
        ValueError: when variables differ between the two mappings, a category has a target but no
            respondents or respondents but no target, or totals of margins contradict each other.

    Source: W. E. Deming and F. F. Stephan (1940), Annals of Mathematical Statistics 11, 427-444;
    L. Kish (1965), Survey Sampling, sec. 11.7, for the design effect.
    """
    fitted = _prepared(categories, margins)
    n = len(fitted[0][0])
    weights = _base(base_weights, n)
    cap = math.inf if trim is None else trim
    if cap <= 1.0:
        raise ValueError("A trim must be more than 1 time the mean weight")
    made, discrepancy = 0, _discrepancy(weights, fitted)
    while made < rounds and (discrepancy > tolerance or weights.max() > cap * (1 + tolerance)):
        for code, target in fitted:
            weights = weights * (target * n / _sums(weights, code, target))[code]
        weights = np.minimum(weights, cap)
        weights *= n / weights.sum()
        made, discrepancy = made + 1, _discrepancy(weights, fitted)
    effective = float(weights.sum() ** 2 / (weights**2).sum())
    return Raked(
        weights=weights,
        effective_n=effective,
        design_effect=n / effective,
        converged=bool(discrepancy <= tolerance and weights.max() <= cap * (1 + tolerance)),
        rounds=made,
        discrepancy=discrepancy,
        trimmed=int((weights >= cap * (1 - tolerance)).sum()),
    )


def _base(base_weights: npt.ArrayLike | None, n: int) -> Floats:
    weights = np.ones(n) if base_weights is None else np.asarray(base_weights, dtype=np.float64)
    if weights.shape != (n,) or not (np.isfinite(weights).all() and (weights > 0).all()):
        raise ValueError("Base weights must be one positive number per respondent")
    return np.asarray(weights * (n / weights.sum()))


def _sums(weights: Floats, code: _Code, target: Floats) -> Floats:
    sums: Floats = np.bincount(code, weights=weights, minlength=len(target)).astype(np.float64)
    return sums


def _discrepancy(weights: Floats, fitted: list[tuple[_Code, Floats]]) -> float:
    total = weights.sum()
    return max(
        float(np.abs(_sums(weights, code, target) / total - target).max())
        for code, target in fitted
    )


def _prepared(
    categories: Mapping[str, Sequence[str]], margins: Mapping[str, Mapping[str, float]]
) -> list[tuple[_Code, Floats]]:
    """Turn names into codes and sizes into shares, refusing what cannot be fitted."""
    if not margins or set(categories) != set(margins):
        raise ValueError("Raking needs the same variables among the respondents and the margins")
    if len({len(column) for column in categories.values()}) != 1:
        raise ValueError("Every variable needs one category per respondent")
    totals = {name: math.fsum(margins[name].values()) for name in sorted(margins)}
    first = next(iter(totals))
    for name, total in totals.items():
        if not math.isclose(total, totals[first], rel_tol=1e-6):
            raise ValueError(
                f"The margins contradict each other: {first} adds up to {totals[first]:g}, "
                f"{name} to {total:g}"
            )
    return [_coded(name, categories[name], margins[name]) for name in totals]


def _coded(name: str, column: Sequence[str], margin: Mapping[str, float]) -> tuple[_Code, Floats]:
    present = set(column)
    for category in sorted(present | set(margin)):
        size = margin.get(category, 0.0)
        if not math.isfinite(size) or size < 0:
            raise ValueError(f"The margin of {name}={category} is no size: {size}")
        if size == 0 and category in present:
            raise ValueError(f"{name}={category} has respondents, but its margin is zero")
        if size > 0 and category not in present:
            raise ValueError(f"{name}={category} has a margin, but no respondents: merge it")
    names = sorted(present)
    if not names:
        raise ValueError("Raking needs respondents")
    position = {category: i for i, category in enumerate(names)}
    code = np.array([position[category] for category in column], dtype=np.intp)
    target = np.array([margin[category] for category in names], dtype=np.float64)
    return code, target / target.sum()
