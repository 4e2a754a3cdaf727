"""What happened on the site as evidence: its records, written as evidence tables for an evaluation.

Requests, duties, grants, exchanges and the catalogue are on record here; nobody should have to
report them to the site in a package. Before an evaluation or a re-measurement they are written in
the form of those tables, as of one moment, into a folder that is named by the hash of its content:
what was evaluated can be evaluated again. The evidence that was received is never changed.

Evidence of the bureau is evaluated with the records of everybody; evidence of a department with
those to which it, or who stands below it, is a party.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import connection
from django.utils import timezone

from shixiao.evidence.site_rows import AS_OF, TABLES
from shixiao.records.models import (
    Evaluation,
    Evidence,
    Finding,
    Gateway,
    Organisation,
    Sighting,
)
from shixiao.seals import sha256_of, sha256_of_file
from shixiao.workflows import sharing_duty_rows, sharing_rows
from shixiao.workflows.actors import with_children
from shixiao.workflows.duties.owing import authority
from shixiao.workflows.sharing_rows import Row
from shixiao.workflows.snapshots import one_moment

SITE_ROWS = "site_rows"  # of the question, and the folder in the site's keeping
BATCH = 10_000
YEAR = timedelta(days=365)  # as far back as duties are counted on their pages
# Columns that the site knows; of others it says nothing, so they are not there.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "departments": ("department_id", "name", "name_en", "parent_id", "tier", "region"),
    "datasets": (
        *("dataset_id", "code", "name", "name_en", "department_id", "format", "share_mode"),
        *("use_conditions", "domain", "tier", "grade", "sharing", "basis", "elements"),
        *("updated", "update_cycle", AS_OF),
    ),
    "requests": (
        *("request_id", "dataset_id", "from_department", "opened", "answered", "decision"),
        *("reason", "basis", "delivered", "purpose", "extension", "consented", "excuse"),
        *("notified", "sharing", AS_OF),
    ),
    "duties": (
        *("duty_id", "act", "holder", "dataset_id", "opened", "due", "done", "basis"),
        *("extension", "consented", AS_OF),
    ),
    "grants": (
        *("grant_id", "dataset_id", "to_department", "purpose", "fields", "case_types"),
        *("starts", "ends", "reassess_on", "stopped", "stop_reason", "misused", AS_OF),
    ),
    "exchanges": (
        *("exchange_id", "ts", "dataset_id", "to_department", "grant_id", "purpose"),
        *("case_id", "records", "ok", AS_OF),
    ),
}


def keep_rows(
    evidence: Evidence,
    *,
    at: datetime,
    since: date | None = None,
    beat: Callable[[], object] = lambda: None,
) -> dict[str, Any]:
    """Write the records as they are now, and return what an evaluation keeps of that.

    Args:
        evidence: that they are laid over; whose it is says whose records are read.
        at: now.
        since: what was over by this day is left out; None leaves out what was a year ago.
        beat: is called every now and then, never within a transaction of ours.

    Returns:
        ``sha256`` of the whole, ``day`` up to which it is known, and of each table its ``sha256``
        and ``rows``; {} where nothing is on record.
    """
    place = _place()
    place.mkdir(parents=True, exist_ok=True)
    day = timezone.localdate(at)
    with TemporaryDirectory(dir=place, prefix=".writing-") as name:
        folder = Path(name) / "rows"
        folder.mkdir()
        within = _within(evidence.organisation)
        tables = _write_all(folder, day, since or day - YEAR, within, beat)
        if not any(each["rows"] for each in tables.values()):
            return {}
        kept = {"day": day.isoformat(), "tables": tables}
        digest = sha256_of(kept)
        try:
            folder.rename(place / digest)
        except OSError:  # the same rows are there already
            if not (place / digest).exists():
                raise
    return {"sha256": digest, **kept}


def rows_of(question: Mapping[str, Any]) -> str | None:
    """Return the folder with the rows that an evaluation kept; None where it kept none."""
    kept = question.get(SITE_ROWS)
    return str(_place() / kept["sha256"]) if kept else None


def count_in(question: Mapping[str, Any]) -> int | None:
    """Return how many rows of the site's records an evaluation used; None where it used none."""
    kept = question.get(SITE_ROWS)
    return sum(each["rows"] for each in kept["tables"].values()) if kept else None


