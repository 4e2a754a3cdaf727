"""Scene: the evidence on its engine and what was measured of it: all that a finding may rest on.

Detectors and the index look at one scene each run; neither changes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis

from shixiao.checkup.windows import begun_in
from shixiao.effect import Asked, CaseProfile, Compared, Measured
from shixiao.evidence import Engine, Store
from shixiao.evidence.engines import Table
from shixiao.evidence.schema import load_schemas
from shixiao.evidence.site_rows import AS_OF, name_of
from shixiao.rules import RulePack, WorkingCalendar
from shixiao.terms import EvidenceReference, Period, Subject, SubjectKind, Text, Verdict

MASKED = "···"
SHOWN_ENDS = 4
EVALUATOR = Text("体验员 {code}", "evaluator {code}")


@dataclass(frozen=True, slots=True)
class Scene:
    """What a detector may look at.

    Attributes:
        store: the evidence.
        engine: where its tables lie.
        rules: thresholds and law.
        calendar: working days; None where the package names none.
        law_calendar: working days by which the times of the decree on sharing run: those of the
            package or, where rows come from a site's own records, of the law; None for neither.
        profile: one row per case with every metric; None where the package has no cases.
        measured: measures of every subject and arm.
        compared: online against counter, or the arms that were asked for.
        verdicts: what the comparisons amount to.
        asked: (service, channel) → what the guide asks for.
        names: kind → id → name.
        as_of: the last day that the evidence speaks of; None where nothing has a date.
        seed: of every random draw.
        window: days in which what is looked at began; None for all.
    """

    store: Store
    engine: Engine
    rules: RulePack
    calendar: WorkingCalendar | None
    law_calendar: WorkingCalendar | None
    profile: CaseProfile | None
    measured: Sequence[Measured]
    compared: Sequence[Compared]
    verdicts: Sequence[Verdict]
    asked: Mapping[tuple[str, str], Asked]
    names: Mapping[SubjectKind, Mapping[str, Text]]
    as_of: date | None
    seed: int
    window: Period | None = None

    def has(self, table: str, *columns: str) -> bool:
        """True when the package holds this table with these columns."""
        return self.store.has(table, *columns)

    def table(self, name: str) -> Table:
        """Return one table of the evidence on the engine: its rows that began in the window."""
        table = self.store.table(self.engine, name)
        if self.window is None:
            return table
        return begun_in(self.window, table, name, store=self.store, engine=self.engine)

    def lacking(self, table: str, *columns: str) -> Text | None:
        """Name the table or the first column that is not there; None when all are."""
        if table not in self.store.meta.tables:
            return Text(f"缺少 {table} 表", f"there is no table {table}")
        for column in columns:
            if not self.store.has(table, column):
                return Text(
                    f"缺少 {table} 表的 {column} 列", f"table {table} has no column {column}"
                )
        return None

    def known_until(self, row: Mapping[str, Any]) -> date | None:
        """Return the last day up to which a row is known: its own, or that of the evidence."""
        said: date | None = row.get(AS_OF)
        if said is None:
            return self.as_of
        return said if self.window is None else min(said, self.window.end)

    def tells(self, table: str, row: Mapping[str, Any], *columns: str) -> bool:
        """Say whether an empty cell of a row means that there is nothing.

        A package that lacks a column says nothing about it, also where a site laid rows over it
        that have one.
        """
        laid = self.store.meta.site_rows
        if laid is None or table not in laid.own or row.get(AS_OF) is not None:
            return True
        return all(column in laid.own[table] for column in columns)

    def subject(self, kind: SubjectKind, identifier: str) -> Subject:
        """Return a subject with its name, or with its id where the evidence gives no name."""
        if kind is SubjectKind.EVALUATOR:  # a person, known by a code alone
            return Subject(kind, identifier, EVALUATOR.format(code=identifier))
        name = self.names.get(kind, {}).get(identifier)
        return Subject(kind, identifier, name or Text.of(identifier))

    def evidence(self, table: str, keys: Sequence[str]) -> EvidenceReference:
        """Point at rows of a table: their keys masked, and the hash of the file they came from."""
        limit = int(self.rules.number("F-03"))
        cited = name_of(table) if self._of_site(table, keys[:limit]) else ""
        digest = next(
            (
                i.sha256
                for i in self.store.meta.inputs
                if (i.name == cited if cited else i.name.split(".")[0] == table)
            ),
            self.store.meta.inputs[0].sha256,
        )
        return EvidenceReference(table, tuple(masked(key) for key in keys[:limit]), digest)

    def _of_site(self, table: str, keys: Sequence[str]) -> bool:
        """Say whether any of these rows was laid over the package by a site."""
        laid = self.store.meta.site_rows
        if laid is None or not laid.rows.get(table) or not self.has(table, AS_OF):
            return False
        rows, key = self.store.table(self.engine, table), load_schemas()[table].key[0]
        found = rows.filter(rows[AS_OF].notnull() & rows[key].isin(list(keys)))
        return bool(self.engine.rows(found.agg(n=ibis._.count()))["n"][0])


def masked(key: str) -> str:
    """Hide the middle of an identifier: enough stays to find the row again, not to read a person.

    Source: the display rule of GB/T 35273-2020, 7.2.
    """
    if len(key) <= SHOWN_ENDS:
        return key
    ends = min(SHOWN_ENDS, len(key) // 3)
    return f"{key[:ends]}{MASKED}{key[-ends:]}"


def rows_of(scene: Scene, table: Table) -> list[dict[str, Any]]:
    """Run an expression and return its rows as dictionaries."""
    return list(scene.engine.arrow(table).to_pylist())


def micros(time: Any) -> Any:
    """Return a TIMESTAMP as whole microseconds since 1970; seconds are what registers keep."""
    return time.epoch_seconds().cast("int64") * 1_000_000


def wall_clock(scene: Scene, time: Any) -> Any:
    """Return the wall clock of a TIMESTAMP (µs); where a zone has two offsets a year, UTC."""
    return micros(time) + (scene.store.meta.utc_offset or 0)
