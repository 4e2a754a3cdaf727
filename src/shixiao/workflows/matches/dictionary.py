"""What has been learned: the decisions that stand, as the next run of a department takes them.

What a department confirms serves everybody. What it rejects is kept from that department alone, so
that nobody takes an element away from others. Its own word goes before that of others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.utils import timezone

from shixiao.records.models import MatchDecision, Organisation, StoredFile
from shixiao.sharing.matching import Decision, written
from shixiao.workflows import files
from shixiao.workflows.actors import Actor
from shixiao.workflows.roles import Scope

CONFIRMED, NONE = MatchDecision.Kind.CONFIRMED, MatchDecision.Kind.NONE


def known_to(actor: Actor) -> list[MatchDecision]:
    """Return the decisions that the person's own runs go by; all of them for the bureau."""
    everything = actor.reach("match.read") is Scope.ANY
    rows = list(_standing())
    if everything:
        return rows
    return [row for row in rows if row.kind == CONFIRMED or row.department_id in actor.below]


def learned_for(department: Organisation) -> list[MatchDecision]:
    """Return the decisions that a run of a department goes by, its own last."""
    rows = list(_standing())
    own = {row.key: row for row in rows if row.department_id == department.pk}
    others = [row for row in rows if row.department_id != department.pk]
    kept = [row for row in others if row.kind == CONFIRMED and not _settled(row, own.get(row.key))]
    return [*kept, *own.values()]


def _settled(row: MatchDecision, own: MatchDecision | None) -> bool:
    """Say whether the own word on a wording leaves nothing to another department's."""
    if own is None:
        return False
    return own.kind == CONFIRMED or row.element_name in {name for _, name in own.refused}


def _standing() -> Iterator[MatchDecision]:
    rows = MatchDecision.objects.filter(ended__isnull=True).select_related("department")
    return rows.order_by("at", "id").iterator()


def decisions(rows: Sequence[MatchDecision], *, named: bool) -> Iterator[Decision]:
    """Yield decisions as the file of the command has them, for each element one.

    Args:
        rows: decisions that stand.
        named: whether the department is said; a person's name is never.
    """
    for row in rows:
        by, at = row.department.name.zh if named else "", timezone.localtime(row.at)
        if row.kind == CONFIRMED:
            yield Decision(row.wording, row.element, True, by, at, row.element_name)
        else:
            for element, name in row.refused:
                yield Decision(row.wording, element, False, by, at, name)


def keep(department: Organisation, *, at: datetime) -> StoredFile | None:
    """Keep the dictionary as a department's run takes it now; None where nothing was learned."""
    rows = learned_for(department)
    return files.store(file_of(rows, named=False), at=at) if rows else None


def file_of(rows: Sequence[MatchDecision], *, named: bool = True) -> bytes:
    """Return decisions as the file that ``shixiao sharing match --learned`` reads."""
    return written(decisions(rows, named=named)).encode()
