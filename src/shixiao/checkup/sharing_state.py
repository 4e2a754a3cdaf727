"""The state of sharing in a city: silos with what ending them would save, and who answers whom.

It is read from the evidence tables alone, as they stood on the last day that they speak of. Where a
table is missing, its part is, and says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import ibis

from shixiao.checkup.detectors.sharing_requests import asked_for
from shixiao.checkup.detectors.sharing_tables import (
    DAY_MICROS,
    EPOCH_ORDINAL,
    NO_CALENDAR,
    NO_DAY,
    fetched,
    grants,
    holdings,
    lacking,
    needs_by_channel,
)
from shixiao.checkup.scene import Scene, rows_of
from shixiao.rules import Clock
from shixiao.sharing.silos import (
    Bands,
    Network,
    Request,
    Saving,
    Sharing,
    SiloSaving,
    find_silos,
    network,
    save_by_sharing,
    saved_in_all,
)
from shixiao.terms import Estimate, Text

MONTHS = 12
NORMAL = 1.959964
NO_CASES = Text(
    "没有按渠道登记的办件，不知道一年有多少件", "no cases by channel, so a year's number is unknown"
)


@dataclass(frozen=True, slots=True)
class SharingState:
    """What is known of sharing.

    Attributes:
        silos: what is asked for although another department holds it and could share it, the
            greatest saving first; None where that cannot be known.
        saved: what sharing all of it would save in a year; None where cases are not known.
        net: the network of departments; None where that cannot be known.
        why_no_silos, why_no_saving, why_no_net: what is missing; None where nothing is.
    """

    silos: tuple[SiloSaving, ...] | None = None
    saved: Saving | None = None
    net: Network | None = None
    why_no_silos: Text | None = None
    why_no_saving: Text | None = None
    why_no_net: Text | None = None


def sharing_state(scene: Scene) -> SharingState:
    """Read the state of sharing from the tables."""
    state = _silos(scene, SharingState())
    reason = lacking(scene, requests=("answered", "decision"), datasets=("sharing",))
    reason = reason or (NO_DAY if scene.as_of is None else None)
    reason = reason or (NO_CALENDAR if scene.calendar is None else None)
    if reason is not None:
        return replace(state, why_no_net=reason)
    return replace(state, net=_network(scene))


def _silos(scene: Scene, state: SharingState) -> SharingState:
    columns = {"services": ("department_id",), "requirements": ("element_id",)}
    reason = lacking(scene, **columns, datasets=("elements", "sharing"))
    if reason is not None or scene.as_of is None:
        return replace(state, why_no_silos=reason or NO_DAY)
    asked = [need for need in needs_by_channel(scene) if need.element_id]
    granted = grants(scene) if scene.has("grants", "starts") else []
    held = holdings(scene).values()
    cases, bands = cases_a_year(scene), Bands.of(scene.rules)
    found = save_by_sharing(find_silos(asked, held, granted, on=scene.as_of), cases, bands)
    state = replace(state, silos=tuple(found))
    if not cases:
        return replace(state, why_no_saving=NO_CASES)
    return replace(state, saved=saved_in_all(found, cases, bands))


def cases_a_year(scene: Scene) -> Mapping[tuple[str, str], Estimate]:
    """Return (service, channel) → cases of a year like the one that was seen.

    Months are counted from the first to the last in which a case was opened. A count varies with
    its own root (Poisson's law).
    """
    if not scene.has("cases", "service_id", "channel", "opened"):
        return {}
    table = scene.table("cases")
    whole = table.filter(table.opened.notnull() & table.channel.notnull())
    offset = scene.store.meta.utc_offset
    clock = whole.opened_local if offset is None else whole.opened + offset
    found = whole.group_by(["service_id", "channel"]).agg(
        n=ibis._.count(), first=clock.min(), last=clock.max()
    )
    rows = rows_of(scene, found.order_by(["service_id", "channel"]))
    if not rows:
        return {}
    first, last = (
        _month(end) for end in (min(r["first"] for r in rows), max(r["last"] for r in rows))
    )
    factor = MONTHS / (last - first + 1)
    return {(str(r["service_id"]), str(r["channel"])): _a_year(int(r["n"]), factor) for r in rows}


def _month(micros: int) -> int:
    """Return the number of a month, counted from the year 0."""
    day = date.fromordinal(EPOCH_ORDINAL + micros // DAY_MICROS)
    return day.year * MONTHS + day.month


def _a_year(n: int, factor: float) -> Estimate:
    half = NORMAL * math.sqrt(n)
    return Estimate(n * factor, max(n - half, 0.0) * factor, (n + half) * factor, n)


def _network(scene: Scene) -> Network | None:
    if scene.calendar is None or scene.as_of is None:
        return None
    requests = [
        Request(
            one.request_id,
            one.holding.dataset_id,
            one.asker,
            one.opened,
            one.answered,
            one.granted,
            one.reason,
            one.basis,
        )
        for one in asked_for(scene)
        # An answer that cannot be read is neither a yes nor a no.
        if (one.answered is None) == (one.granted is None)
    ]
    uses = []
    if scene.has("exchanges", "ts"):
        uses = [replace(one.use, count=one.count) for one in fetched(scene)]
    limits = {
        Sharing.UNCONDITIONAL: Clock.of(scene.rules.rule("GDS-21u")).length,
        Sharing.CONDITIONAL: Clock.of(scene.rules.rule("GDS-21c")).length,
    }
    return network(
        requests,
        holdings(scene).values(),
        uses,
        calendar=scene.calendar,
        limits=limits,
        on=scene.as_of,
    )
