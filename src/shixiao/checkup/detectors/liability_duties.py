"""Duties of Decree 809 on their clocks: which of those in the register were not done in time?

What a duty is, which act its breach is and which rule sets its time stands in data/duty_acts.yaml.
Where the decree sets the time, that time counts whatever the register says; elsewhere the day in
the register does. Records of use are the reverse: they may not be destroyed before their time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.checkup.detectors.looks import Look
from shixiao.checkup.detectors.sharing_tables import NO_CALENDAR, NO_DAY, lacking, sheet
from shixiao.checkup.scene import Scene
from shixiao.datafiles import load_yaml
from shixiao.evidence.site_rows import AS_OF
from shixiao.rules import Clock, WorkingCalendar
from shixiao.terms import Text

COLUMNS = (
    *("duty_id", "act", "holder", "opened", "due", "done", "extension", "consented"),
    AS_OF,
)
KEEP = "keep_records"
#: acts whose time a rule sets, at least for some of their duties
BY_RULE = ("39-1", "39-6", "40-5")
#: acts whose time is the day in the register
BY_DAY = ("39-3", "39-5", "39-8", "40-4", "40-6", "41-1", "41-2")


def no_duties(scene: Scene, *columns: str) -> Text | None:
    """Say what is missing to know which duties were not done; None when nothing is."""
    reason = lacking(scene, duties=("done", *columns))
    if reason is None and scene.law_calendar is None:
        return NO_CALENDAR
    return reason or (NO_DAY if scene.as_of is None else None)


def duties_owed(scene: Scene, measures: Collection[str]) -> list[Look]:
    """Return a look for each duty behind some acts that is done or past its time."""
    if scene.law_calendar is None or scene.as_of is None:
        return []
    found = []
    for row in sheet(scene, "duties", *COLUMNS):
        act = _acts().get(str(row["act"]).strip().casefold())
        until = scene.known_until(row) or scene.as_of
        if act is None or act["measure"] not in measures or row["opened"] > until:
            continue
        if not scene.tells("duties", row, "done"):
            continue
        done = row["done"] if row["done"] is not None and row["done"] <= until else None
        if act["code"] == KEEP:
            kept_until = _years_on(row["opened"], int(scene.rules.number(act["clock"])))
            breach = done is not None and done < kept_until
        else:
            due = _due(scene, scene.law_calendar, act, row)
            if due is None or (done is None and until <= due):
                continue  # no time is known, or it still runs
            breach = done is None or done > due
        found.append(Look(act["measure"], row["holder"], "duties", row["duty_id"], breach))
    return found


def extended(
    clock: Clock, opened: date, extension: int, consented: date | None, calendar: WorkingCalendar
) -> date:
    """Return the last day of a statutory time, extended where consent came before it ran out.

    An extension beyond what the decree allows counts as far as it allows.
    """
    due = clock.deadline(opened, calendar).due
    if consented is None or consented > due or extension <= 0:
        return due
    most = min(extension, clock.extension_limit)
    return clock.deadline(opened, calendar, extension=most).due


def _due(
    scene: Scene, calendar: WorkingCalendar, act: Mapping[str, Any], row: Mapping[str, Any]
) -> date | None:
    extension, consented = row["extension"] or 0, row["consented"]
    if "clock" in act:
        clock = Clock.of(scene.rules.rule(act["clock"]))
        return extended(clock, row["opened"], extension, consented, calendar)
    due: date | None = row["due"]
    if due is None or consented is None or consented > due or extension <= 0:
        return due
    return calendar.add(due, extension)


def _years_on(day: date, years: int) -> date:
    """Return the same day of a later year; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


@cache
def _acts() -> Mapping[str, Mapping[str, Any]]:
    """Return word → act, the code of an act being a word for it too."""
    text = files("shixiao.checkup.detectors").joinpath("data/duty_acts.yaml").read_text("utf-8")
    acts: Mapping[str, Mapping[str, Any]] = load_yaml(text)
    return {
        word.casefold(): {"code": code, **act}
        for code, act in acts.items()
        for word in (code, *act["words"])
    }
