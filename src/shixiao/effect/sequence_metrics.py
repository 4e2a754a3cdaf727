"""Metrics that follow from a case's sequence of activities: summed once per variant, not per event.

A city of nine million events has ten thousand variants. Where the activity map differs by service
or channel, a variant is summed once for each of those it occurs in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis

from shixiao.effect.stepmap import StepMap, flag_table
from shixiao.evidence.engines import Engine, Table
from shixiao.evidence.store import Store
from shixiao.terms import Text

FLAG_METRICS = {
    "visible": "visible_steps",
    "rekey": "rekeys",
    "resubmit": "resubmissions",
}
PLACE = {"place_service": "service_id", "place_channel": "channel"}
NO_MAP = Text(
    "没有经确认的环节对应表（activity_map 的 {column} 列）",
    "no confirmed activity map (column {column} of activity_map)",
)


def with_sequence_metrics(
    cases: Table, steps: StepMap, store: Store, engine: Engine, missing: dict[str, Text]
) -> Table:
    """Add steps, repeats, rework and the sums of flags to cases; null where a case has no event.

    Args:
        cases: the cases of the store.
        steps: what each activity is to the applicant.
        store: has the sequence of each variant.
        engine: where to compute.
        missing: gets an entry for each metric that nobody confirmed.
    """
    metrics: dict[str, Any] = {
        "steps": ibis._.count(),
        "repeats": (ibis._.occurrence > 1).cast("int64").sum(),
        "rework": (ibis._.occurrence > 1).cast("int64").max(),
    }
    if "handoff" in steps.confirmed_flags:
        metrics["marked_handoffs"] = ibis._.handoff.sum()
    for flag, metric in FLAG_METRICS.items():
        metrics[f"{metric}_suggested"] = ibis._[f"{flag}_suggested"].sum()
        if flag in steps.confirmed_flags:
            metrics[metric] = ibis._[flag].sum()
        else:
            missing[metric] = NO_MAP.format(column=flag)
    sequences = store.table(engine, "sequences").select("variant_no", "activity", "occurrence")
    sequences = sequences.rename(seen_variant="variant_no")
    keys = {"seen_variant": cases.variant_no}
    if steps.by_case:
        places = place_of(cases)
        keys |= places
        kinds = cases.filter(cases.variant_no.notnull()).select("variant_no", **places).distinct()
        sequences = sequences.join(kinds, sequences.seen_variant == kinds.variant_no)
    flagged = with_flags(sequences, steps, store, engine)
    summed = flagged.group_by(list(keys)).agg(**metrics)
    joined = cases.left_join(summed, [column == summed[name] for name, column in keys.items()])
    return joined.drop(*keys)


def place_of(cases: Table) -> Mapping[str, Any]:
    """Return service and channel of cases as the keys of the flag table; empty where unknown."""
    return {
        key: (cases[name] if name in cases.columns else ibis.literal("")).fill_null("")
        for key, name in PLACE.items()
    }


def with_flags(rows: Table, steps: StepMap, store: Store, engine: Engine) -> Table:
    """Add the flags of each row's activity.

    Args:
        rows: has ``activity``; where the map differs by case, ``place_service`` and
            ``place_channel`` too.
        steps: the map.
        store: names the activities.
        engine: where to compute.
    """
    flags = flag_table(steps, store, engine)
    same = [rows.activity == flags.map_activity]
    if not steps.by_case:
        return rows.left_join(flags, same).drop("map_activity")
    same += [rows.place_service == flags.map_service, rows.place_channel == flags.map_channel]
    return rows.left_join(flags, same).drop("map_activity", "map_service", "map_channel")
