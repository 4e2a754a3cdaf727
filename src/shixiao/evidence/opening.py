"""Opening: what lies at the given paths, as raw tables under the package's column names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from shixiao.evidence.mapping import (
    CASE_PREFIX,
    FLAG_OF,
    ColumnMapping,
    case_attributes,
    listed,
    load_mapping,
    recognise,
)
from shixiao.evidence.raw import RawEvidence, RawTable
from shixiao.evidence.readers import TABULAR, Kind, Tabular, read_tabular, sniff
from shixiao.evidence.readers.ocel import flatten
from shixiao.evidence.readers.ocel_json import JsonLog
from shixiao.evidence.readers.ocel_sqlite import SqliteLog
from shixiao.evidence.readers.package import checked_calendar, checked_zone, read_package
from shixiao.evidence.readers.parquet import filled_columns, parquet_batches
from shixiao.evidence.readers.xes import read_xes
from shixiao.evidence.schema import load_schemas
from shixiao.terms import BadInput, Text

__all__ = ["ColumnMapping", "load_mapping", "open_evidence"]

DEFAULT_ZONE = "Asia/Shanghai"
DEFAULT_CALENDAR = "none"
LOG_SUFFIXES = (
    *(".gz", ".xes", ".csv", ".tsv", ".txt", ".xlsx", ".parquet"),
    *(".json", ".jsonocel", ".sqlite", ".sqlite3", ".db"),
)


def open_evidence(
    paths: Sequence[Path],
    *,
    mapping: ColumnMapping,
    work: Path,
    zone: str | None = None,
    calendar: str | None = None,
    keep: Sequence[str] = (),
) -> RawEvidence:
    """Open one package, or one or several bare event logs (each of them a source).

    Args:
        paths: files or folders.
        mapping: columns of bare logs that the user names; packages are not mapped.
        work: a folder of ours for what has to be unpacked.
        zone: IANA time zone that overrides the package's; without either, ``Asia/Shanghai``.
        calendar: working-day calendar that overrides the package's; without either, ``none``.
        keep: event attributes of an XES log that are wanted besides the known ones; tables
            keep all their columns.

    Raises:
        BadInput: nothing at a path, an unknown kind of file, two logs of one name, or whatever
            the readers refuse.
    """
    if not paths:
        raise BadInput(Text("没有给出任何文件。", "No file was given."))
    checked_zone(zone, None)
    checked_calendar(calendar, None)
    kinds = {path: sniff(path, file=path.name or str(path)) for path in paths}
    if len(kinds) < len(paths):
        raise BadInput(Text("同一个文件给了两次。", "One file was given twice."))
    if Kind.PACKAGE not in kinds.values():
        return _open_logs(kinds, mapping, work=work, zone=zone, calendar=calendar, keep=keep)
    if len(paths) > 1:
        raise BadInput(
            Text(
                "证据包一次只能评估一个，也不能与日志混用；请分别评估。",
                "Evaluate one package at a time, and not together with logs.",
            ),
            file=next(path.name for path in paths if kinds[path] is Kind.PACKAGE),
        )
    package = read_package(paths[0], work=work)
    return RawEvidence(
        name=package.name,
        name_en=package.name_en,
        kind="package",
        zone=zone or package.zone or DEFAULT_ZONE,
        calendar=calendar or package.calendar or DEFAULT_CALENDAR,
        tables=package.tables,
        files=package.files,
        group_columns=package.group_columns,
        notes=[*package.notes, *_assumed_zone(zone or package.zone)],
    )


def _open_logs(
    kinds: dict[Path, Kind],
    mapping: ColumnMapping,
    *,
    work: Path,
    zone: str | None,
    calendar: str | None,
    keep: Sequence[str],
) -> RawEvidence:
    sources: dict[str, Path] = {}
    for path in kinds:
        source = _stem(path.name)
        if source in sources:
            raise BadInput(
                Text(
                    f"两个日志同名“{source}”，结果中无法区分；请改名。",
                    f"Two logs are called “{source}” and could not be told apart; rename one.",
                ),
                file=path.name,
            )
        sources[source] = path
    tables: list[RawTable] = []
    for source, path in sources.items():
        tables += _log_tables(path, kinds[path], source, mapping, work=work, keep=keep)
    return RawEvidence(
        name=" + ".join(path.name for path in kinds),
        kind="log",
        zone=zone or DEFAULT_ZONE,
        calendar=calendar or DEFAULT_CALENDAR,
        tables=tables,
        files=[(path.name, path) for path in kinds],
        notes=_assumed_zone(zone),
    )


def _stem(name: str) -> str:
    """Return a file's name without the suffixes of logs: ``receipt.xes.gz`` → ``receipt``."""
    stem = name
    while Path(stem).suffix.lower() in LOG_SUFFIXES:
        stem = Path(stem).stem
    return stem or name


