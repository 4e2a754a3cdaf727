"""Subjects and arms: of whom a measure speaks, and which of their cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import ibis

from shixiao.evidence.engines import Engine, Table
from shixiao.evidence.store import Store
from shixiao.terms import BadInput, Period, Subject, SubjectKind, Text

# Columns by which a report always breaks the whole down, where they exist.
USUAL_ARMS = ("channel", "region", "month")
PERIOD_COLUMN = "period"
MAX_ARMS = 200


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two arms of one column: those cases against these. The ratio is ``a`` divided by ``b``."""

    column: str
    a: str
    b: str

    @classmethod
    def parse(cls, text: str) -> Comparison:
        """Read ``channel=Internet:Desk``.

        Raises:
            BadInput: the text is no comparison.
        """
        column, equals, arms = text.partition("=")
        a, colon, b = arms.partition(":")
        if not (equals and colon and column.strip() and a.strip() and b.strip()):
            raise BadInput(
                Text(
                    f"“{text}”不是比较方式；请写成 列=甲:乙，例如 channel=Internet:Desk。",
                    f"“{text}” is no comparison; write COLUMN=A:B, e.g. channel=Internet:Desk",
                )
            )
        if a.strip() == b.strip():
            raise BadInput(
                Text(f"“{text}”的两组相同，无从比较。", f"“{text}” compares an arm with itself")
            )
        return cls(column.strip(), a.strip(), b.strip())

    @classmethod
    def periods(cls, text: str) -> tuple[Comparison, tuple[Period, Period]]:
        """Read ``2025-01-01..2025-06-30:2026-01-01..2026-06-30``; a is the second, later period.

        Raises:
            BadInput: the text is no pair of periods, or they overlap.
        """
        before, colon, after = text.partition(":")
        try:
            first, second = Period.parse(before), Period.parse(after if colon else "")
        except ValueError as error:
            raise BadInput(
                Text(
                    f"“{text}”不是两个时期；请写成 起..止:起..止，例如"
                    " 2025-01-01..2025-06-30:2026-01-01..2026-06-30。",
                    f"{error}; two periods are written FROM..TO:FROM..TO",
                )
            ) from None
        if first.start <= second.end and second.start <= first.end:
            raise BadInput(
                Text(
                    f"两个时期重叠：{first} 与 {second}。",
                    f"the periods overlap: {first}, {second}",
                )
            )
        return cls(PERIOD_COLUMN, str(second), str(first)), (first, second)


@dataclass(frozen=True, slots=True)
class Grouping:
    """Subjects of one kind and the case column that tells them apart (None: the whole)."""

    kind: SubjectKind
    column: str | None


def whole(store: Store) -> Subject:
    """Return the subject that stands for all cases of a run."""
    kind = SubjectKind.CITY if store.meta.kind == "package" else SubjectKind.LOG
    return Subject(kind, store.meta.name, store.meta.title)


def groupings(store: Store, profile: Table) -> list[Grouping]:
    """Return the kinds of subject that a store lets one speak of."""
    found = [Grouping(whole(store).kind, None)]
    if len(store.meta.sources) > 1:
        found.append(Grouping(SubjectKind.LOG, "source"))
    if "department_id" in profile.columns and store.has("departments"):
        found.append(Grouping(SubjectKind.DEPARTMENT, "department_id"))
    if "service_id" in profile.columns:
        found.append(Grouping(SubjectKind.SERVICE, "service_id"))
    return found


def names(store: Store, engine: Engine, kind: SubjectKind) -> dict[str, Text]:
    """Return the names of the subjects of a kind by id, in both languages where given."""
    table_name, key = {
        SubjectKind.DEPARTMENT: ("departments", "department_id"),
        SubjectKind.SERVICE: ("services", "service_id"),
        SubjectKind.APP: ("apps", "app_id"),
        SubjectKind.SYSTEM: ("systems", "system_id"),
        SubjectKind.DATASET: ("datasets", "dataset_id"),
    }.get(kind, ("", ""))
    if not store.has(table_name, "name"):
        return {}
    table = store.table(engine, table_name)
    columns = [name for name in (key, "name", "name_en") if name in table.columns]
    rows = engine.rows(table.select(*columns))
    english = rows.get("name_en", [None] * len(rows[key]))
    return {
        identifier: Text(name or identifier, en or name or identifier)
        for identifier, name, en in zip(rows[key], rows["name"], english, strict=True)
    }


def with_periods(profile: Table, periods: Sequence[Period]) -> Table:
    """Add the column ``period``: the period in which a case was opened, else null."""
    opened = profile.opened_local
    branches = []
    for period in periods:
        start = _day_number(period.start) * 86_400_000_000
        end = (_day_number(period.end) + 1) * 86_400_000_000
        branches.append(((opened >= start) & (opened < end), str(period)))
    return profile.mutate(**{PERIOD_COLUMN: ibis.cases(*branches, else_=ibis.null("string"))})


def _day_number(day: date) -> int:
    """Return the days since 1970-01-01."""
    return day.toordinal() - date(1970, 1, 1).toordinal()


def check_column(profile: Table, column: str, engine: Engine, *, asked: Sequence[str] = ()) -> str:
    """Return the profile's name of a case column, or say which columns there are.

    Args:
        profile: the case profile.
        column: as the user wrote it; a leading ``case:`` may be left out.
        engine: where the values are counted.
        asked: values that must occur in the column.

    Raises:
        BadInput: no such column, too many values to be groups, or a value that does not occur.
    """
    fitting = next((n for n in (column, f"case:{column}") if n in profile.columns), None)
    if fitting is None:
        text = [n for n, t in profile.schema().items() if t.is_string() and n != "case_id"]
        known = ", ".join(sorted(text))
        raise BadInput(
            Text(
                f"没有名为“{column}”的办件列；可用的列：{known}。",
                f"cases have no column “{column}”; there are: {known}",
            )
        )
    values = engine.rows(
        profile.filter(profile[fitting].notnull())
        .group_by(fitting)
        .agg(n=ibis._.count())
        .order_by([ibis.desc("n"), fitting])
        .limit(MAX_ARMS + 1)
    )[fitting]
    if len(values) > MAX_ARMS:
        raise BadInput(
            Text(
                f"“{column}”列有超过 {MAX_ARMS} 个不同的值，不能用来分组。",
                f"column “{column}” has over {MAX_ARMS} different values and cannot group cases",
            )
        )
    absent = [value for value in asked if value not in {str(v) for v in values}]
    if absent:
        present = ", ".join(str(value) for value in values[:20])
        raise BadInput(
            Text(
                f"“{column}”列里没有“{absent[0]}”；出现过的值：{present}。",
                f"column “{column}” never says “{absent[0]}”; it says: {present}",
            )
        )
    return fitting
