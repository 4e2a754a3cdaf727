"""Figures on handlers: each sign as seen, beside what the same mix of work brings to others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.utils import timezone

from shixiao.records.models import Step
from shixiao.statistics import Mix, Standardised, standardised_ratio
from shixiao.workflows.clock import pack
from shixiao.workflows.handlers.signs import SIGNS, Did, Piece, own


def steps_between(since: date, until: date) -> list[Did]:
    """Return the steps of all cases within some days, case by case; one query."""
    rows = (
        Step.objects.filter(at__gte=_start(since), at__lt=_start(until))
        .order_by("case", "at", "id")
        .values_list(
            *("case", "case__finding__kind", "case__origin", "verb", "from_state"),
            *("at", "by", "in_time", "reason"),
        )
    )
    return [
        Did(case, kind or origin, verb, state, at, by, in_time, reason)
        for case, kind, origin, verb, state, at, by, in_time, reason in rows
    ]


def figures(since: date, until: date) -> dict[UUID, dict[str, Standardised]]:
    """Return the figures on everybody who handled cases within some days, by person and sign."""
    steps = steps_between(since, until)
    people = {did.by for did in steps if did.by is not None and own(did)}
    minimum = int(pack().number("CASE-20"))
    found: dict[UUID, dict[str, Standardised]] = {person: {} for person in people}
    for name, sign in SIGNS.items():
        counted = _counted(sign.look(steps, until))
        for person in people:
            mixes = [_mix(by, person) for by in counted.values() if person in by]
            found[person][name] = standardised_ratio(mixes, minimum=minimum)
    return found


def as_json(found: Mapping[str, Standardised]) -> dict[str, Any]:
    """Return the figures on one person in the form in which they are kept."""
    return {
        name: {
            "n": each.n,
            "observed": each.observed,
            "expected": None if each.expected is None else float(f"{each.expected:.10g}"),
            "ratio": each.ratio.to_json(),
        }
        for name, each in found.items()
    }


def _counted(pieces: Iterable[Piece]) -> dict[tuple[str, ...], dict[UUID, list[int]]]:
    """Return [shown, all] pieces by what they are compared with, then by person."""
    counted: dict[tuple[str, ...], dict[UUID, list[int]]] = defaultdict(dict)
    for piece in pieces:
        both = counted[piece.like].setdefault(piece.by, [0, 0])
        both[0] += piece.shows
        both[1] += 1
    return counted


def _mix(by: Mapping[UUID, list[int]], person: UUID) -> Mix:
    shown, n = by[person]
    others = [both for other, both in by.items() if other != person]
    return Mix(shown, n, sum(both[0] for both in others), sum(both[1] for both in others))


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
