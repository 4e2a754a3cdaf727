"""Granted and never used: a department may fetch data and never did.

Art. 27 of Decree 809 wants data that are no longer needed given up and sets no number of days;
rule SIL-01 does, as policy. That nothing was fetched is a fact; what follows is for a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from shixiao.checkup.detectors.looks import Look, screened
from shixiao.checkup.detectors.registry import detector
from shixiao.checkup.detectors.sharing_tables import NO_DAY, dated_grants, fetched, lacking
from shixiao.checkup.detectors.trial import Screening
from shixiao.checkup.scene import Scene
from shixiao.sharing.silos import unused
from shixiao.terms import Severity, SubjectKind

MEASURE = "never_fetched"


@detector("unused_grant")
def unused_grant(scene: Scene) -> Iterable[Screening]:
    """Look for exchanges under every grant that has been in force long enough."""
    reason = lacking(scene, grants=("starts",), exchanges=("ts",))
    if reason is not None or scene.as_of is None:
        yield Screening.lacking([MEASURE], reason or NO_DAY)
        return
    days = int(scene.rules.number("SIL-01"))
    mine = [(grant, until or scene.as_of) for grant, until in dated_grants(scene)]
    uses = [one.use for one in fetched(scene)]
    idle = {
        grant.grant_id
        for on in {until for _, until in mine}
        for grant in unused([g for g, u in mine if u == on], uses, on=on, idle_days=days)
    }
    looks = [
        Look(MEASURE, grant.to_department, "grants", grant.grant_id, grant.grant_id in idle)
        for grant, on in mine
        if grant.holds_on(on) and grant.starts + timedelta(days=days) <= on
    ]
    yield screened(scene, SubjectKind.DEPARTMENT, looks, severity=Severity.LOW)
