"""People of a city: who they are, and who of them applies for what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shixiao.potemkin.plan import CityPlan, ServicePlan

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """One entry per person: age band and region as positions in the plan, and disability."""

    plan: CityPlan
    band: Integers
    region: Integers
    disabled: npt.NDArray[np.bool_]

    @classmethod
    def drawn(cls, plan: CityPlan, rng: np.random.Generator) -> People:
        """Draw the people of a city."""
        band = rng.choice(len(plan.bands), size=plan.people, p=[b.share for b in plan.bands])
        shares = [share for _, share in plan.regions]
        region = rng.choice(len(plan.regions), size=plan.people, p=shares)
        likely = np.array([b.disabled for b in plan.bands])[band]
        return cls(plan, band, region, rng.random(plan.people) < likely)

    def applicants(
        self, service: ServicePlan, channel: str, count: int, rng: np.random.Generator
    ) -> Integers:
        """Draw who applies for a service in a channel; one person may come several times."""
        leaning = np.array([band.leaning[channel] for band in self.plan.bands])
        ages = np.array(service.ages) if service.ages else np.ones(len(self.plan.bands))
        weight = (leaning * ages)[self.band]
        if service.disabled:
            weight = weight * self.disabled
        return rng.choice(self.plan.people, size=count, p=weight / weight.sum())

    def key(self, person: int) -> str:
        """Return the identifier of a person: plainly made up, like nobody's identity number."""
        return f"P{person + 1:06d}"
