"""The model layer 模型设计: what goes in, what a change of it does, and what the score means."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import beta, chi2, random_table

from shixiao.fairness.catalogue import metric
from shixiao.fairness.cube import Cube, Integers
from shixiao.fairness.scan import DRAWS, Question, Scan, scan
from shixiao.rules import RulePack
from shixiao.statistics import estimate_from_draws
from shixiao.statistics.level import critical_value
from shixiao.statistics.reasons import BOTH_ZERO, too_few
from shixiao.terms import BadInput, Estimate, Text

FORBIDDEN = "FAI-08"
REPLICATES = 1_000
NOT_ALLOWED = Text(
    "“{name}”属于规则 {rule} 禁止的输入。", "“{name}” is an input that rule {rule} forbids."
)
UNFOUNDED = Text(
    "“{name}”没有写明法律依据或来源。", "“{name}” names neither a legal basis nor a source."
)


@dataclass(frozen=True, slots=True)
class Tested:
    """An estimate and the p of a test that stands beside it; None where it could not be made."""

    estimate: Estimate
    p: float | None


def proxy_power(
    table: npt.ArrayLike, *, least: int, rng: np.random.Generator, draws: int = REPLICATES
) -> Tested:
    """Say how far an input gives a protected attribute away: Theil's U.

    ``U(A | X) = (H(A) - H(A | X)) / H(A)``: 0 tells nothing, 1 tells the attribute outright.
    Bootstrap from cell counts; permutation test of independence by chi-squared, margins fixed.

    Args:
        table: counts, (values of the input, values of the attribute).
        least: fewest decisions in all.
        rng: the only source of chance.
        draws: replicates and permutations.

    Source: H. Theil (1970), American Journal of Sociology 76, 103-154.
    """
    counts = np.asarray(table, dtype=np.int64)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    n = int(counts.sum())
    if n < least or min(counts.shape) < 2:
        return Tested(Estimate.insufficient(n, too_few(n, needed=least)), None)
    drawn = rng.multinomial(n, counts.reshape(-1) / n, size=draws).reshape(draws, *counts.shape)
    estimate = estimate_from_draws(float(_theil(counts)), _theil(drawn), n=n)
    shuffled = random_table(counts.sum(axis=1), counts.sum(axis=0)).rvs(draws, random_state=rng)
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / n
    statistics = ((shuffled - expected) ** 2 / expected).sum(axis=(1, 2))
    seen = float(((counts - expected) ** 2 / expected).sum())
    as_far = int((statistics >= seen * (1 - 1e-12)).sum())
    return Tested(estimate, (1 + as_far) / (1 + draws))


def _theil(counts: Integers) -> npt.NDArray[np.float64]:
    p = counts / counts.sum(axis=(-2, -1), keepdims=True)

    def entropy(shares: npt.NDArray[np.float64], axis: tuple[int, ...]) -> npt.NDArray[np.float64]:
        logs = np.log(np.where(shares > 0, shares, 1.0))
        found: npt.NDArray[np.float64] = -(shares * logs).sum(axis=axis)
        return found

    attribute = entropy(p.sum(axis=-2), (-1,))
    left = entropy(p, (-2, -1)) - entropy(p.sum(axis=-1), (-1,))
    told: npt.NDArray[np.float64] = np.divide(
        attribute - left, attribute, out=np.zeros_like(attribute), where=attribute > 0
    )
    return np.clip(told, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a system: its name, where it comes from, and on which article it is used."""

    name: str
    source: str | None = None
    article: str | None = None


def inputs_in_question(inputs: Iterable[Input], *, rules: RulePack) -> list[tuple[Input, Text]]:
    """Return the inputs that a rule forbids and those without legal basis or source, with reasons.

    A fact of the register and the table ``decision_factors``, without interval.

    Source: rule FAI-08; Personal Information Protection Law, art. 24.
    """
    forbidden = {word.casefold() for word in rules.words(FORBIDDEN)}
    found: list[tuple[Input, Text]] = []
    for one in inputs:
        if one.name.strip().casefold() in forbidden:
            found.append((one, NOT_ALLOWED.format(name=one.name, rule=FORBIDDEN)))
        elif not (one.source and one.article):
            found.append((one, UNFOUNDED.format(name=one.name)))
    return found


