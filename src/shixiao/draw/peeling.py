"""Compositions around a point of expected seats, whose mixture the point is, or nearly.

A point is peeled as in Carathéodory's theorem. A composition nearby, every type and quota rounded
down or up, takes as large a chance as leaves a rest that still lies between the same whole numbers;
with each step one more sum becomes whole. Rounding errors grow as the rest gets small, and a point
may hang on compositions further away: ``columns`` finds the chances and what is missing.
"""

from __future__ import annotations

import numpy as np

from shixiao.draw.panels import Box, Counts, Floats, Panels

WHOLE = 1e-7  # a sum this near to a whole number is one
REST = 1e-6  # chance that is not peeled any more
GAP = 0.05  # how far from the nearest composition one may be; nearness only saves steps


def peel(point: Floats, panels: Panels) -> Counts:
    """Return compositions around a point, shape (compositions, types); none if there are none."""
    found: list[Counts] = []
    rest, left = point.copy(), 1.0
    while left > REST:
        box, sums = _around(rest, panels)
        down = box.low
        part = np.where(box.high > down, rest - down, 0.0)
        composition = panels.best(2 * part - (box.high > down), box, gap=GAP)
        if composition is None:
            break
        chance = min(
            _room(rest, composition, down), _room(sums, panels.having @ composition, _floor(sums))
        )
        found.append(composition)
        if chance > 1 - WHOLE:
            break
        rest = (rest - chance * composition) / (1 - chance)
        whole = np.rint(rest)
        rest = np.where(np.abs(rest - whole) <= WHOLE, whole, rest)
        left *= 1 - chance
    return np.array(found, dtype=np.int64).reshape(len(found), len(point))


def _around(rest: Floats, panels: Panels) -> tuple[Box, Floats]:
    """Return the whole numbers around the point and around its sums, and the sums."""
    sums = panels.having @ rest
    return Box(_floor(rest), _ceiling(rest), _floor(sums), _ceiling(sums)), sums


def _room(values: Floats, whole: Floats | Counts, down: Floats) -> float:
    """Return the largest chance after which no value leaves its two whole numbers."""
    part = values - down
    open_ = part > WHOLE
    room = np.where(whole > down, part, 1 - part)[open_]
    return float(room.min(initial=1.0))


def _floor(values: Floats) -> Floats:
    return np.floor(values + WHOLE)


def _ceiling(values: Floats) -> Floats:
    return np.ceil(values - WHOLE)
