"""Evidence packages: a folder or .zip with a Frictionless descriptor or files named as tables."""

from __future__ import annotations

import json
import zoneinfo
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import pyarrow as pa

from shixiao.evidence.mapping import listed, recognise
from shixiao.evidence.raw import RawTable
from shixiao.evidence.readers import read_tabular
from shixiao.evidence.readers.archive import Folder, Zipped, safe_path
from shixiao.evidence.readers.tabular import Tabular
from shixiao.evidence.schema import load_schemas
from shixiao.terms import BadInput, Text

DESCRIPTOR = "datapackage.json"
LARGEST_DESCRIPTOR = 16 << 20  # bytes
CALENDARS = ("cn", "weekdays", "none")
SUFFIXES = (".csv", ".csv.gz", ".tsv", ".xlsx", ".parquet")


@dataclass(frozen=True, slots=True)
class Resource:
    """One table that a package announces, in one part or several."""

    table: str
    parts: tuple[str, ...]
    group_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What ``datapackage.json`` says; everything but the resources is optional."""

    name: str | None
    name_en: str | None
    zone: str | None
    calendar: str | None
    resources: tuple[Resource, ...]
    notes: tuple[Text, ...] = ()


@dataclass(slots=True)
class Package:
    """A package whose tables are ready to be read."""

    name: str
    name_en: str | None
    zone: str | None
    calendar: str | None
    tables: list[RawTable]
    files: list[tuple[str, Path]]
    group_columns: dict[str, tuple[str, ...]]
    notes: list[Text] = field(default_factory=list)


def read_package(path: Path, *, work: Path) -> Package:
    """Open a folder or .zip; ``work`` is a folder of our own for what has to be unpacked.

    Raises:
        BadInput: no table, a descriptor that is not valid, an unsafe path, a missing file, two
            files for one table, or a file that its reader refuses.
    """
    place = Folder(path) if path.is_dir() else Zipped(path, work=work)
    names = place.names()
    used: dict[str, Path] = {}
    if DESCRIPTOR in names:
        used[DESCRIPTOR] = place.locate(PurePosixPath(DESCRIPTOR))
        descriptor = parse_descriptor(used[DESCRIPTOR].read_bytes())
    else:
        descriptor = _from_names(names, place.name)
    name = descriptor.name or Path(place.name).stem
    tables = []
    for resource in descriptor.resources:
        parts = []
        for part in resource.parts:
            used[part] = place.locate(safe_path(part, DESCRIPTOR))
            parts.append(read_tabular(used[part], file=part, table=resource.table))
        tables.append(_raw_table(resource.table, parts, source=name))
    return Package(
        name=name,
        name_en=descriptor.name_en,
        zone=descriptor.zone,
        calendar=descriptor.calendar,
        tables=tables,
        files=place.input_files(used),
        group_columns={r.table: r.group_columns for r in descriptor.resources if r.group_columns},
        notes=list(descriptor.notes),
    )


def parse_descriptor(content: bytes) -> Descriptor:
    """Read a ``datapackage.json``.

    Raises:
        BadInput: no JSON, a wrong shape, an unknown zone or calendar, a table named twice, or no
            resource that is a table of the package.
    """
    try:
        if len(content) > LARGEST_DESCRIPTOR:
            raise _invalid("文件过大", "it is too large")
        data = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise _invalid("不是 UTF-8 编码的 JSON", "it is no JSON in UTF-8") from None
    if not isinstance(data, dict) or not isinstance(data.get("resources"), list):
        raise _invalid("缺少 resources 列表", "the list “resources” is missing")
    for key in ("name", "title", "title_en", "timezone", "calendar"):
        if data.get(key) is not None and not isinstance(data[key], str):
            raise _invalid(f"{key} 应为文本", f"“{key}” must be text")
    resources: list[Resource] = []
    notes: list[Text] = []
    for entry in data["resources"]:
        resource = _resource(entry)
        if resource.table not in load_schemas():
            notes.append(_skipped(resource.table))
        else:
            resources.append(resource)
    _check_once([(r.table, "、".join(r.parts), listed(r.parts)) for r in resources], DESCRIPTOR)
    if not resources:
        raise _invalid("没有任何证据包的表", "it names no table of the evidence package")
    return Descriptor(
        name=data.get("title") or data.get("name") or None,
        name_en=data.get("title_en") or None,
        zone=checked_zone(data.get("timezone"), DESCRIPTOR),
        calendar=checked_calendar(data.get("calendar"), DESCRIPTOR),
        resources=tuple(resources),
        notes=tuple(notes),
    )


def checked_zone(zone: str | None, file: str | None) -> str | None:
    """Return the zone if it is an IANA time zone (or None); else raise BadInput."""
    if zone is not None and zone not in zoneinfo.available_timezones():
        raise BadInput(
            Text(
                f"未知的时区“{zone[:60]}”；请写 IANA 名称，如 Asia/Shanghai。",
                f"The time zone “{zone[:60]}” is not known; write an IANA name such as "
                "Asia/Shanghai.",
            ),
            file=file,
        )
    return zone


def checked_calendar(calendar: str | None, file: str | None) -> str | None:
    """Return the calendar if we have it (or None); else raise BadInput."""
    if calendar is not None and calendar not in CALENDARS:
        raise BadInput(
            Text(
                f"未知的工作日历“{calendar[:60]}”；可用：{'、'.join(CALENDARS)}。",
                f"The calendar “{calendar[:60]}” is not known; use one of {', '.join(CALENDARS)}.",
            ),
            file=file,
        )
    return calendar


def _resource(entry: object) -> Resource:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise _invalid("每个资源都要有文本的 name", "each resource needs a “name” that is text")
    name = entry["name"]
    path = entry.get("path")
    parts = [path] if isinstance(path, str) else path
    if not isinstance(parts, list) or not parts or not all(isinstance(p, str) for p in parts):
        raise _invalid(
            f"资源 {name[:60]} 的 path 应为路径或路径列表",
            f"the “path” of {name[:60]} must be a path or a list of paths",
        )
    groups = entry.get("group_columns", [])
    if not isinstance(groups, list) or not all(isinstance(g, str) and g for g in groups):
        raise _invalid(
            f"资源 {name[:60]} 的 group_columns 应为列名列表",
            f"the “group_columns” of {name[:60]} must be a list of column names",
        )
    if not isinstance(entry.get("schema", {}), dict | str):
        raise _invalid(
            f"资源 {name[:60]} 的 schema 应为对象", f"the “schema” of {name[:60]} must be an object"
        )
    return Resource(name, tuple(str(safe_path(p, DESCRIPTOR)) for p in parts), tuple(groups))


def _from_names(names: Sequence[str], file: str) -> Descriptor:
    """Make a descriptor from files that are called like tables (``events.csv``)."""
    found: list[tuple[str, str]] = []
    for name in names:
        stem, suffix = name.lower().partition(".")[::2]
        if stem in load_schemas() and f".{suffix}" in SUFFIXES:
            found.append((stem, name))
    _check_once([(table, name, name) for table, name in found], file)
    if not found:
        raise BadInput(
            Text(
                f"既没有 {DESCRIPTOR}，也没有以表命名的文件（如 events.csv、cases.parquet）。",
                f"There is neither a {DESCRIPTOR} nor a file named after a table (such as "
                "events.csv or cases.parquet).",
            ),
            file=file,
        )
    note = Text(
        f"没有 {DESCRIPTOR}；按文件名认作表：{listed((t for t, _ in found), '、')}。",
        f"There is no {DESCRIPTOR}; tables were taken from file names: "
        f"{listed(t for t, _ in found)}.",
    )
    resources = tuple(Resource(table, (name,)) for table, name in found)
    return Descriptor(None, None, None, None, resources, (note,))


def _check_once(found: Sequence[tuple[str, str, str]], file: str) -> None:
    """Refuse a table that comes from two places: (table, files in Chinese, files in English)."""
    seen: dict[str, tuple[str, str]] = {}
    for table, zh, en in found:
        if table in seen:
            raise BadInput(
                Text(
                    f"“{table}”表有两个来源：{seen[table][0]} 与 {zh}；请只留一个，"
                    "或在同一资源的 path 中列出各部分。",
                    f"The table {table} comes twice, from {seen[table][1]} and {en}; keep one, "
                    "or list the parts in the “path” of one resource.",
                ),
                file=file,
            )
        seen[table] = (zh, en)


def _raw_table(table: str, parts: Sequence[Tabular], *, source: str) -> RawTable:
    first = parts[0]
    for part in parts[1:]:
        if part.columns != first.columns:
            raise BadInput(
                Text(
                    f"各部分的列不同：{first.file} 与 {part.file}；请统一表头。",
                    f"The parts {first.file} and {part.file} have different columns; give them "
                    "the same header.",
                ),
                file=part.file,
            )
    file = first.file if len(parts) == 1 else f"{first.file} … {parts[-1].file}"
    rename = recognise(first.columns, load_schemas()[table], file=first.file)
    if len(parts) == 1 and first.parquet is not None:
        return RawTable(table, file, source, parquet=first.parquet, rename=rename)
    return RawTable(table, file, source, batches=_joined(parts), rename=rename)


def _joined(parts: Sequence[Tabular]) -> Iterator[pa.RecordBatch]:
    schema: pa.Schema | None = None
    for part in parts:
        for batch in part.scan():
            schema = schema or batch.schema
            if not batch.schema.equals(schema):
                raise BadInput(
                    Text(
                        "各部分的列类型不同；请用同一方式导出。",
                        "The parts have columns of different types; export them alike.",
                    ),
                    file=part.file,
                )
            yield batch


def _skipped(name: str) -> Text:
    return Text(
        f"资源“{name[:60]}”不是证据包的表，已略过。",
        f"The resource “{name[:60]}” is no table of the evidence package and was left out.",
    )


def _invalid(zh: str, en: str) -> BadInput:
    return BadInput(
        Text(f"描述文件不合格式：{zh}。", f"The descriptor is not valid: {en}."), file=DESCRIPTOR
    )
