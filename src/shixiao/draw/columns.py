"""Leximin and mixtures by column generation: compositions are made where multipliers ask for them.

Each stage alternates between a linear program over the compositions at hand and an integer program
for the composition that would help most, until none helps: Dantzig and Wolfe, Decomposition
principle for linear programs, Operations Research 8 (1960) 101–111.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from shixiao.draw.levels import Level, level, mixtures, relaxation
from shixiao.draw.panels import Counts, Floats, Panels

NEAR = 1e-10  # heights and gains that differ by less are equal


def mix(point: Floats, panels: Panels, pool: list[Counts]) -> Floats | None:
    """Return chances of compositions whose mean is a point; None where no mixture is.

    Args:
        point: expected seats of each type, in sum the size of a panel.
        panels: what a panel must meet.
        pool: compositions at hand, at least one; those that are made are added.
    """
    free = np.full(len(point), np.nan)
    found = _climb(panels, point, free, pool, until=1.0)
    return found.solution if found.height >= 1 - NEAR else None


def stage(panels: Panels, due: Floats, fixed: Floats, pool: list[Counts]) -> Level:
    """Raise the lowest free type over all mixtures of panels that there are.

    Args:
        panels: what a panel must meet.
        due: as in ``levels.level``.
        fixed: as in ``levels.level``.
        pool: as in ``mix``.
    """
    ceiling = level(relaxation(panels), due, fixed)
    if ceiling is None:
        raise ArithmeticError("a mixture of panels has left the relaxation")
    found = _climb(panels, due, fixed, pool, until=ceiling.height)
    if found.height < ceiling.height - NEAR:
        return found
    # Nothing is above the relaxation, so whom its multipliers press is pressed among mixtures too.
    return replace(found, pressed=ceiling.pressed)


def _climb(
    panels: Panels, due: Floats, fixed: Floats, pool: list[Counts], *, until: float
) -> Level:
    """Add compositions until the height is reached or none helps any more."""
    while True:
        found = level(mixtures(np.array(pool)), due, fixed)
        if found is None:
            raise ArithmeticError("compositions have lost the levels that they had")
        if found.height >= until - NEAR:
            return found
        best = panels.best(found.weights)
        if best is None or found.weights @ best <= found.bar * (1 + NEAR):
            return found
        if any(np.array_equal(best, known) for known in pool):
            return found
        pool.append(best)
