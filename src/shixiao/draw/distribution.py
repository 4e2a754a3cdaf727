"""The lottery over compositions: which panels there may be, and how likely each is.

First the optimum over all points that meet the quotas, whole or not, is found by small linear
programs and peeled into whole compositions. If that works, it is the optimum, for mixtures of
whole panels are among those points. If no mixture is that optimum, which happens in small pools
with entangled quotas, compositions are generated stage by stage.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from shixiao.draw.columns import mix, stage
from shixiao.draw.hashing import ONE
from shixiao.draw.levels import Level, level, relaxation
from shixiao.draw.panels import Counts, Floats, Panels
from shixiao.draw.peeling import peel

LEXIMIN, MAXIMIN = "leximin", "maximin"
NEVER = 1e-9  # a height below this is none


@dataclass(frozen=True, slots=True)
class Lottery:
    """Compositions in ascending order and their chances.

    Attributes:
        counts: seats of each type, one tuple for each composition.
        parts: chance of each composition in multiples of 1 / ONE; they sum to ONE.
    """

    counts: tuple[tuple[int, ...], ...]
    parts: tuple[int, ...]

    def inclusion(self, members: tuple[int, ...]) -> tuple[Fraction, ...]:
        """Return the exact probability with which a person of each type is drawn."""
        expected = [0] * len(members)
        for counts, parts in zip(self.counts, self.parts, strict=True):
            for number, count in enumerate(counts):
                if count:
                    expected[number] += count * parts
        return tuple(Fraction(seats, ONE * n) for seats, n in zip(expected, members, strict=True))


def lottery(panels: Panels, *, algorithm: str) -> Lottery | None:
    """Return the lottery of the algorithm, or None where no panel meets the quotas.

    Args:
        panels: what a panel must meet.
        algorithm: ``leximin`` or ``maximin``, which stops once the lowest is as high as it goes;
            persons whom no panel can seat have probability 0 in both and hold nobody down.
    """
    target = _optimum(panels, algorithm)
    if target is None:
        return None
    pool = peel(target, panels)
    if not pool:
        first = panels.best(np.zeros(len(panels.members)))
        if first is None:
            return None
        pool.append(first)
    chances = mix(target, panels, pool)
    if chances is None:
        chances = _generated(panels, pool, algorithm)
    return _exact(pool, chances)


def _optimum(panels: Panels, algorithm: str) -> Floats | None:
    """Return the expected seats of the relaxation's optimum; None where it is empty."""
    due, fixed = panels.due, np.full(len(panels.members), np.nan)
    space = relaxation(panels)
    while True:
        found = level(space, due, fixed)
        if found is None:
            return None
        if _last(fixed, found, algorithm):
            return found.point


def _generated(panels: Panels, pool: list[Counts], algorithm: str) -> Floats:
    """Go through the stages over mixtures of panels alone; return the chances of the last."""
    due, fixed = panels.due, np.full(len(panels.members), np.nan)
    while True:
        found = stage(panels, due, fixed, pool)
        if _last(fixed, found, algorithm):
            return found.solution


def _last(fixed: Floats, found: Level, algorithm: str) -> bool:
    """Fix whom a stage pressed, in place, and say whether it was the last."""
    fixed[found.pressed] = found.height
    done = algorithm == MAXIMIN and found.height > NEVER
    return done or not np.isnan(fixed).any()


def _exact(pool: list[Counts], chances: Floats) -> Lottery:
    """Round chances to multiples of 1 / ONE that sum to one."""
    merged: dict[tuple[int, ...], Fraction] = {}
    for composition, chance in zip(pool, chances.tolist(), strict=True):
        counts = tuple(composition.tolist())
        merged[counts] = merged.get(counts, Fraction(0)) + Fraction(max(chance, 0.0))
    ordered = sorted(merged.items())
    scale = max(chance.denominator for chance in merged.values())  # all are powers of two
    whole = [int(chance * scale) for _, chance in ordered]
    parts = whole_parts([chance * ONE for chance in whole], sum(whole))
    kept = [(counts, part) for (counts, _), part in zip(ordered, parts, strict=True) if part]
    return Lottery(tuple(counts for counts, _ in kept), tuple(part for _, part in kept))


def whole_parts(numerators: list[int], denominator: int) -> list[int]:
    """Round fractions with a whole sum to whole numbers with that sum, by largest remainders."""
    divided = [divmod(numerator, denominator) for numerator in numerators]
    parts = [whole for whole, _ in divided]
    missing = sum(rest for _, rest in divided) // denominator
    for place in sorted(range(len(parts)), key=lambda i: (-divided[i][1], i))[:missing]:
        parts[place] += 1
    return parts