def flip_test(
    decide: Callable[[Mapping[str, Any]], Any],
    rows: Sequence[Mapping[str, Any]],
    *,
    attribute: str,
    values: Sequence[Any],
    least: int,
    level: float = 0.95,
) -> Estimate:
    """Run decisions again with nothing but one attribute changed; return the share that changes.

    ``#{x : f(x with some other value) != f(x)} / #{x}`` with the exact interval of Clopper and
    Pearson: the rows are the sample, the function has no chance in it.

    Args:
        decide: the decision function, called with a copy of a row.
        rows: recorded inputs.
        attribute: what is changed; it must be among the inputs.
        values: all values that it may take.
        least: fewest rows.
        level: confidence level.

    Raises:
        BadInput: the attribute is no input, so that changing it can change nothing.

    Source: C. J. Clopper and E. S. Pearson (1934), Biometrika 26, 404-413.
    """
    n = len(rows)
    if any(attribute not in row for row in rows):
        raise BadInput(
            Text(
                f"输入中没有“{attribute}”；它不是输入，翻转检验无从做起，请查它的代理（proxy）。",
                f"“{attribute}” is no input, so nothing can be flipped; look for its proxies",
            )
        )
    changed = sum(
        any(
            decide({**row, attribute: v}) != decide(dict(row))
            for v in values
            if v != row[attribute]
        )
        for row in rows
    )
    if n < least:
        value = changed / n if n else None
        return Estimate.insufficient(n, too_few(n, needed=least), value=value)
    alpha = (1 - level) / 2
    low = float(beta.ppf(alpha, changed, n - changed + 1)) if changed else 0.0
    high = float(beta.ppf(1 - alpha, changed + 1, n - changed)) if changed < n else 1.0
    return Estimate(changed / n, low, high, n, level)


def conditional_parity(
    strata: Sequence[tuple[int, int, int, int]],
    *,
    least: int,
    level: float = 0.95,
    halves: bool = False,
) -> Tested:
    """Compare two groups within strata of legitimate factors: Mantel and Haenszel's odds ratio.

    ``OR = sum(a d / n) / sum(b c / n)`` with a, b selected and not selected of the group and c, d
    of the reference. Interval by the variance of Robins, Breslow and Greenland; p of Breslow and
    Day that the strata share one odds ratio (where it is small, one number does not tell it).

    Args:
        strata: (a, b, c, d) of each stratum.
        least: fewest decisions on either side, over all strata in which both groups are.
        level: of the interval.
        halves: where one side has none or all throughout, so that there is no odds ratio, add half
            a decision to each of the four cells, spread over the strata by their size (Haldane).

    Source: N. Mantel and W. Haenszel (1959), JNCI 22, 719-748; J. Robins, N. Breslow and S.
    Greenland (1986), Biometrics 42, 311-323; N. E. Breslow and N. E. Day (1980), IARC 32, 142.
    """
    table = np.array([s for s in strata if s[0] + s[1] and s[2] + s[3]], dtype=np.float64)
    table = table.reshape(-1, 4)
    a, b, c, d = table.T
    n = table.sum(axis=1)
    sides = int(min((a + b).sum(), (c + d).sum()))
    total = int(n.sum())
    if sides < least:
        return Tested(Estimate.insufficient(sides, too_few(sides, needed=least)), None)
    r, s = a * d / n, b * c / n
    if halves and (r.sum() == 0) != (s.sum() == 0):
        a, b, c, d = (cell + 0.5 * n / n.sum() for cell in (a, b, c, d))
        n = a + b + c + d
        r, s = a * d / n, b * c / n
    if r.sum() == 0 or s.sum() == 0:
        return Tested(Estimate.insufficient(total, BOTH_ZERO), None)
    ratio = float(r.sum() / s.sum())
    p, q = (a + d) / n, (b + c) / n
    big_r, big_s = r.sum(), s.sum()
    variance = (
        (p * r).sum() / (2 * big_r**2)
        + (p * s + q * r).sum() / (2 * big_r * big_s)
        + (q * s).sum() / (2 * big_s**2)
    )
    half = critical_value(level) * math.sqrt(variance)
    estimate = Estimate(ratio, ratio * math.exp(-half), ratio * math.exp(half), total, level)
    return Tested(estimate, _breslow_day(a, b, c, d, ratio))