def day_in(question: Mapping[str, Any]) -> date | None:
    """Return the day up to which these rows are known; None where an evaluation used none."""
    kept = question.get(SITE_ROWS)
    return date.fromisoformat(kept["day"]) if kept else None


def asked_again(question: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was asked, without what only the run of it adds."""
    return {name: value for name, value in question.items() if name != SITE_ROWS}


def rests_on_records(finding: Finding) -> bool:
    """Say whether what a finding cites are rows of the site's own records."""
    seen: Evaluation = finding.last_seen
    kept = seen.question.get(SITE_ROWS)
    sighting = Sighting.objects.filter(finding=finding, evaluation=seen).first()
    if not kept or sighting is None:
        return False
    hashes = {each["sha256"] for each in kept["tables"].values()}
    cited = {each["sha256"] for each in sighting.detail.get("evidence", ())}
    return bool(cited & hashes)


def _within(organisation: Organisation) -> frozenset[Any] | None:
    everywhere = organisation.kind != Organisation.Kind.DEPARTMENT
    return None if everywhere else with_children({organisation.pk})


def _one_moment() -> AbstractContextManager[None]:
    """Read as of one moment; within a transaction, that is the moment."""
    return nullcontext() if connection.in_atomic_block else one_moment()


def _write_all(
    folder: Path,
    day: date,
    since: date,
    within: frozenset[Any] | None,
    beat: Callable[[], object],
) -> dict[str, dict[str, Any]]:
    """Write the tables that have rows.

    What moves is read as of one moment. Proven exchanges never change and may be millions, so they
    are read after it. Departments come last, for the others name them.
    """
    makers = {
        "datasets": sharing_rows.datasets,
        "requests": sharing_rows.requests,
        "duties": sharing_duty_rows.duties,
        "grants": sharing_rows.grants,
    }
    paths = {name: folder / f"{name}.parquet" for name in TABLES}
    with _one_moment():
        reading = sharing_rows.reading_of(day, since, within, authority())
        counts = {
            name: _write(paths[name], name, make(reading), day) for name, make in makers.items()
        }
    beat()
    rows = sharing_rows.exchanges(reading)
    counts["exchanges"] = _write(paths["exchanges"], "exchanges", rows, day, beat)
    rows = sharing_rows.departments(reading)
    counts["departments"] = _write(paths["departments"], "departments", rows, day)
    return {
        name: {"sha256": sha256_of_file(path), "rows": counts[name]}
        for name, path in paths.items()
        if path.exists()
    }


def _write(
    path: Path,
    table: str,
    rows: Iterator[Row],
    day: date,
    beat: Callable[[], object] = lambda: None,
) -> int:
    """Write rows as text, some thousands at a time; without any there is no file.

    Where a gateway is read, an empty log of exchanges says that nothing passed.
    """
    columns = COLUMNS[table]
    schema = pa.schema([(name, pa.string()) for name in columns])
    count = 0
    writer = _writer(path, schema) if table == "exchanges" and Gateway.objects.exists() else None
    try:
        while page := list(islice(rows, BATCH)):
            cells = {name: [row.get(name) or None for row in page] for name in columns}
            cells[AS_OF] = [day.isoformat()] * len(page)
            writer = writer or _writer(path, schema)
            batch = [pa.array(cells[name], pa.string()) for name in columns]
            writer.write_batch(pa.RecordBatch.from_arrays(batch, schema=schema))
            count += len(page)
            beat()
    finally:
        if writer is not None:
            writer.close()
    return count


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Begin a file without statistics: by these, a column without a value would count as absent.

    Here it says that there was nothing.
    """
    return pq.ParquetWriter(path, schema, compression="zstd", write_statistics=False)


def _place() -> Path:
    return Path(settings.SITE.data) / SITE_ROWS
