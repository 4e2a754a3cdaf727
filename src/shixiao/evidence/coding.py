"""Coding: all events of a run under one name, with numbers for the values that texts repeat.

Cases are told apart by a 64-bit hash of their id, checked for collisions: sorting twelve million
numbers costs a third of sorting as many texts. Text is compared without the blanks around it, but
only distinct values are ever trimmed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shixiao.evidence.conform import Conformed
from shixiao.evidence.enrich import SortedEvents, repeats
from shixiao.evidence.schema import load_schemas
from shixiao.evidence.sql import literal, quote
from shixiao.evidence.values import BLANK, value_of_text
from shixiao.terms import Text, Unavailable

# Columns of events that are kept, as codes while sorting. Resources are persons at work: they are
# kept as bare numbers, which is all that hand-offs need, and their names are not stored.
CATEGORIES = (
    "service_id",
    "department_id",
    "clock",
    "legal_basis",
    "channel",
    "actor",
    "place",
    "app_id",
    "resource",
)
NAMELESS = ("resource",)
DESCRIBES_CASE = ("service_id", "department_id", "channel")
BATCH = 1 << 20
SALTS = range(8)
PEEK = 200_000
TRIMMED = f"nullif(trim({{}}, {literal(BLANK)}), '')"


@dataclass(frozen=True, slots=True)
class SourceEvents:
    """The checked events of one bare log or package."""

    source: str
    conformed: Conformed


@dataclass(frozen=True, slots=True)
class EventView:
    """All events of a run, as the temporary view ``all_events``.

    ``columns`` are the optional columns that some source fills, ``grouping`` extra ones asked for.
    """

    sources: tuple[str, ...]
    columns: tuple[str, ...]
    grouping: tuple[str, ...]
    rows: int
    has_seq: bool

    @property
    def coded(self) -> tuple[str, ...]:
        """Every column besides the activity that is turned into codes."""
        return (*self.columns, *self.grouping)

    @property
    def describing(self) -> tuple[str, ...]:
        """Columns whose value at a case's first event describes the case."""
        return (*(name for name in DESCRIBES_CASE if name in self.columns), *self.grouping)


def create_view(
    connection: duckdb.DuckDBPyConnection,
    sources: Sequence[SourceEvents],
    *,
    grouping: Sequence[str],
) -> EventView:
    """Create ``all_events`` and ``source_names`` and say what they hold."""
    present = [name for name in CATEGORIES if any(name in s.conformed.columns for s in sources)]
    extra = [name for name in grouping if any(name in s.conformed.extra for s in sources)]
    selects = []
    for number, item in enumerate(sources):
        known = (*item.conformed.columns, *item.conformed.extra)
        cells = "".join(
            f", {quote(c)}::VARCHAR AS {quote(c)}"
            if c in known
            else f", NULL::VARCHAR AS {quote(c)}"
            for c in (*present, *extra)
        )
        seq = "coalesce(seq, __row)" if "seq" in item.conformed.columns else "__row"
        selects.append(
            f"SELECT {number} AS source_no, case_id, activity, ts, {seq}::BIGINT AS seq, __row"
            f"{cells} FROM ({item.conformed.untrimmed})"
        )
    connection.execute(f"CREATE OR REPLACE TEMP VIEW all_events AS {' UNION ALL '.join(selects)}")
    named = ", ".join(f"({n}, {literal(item.source)})" for n, item in enumerate(sources))
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE source_names AS"
        f" SELECT * FROM (VALUES {named}) AS named(source_no, source)"
    )
    return EventView(
        sources=tuple(item.source for item in sources),
        columns=tuple(present),
        grouping=tuple(extra),
        rows=sum(item.conformed.rows for item in sources),
        has_seq=any("seq" in s.conformed.columns for s in sources),
    )


def number_values(connection: duckdb.DuckDBPyConnection, view: EventView) -> None:
    """Create ``code_COLUMN`` for every coded column: codes follow the order of the values.

    Nothing, blanks and what is none of a column's choices have code -1. So each row finds exactly
    one code, and a join that drops and doubles no row leaves the rows in their order.
    """
    schema = load_schemas()["events"]
    for name in ("activity", *view.coded):
        value = value_of_text(schema.column(name), "written")
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {quote('code_' + name)} AS"
            " SELECT written, value, (CASE WHEN value IS NULL THEN 0 ELSE"
            " dense_rank() OVER (ORDER BY value NULLS LAST) END - 1)::INTEGER AS code"
            f" FROM (SELECT written, {value} AS value"
            f" FROM (SELECT DISTINCT {quote(name)} AS written FROM all_events))"
        )


