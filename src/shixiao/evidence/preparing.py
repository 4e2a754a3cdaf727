"""Preparing evidence: from paths to a store, built once per content and reused after."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from shixiao.evidence.building import Built, Progress, build_events, copy_rows
from shixiao.evidence.coding import SourceEvents, create_view
from shixiao.evidence.conform import Conformed, conform, stage
from shixiao.evidence.eventless import build_eventless
from shixiao.evidence.integrity import check_keys, quality_counts
from shixiao.evidence.leaving_out import LISTED, NOTHING_LEFT, LeftOut, others, with_left_out
from shixiao.evidence.mapping import ColumnMapping
from shixiao.evidence.opening import open_evidence
from shixiao.evidence.overlay import with_activity_map
from shixiao.evidence.raw import InputFile, RawEvidence, RawTable
from shixiao.evidence.schema import load_schemas
from shixiao.evidence.site_rows import SiteRows, laid_over, site_rows_of, with_site_rows
from shixiao.evidence.sql import literal, quote
from shixiao.evidence.store import META, STORE_VERSION, Store, StoreMeta
from shixiao.seals import canonical_json, person_key, pseudonymise, sha256_of, sha256_of_file
from shixiao.settings import Settings
from shixiao.terms import BadInput, Text, Unavailable

# An attribute with more values than this tells persons apart rather than groups: it is not kept.
MOST_GROUP_VALUES = 200


@dataclass(frozen=True, slots=True)
class Request:
    """What to prepare: everything that decides the bytes of the store.

    ``grouping`` names case columns that are kept even where they are unusual; ``batch_cases`` is
    how many cases make a batch (rule E-14); ``activity_map`` is a file that stands in for the map
    that came with the evidence; ``left_out`` is a list of cases that count nowhere; ``site_rows``
    is a folder with tables that a site wrote of its own records; ``tables`` names the tables of a
    package that are read, all where it is None.
    """

    paths: tuple[Path, ...]
    mapping: ColumnMapping
    zone: str | None = None
    calendar: str | None = None
    grouping: tuple[str, ...] = ()
    batch_cases: int = 20
    activity_map: Path | None = None
    left_out: Path | None = None
    site_rows: Path | None = None
    tables: tuple[str, ...] | None = None


def prepare(request: Request, *, settings: Settings, progress: Progress) -> Store:
    """Return the store of an input, building it when it is not there yet.

    Raises:
        BadInput: whatever readers and checks refuse; nothing is left behind.
    """
    settings.store.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.store, prefix="building-") as name:
        work = Path(name)
        progress(Text("读取证据", "Reading the evidence"))
        raw = open_evidence(
            request.paths,
            mapping=request.mapping,
            work=work,
            zone=request.zone,
            calendar=request.calendar,
            keep=request.grouping,
        )
        if request.tables is not None:
            raw.tables = _wanted(raw, request.tables)
        if request.activity_map is not None:
            with_activity_map(raw, request.activity_map)
        if request.site_rows is not None:
            with_site_rows(raw, request.site_rows)
        left = LeftOut() if request.left_out is None else with_left_out(raw, request.left_out)
        hashes = [(file, sha256_of_file(path)) for file, path in raw.files]
        secret = person_key(settings.person_key, beside=settings.store)
        key = _key(request, raw, hashes, secret)
        final = settings.store / key
        if not (final / META).exists():
            _build(raw, request, left, hashes, key, secret, work, final, settings, progress)
    return Store.load(final)


def _wanted(raw: RawEvidence, names: Sequence[str]) -> list[RawTable]:
    """Return the tables that are to be read.

    Raises:
        BadInput: there is none of them.
    """
    found = [table for table in raw.tables if table.name in names]
    if not found:
        raise BadInput(
            Text(
                f"没有可用的表；这里需要的是：{'、'.join(names)}。",
                f"there is no table to go by; wanted are: {', '.join(names)}",
            ),
            file=raw.name,
        )
    return found


def _key(
    request: Request, raw: RawEvidence, hashes: Sequence[tuple[str, str]], secret: bytes
) -> str:
    """Name a store by all that its bytes depend on; what is left out is one of the inputs."""
    return sha256_of(
        {
            "version": STORE_VERSION,
            "inputs": [list(entry) for entry in hashes],
            "tables": [[t.name, t.source, sorted(t.rename.items())] for t in raw.tables],
            "zone": raw.zone,
            "calendar": raw.calendar,
            "grouping": sorted(request.grouping),
            "batch": request.batch_cases,
            "persons": sha256_of(secret.hex()),
        }
    )[:32]


def _build(
    raw: RawEvidence,
    request: Request,
    left: LeftOut,
    hashes: Sequence[tuple[str, str]],
    key: str,
    secret: bytes,
    work: Path,
    final: Path,
    settings: Settings,
    progress: Progress,
) -> None:
    folder = work / "store"
    folder.mkdir()
    with _engine(work, settings) as connection:
        progress(Text("核对数据类型和时间", "Checking types and times"))
        tables = _conform_all(raw, left, connection, work, secret)
        events = [SourceEvents(t.source, c) for t, c in tables if t.name == "events"]
        cases = _together([(t, c) for t, c in tables if t.name == "cases"], connection)
        named = laid_over([(t, c) for t, c in tables if t.name not in ("events", "cases")])
        groups = _groups(connection, raw, named)
        site = site_rows_of(connection, tables)
        for name, table in named.items():
            check_keys(connection, name, table)
            _write(connection, table, folder / f"{name}.parquet", grouping=groups.get(name, ()))
        if cases is not None:
            check_keys(connection, "cases", cases)
        if events:
            view = create_view(connection, events, grouping=request.grouping)
            built = build_events(
                connection, view, cases, folder=folder, zone=raw.zone, progress=progress
            )
        else:
            built = build_eventless(connection, cases, folder=folder, zone=raw.zone)
        progress(Text("检查证据质量", "Checking the quality of the evidence"))
        present = {name: table.columns for name, table in named.items()}
        quality = quality_counts(
            connection, folder, built, tables, present, batch_cases=request.batch_cases
        )
        meta = _meta(raw, left, site, key, hashes, tables, built, quality, cases, present, groups)
    (folder / META).write_bytes(canonical_json(meta.to_json()))
    try:
        folder.rename(final)
    except OSError:  # somebody else built the same store meanwhile: theirs has the same content
        if not (final / META).exists():
            raise


@contextmanager
def _engine(work: Path, settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    spill = work / "spill"
    config: dict[str, Any] = {
        "memory_limit": f"{settings.memory}MB",
        "threads": settings.threads or os.cpu_count() or 1,
        "temp_directory": str(spill),
    }
    connection = duckdb.connect(config=config)
    try:
        connection.execute("SET TimeZone = 'UTC'")
        # Progress is told by us, once a step; DuckDB would draw over results on a terminal.
        connection.execute("SET enable_progress_bar = false")
        yield connection
    except duckdb.OutOfMemoryException:
        raise Unavailable(
            Text(
                f"分析引擎的内存上限 {settings.memory} MB 不够；请调大 SHIXIAO_MEMORY_MB。",
                f"the engine's memory limit of {settings.memory} MB is too low;"
                " raise SHIXIAO_MEMORY_MB",
            )
        ) from None
    except duckdb.IOException as error:
        raise Unavailable(
            Text(f"读写磁盘失败：{error}", f"reading or writing the disk failed: {error}")
        ) from None
    finally:
        connection.close()
        shutil.rmtree(spill, ignore_errors=True)


def _conform_all(
    raw: RawEvidence,
    left: LeftOut,
    connection: duckdb.DuckDBPyConnection,
    work: Path,
    secret: bytes,
) -> list[tuple[RawTable, Conformed]]:
    schemas = load_schemas()
    person = partial(pseudonymise, key=secret)
    conformed = []
    for table in raw.tables:
        staged = stage(table, folder=work, person=person)
        parquet, numbered = others(connection, table, staged, left, folder=work)
        if parquet is None:
            continue
        # The cases of a bare log are what its events share: only their number is certain.
        required = ("case_id",) if raw.kind == "log" and table.name == "cases" else None
        found = conform(
            connection,
            schemas[table.name],
            table,
            parquet,
            zone=raw.zone,
            required=required,
            numbered=numbered,
        )
        conformed.append((table, found))
    if not conformed:
        raise BadInput(NOTHING_LEFT)
    return conformed


def _together(
    tables: Sequence[tuple[RawTable, Conformed]], connection: duckdb.DuckDBPyConnection
) -> Conformed | None:
    """Put the cases of all sources into one table, keeping the attributes that can group them."""
    if not tables:
        return None
    columns = tuple(dict.fromkeys(c for _, t in tables for c in t.columns))
    extra = tuple(dict.fromkeys(c for _, t in tables for c in t.extra))
    selects = [
        f"SELECT {literal(raw.source)} AS source, * FROM ({table.sql})" for raw, table in tables
    ]
    sql = " UNION ALL BY NAME ".join(selects)
    if extra:
        counts = ", ".join(f"approx_count_distinct({quote(name)})" for name in extra)
        row = connection.execute(f"SELECT {counts} FROM ({sql})").fetchone() or ()
        extra = tuple(n for n, c in zip(extra, row, strict=True) if 0 < c <= MOST_GROUP_VALUES)
    rows = sum(table.rows for _, table in tables)
    problems = tuple(problem for _, table in tables for problem in table.problems)
    kept = ", ".join(quote(name) for name in ("source", "__row", *columns, *extra))
    whole = f"SELECT {kept} FROM ({sql})"
    return Conformed(whole, whole, columns, extra, rows, problems)


def _groups(
    connection: duckdb.DuckDBPyConnection, raw: RawEvidence, named: Mapping[str, Conformed]
) -> dict[str, tuple[str, ...]]:
    """Return the columns that a descriptor calls groups of persons, where they can group them."""
    found: dict[str, tuple[str, ...]] = {}
    for name, columns in raw.group_columns.items():
        table = named.get(name)
        known = [c for c in columns if table is not None and c in table.extra]
        if table is None or not known:
            continue
        counts = ", ".join(f"approx_count_distinct({quote(c)})" for c in known)
        row = connection.execute(f"SELECT {counts} FROM ({table.sql})").fetchone() or ()
        kept = (c for c, n in zip(known, row, strict=True) if 0 < n <= MOST_GROUP_VALUES)
        found[name] = tuple(kept)
    return {name: columns for name, columns in found.items() if columns}


def _write(
    connection: duckdb.DuckDBPyConnection,
    table: Conformed,
    path: Path,
    *,
    grouping: Sequence[str] = (),
) -> None:
    columns = ", ".join(quote(name) for name in (*table.columns, *grouping))
    # The engine keeps the order of a file on its way to another: no need to sort.
    copy_rows(connection, f"SELECT {columns} FROM ({table.sql})", path)


def _meta(
    raw: RawEvidence,
    left: LeftOut,
    site: SiteRows | None,
    key: str,
    hashes: Sequence[tuple[str, str]],
    tables: Sequence[tuple[RawTable, Conformed]],
    built: Built,
    quality: dict[str, Any],
    cases: Conformed | None,
    present: dict[str, tuple[str, ...]],
    groups: dict[str, tuple[str, ...]],
) -> StoreMeta:
    process: dict[str, tuple[str, ...]] = {}
    if any(table.name == "events" for table, _ in tables):
        process["events"] = ("case_id", "activity", "ts", *built.event_columns)
    if cases is not None or process:
        process["cases"] = tuple(cases.columns) if cases is not None else ()
    rows_of: Counter[str] = Counter()
    given = [(table.name, table.file, conformed.rows) for table, conformed in tables]
    for name, file, rows in [*given, *((*place, rows) for place, rows in left.rows.items())]:
        # The cases of a bare log are no rows of their own.
        if not (raw.kind == "log" and name == "cases"):
            rows_of[file] += rows
    if left.ids is not None:
        rows_of[LISTED] = len(left.ids)
    notes = [*raw.notes, *left.notes, *([] if site is None else [site.note])]
    return StoreMeta(
        key=key,
        name=raw.name,
        name_en=raw.name_en or raw.name,
        kind=raw.kind,
        zone=raw.zone,
        calendar=raw.calendar,
        utc_offset=built.offset,
        inputs=tuple(InputFile(file, digest, rows_of[file]) for file, digest in hashes),
        sources=tuple(dict.fromkeys(t.source for t, _ in tables if t.name == "events")),
        tables={**present, **process},
        event_columns=built.event_columns,
        case_columns=built.case_columns,
        events=built.tally.events,
        cases=built.cases,
        quality=quality,
        notes=tuple(note.to_json() for note in notes),
        left_out=left.count,
        site_rows=site,
        group_columns=groups,
    )
