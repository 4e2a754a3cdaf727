"""The journey of a typical case: the steps of the most common path, each with its median time.

A step's time runs from the event before it to the step itself. Whose time it is follows from the
actors: the applicant's when the applicant acts next, the office's between two official steps, and
waiting when the applicant has acted and the office has not yet (or nobody recorded who acts).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import ibis
import pyarrow as pa

from shixiao.effect.process import activity_names
from shixiao.effect.worktime import DAY, calendar_table, with_working_position
from shixiao.evidence.engines import Engine, Table
from shixiao.evidence.store import Store
from shixiao.rules import WorkingCalendar

Who = Literal["you", "office", "waiting"]


@dataclass(frozen=True, slots=True)
class Leg:
    """One step of a journey: how many days it took after the step before, and whose time it was."""

    activity: str
    days: float
    who: Who
    visit: bool


@dataclass(frozen=True, slots=True)
class Journey:
    """The most common path of one subject in one arm.

    ``share`` is the part of the arm's cases that took exactly this path; ``told`` is False where
    both counts may not be public.
    """

    subject: str
    arm: str
    legs: tuple[Leg, ...]
    cases: int
    share: float
    working: bool
    told: bool = True


def typical_journeys(
    store: Store,
    engine: Engine,
    cases: Table,
    *,
    subject_column: str | None,
    arm_column: str | None,
    arms: Sequence[str],
    calendar: WorkingCalendar | None,
) -> list[Journey]:
    """Return one journey for each subject and arm that has cases with events.

    Args:
        store: the evidence.
        engine: where to compute.
        cases: the case profile.
        subject_column: tells subjects apart; None takes the whole.
        arm_column: tells arms apart; None takes all cases together.
        arms: which arms to follow; empty with ``arm_column`` None.
        calendar: with one, times are working days; without, calendar days.
    """
    keyed = cases.select(
        chosen_case=cases.case_no,
        subject=cases[subject_column].cast("string") if subject_column else ibis.literal(""),
        arm=cases[arm_column].cast("string") if arm_column else ibis.literal(""),
        variant_no=cases.variant_no,
    )
    keyed = keyed.filter(keyed.variant_no.notnull() & keyed.subject.notnull() & keyed.arm.notnull())
    if arm_column:
        keyed = keyed.filter(keyed.arm.isin(list(arms)))
    common = _most_common(keyed, engine)
    if not common:
        return []
    names = activity_names(store, engine)
    legs = _legs(store, engine, keyed, common, calendar, names)
    return [
        Journey(subject, arm, tuple(legs[subject, arm]), cases_, share, calendar is not None)
        for (subject, arm), (_, cases_, share) in sorted(common.items())
    ]


def _most_common(keyed: Table, engine: Engine) -> dict[tuple[str, str], tuple[int, int, float]]:
    """Return (subject, arm) → (variant, cases, share of the arm's cases)."""
    counted = keyed.group_by(["subject", "arm", "variant_no"]).agg(n=ibis._.count())
    window = ibis.window(group_by=["subject", "arm"])
    counted = counted.mutate(of=counted.n.sum().over(window), most=counted.n.max().over(window))
    rows = engine.rows(counted.filter(counted.n == counted.most))
    best: dict[tuple[str, str], tuple[int, int, float]] = {}
    for subject, arm, variant, n, of in sorted(
        zip(rows["subject"], rows["arm"], rows["variant_no"], rows["n"], rows["of"], strict=True)
    ):
        best.setdefault((subject, arm), (int(variant), int(n), n / of))
    return best


def _legs(
    store: Store,
    engine: Engine,
    keyed: Table,
    common: dict[tuple[str, str], tuple[int, int, float]],
    calendar: WorkingCalendar | None,
    names: Sequence[str],
) -> dict[tuple[str, str], list[Leg]]:
    chosen = engine.small(
        pa.table(
            {
                "want_subject": [subject for subject, _ in common],
                "want_arm": [arm for _, arm in common],
                "want_variant": [variant for variant, _, _ in common.values()],
            }
        )
    )
    picked = keyed.inner_join(
        chosen,
        [
            keyed.subject == chosen.want_subject,
            keyed.arm == chosen.want_arm,
            keyed.variant_no == chosen.want_variant,
        ],
    ).select("chosen_case", "subject", "arm")
    events = store.table(engine, "events")
    steps = events.inner_join(picked, events.case_no == picked.chosen_case)
    length = steps.next_ts - steps.ts
    if calendar is not None:
        days = calendar_table(engine, calendar)
        offset = store.meta.utc_offset or 0
        steps = steps.mutate(here=steps.ts + offset, there=steps.next_ts + offset)
        steps = with_working_position(steps, days, time="here", prefix="here")
        steps = with_working_position(steps, days, time="there", prefix="there")
        length = steps.there_position - steps.here_position
    columns = {"days": (length.cast("float64") / DAY).quantile(0.5)}
    for column in ("actor", "place"):
        if column in events.columns:
            columns[column] = steps[column].max()
    grouped = steps.group_by(["subject", "arm", "pos", "activity"]).agg(**columns)
    rows = engine.rows(grouped.order_by(["subject", "arm", "pos"]))
    count = len(rows["pos"])
    actors = rows.get("actor", [None] * count)
    places = rows.get("place", [None] * count)
    legs: dict[tuple[str, str], list[Leg]] = defaultdict(list)
    previous: tuple[object, float | None] = (None, None)
    for i in range(count):
        key = (rows["subject"][i], rows["arm"][i])
        actor_before, days_before = previous if rows["pos"][i] else (None, 0.0)
        came = places[i] == "counter" and actors[i] in (None, "applicant")
        legs[key].append(
            Leg(
                names[rows["activity"][i]],
                float(days_before or 0.0),
                _whose(actor_before, actors[i]),
                came,
            )
        )
        previous = (actors[i], rows["days"][i])
    return legs


def _whose(before: object, actor: object) -> Who:
    if actor == "applicant":
        return "you"
    if actor is not None and before in ("official", "system"):
        return "office"
    return "waiting"
