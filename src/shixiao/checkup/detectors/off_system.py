"""Off-system circulation 体外循环: handled elsewhere first, entered into the system afterwards.

Three traces: several steps of a case carry the very second that a batch of other cases carries;
manual steps follow each other faster than anybody could work; steps are recorded after the case
had ended or before it began. Steps of systems are left out, and so is a batch in one activity
alone (postings of archives are batched everywhere).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import ibis

from shixiao.checkup.detectors.cases import rows_of_cases, services_known
from shixiao.checkup.detectors.rates import Rate, screen_rates
from shixiao.checkup.detectors.registry import detector
from shixiao.checkup.detectors.times import SECOND
from shixiao.checkup.detectors.trial import Screening
from shixiao.checkup.scene import Scene
from shixiao.effect import DAY
from shixiao.evidence.engines import Table
from shixiao.terms import Text

MEASURES = {
    "entered_in_batches": "batched",
    "impossibly_fast": "fast",
    "outside_the_case": "outside",
}
OFFICIAL = "official"


@detector("off_system")
def off_system(scene: Scene) -> Iterable[Screening]:
    """Compare the shares of cases that bear each trace."""
    lacking = services_known(scene) or scene.lacking("events", "actor")
    if lacking is not None or scene.profile is None:
        yield Screening.lacking(tuple(MEASURES), lacking or Text("没有办件", "there are no cases"))
        return
    cases = _flagged(scene, scene.profile.table)
    rows = rows_of_cases(scene, cases, tuple(MEASURES.values()), kept="off_system_rows")
    minimum = int(scene.rules.number("F-17", "cases"))
    rates = [Rate(measure, column, minimum) for measure, column in MEASURES.items()]
    coarse = _coarse(scene)
    if coarse is not None:
        rates = [rate for rate in rates if rate.measure == "outside_the_case"]
        yield Screening.lacking(("entered_in_batches", "impossibly_fast"), coarse)
    yield screen_rates(scene, rows, rates)


def _coarse(scene: Scene) -> Text | None:
    """Say that seconds mean nothing where times are recorded to the hour or day."""
    if scene.store.meta.quality.get("coarse"):
        return Text(
            "多数时间只记到小时或日，分不出成批录入和过快的环节",
            "most times are kept to the hour or day, so batches and haste cannot be told",
        )
    return None


def _flagged(scene: Scene, cases: Table) -> Table:
    """Add the three flags to cases with at least one official step; null for all others."""
    events = scene.table("events")
    # Read again for each trace: keeping millions of rows costs more than filtering them thrice.
    official = events.filter(events["actor"] == OFFICIAL)
    rule = {part: int(scene.rules.number("F-17", part)) for part in PARTS}
    summed = _summed(official, rule)
    batched = _batched(official, cases, rule)
    fast = _fast(official, summed, rule)
    joined = cases.left_join(summed, cases.case_no == summed.sum_case)
    joined = joined.left_join(batched, joined.case_no == batched.batch_case)
    joined = joined.left_join(fast, joined.case_no == fast.fast_case)
    late = (joined.last_official > joined.closed + rule["late_days"] * DAY).fill_null(False)
    early = (joined.first_official < joined.opened).fill_null(False)
    handled = joined.sum_case.notnull()

    def flag(condition: ibis.Value) -> ibis.Value:
        return ibis.ifelse(handled, condition.cast("int64"), ibis.null("int64"))

    return joined.mutate(
        batched=flag(joined.batch_case.notnull()),
        fast=flag(joined.fast_case.notnull()),
        outside=flag(late | early),
    )


PARTS = ("together", "activities", "seconds", "steps", "late_days")


def _summed(official: Table, rule: Mapping[str, int]) -> Table:
    """One row per case: first and last official step, and how many follow within the seconds."""
    quick = (ibis._.next_ts - ibis._.ts <= rule["seconds"] * SECOND).cast("int64")
    return (
        official.group_by("case_no")
        .agg(first_official=ibis._.ts.min(), last_official=ibis._.ts.max(), quick=quick.sum())
        .rename(sum_case="case_no")
    )


def _batched(official: Table, cases: Table, rule: Mapping[str, int]) -> Table:
    """Cases of which several activities stand in a batch second of their service."""
    first = official.filter(official.occurrence == 1)
    # Second and activity in one number: codes of activities stay below a million. Moments in which
    # many cases of the whole city meet are few; only they are told by service.
    first = first.select("case_no", moment=first.ts - first.ts % SECOND + first.activity)
    crowded = first.group_by("moment").agg(n=ibis._.count())
    crowded = crowded.filter(crowded.n > rule["together"]).drop("n")
    met = first.semi_join(crowded, "moment")
    service = cases.select(service_case=cases.case_no, service_id=cases.service_id)
    placed = met.join(service, met.case_no == service.service_case).drop("service_case")
    counts = placed.group_by(["service_id", "moment"]).agg(n=ibis._.count())
    counts = counts.filter(counts.n > rule["together"]).drop("n")
    batches = placed.semi_join(counts, ["service_id", "moment"])
    per_case = batches.group_by("case_no").agg(activities=ibis._.count())
    return per_case.filter(per_case.activities >= rule["activities"]).select(
        batch_case=per_case.case_no
    )


def _fast(official: Table, summed: Table, rule: Mapping[str, int]) -> Table:
    """Cases with so many official steps within so many seconds."""
    more = rule["steps"] - 1
    # Such a run has at least one quick successor less than steps: few cases need the window.
    candidates = summed.filter(summed.quick >= more).select(case_no=ibis._.sum_case)
    chosen = official.semi_join(candidates, "case_no").select("case_no", "pos", "ts")
    window = ibis.window(group_by="case_no", order_by="pos")
    ahead = chosen.mutate(later=chosen.ts.lead(more).over(window))
    run = ahead.filter(ahead.later - ahead.ts <= rule["seconds"] * SECOND)
    return run.select(fast_case=run.case_no).distinct()
