"""The data layer 样本选取: whom a log holds, whom it lacks, and how that changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from scipy.special import xlogy
from scipy.stats import chi2

from shixiao.fairness.cube import Cube, Integers, Key
from shixiao.fairness.scan import DEEPEST, Floats, Group
from shixiao.statistics import estimate_from_draws, newcombe_difference, wilson, wilson_bounds
from shixiao.statistics.reasons import too_few, too_few_per_arm
from shixiao.terms import BadInput, Estimate, Text

REPLICATES = 1_000
MOST_PATTERNS = 1_000
UNKNOWN_OUTCOMES = Text(
    "有 {n} 件结果未知，发生率只能说在此范围之内。",
    "{n} outcomes are not known: all that can be said is that the rate lies in this range.",
)


@dataclass(frozen=True, slots=True)
class Compared:
    """Groups compared with something, and one test over all of them.

    Attributes:
        groups: an estimate for each.
        p: chance of as much difference over all groups where there is none; None without a test.
    """

    groups: Mapping[str, Estimate]
    p: float | None


def representation(
    counts: Mapping[str, int], population: Mapping[str, int], *, least: int
) -> Compared:
    """Compare the groups' shares of the log with their shares of the population.

    ``RR_g = (n_g / n) / (N_g / N)``: 1 is the share of the population. Wilson's interval of the
    share in the log is divided by the fixed share of the population; G-test over all groups.

    Args:
        counts: decisions by group.
        population: persons by group.
        least: fewest decisions in all.

    Raises:
        BadInput: a group of the log is not in the population, or has nobody in it.

    Source: Wilson (1927); R. R. Sokal and F. J. Rohlf (1995), Biometry, ch. 17 (G-test).
    """
    strange = sorted(group for group in counts if population.get(group, 0) <= 0)
    if strange:
        raise BadInput(
            Text(
                f"人口表中没有“{strange[0]}”或其人数为零；请使分组与人口表一致。",
                f"the population has nobody of “{strange[0]}”; use the groups of the population",
            )
        )
    n, all_ = sum(counts.values()), sum(population.values())
    found: dict[str, Estimate] = {}
    for group, people in population.items():
        share = people / all_ if all_ else 0.0
        if n < least or share == 0:
            found[group] = Estimate.insufficient(n, too_few(n, needed=least))
            continue
        seen = wilson(counts.get(group, 0), n)
        value, low, high = (float(e or 0) / share for e in (seen.value, seen.low, seen.high))
        found[group] = Estimate(value, low, high, n)
    observed = np.array([counts.get(group, 0) for group in population], dtype=np.float64)
    expected = n * np.array(list(population.values()), dtype=np.float64) / max(all_, 1)
    present = expected > 0
    g = 2 * float(xlogy(observed, observed / np.where(present, expected, 1))[present].sum())
    freedom = int(present.sum()) - 1
    return Compared(found, float(chi2.sf(g, freedom)) if n >= least and freedom > 0 else None)


def uncovered(cube: Cube, *, least: int, deepest: int = DEEPEST) -> dict[Group, int]:
    """Return the widest groups that are too small: every wider group of theirs is large enough.

    ``n(pattern) < least`` and ``n(parent) >= least`` for every parent; patterns that never occur
    are among them. At most 1,000 are listed.

    Source: A. Asudeh, Z. Jin and H. V. Jagadish (2019), ICDE, 554-565.
    """
    values = {n: [v for v in cube.values(n) if v is not None] for n in cube.groups}
    small: dict[Group, int] = {}
    for size in range(1, min(deepest, len(cube.groups)) + 1):
        for names in combinations(cube.groups, size):
            rolled = cube.by(*names)
            n = dict(zip(rolled.keys, rolled.column("n").tolist(), strict=True))
            for key in product(*(values[name] for name in names)):
                pattern: Group = tuple(zip(names, key, strict=True))
                covered = n.get(key, 0) >= least
                if covered or _any_part(pattern, small) or len(small) >= MOST_PATTERNS:
                    continue
                small[pattern] = n.get(key, 0)
    return small


def _any_part(pattern: Group, small: Mapping[Group, int]) -> bool:
    """Tell whether some wider group of a pattern is too small already."""
    return any(
        part in small for size in range(1, len(pattern)) for part in combinations(pattern, size)
    )


def gaps(shares: Mapping[str, tuple[int, int]], *, reference: str, least: int) -> Compared:
    """Compare a share (rows lost, fields empty, outcomes missing) of each group with a reference.

    ``P(missing | g) - P(missing | reference)`` with Newcombe's interval; Pearson's chi-squared
    over all groups.

    Args:
        shares: group → how many are missing, and of how many.
        reference: group that the others are compared with.
        least: fewest on either side.

    Source: R. G. Newcombe (1998), Statistics in Medicine 17, 873-890; K. Pearson (1900).
    """
    x0, n0 = shares[reference]
    found = {}
    for group, (x, n) in shares.items():
        if group == reference:
            continue
        seen = newcombe_difference(x, n, x0, n0)
        if min(n, n0) < least:
            reason = too_few_per_arm(n, n0, needed=least)
            seen = Estimate.insufficient(
                n + n0, reason, value=seen.value, low=seen.low, high=seen.high
            )
        found[group] = seen
    return Compared(found, homogeneity(list(shares.values())))


def homogeneity(shares: Sequence[tuple[int, int]]) -> float | None:
    """Return the p of Pearson's chi-squared that all groups have one rate; None where undefined."""
    x = np.array([x for x, n in shares if n], dtype=np.float64)
    n = np.array([n for _, n in shares if n], dtype=np.float64)
    if len(n) < 2 or x.sum() in (0, n.sum()):
        return None
    p = x.sum() / n.sum()
    return float(chi2.sf(float(((x - n * p) ** 2 / (n * p * (1 - p))).sum()), len(n) - 1))