def values_of(connection: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    """Return the values of a coded column, indexed by their code."""
    rows = connection.execute(
        f"SELECT DISTINCT code, value FROM {quote('code_' + name)} WHERE code >= 0 ORDER BY code"
    ).fetchall()
    return [row[1] for row in rows]


def key_cases(
    connection: duckdb.DuckDBPyConnection, view: EventView, cases: Conformed | None
) -> str:
    """Create ``case_keys`` (source_no, case_id, key) and return the SQL of an event's key.

    Raises:
        Unavailable: eight salts in a row gave colliding keys, which does not happen by chance.
    """
    one = len(view.sources) == 1  # a constant column would double the cost of DISTINCT
    number = "0 AS source_no" if one else "source_no"
    columns = "case_id AS written" if one else "source_no, case_id AS written"
    known = (
        f" UNION SELECT {'' if one else 's.source_no, '}k.case_id FROM ({cases.sql}) k"
        " JOIN source_names s ON s.source = k.source"
        if cases is not None
        else ""
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE written_ids AS"
        f" SELECT {number}, written FROM (SELECT DISTINCT {columns} FROM all_events{known})"
    )
    trimmed = TRIMMED.format("written")
    # Looking for any blank at all is eight times cheaper than trimming, and enough to rule it out.
    blank = " OR ".join(f"contains(written, {literal(character)})" for character in BLANK)
    changed = one_row(
        connection, f"SELECT count(*) FROM written_ids WHERE {blank} OR written = ''"
    )[0]
    for salt in SALTS:
        # Trimming may make two ids one, so keys are made of trimmed ids where any would change.
        case_id = trimmed if changed else "written"
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE case_keys AS SELECT {'DISTINCT' if changed else ''}"
            f" source_no, {case_id} AS case_id, {_key(case_id, view, salt)} AS key"
            f" FROM written_ids WHERE {case_id} IS NOT NULL"
        )
        ids, keys = one_row(connection, "SELECT count(*), count(DISTINCT key) FROM case_keys")
        if ids == keys:
            return _key(TRIMMED.format("e.case_id") if changed else "e.case_id", view, salt)
    raise Unavailable(
        Text("无法为办件编号，请报告此问题。", "cases cannot be keyed apart; please report this")
    )


def _key(case_id: str, view: EventView, salt: int) -> str:
    parts = [case_id] + (["source_no"] if len(view.sources) > 1 else []) + [str(salt)] * bool(salt)
    return f"hash({', '.join(parts)})"


def one_row(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, ...]:
    """Return the single row of an aggregate."""
    row = connection.execute(sql).fetchone()
    return tuple(row) if row is not None else ()


def plain_key(view: EventView) -> str:
    """Return the SQL of an event's key where ids are taken as they stand in the file."""
    return _key("e.case_id", view, 0)


def keys_as_they_stand(view: EventView) -> tuple[str, str]:
    """Return the keys that are the same whether ids are trimmed or have nothing to trim."""
    return plain_key(view), _key(TRIMMED.format("e.case_id"), view, 0)


def padded(ids: pa.Array) -> bool:
    """True when some case id is blank or has blanks around it: such ids must be trimmed first."""
    tests = [pc.equal(ids, "")]
    tests += [test(ids, blank) for blank in BLANK for test in (pc.starts_with, pc.ends_with)]
    return any(pc.any(found).as_py() for found in tests)


def scattered_at_first(connection: duckdb.DuckDBPyConnection, *, key: str) -> bool:
    """True when already among the first rows a case comes again after another one."""
    keys = connection.execute(
        f"SELECT {key} AS key FROM all_events e WHERE case_id IS NOT NULL LIMIT {PEEK}"
    ).fetchnumpy()["key"]
    return len(keys) > 0 and repeats(keys[np.concatenate(([True], keys[1:] != keys[:-1]))])


def read_events(
    connection: duckdb.DuckDBPyConnection,
    view: EventView,
    *,
    key: str,
    sort: bool,
) -> Iterator[SortedEvents]:
    """Give the events; those without case, activity or time not.

    Args:
        connection: has the view and the codes.
        view: what there is.
        key: SQL of an event's case key, from key_cases.
        sort: by (case key, ts, seq). Otherwise the rows come as they stand in the source, and
            bring their case ids and the numbers of their sources along.
    """
    joins = "".join(
        f" JOIN {quote('code_' + name)} AS {quote('j_' + name)}"
        f" ON e.{quote(name)} IS NOT DISTINCT FROM {quote('j_' + name)}.written"
        for name in view.coded
    )
    cells = "".join(f", {quote('j_' + name)}.code AS {quote(name)}" for name in view.coded)
    if not sort:
        # The id is handed over once a case: texts are what costs on the way to Arrow.
        cells += (
            ", e.source_no AS source_no,"
            f" CASE WHEN {key} = lag({key}) OVER () THEN NULL ELSE e.case_id END AS case_id"
        )
    # The row number is narrow unless rows are numbered by somebody else; sorting pays by the byte.
    narrow = not view.has_seq and view.rows < 1 << 32
    seq = "e.seq::UINTEGER" if narrow else "e.seq"
    tie_break = ", e.__row" if view.has_seq else ""
    reader = connection.execute(
        f"SELECT {key} AS key, a.code AS activity, epoch_us(e.ts) AS ts, {seq} AS seq{cells}"
        " FROM (SELECT * FROM all_events WHERE ts IS NOT NULL AND case_id IS NOT NULL) e"
        f" JOIN code_activity a ON e.activity = a.written AND a.code >= 0{joins}"
        + (f" ORDER BY key, ts, seq{tie_break}" if sort else "")
    ).to_arrow_reader(BATCH)
    for batch in reader:
        columns = {
            name: batch.column(name).to_numpy(zero_copy_only=False)
            for name in batch.schema.names
            if name != "case_id"
        }
        yield SortedEvents(
            case=columns.pop("key"),
            activity=columns.pop("activity"),
            ts=columns.pop("ts"),
            seq=columns.pop("seq").astype("int64", copy=False),
            codes=columns,
            ids=None if sort else batch.column("case_id"),
        )
