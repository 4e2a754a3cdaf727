"""What a citizen sees first: search a service, and the ways on."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from shixiao.records.models import DecisionMatter, Evaluation, Hearing
from shixiao.web.consultations.showing import hearing_line, line
from shixiao.web.follow.forms import FollowAny
from shixiao.web.search.people import Ask, of_city
from shixiao.workflows.actors import Actor
from shixiao.workflows.consultations.moving import ENDED

MOST_OPEN = 5


def is_citizen(actor: Actor) -> bool:
    """Say whether a page is for a citizen: nobody signed in, or somebody without an office."""
    return actor.roles <= {"citizen"}


def ways_on(evaluation: Evaluation | None) -> dict[str, Any]:
    """Return what the first part of the front page shows; three queries."""
    return {
        "ask": Ask(of_city(evaluation)),
        "follow": FollowAny(auto_id="follow_%s"),
        "open": _open(),
    }


def _open() -> list[dict[str, Any]]:
    """Return consultations and hearings that people can take part in, by days left."""
    today = timezone.localdate()
    matters = DecisionMatter.objects.filter(until__gte=today).exclude(state=ENDED)
    matters = matters.select_related("department")
    hearings = Hearing.objects.filter(day__gte=today).exclude(matter__state=ENDED)
    hearings = hearings.select_related("matter__department")
    found = [
        (row.until or today, line(row, today)) for row in matters.order_by("until")[:MOST_OPEN]
    ]
    found += [
        (each.until if today <= each.until else each.day, hearing_line(each, today))
        for each in hearings.order_by("until", "day")[:MOST_OPEN]
    ]
    return [entry for _, entry in sorted(found, key=lambda each: each[0])[:MOST_OPEN]]
