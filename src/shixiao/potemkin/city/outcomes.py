"""How does each case end? Completed or not, by the odds of the applicant's groups."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from shixiao.potemkin.city.population import Integers, People
from shixiao.potemkin.city.subjects import Service

Codes = npt.NDArray[np.int8]

OUTCOMES = ("completed", "rejected", "withdrawn", "abandoned", "open")
COMPLETED, REJECTED, WITHDRAWN, ABANDONED, OPEN = range(5)
ENDS = (0.5, 0.3, 0.2)  # rejected, withdrawn, abandoned among those not completed
OTHERS = 0.06  # log odds that the other groups add to the rest of any one group
SPARE = 1.4  # cases that may be reopened, per case that will be


def draw_outcomes(
    service: Service, people: People, persons: Integers, reopened: int, rng: np.random.Generator
) -> Codes:
    """Draw the outcome of every case; at least ``reopened`` are rejected or withdrawn."""
    values = service.values
    base = values["not_completed"]
    odds = np.full(len(persons), math.log(base / (1 - base)) - OTHERS)
    for group, flags in (
        ("age", people.elderly),
        ("disability", people.disabled),
        ("rural", people.rural),
    ):
        odds += math.log(values[group]) * flags[persons]
    lost = rng.random(len(persons)) < 1 / (1 + np.exp(-odds))
    ends = rng.choice(np.array([REJECTED, WITHDRAWN, ABANDONED]), size=len(persons), p=ENDS)
    outcome = np.where(lost, ends, COMPLETED).astype(np.int8)
    wanted = math.ceil(reopened * SPARE) if reopened else 0
    lacking = wanted - int(((outcome == REJECTED) | (outcome == WITHDRAWN)).sum())
    if lacking > 0:
        done = np.flatnonzero(outcome == COMPLETED)
        outcome[rng.permutation(done)[:lacking]] = WITHDRAWN
    return outcome
