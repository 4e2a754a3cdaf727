"""Tables of data sharing as plain values: who asks for what, who holds it, who may use and did.

They are what ``shixiao.sharing.silos`` reasons about. A dataset without its attribute of sharing is
on condition here, which is what a request for it would be answered under; a row without what its
table requires is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import ibis

from shixiao.checkup.scene import Scene, wall_clock
from shixiao.evidence.schema import load_schemas
from shixiao.evidence.site_rows import AS_OF
from shixiao.sharing.silos import Grant, Holding, Need, Sharing, Use
from shixiao.terms import Text

SEPARATOR = re.compile(r"[;；]")
DAY_MICROS = 86_400_000_000
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
FIELD, PUBLIC = "field", "public"
ASKED = (FIELD, "material")
REQUIRED = (
    *("service_id", "item_id", "item_name", "kind", "element_id"),
    *("channel", "original_basis"),
)
NO_DAY = Text("不知道证据截至哪一天", "the last day that the evidence speaks of is not known")
NO_CALENDAR = Text("证据包没有指定日历", "the package names no calendar")


@dataclass(frozen=True, slots=True)
class Fetched:
    """Exchanges that are alike in day, dataset, hands, grant and purpose.

    Attributes:
        use: one of them, the first in order of id.
        count: how many there are.
        consented: whether the provider agreed to use beyond the grant.
        passed_to: third party to which the data were passed; "" for none.
    """

    use: Use
    count: int
    consented: bool
    passed_to: str


def lacking(scene: Scene, **tables: Iterable[str]) -> Text | None:
    """Name the first table or column that is not there; None when all are."""
    for table, columns in tables.items():
        if (reason := scene.lacking(table, *columns)) is not None:
            return reason
    return None


def sheet(scene: Scene, table: str, *columns: str) -> list[dict[str, Any]]:
    """Return rows in the order of the first column; a time is its day on the wall clock.

    A column that the package does not have is None in every row. Rows without a value in one of the
    named columns that the table requires are left out.
    """
    types = {column.name: column.type for column in load_schemas()[table].columns}
    required = [c.name for c in load_schemas()[table].columns if c.required and c.name in columns]
    known = [name for name in columns if scene.has(table, name)]
    found = scene.table(table)
    shown = {n: _day(scene, found[n]) if types[n] == "datetime" else found[n] for n in known}
    rows = scene.engine.arrow(found.select(**shown).order_by(known[0])).to_pylist()
    blank = dict.fromkeys(columns)
    for row in rows:
        for name in known:
            if types[name] == "datetime" and row[name] is not None:
                row[name] = date.fromordinal(EPOCH_ORDINAL + row[name])
    return [{**blank, **row} for row in rows if all(row.get(name) is not None for name in required)]


def needs(scene: Scene) -> list[Need]:
    """Return the fields and materials that services ask for, each once whatever the channel.

    It is told as the first channel tells it whose row names the element.
    """
    found: dict[tuple[str, str], Need] = {}
    for need in needs_by_channel(scene):
        known = found.setdefault((need.service_id, need.item_id), need)
        if need.element_id and not known.element_id:
            found[need.service_id, need.item_id] = need
    return list(found.values())


def needs_by_channel(scene: Scene) -> list[Need]:
    """Return the fields and materials that services ask for, channel by channel, in order of id."""
    owners = {
        row["service_id"]: row["department_id"]
        for row in sheet(scene, "services", "service_id", "department_id")
    }
    rows = [
        row
        for row in sheet(scene, "requirements", *REQUIRED)
        if row["kind"] in ASKED and owners.get(row["service_id"])
    ]
    found = [
        Need(
            row["service_id"],
            owners[row["service_id"]],
            str(row["item_id"]),
            row["item_name"],
            row["element_id"] or "",
            row["channel"],
            field=row["kind"] == FIELD,
            original_basis=row["original_basis"] or "",
        )
        for row in rows
    ]
    return sorted(found, key=lambda need: (need.service_id, need.item_id, need.channel))


def form_needs(scene: Scene) -> list[Need]:
    """Return the fields that forms of departments ask the public for; a form stands for a service.

    What staff fill in is burden, but not collected from the public (art. 19).
    """
    columns = ("form_id", "field_name", "department_id", "audience", "element_id")
    return [
        Need(
            row["form_id"],
            row["department_id"],
            row["field_name"],
            row["field_name"],
            row["element_id"],
            field=True,
        )
        for row in sheet(scene, "forms", *columns)
        if row["audience"] == PUBLIC and row["element_id"]
    ]


def holdings(scene: Scene) -> dict[str, Holding]:
    """Return the catalogue by id of dataset."""
    columns = ("dataset_id", "department_id", "sharing", "basis", "elements")
    return {
        row["dataset_id"]: Holding(
            row["dataset_id"],
            row["department_id"],
            frozenset(parts(row["elements"])),
            Sharing(row["sharing"] or Sharing.CONDITIONAL),
            row["basis"] or "",
        )
        for row in sheet(scene, "datasets", *columns)
    }


def grants(scene: Scene) -> list[Grant]:
    """Return the grants; one that was stopped early ends on that day."""
    return [grant for grant, _ in dated_grants(scene)]


def dated_grants(scene: Scene) -> list[tuple[Grant, date | None]]:
    """Return the grants, each with the last day up to which it is known."""
    columns = (
        *("grant_id", "dataset_id", "to_department", "purpose", "fields"),
        *("starts", "ends", "stopped", AS_OF),
    )
    return [
        (
            Grant(
                row["grant_id"],
                row["dataset_id"],
                row["to_department"],
                row["purpose"],
                row["starts"],
                min(filter(None, (row["ends"], row["stopped"])), default=None),
                frozenset(parts(row["fields"])),
            ),
            scene.known_until(row),
        )
        for row in sheet(scene, "grants", *columns)
    ]


def standing_grants(scene: Scene) -> list[Grant]:
    """Return the grants in force on the last day up to which each is known.

    They are held against registers without a date, so each is given as one that is in force on the
    last day of the evidence too.
    """
    if scene.as_of is None:
        return []
    return [
        grant
        if on == scene.as_of
        else replace(grant, starts=min(grant.starts, scene.as_of), ends=None)
        for grant, on in dated_grants(scene)
        if on is not None and grant.holds_on(on)
    ]


def fetched(scene: Scene) -> list[Fetched]:
    """Return the exchanges that delivered data up to the last day, those that are alike as one."""
    table = scene.table("exchanges")
    has = {name: scene.has("exchanges", name) for name in ("grant_id", "purpose", "passed_to")}
    if scene.has("exchanges", "ok"):
        table = table.filter(table.ok.fill_null(True))
    consented = ibis.literal(False)
    if scene.has("exchanges", "consented"):
        consented = table.consented.fill_null(False)
    texts = {n: table[n].fill_null("") if has[n] else ibis.literal("") for n in has}
    keys = ("day", "known", "dataset_id", "to_department", "consent", *texts)
    dated = scene.has("exchanges", AS_OF)
    whole = table.filter(
        table.ts.notnull() & table.dataset_id.notnull() & table.to_department.notnull()
    )
    narrow = whole.select(
        "exchange_id",
        "dataset_id",
        "to_department",
        day=_day(scene, whole.ts),
        consent=consented,
        known=whole[AS_OF] if dated else ibis.null("date"),
        **texts,
    )
    counted = narrow.group_by(keys).agg(
        first=ibis._.exchange_id.min(), count=ibis._.exchange_id.count()
    )
    rows = scene.engine.arrow(counted.order_by("first")).to_pylist()
    found = [(_fetched(row), scene.known_until({AS_OF: row["known"]})) for row in rows]
    return [one for one, until in found if until is None or one.use.day <= until]


def parts(cell: object) -> list[str]:
    """Split a list of the package."""
    return [part.strip() for part in SEPARATOR.split(str(cell or "")) if part.strip()]


def _fetched(row: dict[str, Any]) -> Fetched:
    day = date.fromordinal(EPOCH_ORDINAL + row["day"])
    use = Use(
        row["first"], day, row["dataset_id"], row["to_department"], row["grant_id"], row["purpose"]
    )
    return Fetched(use, int(row["count"]), bool(row["consent"]), row["passed_to"].strip())


def _day(scene: Scene, time: Any) -> Any:
    """Return the day of a time on the wall clock, counted from 1970."""
    return (wall_clock(scene, time) // DAY_MICROS).cast("int64")
