"""Listing: who is admitted becomes one signed list that every gate and gateway obeys.

It is written anew whenever a system moves, and by the worker from time to time, so that it never
grows older than gates allow. A system that is not on it is not admitted (``sharing.admission``).
Past the end of its evidence a system has the days of grace of rule SEC-25; then it is suspended.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from shixiao.records.models import System
from shixiao.seals import SigningKey
from shixiao.sharing.admission import Admission, Status, write_statuses
from shixiao.workflows import exchange_files
from shixiao.workflows.clock import pack

STATUSES = {
    "admitted": Status.ADMITTED,
    "suspended": Status.SUSPENDED,
    "retired": Status.RETIRED,
}


def admission_key() -> SigningKey:
    """Return the key that signs the list and the certificates."""
    return exchange_files.signing_key("admission")


def list_path() -> Path:
    """Return where the list lies."""
    return exchange_files.path_of("systems.json")


def later() -> None:
    """Publish once what was done holds."""
    transaction.on_commit(lambda: publish(timezone.now()))


def publish(at: datetime) -> int:
    """Write the list; return how many systems it names."""
    with exchange_files.next_version(list_path()) as version:
        found = {row.identifier: _admission(row) for row in _rows()}
        write_statuses(list_path(), found, admission_key(), version=version, issued=at)
    return len(found)


def last_day(until: datetime) -> date:
    """Return the last day on which gates let a system through: the days of grace included."""
    rule: Any = pack().rule("SEC-25").value
    return timezone.localdate(until) + timedelta(days=int(rule["grace"]))


def read_published() -> bytes | None:
    """Return the list as it lies; None where none was published yet."""
    return exchange_files.read_file(list_path())


def _rows() -> QuerySet[System]:
    return System.objects.filter(state__in=STATUSES).only("identifier", "state", "until", "manual")


def _admission(row: System) -> Admission:
    status = STATUSES[row.state]
    if status is Status.ADMITTED and row.until is not None:
        return Admission(status, last_day(row.until), row.manual)
    return Admission(status, None, row.manual)
