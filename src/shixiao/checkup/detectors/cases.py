"""Cases as the rows of detectors: one row per case of a service, with month, region and channel."""

from __future__ import annotations

from collections.abc import Mapping

from shixiao.checkup.detectors.rates import MONTH, Rows
from shixiao.checkup.detectors.trial import Screening
from shixiao.checkup.scene import Scene
from shixiao.evidence.engines import Table
from shixiao.terms import SubjectKind, Text

NO_CASES = Text("没有办件", "there are no cases")
NO_SERVICE = Text(
    "缺少 cases 表（或 events 表）的 service_id 列",
    "neither cases nor events have a column service_id",
)
STRATA = {
    MONTH: Text("月份", "month"),
    "region": Text("地区", "region"),
}


def services_known(scene: Scene) -> Text | None:
    """Say why no service can be looked at; None when they can."""
    if scene.profile is None:
        return NO_CASES
    return None if "service_id" in scene.profile.table.columns else NO_SERVICE


def case_rows(scene: Scene, measures: Mapping[str, str]) -> Rows | Screening:
    """Return the cases with the columns that some measures need, or what is missing.

    Args:
        scene: the evidence.
        measures: measure → its 0/1 column in the case profile.
    """
    lacking = services_known(scene)
    if lacking is not None or scene.profile is None:
        return Screening.lacking(tuple(measures), lacking or NO_CASES)
    missing = {
        measure: scene.profile.missing.get(column, NO_CASES)
        for measure, column in measures.items()
        if not scene.profile.knows(column)
    }
    if missing:
        return Screening(missing=missing)
    return rows_of_cases(scene, scene.profile.table, tuple(measures.values()))


def rows_of_cases(
    scene: Scene, table: Table, columns: tuple[str, ...], *, kept: str | None = None
) -> Rows:
    """Return cases as rows of services.

    Args:
        scene: the evidence.
        table: has the case profile's columns.
        columns: what the measures need.
        kept: name under which to keep what had to be computed; None for the profile itself.
    """
    strata = {name: text for name, text in STRATA.items() if name in table.columns}
    known = table.filter(table.service_id.notnull())
    narrow = known.select("case_id", *strata, *columns, subject=known.service_id)
    rows = scene.engine.keep(narrow, kept) if kept is not None else narrow
    return Rows(rows, "case_id", "cases", SubjectKind.SERVICE, strata)
