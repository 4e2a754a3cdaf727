"""Not shared without a basis: data are withheld, and what is cited is not enough.

Only a law, an administrative regulation or a State Council decision may keep data from other
departments; a departmental rule is not enough (Decree 809 arts. 14 and 15, rule GDS-15n).
"""

from __future__ import annotations

from collections.abc import Iterable

from shixiao.checkup.detectors.looks import Look, screened
from shixiao.checkup.detectors.registry import detector
from shixiao.checkup.detectors.sharing_tables import holdings
from shixiao.checkup.detectors.trial import Screening
from shixiao.checkup.scene import Scene
from shixiao.sharing.catalogue.basis import NAMES, cited
from shixiao.sharing.silos import Sharing, withheld
from shixiao.terms import Severity, SubjectKind

MEASURE = "withheld"


@detector("no_basis")
def no_basis(scene: Scene) -> Iterable[Screening]:
    """Read what every dataset that is not shared cites."""
    lacking = scene.lacking("datasets", "sharing", "basis")
    if lacking is not None:
        yield Screening.lacking([MEASURE], lacking)
        return
    closed = [each for each in holdings(scene).values() if each.sharing is Sharing.NOT_SHARED]
    without = {holding.dataset_id for holding, _ in withheld(closed)}
    looks = [
        Look(
            MEASURE,
            holding.dataset_id,
            "datasets",
            holding.dataset_id,
            holding.dataset_id in without,
            said=NAMES[cited(holding.basis).basis],
        )
        for holding in closed
    ]
    yield screened(scene, SubjectKind.DATASET, looks, severity=Severity.HIGH)
