"""Which column of a file is which column of the package: named by the user, or recognised."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import yaml

from shixiao.datafiles import load_yaml
from shixiao.evidence.schema import Column, TableSchema
from shixiao.terms import BadInput, Text

LARGEST_MAPPING = 1 << 20  # bytes; a mapping names a dozen columns
CASE_PREFIX = "case:"  # how the XES world marks attributes of a case in a flat table


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Columns of a bare log as the user names them; None means: recognise it.

    ``case_object_type`` and ``matter_object_type`` choose object types of an OCEL log.
    """

    case: str | None = None
    activity: str | None = None
    time: str | None = None
    seq: str | None = None
    resource: str | None = None
    channel: str | None = None
    service: str | None = None
    department: str | None = None
    lifecycle: str | None = None
    clock: str | None = None
    actor: str | None = None
    place: str | None = None
    app: str | None = None
    legal_basis: str | None = None
    case_object_type: str | None = None
    matter_object_type: str | None = None

    @property
    def named(self) -> dict[str, str]:
        """Column of the events table → column of the file, for those that were named."""
        given = {FLAGS[flag]: name for flag, name in asdict(self).items() if flag in FLAGS}
        return {column: name for column, name in given.items() if name is not None}


FLAGS = {
    "case": "case_id",
    "activity": "activity",
    "time": "ts",
    "seq": "seq",
    "resource": "resource",
    "channel": "channel",
    "service": "service_id",
    "department": "department_id",
    "lifecycle": "lifecycle",
    "clock": "clock",
    "actor": "actor",
    "place": "place",
    "app": "app_id",
    "legal_basis": "legal_basis",
}
FLAG_OF = {column: flag for flag, column in FLAGS.items()}


def load_mapping(path: Path) -> ColumnMapping:
    """Read a mapping from YAML or JSON, e.g. ``{case: 流水号, time: 操作时间}``.

    Raises:
        BadInput: when the file cannot be read, is no mapping, or names something unknown.
    """
    try:
        if path.stat().st_size > LARGEST_MAPPING:
            raise BadInput(
                Text("列对照文件过大。", "This is too large to be a column mapping."),
                file=path.name,
            )
        data = load_yaml(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError, ValueError):
        raise BadInput(
            Text(
                "读不出列对照；应为 YAML 或 JSON。", "No column mapping: it must be YAML or JSON."
            ),
            file=path.name,
        ) from None
    known = [field.name for field in fields(ColumnMapping)]
    if not isinstance(data, dict) or not all(
        key in known and isinstance(value, str) and value for key, value in data.items()
    ):
        raise BadInput(
            Text(
                f"列对照的每一项应为“名称: 文件中的列”，名称限于 {'、'.join(known)}。",
                "Each entry must read “name: column in the file”, where the name is one of "
                f"{', '.join(known)}.",
            ),
            file=path.name,
        )
    return ColumnMapping(**data)


def normal(name: str) -> str:
    """Fold what does not matter in a header: width, case, outer and double spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def recognise(
    columns: Sequence[str], table: TableSchema, *, file: str, named: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return column of the file → column of the package.

    A named column wins. Otherwise the package's own name goes before the XES standard's name,
    and that before other headers; two equally good candidates are an error, never a guess.

    Raises:
        BadInput: a named column is not in the file, or two columns fit equally well.
    """
    named = named or {}
    taken = {_find(name, columns, file): column for column, name in named.items()}
    exact = {normal(name): name for name in table.names}
    for name in columns:
        own = exact.get(normal(name))
        if own and name not in taken and own not in taken.values():
            taken[name] = own
    for tier in ("standard", "other"):
        for column in table.columns:
            if column.name in taken.values():
                continue
            headers = _headers(column, tier)
            found = [name for name in columns if normal(name) in headers and name not in taken]
            if len(found) > 1:
                raise _ambiguous(column, found, file)
            if found:
                taken[found[0]] = column.name
    return taken


def case_attributes(table: TableSchema) -> dict[str, str]:
    """Return every header ``case:KEY`` under which a flat log may carry a column of ``table``."""
    renames: dict[str, str] = {}
    for column in table.columns:
        keys = (column.name, column.title.zh, *column.also)
        renames |= {f"{CASE_PREFIX}{key}": column.name for key in keys}
    return renames


def _headers(column: Column, tier: str) -> set[str]:
    if tier == "standard":
        return {normal(column.standard)} if column.standard else set()
    return {normal(name) for name in (column.title.zh, *column.also)}


def _find(name: str, columns: Sequence[str], file: str) -> str:
    """Return the column the user means: letter by letter, or but for width and case."""
    if name in columns:
        return name
    close = [column for column in columns if normal(column) == normal(name)]
    if len(close) == 1:
        return close[0]
    raise BadInput(
        Text(
            f"文件中没有“{name}”列；现有的列：{listed(columns, '、')}。",
            f"There is no column “{name}”; the columns are: {listed(columns)}.",
        ),
        file=file,
    )


def listed(names: Iterable[str], separator: str = ", ") -> str:
    """Return the first forty names in one line, for messages."""
    names = list(names)
    return separator.join(names[:40]) + ("…" if len(names) > 40 else "")


def _ambiguous(column: Column, found: Sequence[str], file: str) -> BadInput:
    flag = FLAG_OF.get(column.name)
    zh = f"请用 --{flag.replace('_', '-')} 指明" if flag else "请改掉其中一个列名"
    en = f"say which with --{flag.replace('_', '-')}" if flag else "rename all but one"
    return BadInput(
        Text(
            f"{listed(found, '、')}都可能是“{column.title.zh}”（{column.name}）；{zh}。",
            f"{listed(found)} could each be {column.name} ({column.title.en}); {en}.",
        ),
        file=file,
    )
