"""Compositions around a point of expected seats, whose mixture the point is, to ten digits.

A point is peeled as in Carathéodory's theorem. A composition nearby, every type and quota rounded
down or up, takes as large a chance as leaves a rest that still lies between the same whole numbers.
The chance that is left shrinks by some 40 % a step. A point that no mixture of whole panels has
gets stuck, and so may one that hangs on compositions further away: ``columns`` decides.
"""

from __future__ import annotations

import numpy as np

from shixiao.draw.panels import Box, Counts, Floats, Panels

REST = 1e-10  # chance that is not worth peeling
NOISE = 1e-13  # error of the point; that of the rest is larger by as much as the rest is smaller
WHOLE = 1e-9  # a sum this near to a whole number is one, were there no error
GAP = 0.05  # how far from the nearest composition one may be; nearness only saves steps


def peel(point: Floats, panels: Panels) -> list[Counts]:
    """Return compositions around a point, none if there are none.

    Args:
        point: expected seats of each type, which meet the quotas.
        panels: what a panel must meet.
    """
    found: list[Counts] = []
    rest, left = point, 1.0
    while left > REST:
        near = max(WHOLE, NOISE / left)
        sums = panels.having @ rest
        box = Box(
            low=np.floor(rest + near),
            high=np.ceil(rest - near),
            least=np.maximum(np.floor(sums + near), panels.least),
            most=np.minimum(np.ceil(sums - near), panels.most),
        )
        part = np.where(box.high > box.low, rest - box.low, 0.5)
        composition = panels.best(2 * part - 1, box, gap=GAP)
        if composition is None:
            break
        found.append(composition)
        chance = min(_room(rest, composition, near), _room(sums, panels.having @ composition, near))
        if chance > 1 - near:
            break
        rest = (rest - chance * composition) / (1 - chance)
        whole = np.rint(rest)
        rest = np.where(np.abs(rest - whole) <= near, whole, rest)
        left *= 1 - chance
    return found


def _room(values: Floats, whole: Floats | Counts, near: float) -> float:
    """Return the largest chance after which no value leaves its two whole numbers."""
    down = np.floor(values + near)
    part = values - down
    between = (part > near) & (part < 1 - near)
    room = np.where(whole > down, part, 1 - part)[between]
    return float(room.min(initial=1.0))
