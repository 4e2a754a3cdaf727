"""Reminding: a clock of an incident warns when a quarter of its time is left, and when it is over.

Each is told once, to those who handle the incident; what is overdue goes to the inspectors as well.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import IncidentClock
from shixiao.security.incidents import DUTIES, Duty
from shixiao.terms import Text
from shixiao.workflows import moving
from shixiao.workflows.incidents.moving import concerned, tell_of
from shixiao.workflows.notices import holders

SOON, OVER = 1, 2
QUARTER = 4
CYBERSPACE = Text("向网信部门报告", "report to the cyberspace office")
SAID = {
    SOON: Text("事件“{title}”：{duty}，最迟 {due}。", "Incident “{title}”: {duty}, by {due}."),
    OVER: Text(
        "事件“{title}”：{duty}已逾期（{due}）。",
        "Incident “{title}”: {duty} is overdue since {due}.",
    ),
}


def remind(*, now: datetime) -> int:
    """Warn of clocks that end soon or are over; return of how many."""
    waiting = IncidentClock.objects.filter(met__isnull=True, warned__lt=OVER)
    return sum(_warn(clock, now) for clock in waiting.exclude(incident__state="dismissed"))


def stage(clock: IncidentClock, now: datetime) -> int:
    """Return how far a clock is: 0 while there is time, else ``SOON`` or ``OVER``."""
    if now > clock.due:
        return OVER
    return SOON if clock.due - now <= (clock.due - clock.begins) / QUARTER else 0


@transaction.atomic
def _warn(clock: IncidentClock, now: datetime) -> bool:
    held = moving.locked(clock)
    reached = stage(held, now)
    if held.met is not None or reached <= held.warned:
        return False
    held.warned = reached
    held.save(update_fields=["warned"])
    incident, duty = held.incident, Duty(held.duty)
    people = concerned(incident, now)
    if reached == OVER:
        people += holders("inspector", today=timezone.localdate(now))
    text = SAID[reached].format(
        title=incident.title,
        duty=CYBERSPACE if duty is Duty.CYBERSPACE else DUTIES[duty],
        due=f"{timezone.localtime(held.due):%Y-%m-%d %H:%M}",
    )
    tell_of(incident, people, "incident.due", text, now)
    return True
