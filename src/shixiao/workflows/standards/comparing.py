"""Conflicts between departments' definitions, found among all that stands in the registry."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.cache import cache
from django.db.models import QuerySet

from shixiao.records.models import Standard
from shixiao.seals import sha256_of
from shixiao.sharing.standards.conflicts import Conflict, find_conflicts
from shixiao.workflows.clock import pack
from shixiao.workflows.standards.drafting import element_of

STANDING = ("draft", "comment", "adopted")
MOST = 3_000  # definitions that are compared while somebody waits
KEPT = 3_600  # seconds
Found = tuple[Conflict, Standard, Standard]
"""A conflict and the two standards it is between."""


def standing(rows: QuerySet[Standard]) -> list[Standard]:
    """Return the definitions that stand, the newest of each; at most as many as are compared."""
    found: dict[tuple[object, str], Standard] = {}
    kept = rows.filter(state__in=STANDING).select_related("department")
    for row in kept.order_by("identifier", "-made", "-id").iterator(chunk_size=1_000):
        found.setdefault((row.department_id, row.identifier), row)
        if len(found) == MOST:
            break
    return list(found.values())


def conflicts_of(rows: Sequence[Standard]) -> list[Found]:
    """Return every conflict with the two standards it is between, the surest first.

    What was found is kept for an hour under a hash of all definitions: a change is seen at once.
    """
    return _found(rows, None)


def conflicts_about(row: Standard, rows: QuerySet[Standard]) -> list[Found]:
    """Return the conflicts of one edition with the definitions that stand, as ``conflicts_of``.

    Only this edition is held against the others, so that a page costs little however many stand.
    """
    if row.state not in STANDING:
        return []
    like = (row.department_id, row.identifier)
    others = [each for each in standing(rows) if (each.department_id, each.identifier) != like]
    return _found([*others, row], len(others))


def _found(rows: Sequence[Standard], about: int | None) -> list[Found]:
    """Return conflicts of all, or of the one at a place."""
    known = [about, pack().hash, [[str(row.pk), row.sha256] for row in rows]]
    key = "conflicts:" + sha256_of(known)
    found: list[Conflict] | None = cache.get(key)
    if found is None:
        found = find_conflicts([element_of(row) for row in rows], rules=pack(), about=about)
        cache.set(key, found, KEPT)
    places = {(row.department.code, row.identifier): row for row in rows}
    return [
        (
            each,
            places[each.one.department, each.one.id],
            places[each.other.department, each.other.id],
        )
        for each in found
    ]
