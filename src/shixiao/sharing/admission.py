"""The list of admitted systems: who may ask and who may answer, as security decided.

``{"schema": "shixiao/status-list/1", "systems": [{"id", "status", "admitted_until", "manual"}]}``,
signed (``published``). ``admitted_until`` is the last day (ISO 8601), or empty for a status that
ends the matter; ``manual`` says where people go while the system is shut, and may be left out. A
system that the list does not name is not admitted. Source: Decree 809 arts. 34, 35 (who manages and
who uses answers for security); the assessment before going live is the bureau's rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Any

from shixiao.seals import SigningKey, VerifyKey
from shixiao.sharing.published import Closed, read_published, signed_file, write_file
from shixiao.terms import Text

SCHEMA = "shixiao/status-list/1"


class Status(StrEnum):
    """Where a system stands."""

    ADMITTED = "admitted"
    SUSPENDED = "suspended"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Admission:
    """Where one system stands.

    Attributes:
        status: as decided.
        until: last day of the admission; None where it is not admitted.
        manual: address of the page that says how it is done by hand; "" without one.
    """

    status: Status
    until: date | None = None
    manual: str = ""


@dataclass(frozen=True, slots=True)
class StatusList:
    """The systems that a gateway may serve.

    Attributes:
        version: of the list.
        issued: when it was signed.
        ends: seconds since 1970 at which the admission of a system ends, by system.
        systems: everything that the list says of each system.
    """

    version: int
    issued: datetime
    ends: Mapping[str, float]
    systems: Mapping[str, Admission] = field(default_factory=dict)

    def admits(self, system: str, *, at: float) -> bool:
        """Say whether a system is admitted at a time (seconds since 1970)."""
        return at < self.ends.get(system, 0.0)


def write_statuses(
    path: Path,
    systems: Mapping[str, Admission],
    key: SigningKey,
    *,
    version: int,
    issued: datetime,
) -> None:
    """Write the signed list in one step.

    Raises:
        ValueError: an admitted system has no last day.
    """
    rows = []
    for name, admission in sorted(systems.items()):
        if admission.status is Status.ADMITTED and admission.until is None:
            raise ValueError(f"{name} is admitted without a last day")
        until = admission.until.isoformat() if admission.until else ""
        row = {"id": name, "status": admission.status.value, "admitted_until": until}
        rows.append(row | ({"manual": admission.manual} if admission.manual else {}))
    body = {"schema": SCHEMA, "systems": rows}
    write_file(path, signed_file(body, key, version=version, issued=issued))


def read_statuses(
    data: bytes, *, key: VerifyKey, now: datetime, max_age: int, zone: tzinfo, known: int = 0
) -> StatusList:
    """Read a signed list.

    Args:
        data: the bytes.
        key: of whoever admits systems.
        now: aware.
        max_age: seconds since it was issued, at most.
        zone: in which a last day ends.
        known: the highest version that was read before.

    Raises:
        Closed: it must not be obeyed, and why.
    """
    read = read_published(data, schema=SCHEMA, key=key, now=now, max_age=max_age, known=known)
    try:
        systems = {str(row["id"]): _admission(row) for row in read.body["systems"]}
    except (KeyError, TypeError, ValueError):
        raise Closed(
            Text("系统清单的内容有误。", "the list of systems is not in its form")
        ) from None
    ends = {
        name: end_of(each.until, zone)
        for name, each in systems.items()
        if each.status is Status.ADMITTED and each.until is not None
    }
    return StatusList(read.version, read.issued, ends, systems)


def _admission(row: Mapping[str, Any]) -> Admission:
    """Read a row.

    Raises:
        KeyError, TypeError, ValueError: it is not in its form, or admitted without a last day.
    """
    status, until = Status(row["status"]), row["admitted_until"]
    admitted = status is Status.ADMITTED
    return Admission(
        status, date.fromisoformat(until) if until or admitted else None, str(row.get("manual", ""))
    )


def end_of(day: date, zone: tzinfo) -> float:
    """Return the moment at which a day ends, in seconds since 1970."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), zone).timestamp()
