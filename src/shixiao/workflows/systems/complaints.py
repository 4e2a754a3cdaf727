"""Complaints: what people say against a system is counted against what they used to say.

Counted are complaints that became cases and name the system, and requests to correct data that come
from it. Each window is tested once, when it is over, so that nobody looks until it looks bad.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import Case, Correction, GatewaySource, System
from shixiao.security.surging import RULE, Counted
from shixiao.terms import Period
from shixiao.workflows import moving
from shixiao.workflows.clock import pack
from shixiao.workflows.systems.retesting import surge

DAY = timedelta(days=1)


def watch_all(*, now: datetime) -> int:
    """Test the last window of every admitted system; return how many complaints surged."""
    period = last_window(timezone.localdate(now))
    return sum(_watch(system, period, now) for system in System.objects.filter(state="admitted"))


def last_window(today: date) -> Period:
    """Return the last window that is over: windows follow each other without a gap."""
    days = int(pack().number(RULE, "days"))
    end = date.fromordinal(today.toordinal() // days * days) - DAY
    return Period(end - (days - 1) * DAY, end)


def counted(system: System, period: Period) -> Counted:
    """Return what came against a system within days; both ends are in."""
    starts = datetime.combine(period.start, time.min, timezone.get_default_timezone())
    ends = datetime.combine(period.end + DAY, time.min, timezone.get_default_timezone())
    cases = Case.objects.filter(
        origin=Case.Origin.COMPLAINT,
        subject_kind="system",
        subject=system.identifier,
        opened__gte=starts,
        opened__lt=ends,
    )
    items = GatewaySource.objects.filter(system=system.identifier).values("item")
    corrections = Correction.objects.filter(item__in=items, made__gte=starts, made__lt=ends)
    n = cases.count() + corrections.exclude(state="withdrawn").count()
    return Counted(n, (period.end - period.start).days + 1)


def before(system: System, period: Period) -> Counted:
    """Return what came in the time before a window, back to the system's registration."""
    days = int(pack().number(RULE, "earlier"))
    first = max(period.start - days * DAY, timezone.localdate(system.registered))
    if first >= period.start:
        return Counted(0, 0)
    return counted(system, Period(first, period.start - DAY))


@transaction.atomic
def _watch(system: System, period: Period, now: datetime) -> bool:
    held = moving.locked(system)
    late, earlier = counted(held, period), before(held, period)
    return surge(held, str(period), late=late, earlier=earlier, at=now) is not None