def _breslow_day(a: Any, b: Any, c: Any, d: Any, ratio: float) -> float | None:
    """Return the p that all strata have the odds ratio; strata without variation say nothing."""
    first, selected, n = a + b, a + c, a + b + c + d
    varied = (selected > 0) & (selected < n)
    if varied.sum() < 2:
        return None
    first, selected, n, a = first[varied], selected[varied], n[varied], a[varied]
    # The expected a solves A (n - first - selected + A) = ratio (first - A)(selected - A).
    square = 1 - ratio
    linear = n - first - selected + ratio * (first + selected)
    constant = -ratio * first * selected
    if abs(square) < 1e-12:
        expected = -constant / linear
    else:
        expected = (-linear + np.sqrt(linear**2 - 4 * square * constant)) / (2 * square)
    parts = (expected, first - expected, selected - expected, n - first - selected + expected)
    variance = 1 / sum(1 / np.maximum(part, 1e-12) for part in parts)
    statistic = float(((a - expected) ** 2 / variance).sum())
    return float(chi2.sf(statistic, int(varied.sum()) - 1))


def calibration(
    errors: Cube,
    *,
    score: str,
    least: int,
    rng: np.random.Generator,
    references: Mapping[str, str] | None = None,
    draws: int = DRAWS,
) -> Scan:
    """Ask in each score bin whether it is true as often in every group; all bins are one family.

    ``P(y = 1 | bin, g) - P(y = 1 | bin, others)``: Wilson and Newcombe, max-T over bins and groups.

    Args:
        errors: decisions with all outcomes (``guard``), by groups of which ``score`` is one.
        score: dimension of the score bins.
        least: as for ``scan``.
        rng: as for ``scan``.
        references: as for ``scan``.
        draws: as for ``scan``.

    Source: U. Hébert-Johnson et al. (2018), ICML, "Multicalibration".
    """
    groups = tuple(name for name in errors.groups if name != score)
    questions = [
        Question(metric("calibration"), errors.only(score, value).by(*groups), value)
        for value in errors.values(score)
        if value is not None
    ]
    return scan(questions, least=least, rng=rng, references=references, draws=draws)


def threshold_outcomes(
    cube: Cube,
    *,
    score: str,
    least: int,
    rng: np.random.Generator,
    references: Mapping[str, str] | None = None,
    draws: int = DRAWS,
) -> Scan:
    """Ask whether it is true equally often in every group among those who were just selected.

    ``P(y = 1 | lowest selected bin, g)``: a group with a lower rate was held to a lower bar. The
    bins are ordered as numbers where all are numbers, else as text.

    Source: G. S. Becker (1957); D. Arnold, W. Dobbie and C. S. Yang (2018), QJE 133, 1885-1932.
    """
    groups = tuple(name for name in cube.groups if name != score)
    rolled = cube.by(score)
    chosen = [
        str(key[0])
        for key, n in zip(rolled.keys, rolled.column("selected").tolist(), strict=True)
        if n and key[0] is not None
    ]
    if not chosen:
        return Scan((), 0, draws)
    lowest = min(chosen, key=_as_number)
    question = Question(metric("threshold"), cube.only(score, lowest).by(*groups), lowest)
    return scan([question], least=least, rng=rng, references=references, draws=draws)


def _as_number(text: str) -> tuple[bool, float, str]:
    """Order numbers as numbers and all else after them, as text."""
    head = re.match(r"[\[(]?\s*(-?\d+(?:\.\d+)?)", text.strip())
    return (head is None, float(head[1]) if head else 0.0, text)
