"""What a citizen sees first: search a service, and the ways on."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import DecisionMatter, Evaluation, Hearing
from shixiao.terms import Text
from shixiao.web.consultations.showing import line
from shixiao.web.follow.forms import FollowAny
from shixiao.web.results.clocks import clock
from shixiao.web.search.people import Ask, of_city
from shixiao.workflows.actors import Actor

MOST_OPEN = 5
REGISTERING, COMING = (
    Text("听证报名中", "Registration for a hearing open"),
    Text("听证会待举行", "Hearing to be held"),
)


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
    matters = DecisionMatter.objects.select_related("department").filter(until__gte=today)
    hearings = Hearing.objects.select_related("matter__department").filter(day__gte=today)
    found = [
        (row.until or today, line(row, today)) for row in matters.order_by("until")[:MOST_OPEN]
    ]
    for hearing in hearings.order_by("until", "day")[:MOST_OPEN]:
        registering = today <= hearing.until
        end = hearing.until if registering else hearing.day
        entry = {
            "title": hearing.matter.name,
            "to": reverse("hearing", args=[hearing.matter.code]),
            "about": hearing.matter.department.name,
            "from": hearing.matter.code,
            "tag": REGISTERING if registering else COMING,
            "tone": "amber" if registering else "plain",
            "clock": clock(end, "", today),
        }
        found.append((end, entry))
    return [entry for _, entry in sorted(found, key=lambda each: each[0])[:MOST_OPEN]]
