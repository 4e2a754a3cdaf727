"""核验: what a run measured of a delivery is entered for its dataset, and followed over time."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import CatalogueItem, ConformanceReport
from shixiao.sharing.standards.conformance import (
    Report,
    ToldReport,
    Trend,
    read_report,
    trend_of,
)
from shixiao.terms import BadInput, Estimate, Text
from shixiao.workflows import files, moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import Incomplete

FUTURE = Text("交付的日期不能晚于今天。", "The day of the delivery cannot lie ahead.")
TOO_OLD = Text("交付的日期太早。", "The day of the delivery lies too far back.")
OLDEST = timedelta(days=3660)
NO_ROWS = Text("表中没有行，无从核验。", "The table has no rows, so there is nothing to measure.")


@transaction.atomic
def report(
    item: CatalogueItem, data: bytes, *, file: str, day: date, actor: Actor, at: datetime
) -> tuple[ConformanceReport, bool]:
    """Enter what was measured of a delivery; return it, and whether it is new.

    Args:
        item: the dataset.
        data: what ``shixiao sharing conform --json`` printed.
        file: its name.
        day: of the delivery.
        actor: who enters it.
        at: when.

    Raises:
        Forbidden: it is another department's.
        Incomplete: the day lies ahead, or more than ten years back.
        BadInput: it is no such answer, or of a table without rows.
    """
    held = moving.locked(item)
    check(actor, "conformance.add", held)
    if day > timezone.localdate(at):
        raise Incomplete(FUTURE, field="day")
    if day < timezone.localdate(at) - OLDEST:
        raise Incomplete(TOO_OLD, field="day")
    told = read_report(data, file=file)
    if told.score.value is None:
        raise BadInput(NO_ROWS, file=file)
    stored = files.store(data, at=at)
    known = held.conformance.filter(file=stored).first()
    if known is not None:
        return known, False
    made = ConformanceReport.objects.create(
        item=held,
        name=told.name or file[:200],
        day=day,
        rows=told.rows,
        kept=round(told.score.value * told.rows),
        conforms=told.conforms,
        file=stored,
        entered=at,
        entered_by=signed_in(actor),
    )
    facts = {
        "dataset": held.identifier,
        "day": day.isoformat(),
        "rows": told.rows,
        "outcome": "conforms" if told.conforms else "fails",
        "sha256": stored.sha256,
    }
    put("conformance.reported", held.code, at=at, facts=facts, sealed={"actor": actor.account})
    return made, True


def told_of(row: ConformanceReport) -> ToldReport:
    """Return the whole report, as it was entered."""
    return read_report(files.load(row.file), file=row.name)


def score_of(row: ConformanceReport) -> Estimate:
    """Return the share of rows that keep every rule; every row was measured."""
    return Estimate.fact(row.kept / row.rows, row.rows)


def hundredths_of(row: ConformanceReport) -> Estimate:
    """Return the same of a hundred, cut as where it stands in words."""
    return Estimate.fact(row.hundredths, row.rows)


def trend_in(rows: list[ConformanceReport]) -> Trend:
    """Return how the reports of a dataset follow one another, oldest first."""
    return trend_of([Report(row.name, row.rows, row.kept, score_of(row), ()) for row in rows])
