"""The answer of ``sharing inventory --json``, read back: tables, what they hold, what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shixiao.sharing.answers import Answer, read_answer
from shixiao.sharing.catalogue import words
from shixiao.sharing.inventory.copies import TableKind
from shixiao.sharing.inventory.inventory import LOOKED_INTO, SCHEMA
from shixiao.sharing.recognition import kinds
from shixiao.terms import Text

MOST_TABLES, MOST_COLUMNS, MOST_REASONS = 20_000, 2_000, 50
LONGEST_SOURCE, LONGEST_NAME, LONGEST_COMMENT = 300, 200, 500


@dataclass(frozen=True, slots=True)
class ToldColumn:
    """A column: what the schema says, what was recognised, and what is suggested."""

    name: str
    comment: str
    type: str
    kind: str
    element: str
    grade: str


@dataclass(frozen=True, slots=True)
class ToldTable:
    """A table that was found.

    Attributes:
        name: with its schema where needed.
        comment: what the schema says of it.
        rows: how many; None where they could not be counted.
        kind: data, view, backup and so on.
        dataset: identifier of the dataset that it is; "" for none.
        grade: as suggested.
        why: of the grade.
        remarks: what else is to be known.
        columns: in their order.
    """

    name: str
    comment: str
    rows: int | None
    kind: TableKind
    dataset: str
    grade: str
    why: Sequence[Text]
    remarks: Sequence[Text]
    columns: tuple[ToldColumn, ...]

    @property
    def counts(self) -> bool:
        """Whether a catalogue should list it."""
        return self.kind in LOOKED_INTO


@dataclass(frozen=True, slots=True)
class ToldInventory:
    """All tables that were found at one address, and how many datasets they were compared with."""

    source: str
    compared: int | None
    tables: tuple[ToldTable, ...]


def read_inventory(data: bytes, *, file: str) -> ToldInventory:
    """Read the answer of an inventory.

    Raises:
        BadInput: it is none, or something in it is missing or of another kind.
    """
    answer = read_answer(data, schema=SCHEMA, command="shixiao sharing inventory", file=file)
    source = answer.text("source", longest=LONGEST_SOURCE)
    if not source:
        answer.refuse("source")
    compared = None if answer.values.get("catalogue") is None else answer.whole("catalogue")
    tables = tuple(map(_table, answer.each("tables", most=MOST_TABLES)))
    names = [table.name for table in tables]
    if len(set(names)) != len(names):
        answer.refuse("tables")
    return ToldInventory(source, compared, tables)


def _table(table: Answer) -> ToldTable:
    name, kind = table.text("name", longest=LONGEST_NAME), table.text("kind")
    if not name:
        table.refuse("name")
    if kind not in set(TableKind):
        table.refuse("kind")
    grading = table.values.get("grading")
    if not isinstance(grading, dict):
        table.refuse("grading")
    return ToldTable(
        name,
        table.text("comment", longest=LONGEST_COMMENT),
        None if table.values.get("rows") is None else table.whole("rows"),
        TableKind(kind),
        table.text("dataset_id", longest=LONGEST_NAME) if table.truth("catalogued") else "",
        _grade(table),
        Answer(grading, table.file, f"{table.place}.grading").texts("why", most=MOST_REASONS),
        table.texts("remarks", most=MOST_REASONS),
        tuple(map(_column, table.each("columns", most=MOST_COLUMNS))),
    )


def _column(column: Answer) -> ToldColumn:
    name, kind = column.text("name", longest=LONGEST_NAME), column.text("recognised")
    if not name:
        column.refuse("name")
    if kind and kind not in kinds():
        column.refuse("recognised")
    return ToldColumn(
        name,
        column.text("comment", longest=LONGEST_COMMENT),
        column.text("type", longest=LONGEST_NAME),
        kind,
        column.text("element_id", longest=LONGEST_NAME),
        _grade(column),
    )


def _grade(of: Answer) -> str:
    grade = of.text("grade")
    if grade not in words("grades"):
        of.refuse("grade")
    return grade
