"""Daily hashes: a source commits to its tables day by day, so that later edits of them show.

The table of a day is the file that was exported on that day, as it is, byte for byte; its hash is
the SHA-256 of that file. When evidence arrives, each file that holds a table of its source is held
against what was committed:

- a file whose name carries a day (``events-2026-03-02.csv``) against the hash of that day;
- any other against all hashes of that table up to the day on which it arrived: one must be its own.

A package may bring a table in parts, one file a day; that is how single days stay checkable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from django.utils import timezone

from shixiao.evidence.schema import load_schemas
from shixiao.records.models import DailyHash, Evidence

DAY = re.compile(r"(?<!\d)(\d{4})-?(\d{2})-?(\d{2})(?!\d)")


@dataclass(frozen=True, slots=True)
class Difference:
    """A file that is not what its source committed to; ``committed`` is the hash it should have."""

    file: str
    sha256: str
    committed: DailyHash


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of the comparison.

    Attributes:
        same: files that are what was committed.
        different: files that are not.
    """

    same: tuple[str, ...]
    different: tuple[Difference, ...]


def compare(evidence: Evidence) -> Compared:
    """Hold the files of an evidence against what its source committed to; one query."""
    until = timezone.localdate(evidence.received)
    committed: dict[str, list[DailyHash]] = {}
    for row in DailyHash.objects.filter(
        organisation=evidence.organisation_id, day__lte=until
    ).order_by("table", "-day"):
        committed.setdefault(row.table, []).append(row)
    same, different = [], []
    for name, sha256, hashes in _due(evidence.files, committed):
        if any(row.sha256 == sha256 for row in hashes):
            same.append(name)
        else:
            different.append(Difference(name, sha256, hashes[0]))
    return Compared(tuple(same), tuple(different))


def table_and_day(name: str) -> tuple[str, date | None]:
    """Return which table a file holds, by its name, and of which day; "" for none of ours."""
    stem = PurePosixPath(name).name.partition(".")[0].casefold()
    found = DAY.search(stem)
    table = stem[: found.start()].rstrip("-_. ") if found else stem
    if table not in load_schemas():
        return "", None
    return table, _day(found) if found else None


def _due(
    files: list[dict[str, Any]], committed: dict[str, list[DailyHash]]
) -> Iterator[tuple[str, str, list[DailyHash]]]:
    """Give name, hash and the hashes that may be its own, for files that something is known of."""
    for file in files:
        table, day = table_and_day(file["name"])
        hashes = [row for row in committed.get(table, ()) if day is None or row.day == day]
        if hashes:
            yield file["name"], file["sha256"], hashes


def _day(found: re.Match[str]) -> date | None:
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        return None
