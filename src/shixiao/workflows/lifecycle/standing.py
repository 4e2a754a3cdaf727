"""How a dataset stands today: its matrix, and the count of its gaps that lists go by.

Counts are kept, for a list of a hundred thousand datasets cannot work them out; what was never
touched needs no row, for then every control of its grade is a gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from shixiao.records.models import CatalogueItem, ControlProof, DataCopy, LifeStanding
from shixiao.sharing.lifecycle import Cell, CellState, Evidence, controls, matrix
from shixiao.terms import Text
from shixiao.workflows import moving
from shixiao.workflows.catalogue.keeping import LISTED

OVERDUE = Text("过期未销毁的副本：{codes}。", "Copies that should be gone: {codes}.")
NONE_OVERDUE = Text("登记的副本都在保存期内。", "All registered copies are within their time.")
CERTIFIED = Text(
    "副本 {code} 由两人确认销毁。", "Two people confirmed that copy {code} was destroyed."
)
FIRST_CODES = 5


@dataclass(frozen=True, slots=True)
class Total:
    """How many datasets there are, how many have gaps, and how many gaps."""

    datasets: int
    with_gaps: int
    gaps: int


def cells_of(item: CatalogueItem, today: date) -> tuple[Cell, ...]:
    """Return the matrix of a dataset as it stands today."""
    named = {
        each.part: " · ".join(filter(None, (each.office, each.person)))
        for each in item.custodies.all()
    }
    seen = [evidence_of(proof) for proof in item.proofs.all()]
    seen += _of_copies(item.copies.all(), today)
    return matrix(item.grade, seen, responsible=named, today=today)


def evidence_of(proof: ControlProof) -> Evidence:
    """Return evidence as the matrix takes it."""
    return Evidence(
        proof.control,
        proof.day,
        proof.passed,
        Text.of(proof.said),
        str(proof.pk) if proof.file_id else proof.reference,
        proof.valid_until,
    )


def _of_copies(copies: Iterable[DataCopy], today: date) -> Iterator[Evidence]:
    """Yield what the register of copies proves: retention today, and each certificate."""
    rows = sorted(copies, key=lambda copy: copy.code)
    late = [copy.code for copy in rows if copy.confirmed is None and copy.keep_until < today]
    if rows:
        said = OVERDUE.format(codes=", ".join(late[:FIRST_CODES])) if late else NONE_OVERDUE
        yield Evidence("destroy.retention", today, not late, said)
    for copy in rows:
        if copy.confirmed is not None:
            day = timezone.localdate(copy.confirmed)
            said = CERTIFIED.format(code=copy.code)
            yield Evidence("destroy.certified", day, passed=True, said=said)


def required(grade: str) -> int:
    """Return how many controls a grade needs."""
    return sum(control.required(grade) for control in controls())


def gaps_of(item: CatalogueItem) -> int:
    """Return the gaps of a dataset as last counted."""
    known = getattr(item, "life", None)
    return required(item.grade) if known is None else int(known.gaps)


def recount(item: CatalogueItem, at: datetime) -> LifeStanding:
    """Count the gaps of a dataset anew; in the transaction of what changed them."""
    held, today = moving.locked(item), timezone.localdate(at)
    cells = cells_of(held, today)
    made, _ = LifeStanding.objects.update_or_create(
        item=held,
        defaults={
            "grade": held.grade,
            "gaps": sum(cell.gap for cell in cells),
            "required": sum(cell.state is not CellState.NOT_REQUIRED for cell in cells),
            "counted": at,
            "changes_on": _changes(held, cells, today),
        },
    )
    return made


def _changes(item: CatalogueItem, cells: Iterable[Cell], today: date) -> date | None:
    """Return the first day on which time alone changes the count; None for none."""
    ends = [cell.valid_until for cell in cells if not cell.gap and cell.valid_until is not None]
    ends += [copy.keep_until for copy in item.copies.all() if copy.confirmed is None]
    coming = [day + timedelta(days=1) for day in ends if day >= today]
    return min(coming, default=None)


def recount_due(*, now: datetime) -> int:
    """Count anew what time or another grade has changed; return how many datasets that were."""
    due = Q(changes_on__lte=timezone.localdate(now)) | ~Q(grade=F("item__grade"))
    rows = LifeStanding.objects.filter(due).order_by("id").values_list("item", flat=True)
    counted = 0
    for pk in list(rows):
        with transaction.atomic():
            recount(CatalogueItem.objects.get(pk=pk), now)
        counted += 1
    return counted


def totals(rows: QuerySet[CatalogueItem]) -> dict[UUID, Total]:
    """Return department → sums over its datasets; two queries, however many they are."""
    listed = rows.filter(state__in=LISTED).order_by()
    kept = (
        listed.filter(life__isnull=False)
        .values("department")
        .annotate(
            n=Count("pk"), gaps=Sum("life__gaps"), some=Count("pk", filter=Q(life__gaps__gt=0))
        )
    )
    untouched = listed.filter(life__isnull=True).values("department", "grade")
    sums: dict[UUID, list[int]] = {}
    found = [(row["department"], row["n"], row["some"], row["gaps"]) for row in kept]
    for row in untouched.annotate(n=Count("pk")):
        each, n = required(row["grade"]), row["n"]
        found.append((row["department"], n, n if each else 0, n * each))
    for department, *numbers in found:
        known = sums.setdefault(department, [0, 0, 0])
        sums[department] = [a + b for a, b in zip(known, numbers, strict=True)]
    return {department: Total(*each) for department, each in sums.items()}


def total(sums: Iterable[Total]) -> Total:
    """Return the sum of sums."""
    parts = list(sums)
    return Total(
        sum(each.datasets for each in parts),
        sum(each.with_gaps for each in parts),
        sum(each.gaps for each in parts),
    )
