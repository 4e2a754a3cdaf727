"""Raising the lowest probability, then the next: the stages of leximin as linear programs.

Leximin raises the smallest probability of selection as far as it goes, fixes whom nothing could
raise further, and goes on with the rest: Flanigan, Gölz, Gupta, Hennig and Procaccia, Fair
algorithms for selecting citizens' assemblies, Nature 596 (2021) 548–552. There the unit is the
person; here it is the type, whose members all have the same probability.

A point of the program is a vector of expected seats of each type. ``Space`` says which points
there are: all that meet the quotas (the relaxation), or mixtures of given compositions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, diags_array, hstack, vstack

from shixiao.draw.panels import Counts, Floats, Panels

PRESSING = 1e-7  # a multiplier above this holds the level down; those of the free sum to one
EXACT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


@dataclass(frozen=True, slots=True)
class Space:
    """Points ``seats @ v`` over all v in ``low``–``high`` with ``within @ v`` in bounds.

    ``total @ v`` equals ``size``.
    """

    seats: csr_array
    low: Floats
    high: Floats
    within: csr_array
    bounds: Floats
    total: Floats
    size: float


@dataclass(frozen=True, slots=True)
class Level:
    """One stage: how high the lowest free type goes.

    Attributes:
        height: expected seats over due seats of the lowest.
        point: expected seats of each type in some solution.
        solution: the v of the space.
        weights: multipliers of the types, by seat.
        bar: the multiplier of the total.
        pressed: the free types that no solution raises above ``height``.
    """

    height: float
    point: Floats
    solution: Floats
    weights: Floats
    bar: float
    pressed: NDArray[np.bool_]


def relaxation(panels: Panels) -> Space:
    """Return all points that meet the quotas, whole numbers or not."""
    types = len(panels.members)
    return Space(
        csr_array(np.eye(types)),
        np.zeros(types),
        panels.members.astype(np.float64),
        csr_array(np.vstack([panels.having, -panels.having])),
        np.concatenate([panels.most, -panels.least]),
        np.ones(types),
        panels.size,
    )


def mixtures(compositions: Counts) -> Space:
    """Return all mixtures of compositions, shape (compositions, types)."""
    count = len(compositions)
    return Space(
        csr_array(compositions.T.astype(np.float64)),
        np.zeros(count),
        np.full(count, np.inf),  # the total bounds it; a bound of its own would take multipliers
        csr_array((0, count)),
        np.zeros(0),
        np.ones(count),
        1.0,
    )


def level(space: Space, due: Floats, fixed: Floats) -> Level | None:
    """Raise the lowest free type as far as it goes; None where the space is empty.

    Args:
        space: which points there are.
        due: seats of each type at height 1. Heights near 1 keep the program well scaled. A type
            that is due nothing asks for nothing.
        fixed: the height of types whose level is known, NaN for the free.
    """
    asks = due > 0
    free = (np.isnan(fixed) & asks)[asks]
    width = space.seats.shape[1]
    scaled = csr_array(diags_array(1 / due[asks]) @ space.seats[asks])
    rows = vstack(
        [
            hstack([-scaled, csr_array(free[:, None] * 1.0)]),
            hstack([space.within, csr_array((space.within.shape[0], 1))]),
        ],
        format="csr",
    )
    floor = np.where(free, 0.0, -fixed[asks])
    answer = _solved(
        np.append(np.zeros(width), -1.0),
        A_ub=rows,
        b_ub=np.concatenate([floor, space.bounds]),
        A_eq=np.append(space.total, 0.0)[None, :],
        b_eq=[space.size],
        bounds=np.column_stack([np.append(space.low, 0.0), np.append(space.high, np.inf)]),
    )
    if answer is None:
        return None
    multipliers = np.maximum(-answer.ineqlin.marginals[: len(free)], 0.0)
    weights, pressed = np.zeros(len(due)), np.zeros(len(due), dtype=np.bool_)
    weights[asks] = multipliers / due[asks]
    pressed[asks] = free & (multipliers > PRESSING)
    solution = answer.x[:-1]
    return Level(
        height=float(answer.x[-1]),
        point=space.seats @ solution,
        solution=solution,
        weights=weights,
        bar=float(-answer.eqlin.marginals[0]),
        pressed=pressed,
    )


def _solved(gain: Floats, **program: Any) -> Any:
    """Return HiGHS's answer, or None for an empty program.

    With tolerances this narrow its presolve now and then calls a program empty that is not; the
    simplex method alone is asked before that is believed.
    """
    for presolve in (True, False):
        answer = linprog(gain, method="highs", options={**EXACT, "presolve": presolve}, **program)
        if answer.x is not None:
            return answer
    return None
