"""Beyond the grant: data were fetched for another purpose, out of time, or under no grant at all.

Data had by sharing are used within the scope and for the purpose that were agreed, unless the
provider consents (Decree 809 art. 25, rule GDS-25).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from shixiao.checkup.detectors.looks import Look, screened
from shixiao.checkup.detectors.registry import detector
from shixiao.checkup.detectors.sharing_tables import fetched, grants, lacking
from shixiao.checkup.detectors.trial import Screening
from shixiao.checkup.scene import Scene
from shixiao.sharing.silos import Beyond, overstepped
from shixiao.terms import Severity, SubjectKind

MEASURES: Mapping[str, Collection[Beyond]] = {
    "other_purpose": {Beyond.OTHER_PURPOSE},
    "out_of_time": {Beyond.OUT_OF_TIME},
    "without_grant": {Beyond.NO_GRANT, Beyond.OTHER_HANDS, Beyond.OTHER_DATASET},
}


@detector("beyond_purpose")
def beyond_purpose(scene: Scene) -> Iterable[Screening]:
    """Hold every exchange against the grant that it names, or the grants of its department."""
    reason = lacking(scene, grants=("starts",), exchanges=("ts",))
    if reason is not None:
        yield Screening.lacking(tuple(MEASURES), reason)
        return
    looks = [look for measure, kinds in MEASURES.items() for look in used(scene, measure, kinds)]
    yield screened(scene, SubjectKind.DEPARTMENT, looks, severity=Severity.HIGH)


def used(scene: Scene, measure: str, beyond: Collection[Beyond]) -> list[Look]:
    """Return a look for all exchanges of a sort: a breach where they go beyond in some respects."""
    found = fetched(scene)
    faults = {
        step.use.exchange_id: step.beyond
        for step in overstepped(grants(scene), [one.use for one in found])
    }
    return [
        Look(
            measure,
            one.use.to_department,
            "exchanges",
            one.use.exchange_id,
            faults.get(one.use.exchange_id) in beyond and not one.consented,
            one.count,
        )
        for one in found
    ]
