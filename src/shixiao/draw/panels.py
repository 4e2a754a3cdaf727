"""All panels that meet the quotas, as whole numbers of seats for each type.

A panel is a *composition*: how many of each type. Which compositions exist is a question of integer
programming, put to HiGHS through SciPy. Weights of types come from linear programs, so they are
scaled before they go in: HiGHS takes a gap below 1e-6 for none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from shixiao.draw.quotas import Quota

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
STEEPEST = 1e4  # the largest coefficient that HiGHS sees


@dataclass(frozen=True, slots=True)
class Box:
    """Bounds that hold besides the quotas: of each type, and of each quota."""

    low: Floats
    high: Floats
    least: Floats
    most: Floats


@dataclass(frozen=True, slots=True)
class Panels:
    """What a panel must meet.

    Attributes:
        size: seats.
        members: how many of each type can be drawn, shape (types,).
        having: 1 where a type has a quota's feature, shape (quotas, types).
        least, most: bounds of the quotas, shape (quotas,).
    """

    size: int
    members: Counts
    having: Floats
    least: Floats
    most: Floats

    @classmethod
    def of(
        cls,
        size: int,
        members: Sequence[int],
        types: Sequence[dict[str, str]],
        quotas: Sequence[Quota],
    ) -> Panels:
        """Write quotas as bounds on sums over types."""
        having = [[kind.get(q.category) == q.feature for kind in types] for q in quotas]
        return cls(
            size,
            np.array(members, dtype=np.int64),
            np.array(having, dtype=np.float64).reshape(len(quotas), len(types)),
            np.array([quota.least for quota in quotas], dtype=np.float64),
            np.array([quota.most for quota in quotas], dtype=np.float64),
        )

    @property
    def box(self) -> Box:
        """Return the bounds that every panel keeps."""
        return Box(
            np.zeros(len(self.members)), self.members.astype(np.float64), self.least, self.most
        )

    @property
    def due(self) -> Floats:
        """Return the seats that each type would have if all persons were equally likely."""
        return self.members.astype(np.float64) * (self.size / int(self.members.sum()))

    def best(self, gain: Floats, box: Box | None = None, *, gap: float = 0.0) -> Counts | None:
        """Return a composition with the largest sum of gains, or None where there is none.

        Args:
            gain: of one seat for each type.
            box: narrower bounds.
            gap: by what share of its gain it may miss the largest.
        """
        box = box or self.box
        steepest = float(np.abs(gain).max(initial=0.0))
        scaled = gain * (STEEPEST / steepest) if steepest else gain
        rows = csr_array(np.vstack([self.having, np.ones((1, len(self.members)))]))
        answer = milp(
            -scaled,
            integrality=np.ones(len(self.members)),
            bounds=Bounds(box.low, box.high),
            constraints=LinearConstraint(
                rows, np.append(box.least, self.size), np.append(box.most, self.size)
            ),
            options={"mip_rel_gap": gap},
        )
        return None if answer.x is None else np.rint(answer.x).astype(np.int64)
