"""Ranking subjects by the house's one rule: above only where the intervals carry it."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri

from shixiao.effect import Measured, measure
from shixiao.rules import RulePack
from shixiao.statistics import RankInterval, rank
from shixiao.terms import Estimate


@dataclass(frozen=True, slots=True)
class Ranking:
    """One measure over comparable subjects: rank intervals and bands, best first.

    ``left_out`` names those with too few cases to be ranked.
    """

    measure: str
    column: str
    places: tuple[tuple[RankInterval, Estimate], ...]
    left_out: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the ranking as it stands in result.json."""
        return {
            "measure": self.measure,
            "column": self.column,
            "better": measure(self.measure).better,
            "places": [
                {
                    "id": place.id,
                    "band": place.band,
                    "rank": {"low": place.low, "high": place.high, "of": place.of},
                    "above": list(place.above),
                    "estimate": estimate.to_json(),
                }
                for place, estimate in self.places
            ],
            "left_out": list(self.left_out),
        }


def rankings(
    measured: Mapping[str, Sequence[Measured]],
    *,
    column: str,
    rules: RulePack,
    seed: int,
) -> list[Ranking]:
    """Rank the subjects or arms of one column on every measure.

    Args:
        measured: id of the subject or arm → its measures.
        column: what tells them apart.
        rules: fewest cases (E-01), draws (E-18) and the probability a rank needs (E-09).
        seed: of the draws, which are normal with the standard error that each interval implies.
    """
    by_measure: dict[str, dict[str, Estimate]] = {}
    for identifier, rows in measured.items():
        for row in rows:
            by_measure.setdefault(row.measure, {})[identifier] = row.estimate
    minimum = int(rules.number("E-01"))
    ranked = []
    for name, estimates in by_measure.items():
        usable = {i: e for i, e in sorted(estimates.items()) if e.ok and e.n >= minimum}
        if len(usable) < 2:
            continue
        places = rank(
            list(usable),
            np.array([e.value for e in usable.values()], dtype=np.float64),
            _draws(name, usable, int(rules.number("E-18")), seed),
            higher_is_better=measure(name).better == "higher",
            level=rules.number("E-09"),
        )
        order = sorted(places, key=lambda p: (p.band, p.low, p.high, p.id))
        left_out = tuple(sorted(set(estimates) - set(usable)))
        ranked.append(Ranking(name, column, tuple((p, usable[p.id]) for p in order), left_out))
    return ranked


def _draws(
    name: str, estimates: Mapping[str, Estimate], draws: int, seed: int
) -> np.ndarray[Any, np.dtype[np.float64]]:
    rng = np.random.default_rng([seed, zlib.crc32(f"rank\x1f{name}".encode())])
    values = np.array([e.value for e in estimates.values()], dtype=np.float64)
    widths = np.array([(e.high or 0) - (e.low or 0) for e in estimates.values()])
    level = next(iter(estimates.values())).level
    errors = widths / (2 * float(ndtri(0.5 + level / 2)))
    return values[:, None] + errors[:, None] * rng.standard_normal((len(values), draws))
