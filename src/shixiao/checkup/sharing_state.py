"""The state of sharing in a city: silos with what ending them would save, and who answers whom.

It is read from the evidence tables alone, as they stood on the last day that they speak of. Where a
table is missing, its part is, and says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import ibis

from shixiao.checkup.detectors.liability_duties import extended
from shixiao.checkup.detectors.sharing_requests import asked_for
from shixiao.checkup.detectors.sharing_tables import (
    DAY_MICROS,
    EPOCH_ORDINAL,
    NO_CALENDAR,
    NO_DAY,
    fetched,
    holdings,
    lacking,
    needs_by_channel,
    sheet,
    standing_grants,
)
from shixiao.checkup.scene import Scene, rows_of
from shixiao.rules import Clock
from shixiao.sharing.silos import (
    Bands,
    Need,
    Network,
    Request,
    Saving,
    Sharing,
    SiloSaving,
    find_silos,
    network,
    save_by_sharing,
    saved_in_all,
    terms_of,
)
from shixiao.terms import Estimate, SubjectKind, Text

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
        departments, services: id → name.
        items: (service, item) → wording.
    """

    silos: tuple[SiloSaving, ...] | None = None
    saved: Saving | None = None
    net: Network | None = None
    why_no_silos: Text | None = None
    why_no_saving: Text | None = None
    why_no_net: Text | None = None
    departments: Mapping[str, Text] = field(default_factory=dict)
    services: Mapping[str, Text] = field(default_factory=dict)
    items: Mapping[tuple[str, str], Text] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """Whether anything can be said."""
        return self.silos is not None or self.net is not None

    def department(self, identifier: str) -> Text:
        """Return the name of a department, or its id where it has none."""
        return self.departments.get(identifier) or Text.of(identifier or "—")

    def service(self, identifier: str) -> Text:
        """Return the name of a service, or its id where it has none."""
        return self.services.get(identifier) or Text.of(identifier)

    def item(self, need: Need) -> Text:
        """Return the wording of what is asked."""
        return self.items.get((need.service_id, need.item_id)) or Text.of(need.name)


def sharing_state(scene: Scene) -> SharingState:
    """Read the state of sharing from the tables."""
    state = _silos(
        scene,
        SharingState(
            departments=scene.names.get(SubjectKind.DEPARTMENT, {}),
            services=scene.names.get(SubjectKind.SERVICE, {}),
        ),
    )
    reason = lacking(scene, requests=("answered", "decision"), datasets=("sharing",))
    reason = reason or (NO_DAY if scene.as_of is None else None)
    reason = reason or (NO_CALENDAR if scene.law_calendar is None else None)
    if reason is not None:
        return replace(state, why_no_net=reason)
    return replace(state, net=_network(scene))


def _silos(scene: Scene, state: SharingState) -> SharingState:
    columns = {"services": ("department_id",), "requirements": ("element_id",)}
    reason = lacking(scene, **columns, datasets=("elements", "sharing"))
    if reason is not None or scene.as_of is None:
        return replace(state, why_no_silos=reason or NO_DAY)
    asked = [need for need in needs_by_channel(scene) if need.element_id]
    granted = standing_grants(scene) if scene.has("grants", "starts") else []
    held = holdings(scene).values()
    cases, bands = cases_a_year(scene), Bands.of(scene.rules)
    found = save_by_sharing(find_silos(asked, held, granted, on=scene.as_of), cases, bands)
    state = replace(state, silos=tuple(found), items=_wordings(scene))
    if not cases:
        return replace(state, why_no_saving=NO_CASES)
    return replace(state, saved=saved_in_all(found, cases, bands))


def _wordings(scene: Scene) -> dict[tuple[str, str], Text]:
    """Return (service, item) → wording; without one in English, the Chinese stands for both."""
    columns = ("service_id", "item_id", "item_name", "item_name_en")
    return {
        (row["service_id"], str(row["item_id"])): Text(
            row["item_name"], row["item_name_en"] or row["item_name"]
        )
        for row in sheet(scene, "requirements", *columns)
    }


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
    if scene.law_calendar is None or scene.as_of is None:
        return None
    asked = asked_for(scene)
    # Where some requests are known longer than others, none is held against a later day than all.
    on = min((one.until for one in asked if one.until is not None), default=scene.as_of)
    clocks = {
        Sharing.UNCONDITIONAL: Clock.of(scene.rules.rule("GDS-21u")),
        Sharing.CONDITIONAL: Clock.of(scene.rules.rule("GDS-21c")),
    }
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
            extended(
                clocks.get(one.holding.sharing, clocks[Sharing.CONDITIONAL]),
                one.opened,
                one.extension,
                one.consented,
                scene.law_calendar,
            ),
        )
        for one in asked
        # An answer that cannot be read is neither a yes nor a no.
        if (one.answered is None) == (one.granted is None)
    ]
    uses = []
    if scene.has("exchanges", "ts"):
        uses = [replace(one.use, count=one.count) for one in fetched(scene)]
    listed = holdings(scene).values()
    return network(
        requests,
        listed,
        uses,
        terms=terms_of(listed),
        calendar=scene.law_calendar,
        limits={sharing: clock.length for sharing, clock in clocks.items()},
        on=on,
    )
