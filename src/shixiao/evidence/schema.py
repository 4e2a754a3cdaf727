"""Table schemas of the evidence package: data in ``schemas/*.yaml``, read into frozen values.

The same data make the reference page for people and the Frictionless schema for tools.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml
from shixiao.terms import Text

TYPES = ("string", "integer", "number", "boolean", "date", "datetime")

HEADING = Text("证据包的表", "Tables of the evidence package")
LEAD = Text(
    "所有表均可缺省；标 * 的列为必备列。时间按 ISO 8601 书写，未注明时区的按证据包的时区理解。",
    "Every table is optional; columns marked * are required. Times are written as ISO 8601; "
    "those without a zone are read in the zone of the package.",
)
HEADS = Text("列 | 类型 | 名称 | 含义", "column | type | title | meaning")
TYPE_NAMES = {
    "string": Text("文本", "text"),
    "integer": Text("整数", "whole number"),
    "number": Text("数值", "number"),
    "boolean": Text("是否（0/1）", "yes or no (0/1)"),
    "date": Text("日期", "date"),
    "datetime": Text("日期时间", "date and time"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One allowed value of a column; its names in both languages are read as the value too."""

    value: str
    title: Text


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        name: name in the package.
        type: one of ``TYPES``.
        title: short name for people.
        about: what the column says.
        required: the table is useless without it (``*`` in the documentation).
        enum: allowed values; empty when any value is allowed.
        foreign_key: (table, column) that the values point to.
        person: identifies a person or a person's device; never stored as it was read.
        is_list: several values in one cell, separated by semicolons.
        standard: name of the same thing in the XES standard, when it has one.
        also: other headers under which exports carry it.
    """

    name: str
    type: str
    title: Text
    about: Text
    required: bool = False
    enum: tuple[Choice, ...] = ()
    foreign_key: tuple[str, str] | None = None
    person: bool = False
    is_list: bool = False
    standard: str | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableSchema:
    """One table of the evidence package; ``key`` names the columns that make a row unique."""

    name: str
    title: Text
    about: Text
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column | None:
        """Return the column of that name, or None when the table knows no such column."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in documented order."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns that the table cannot do without."""
        return tuple(column.name for column in self.columns if column.required)

    @property
    def person_columns(self) -> tuple[str, ...]:
        """Names of the columns that identify a person."""
        return tuple(column.name for column in self.columns if column.person)


@cache
def load_schemas() -> dict[str, TableSchema]:
    """Read all table schemas, in documented order, by table name."""
    folder = files("shixiao.evidence") / "schemas"
    texts = [f.read_text(encoding="utf-8") for f in folder.iterdir() if f.name.endswith(".yaml")]
    described = sorted((load_yaml(text) for text in texts), key=lambda d: int(d["position"]))
    return {str(data["name"]): _table(data) for data in described}


def _table(data: Mapping[str, Any]) -> TableSchema:
    columns: list[Column] = []
    for entry in data["columns"]:
        columns.append(_column(entry))
        if entry.get("english_twin"):
            columns.append(_english_twin(columns[-1]))
    return TableSchema(
        name=str(data["name"]),
        title=Text.of(data["title"]),
        about=Text.of(data["about"]),
        key=tuple(data["key"]),
        columns=tuple(columns),
    )


def _column(entry: Mapping[str, Any]) -> Column:
    if entry["type"] not in TYPES:
        raise ValueError(f"Column {entry['name']} has the unknown type {entry['type']}")
    table, _, column = str(entry.get("foreign_key", "")).partition(".")
    return Column(
        name=str(entry["name"]),
        type=str(entry["type"]),
        title=Text.of(entry["title"]),
        about=Text.of(entry["about"]),
        required=bool(entry.get("required", False)),
        enum=tuple(Choice(str(e["value"]), Text.of(e)) for e in entry.get("enum", ())),
        foreign_key=(table, column) if column else None,
        person=bool(entry.get("person", False)),
        is_list=bool(entry.get("list", False)),
        standard=entry.get("standard"),
        also=tuple(str(name) for name in entry.get("also", ())),
    )


def _english_twin(column: Column) -> Column:
    return Column(
        name=f"{column.name}_en",
        type="string",
        title=Text(f"{column.title.zh}（英文）", f"{column.title.en} in English"),
        about=Text(f"“{column.title.zh}”的英文写法。", f"The English wording of {column.name}."),
    )


def tables_page(language: str) -> str:
    """Render the reference page of all tables as Markdown, in ``zh`` or ``en``."""
    parts = [f"# {HEADING.in_language(language)}", LEAD.in_language(language)]
    parts += [_section(table, language) for table in load_schemas().values()]
    return "\n\n".join(parts) + "\n"


def table_schema_json(table: TableSchema) -> dict[str, Any]:
    """Return a Frictionless Table Schema; titles are Chinese, with English beside them."""
    schema: dict[str, Any] = {
        "fields": [_field(column) for column in table.columns],
        "missingValues": [""],
    }
    # A primary key in the sense of Frictionless may not be empty.
    if table.key and set(table.key) <= set(table.required):
        schema["primaryKey"] = list(table.key)
    keys = [(c.name, *c.foreign_key) for c in table.columns if c.foreign_key]
    if keys:
        schema["foreignKeys"] = [
            {
                "fields": name,
                "reference": {"resource": "" if to == table.name else to, "fields": field},
            }
            for name, to, field in keys
        ]
    return schema


def _section(table: TableSchema, language: str) -> str:
    heads = HEADS.in_language(language)
    lines = [
        f"## {table.name} · {table.title.in_language(language)}",
        "",
        table.about.in_language(language),
        "",
        f"| {heads} |",
        "|---|---|---|---|",
    ]
    return "\n".join(lines + [_row(column, language) for column in table.columns])


def _row(column: Column, language: str) -> str:
    meaning = column.about.in_language(language)
    if column.enum:
        values = (f"`{c.value}` {c.title.in_language(language)}" for c in column.enum)
        meaning += (" " if language == "en" else "") + ("、" if language == "zh" else ", ").join(
            values
        )
    if column.foreign_key:
        meaning += " → `{}.{}`".format(*column.foreign_key)
    star = "*" if column.required else ""
    kind = TYPE_NAMES[column.type].in_language(language)
    return f"| `{column.name}`{star} | {kind} | {column.title.in_language(language)} | {meaning} |"


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name,
        "type": column.type,
        "title": column.title.zh,
        "title_en": column.title.en,
        "description": column.about.zh,
        "description_en": column.about.en,
    }
    if column.type in ("date", "datetime"):
        field["format"] = "any"
    if column.type == "boolean":
        field |= {"trueValues": ["1", "true"], "falseValues": ["0", "false"]}
    constraints: dict[str, Any] = {}
    if column.required:
        constraints["required"] = True
    if column.enum:
        constraints["enum"] = [choice.value for choice in column.enum]
    if constraints:
        field["constraints"] = constraints
    return field