def _assumed_zone(zone: str | None) -> list[Text]:
    if zone:
        return []
    return [
        Text(
            f"未指明时区，未带时区的时间按 {DEFAULT_ZONE} 理解。",
            f"No time zone is given; times without one are read in {DEFAULT_ZONE}.",
        )
    ]


def _log_tables(
    path: Path,
    kind: Kind,
    source: str,
    mapping: ColumnMapping,
    *,
    work: Path,
    keep: Sequence[str],
) -> list[RawTable]:
    file = path.name
    if kind in TABULAR:
        return _flat_log(read_tabular(path, file=file, table="events"), source, mapping)
    if kind is Kind.XES:
        # What the standard has names for is read anyway, and under the standard's name.
        own = [c.name for c in load_schemas()["events"].columns if not (c.required or c.standard)]
        keys = dict.fromkeys((*mapping.named.values(), *keep, *(n for n in own if n in FLAG_OF)))
        tables = read_xes(path, name=file, source=source, work=work, keys=tuple(keys))
        return [_renamed(table, mapping) for table in tables]
    log = JsonLog(path, file=file) if kind is Kind.OCEL_JSON else SqliteLog(path, file=file)
    return flatten(
        log,
        file=file,
        source=source,
        case_type=mapping.case_object_type,
        matter_type=mapping.matter_object_type,
    )


def _renamed(table: RawTable, mapping: ColumnMapping) -> RawTable:
    """Give the tables of an XES log the package's column names."""
    if table.name != "events":
        table.rename = {**case_attributes(load_schemas()[table.name]), "case_id": "case_id"}
    elif table.parquet is not None:
        table.rename = _event_columns(filled_columns(table.parquet), mapping, table.file)
    return table


def _event_columns(columns: Sequence[str], mapping: ColumnMapping, file: str) -> dict[str, str]:
    """Recognise the columns of a bare log and insist on case, activity and time."""
    schema = load_schemas()["events"]
    rename = recognise(columns, schema, file=file, named=mapping.named)
    for column in schema.columns:
        if column.required and column.name not in rename.values():
            flag = FLAG_OF[column.name]
            raise BadInput(
                Text(
                    f"认不出哪一列是“{column.title.zh}”；请用 --{flag} 指明。"
                    f"现有的列：{listed(columns, '、')}。",
                    f"No column was recognised as {column.name} ({column.title.en}); name it with "
                    f"--{flag}. The columns are: {listed(columns)}.",
                ),
                file=file,
            )
    return rename


def _flat_log(table: Tabular, source: str, mapping: ColumnMapping) -> list[RawTable]:
    rename = _event_columns(table.columns, mapping, table.file)
    events = RawTable(
        "events",
        table.file,
        source,
        parquet=table.parquet,
        batches=None if table.parquet else table.scan(),
        rename=rename,
    )
    case = next(name for name, column in rename.items() if column == "case_id")
    attributes = [n for n in table.columns if n.startswith(CASE_PREFIX) and n != case]
    if not attributes:
        return [events]
    needed = [case, *attributes]
    rows = parquet_batches(table.parquet, needed) if table.parquet else table.scan()
    cases = RawTable(
        "cases",
        table.file,
        source,
        batches=_one_row_per_case(rows, case, attributes),
        rename={**case_attributes(load_schemas()["cases"]), case: "case_id"},
    )
    return [events, cases]


def _one_row_per_case(
    batches: Iterator[pa.RecordBatch], case: str, attributes: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    """Keep the first value of each attribute that the first batch of a case gives.

    A flat log repeats them on every event; the case ids seen so far are all that is remembered.
    """
    seen: set[object] = set()
    for batch in batches:
        grouped = (
            pa.Table.from_batches([batch])
            .select([case, *attributes])
            .group_by(case, use_threads=False)
            .aggregate([(name, "first") for name in attributes])
            .rename_columns([case, *attributes])
        )
        new = [key is not None and key not in seen for key in grouped[case].to_pylist()]
        grouped = grouped.filter(pa.array(new, pa.bool_())).combine_chunks()
        seen.update(grouped[case].to_pylist())
        yield from grouped.to_batches()