def row_loss(before: Cube, after: Cube, *, reference: str, least: int) -> Compared:
    """Compare the shares of rows that cleaning drops, by the one group of both cubes.

    ``1 - n_g(after) / n_g(before)``, as ``gaps``.

    Raises:
        BadInput: a group has more rows after cleaning than before.

    Source: Newcombe (1998); Pearson (1900).
    """
    kept = {k[0]: n for k, n in zip(after.keys, after.column("n").tolist(), strict=True)}
    shares = {}
    for key, n in zip(before.keys, before.column("n").tolist(), strict=True):
        lost = n - kept.get(key[0], 0)
        if lost < 0:
            raise BadInput(
                Text(
                    f"“{key[0]}”清洗后的行数多于清洗前。",
                    f"“{key[0]}” has more rows after cleaning than before",
                )
            )
        shares[str(key[0])] = (lost, n)
    return gaps(shares, reference=reference, least=least)


def base_rates(cube: Cube) -> dict[Key, Estimate]:
    """Return for how many of each group it is true; a range where outcomes are not known.

    ``[y / n, (y + unknown) / n]``: none or all of the unknown. Both ends are the outer ends of
    their Wilson intervals. Without unknown outcomes it is Wilson's interval of y / n.

    Source: C. F. Manski (1989), Journal of Human Resources 24, 343-360.
    """
    found = {}
    for cell, key in enumerate(cube.keys):
        true, false = (
            int(cube.column(one)[cell] + cube.column(two)[cell])
            for one, two in (("tp", "fn"), ("fp", "tn"))
        )
        n = int(cube.column("n")[cell])
        unknown = n - true - false
        if n == 0 or unknown == 0:
            found[key] = wilson(true, n)
            continue
        low, high = wilson_bounds(true, n)[0], wilson_bounds(true + unknown, n)[1]
        reason = UNKNOWN_OUTCOMES.format(n=unknown)
        found[key] = Estimate.insufficient(n, reason, low=float(low), high=float(high))
    return found


def label_gap(cube: Cube, *, random: str, least: int) -> Estimate:
    """Say how much more often it is true in other arms than among those drawn at random.

    ``P(y | other arms) - P(y | random)`` over known outcomes: what a model learns that takes the
    labels of those selected for the truth. Newcombe's interval.

    Source: Newcombe (1998), method 10.
    """
    drawn = cube.only("arm", random)
    others = cube.where(lambda values: values["arm"] != random)
    counts = [(c.total("tp", "fn"), c.total("tp", "fp", "fn", "tn")) for c in (others, drawn)]
    (x1, n1), (x2, n2) = counts
    seen = newcombe_difference(x1, n1, x2, n2)
    if min(n1, n2) < least:
        reason = too_few_per_arm(n1, n2, needed=least)
        return Estimate.insufficient(
            n1 + n2, reason, value=seen.value, low=seen.low, high=seen.high
        )
    return seen


def drift(
    before: Mapping[str, int],
    after: Mapping[str, int],
    *,
    least: int,
    rng: np.random.Generator,
    draws: int = REPLICATES,
) -> Estimate:
    """Return the population stability index of two periods.

    ``PSI = sum_g (a_g - b_g) ln(a_g / b_g)`` of the shares, with half a case added to each group so
    that a group that is new does not make it infinite. Percentile bootstrap, both periods
    resampled; chance alone makes it about (groups - 1)(1/n + 1/m), which few cases do not hide.

    Source: N. Siddiqi (2006), Credit Risk Scorecards; H. Jeffreys (1946).
    """
    groups = sorted({*before, *after})
    b, a = (np.array([c.get(g, 0) for g in groups], dtype=np.int64) for c in (before, after))
    n = int(min(a.sum(), b.sum()))
    if n < least or len(groups) < 2:
        return Estimate.insufficient(n, too_few(n, needed=least))
    drawn = (rng.multinomial(int(c.sum()), c / c.sum(), size=draws) for c in (b, a))
    values = _psi(*drawn)
    return estimate_from_draws(float(_psi(b[None], a[None])[0]), values, n=int(a.sum() + b.sum()))


def _psi(b: Integers, a: Integers) -> Floats:
    one, two = ((c + 0.5) / (c + 0.5).sum(axis=1, keepdims=True) for c in (b, a))
    found: Floats = ((two - one) * np.log(two / one)).sum(axis=1)
    return found
