"""The inventory of a department's data, as it is told: never with a value in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shixiao.exports import Sheet
from shixiao.rules import RulePack
from shixiao.sharing.catalogue import words
from shixiao.sharing.inventory.cataloguing import Match
from shixiao.sharing.inventory.copies import NAMES, TableKind
from shixiao.sharing.inventory.meaning import ColumnEntry, Understood
from shixiao.terms import Text

SCHEMA = "shixiao/inventory/1"
COPY = Text("是“{table}”的副本", "a copy of “{table}”")
ABOUT = Text("行数是数据库的估计", "the number of rows is the database's estimate")
FIRST = Text("样本是前面的行，不是随机抽取", "the sample is the first rows, not a random one")
LOOKED_INTO = (TableKind.DATA, TableKind.VIEW)


@dataclass(frozen=True, slots=True)
class TableEntry:
    """A table of the inventory.

    Attributes:
        understood: what it holds.
        match: the dataset that it is; None where it is not catalogued.
        copy_of: the table of which it is a copy; "" for none.
    """

    understood: Understood
    match: Match | None
    copy_of: str = ""

    @property
    def name(self) -> str:
        """Its name, with the schema where needed."""
        return self.understood.table.name

    @property
    def catalogued(self) -> bool:
        """Whether it is of a dataset in the catalogue."""
        return self.match is not None

    @property
    def counts(self) -> bool:
        """Whether it is a table of data that a catalogue should list: no copy, log or empty one."""
        return self.understood.kind in LOOKED_INTO

    @property
    def remarks(self) -> tuple[Text, ...]:
        """What else is to be known of it."""
        found = []
        if not self.counts:
            found.append(NAMES[self.understood.kind])
        if self.copy_of:
            found.append(COPY.format(table=self.copy_of))
        table = self.understood.table
        found += [text for said, text in ((table.estimated, ABOUT), (table.first, FIRST)) if said]
        if table.problem is not None:
            found.append(table.problem)
        return tuple(found)

    def to_json(self) -> dict[str, Any]:
        """Return the table in the contract form."""
        table, match = self.understood.table, self.match
        return {
            "name": table.name,
            "comment": table.comment or None,
            "rows": table.rows,
            "rows_estimated": table.estimated,
            "kind": str(self.understood.kind),
            "catalogued": self.catalogued,
            "dataset_id": match.dataset.id if match else None,
            "dataset": match.dataset.name.to_json() if match else None,
            "agreement": match.score if match else None,
            "why": [reason.to_json() for reason in match.why] if match else [],
            "copy_of": self.copy_of or None,
            "remarks": [remark.to_json() for remark in self.remarks],
            "persons": self.understood.persons,
            "grade": self.understood.grade.grade,
            "grading": self.understood.grade.to_json(),
            "columns": [_column(entry) for entry in self.understood.columns],
        }


@dataclass(frozen=True, slots=True)
class Inventory:
    """All tables that were found at one address.

    Attributes:
        source: the address without its password.
        tables: by name.
        catalogue: how many datasets they were compared with; None for no catalogue.
        rules: the pack by which kinds, elements and grades were judged.
        seed: of the samples.
    """

    source: str
    tables: tuple[TableEntry, ...]
    catalogue: int | None
    rules: RulePack
    seed: int

    @property
    def uncatalogued(self) -> tuple[TableEntry, ...]:
        """Tables of data that no dataset of the catalogue is."""
        return tuple(t for t in self.tables if t.counts and not t.catalogued)

    def to_json(self) -> dict[str, Any]:
        """Return the contract form (CONTRACTS: sharing inventory)."""
        kinds = Counter(str(table.understood.kind) for table in self.tables)
        return {
            "schema": SCHEMA,
            "source": self.source,
            "catalogue": self.catalogue,
            "rules": {"pack": self.rules.name, "hash": self.rules.hash},
            "seed": self.seed,
            "summary": {
                "tables": len(self.tables),
                "kinds": dict(sorted(kinds.items())),
                "uncatalogued": [table.name for table in self.uncatalogued],
            },
            "tables": [table.to_json() for table in self.tables],
        }


def sheets_of(inventory: Inventory, *, language: str) -> Sequence[Sheet]:
    """Return an inventory as two sheets: tables, and columns."""
    grades = words("grades")
    tables = [
        (
            t.name,
            t.understood.table.comment or None,
            t.understood.table.rows,
            NAMES[t.understood.kind].in_language(language),
            int(t.catalogued),
            t.match.dataset.id if t.match else None,
            grades.name(t.understood.grade.grade).in_language(language),
            "; ".join(remark.in_language(language) for remark in t.remarks) or None,
        )
        for t in inventory.tables
    ]
    columns = [
        (
            t.name,
            c.column.name,
            c.column.comment or None,
            c.column.type,
            c.recognised.name.in_language(language) if c.recognised else None,
            c.element.element.id if c.element else None,
            grades.name(c.grade.grade).in_language(language),
            c.profile.nulls.value,
            c.profile.distinct,
            c.profile.shape or None,
        )
        for t in inventory.tables
        for c in t.understood.columns
    ]
    return [Sheet("tables", TABLE_HEADS, tables), Sheet("columns", COLUMN_HEADS, columns)]


TABLE_HEADS = (
    Text("表", "table"),
    Text("注释", "comment"),
    Text("行数", "rows"),
    Text("类别", "kind"),
    Text("已编目", "catalogued"),
    Text("资源标识", "dataset_id"),
    Text("建议级别", "suggested grade"),
    Text("说明", "remarks"),
)
COLUMN_HEADS = (
    Text("表", "table"),
    Text("列", "column"),
    Text("注释", "comment"),
    Text("类型", "type"),
    Text("识别为", "recognised"),
    Text("数据元", "element_id"),
    Text("建议级别", "suggested grade"),
    Text("空值占比", "share of nulls"),
    Text("不同值占比", "share of different values"),
    Text("形式", "pattern"),
)


def _column(entry: ColumnEntry) -> dict[str, Any]:
    element, recognised = entry.element, entry.recognised
    return {
        "name": entry.column.name,
        "type": entry.column.type,
        "comment": entry.column.comment or None,
        "nullable": entry.column.nullable,
        "key": entry.column.key,
        "recognised": recognised.kind if recognised else None,
        "recognition": recognised.to_json() if recognised else None,
        "element_id": element.element.id if element else None,
        "element": {
            "score": round(element.score, 4),
            "why": [reason.to_json() for reason in element.why],
        }
        if element
        else None,
        "grade": entry.grade.grade,
        "grading": entry.grade.to_json(),
        "profile": entry.profile.to_json(),
    }
