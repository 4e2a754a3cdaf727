"""How the duties of a department stand: counted over a year, and what is open or breached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from shixiao.records.models import (
    CatalogueItem,
    Correction,
    Dispute,
    DutyTotals,
    Grant,
    Organisation,
    Resolution,
    SharingRequest,
    SharingStep,
)
from shixiao.sharing.duties import Duty, Owed, Status, duties
from shixiao.workflows.duties.owing import Row, authority, owed_by, steps_of
from shixiao.workflows.organisations import offices

YEAR = timedelta(days=365)
LISTED = CatalogueItem.LISTED
MOST_READ = 2_000
PERIODS = ("submitted", "updating")
ORDER = {status: place for place, status in enumerate(Status)}


@dataclass(frozen=True, slots=True)
class Counted:
    """How often a duty was met, is due, and was breached, within a year."""

    duty: Duty
    met: int
    due: int
    breached: int


@dataclass(frozen=True, slots=True)
class Matter:
    """A duty in a matter that is open or was breached.

    Attributes:
        row: the record that it is read from.
        owed: the duty with its period.
        status: how it stands today.
    """

    row: Row
    owed: Owed
    status: Status


@dataclass(frozen=True, slots=True)
class Standing:
    """The duties of a department.

    Attributes:
        counts: in the order of the duties; those that never arose are left out.
        open: what was breached or is due, the worst and oldest first.
        cut: whether there were more records of a kind than are read, so that counts are too low.
    """

    counts: tuple[Counted, ...]
    open: tuple[Matter, ...]
    cut: bool = False

    def total(self, status: Status) -> int:
        """Return how many stand like that."""
        return sum(int(getattr(each, status.value)) for each in self.counts)


def standing(department: Organisation, today: date) -> Standing:
    """Return how the duties of a department stand today.

    What it owes is read from records of the last year and from those that still wait for somebody.
    Datasets on which nothing is open are counted without being read.
    """
    bureau, since = authority(), today - YEAR
    everywhere = department.code == bureau
    matters: list[Matter] = []
    cut = False
    counts: Counter[tuple[str, Status]] = Counter()
    for rows in _rows(department, since, today, everywhere=everywhere):
        read = list(rows[: MOST_READ + 1])
        cut, read = cut or len(read) > MOST_READ, read[:MOST_READ]
        steps = steps_of(read)
        for row in read:
            for owed in owed_by(row, steps[row.code], bureau):
                if owed.holder == department.code:
                    matters.append(Matter(row, owed, owed.status(today)))
    for matter in matters:
        counts[matter.owed.duty.id, matter.status] += 1
    counts.update(_quiet(department, since, today))
    found = [
        Counted(duty, *(counts[name, s] for s in (Status.MET, Status.DUE, Status.BREACHED)))
        for name, duty in duties().items()
        if any(counts[name, status] for status in Status)
    ]
    waiting = [each for each in matters if each.status is not Status.MET]
    waiting.sort(key=lambda each: (ORDER[each.status], each.owed.due or date.max, each.row.code))
    return Standing(tuple(found), tuple(waiting), cut)


def count_all(*, now: datetime) -> int:
    """Count the duties of every department anew; return of how many."""
    today, rows = timezone.localdate(now), list(offices())
    for row in rows:
        found = standing(row, today)
        totals = {status.value: found.total(status) for status in Status}
        DutyTotals.objects.update_or_create(
            organisation=row, defaults=totals | {"cut": found.cut, "counted": now}
        )
    return len(rows)


def owed_in(row: Row, today: date) -> list[Matter]:
    """Return the duties in the matter of one record, as they stand today."""
    found = owed_by(row, steps_of([row])[row.code], authority())
    return [Matter(row, owed, owed.status(today)) for owed in found]


def _rows(
    department: Organisation, since: date, today: date, *, everywhere: bool
) -> Iterator[QuerySet[Row]]:
    """Return the records in which the department may owe something.

    The authority reviews the entries of all, coordinates the disputes of all, and checks what all
    carry out.
    """
    recent = Q(made__date__gte=since) | Q(due__isnull=False)
    items = _moved(since) if everywhere else Q(department=department) & _looked(since, today)
    yield CatalogueItem.objects.filter(items).select_related("department")
    provides = Q(item__department=department)
    sides = ("item__department", "requester")
    yield _of(SharingRequest, (provides | Q(requester=department)) & recent, *sides)
    yield _of(Correction, (provides | Q(requester=department)) & recent, *sides)
    disputes = Q() if everywhere else Q(request__item__department=department)
    yield _of(Dispute, disputes & recent, "request__item__department", "request__requester")
    sides = ("item__department", "recipient")
    running = recent | Q(state__in=("active", "suspended", "rectified"))
    yield _of(Grant, (provides | Q(recipient=department)) & running, *sides)
    yield _of(Resolution, (Q() if everywhere else Q(holder=department)) & recent, "holder")


def _of(model: type[Row], which: Q, *joined: str) -> QuerySet[Row]:
    return model._default_manager.filter(which).select_related(*joined)


def _looked(since: date, today: date) -> Q:
    """Which entries are read one by one: with a fault, overdue, or with a period of late."""
    wrong = Q(faults__gt=0) | Q(fresh_until__lt=today)
    return _moved(since) | (Q(state__in=LISTED) & wrong)


def _moved(since: date) -> Q:
    """Which entries wait for somebody, or did of late; the authority owes something on these."""
    moved = SharingStep.objects.filter(left__in=PERIODS, at__date__gte=since)
    return Q(state__in=PERIODS) | Q(code__in=moved.values("subject"))


def _quiet(department: Organisation, since: date, today: date) -> dict[tuple[str, Status], int]:
    """Count the duties of entries that were not read: nothing is wrong with them."""
    rows = CatalogueItem.objects.filter(department=department, state__in=LISTED)
    rows = rows.filter(published__isnull=False).exclude(_looked(since, today))
    promised = Q(fresh_until__isnull=False, updated__isnull=False)
    return {
        ("list", Status.MET): rows.count(),
        ("terms", Status.MET): rows.filter(sharing="conditional").count(),
        ("grounds", Status.MET): rows.filter(sharing="not_shared").count(),
        ("fresh", Status.DUE): rows.filter(promised).count(),
    }
