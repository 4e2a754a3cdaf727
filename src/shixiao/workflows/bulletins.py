"""通报: what each department did with requests, corrections and grants in a month.

All of it is read from the steps as they were at the end of the month, so a bulletin that is drawn
up later comes out the same. Once published it no longer changes.

Source: Decree 809 arts. 29 and 38.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from statistics import median

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from shixiao.records.models import (
    Bulletin,
    Correction,
    Exchange,
    Grant,
    Organisation,
    SharingRequest,
    SharingStep,
    UsageRecord,
)
from shixiao.rules import load_calendar
from shixiao.seals import sha256_of
from shixiao.terms import Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import LONGEST, TOO_LONG
from shixiao.workflows.organisations import offices
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import Incomplete, Stale

ANSWERS = ("agree", "refuse")
OVER = ("end", "terminate")
STARTS = ("start", "resume")
NOT_OVER = Text("这个月还没有结束，不能通报。", "The month is not over and cannot be reported yet.")
DONE = Text("这个月已经通报过。", "The bulletin of this month is published already.")


@dataclass(frozen=True, slots=True)
class Row:
    """What a department did in a month.

    Attributes:
        code: of the department.
        received: requests for its data that were filed in the month.
        answered: answers that it gave in the month.
        late: of these, answers after their last day.
        silent: requests without an answer at the end of the month, though their time was over.
        days: median working days from filing to answer; None where none was given.
        refused: of the answers, refusals.
        delivered: deliveries in the month.
        delivered_late: of these, after their last day.
        corrections: corrections answered in the month.
        corrections_late: of these, after their last day.
        asked: requests that it filed itself.
        grants: grants in its favour that were in force at the end of the month.
        unused: of these, those without a use in the month.
        used: exchanges through gateways that gave it data.
        turned_away: its requests that gateways turned away.
    """

    code: str
    received: int = 0
    answered: int = 0
    late: int = 0
    silent: int = 0
    days: float | None = None
    refused: int = 0
    delivered: int = 0
    delivered_late: int = 0
    corrections: int = 0
    corrections_late: int = 0
    asked: int = 0
    grants: int = 0
    unused: int = 0
    used: int = 0
    turned_away: int = 0


def month_of(day: date) -> date:
    """Return the first day of its month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """Return the first day of the month after."""
    return month_of(month + timedelta(days=31))


def month_before(month: date) -> date:
    """Return the first day of the month before."""
    return month_of(month_of(month) - timedelta(days=1))


def figures(month: date) -> list[Row]:
    """Return the figures of a month by department, those who were asked most first."""
    found = [_row(each, month) for each in offices()]
    return sorted(found, key=lambda row: (-row.received, -row.asked, row.code))


@transaction.atomic
def publish(month: date, *, remark: str, actor: Actor, at: datetime) -> Bulletin:
    """Publish the bulletin of a month that is over.

    Raises:
        Forbidden: the person may not.
        Incomplete: the month is not over, or the remark is too long.
        Stale: it is published already.
    """
    check(actor, "bulletin.publish")
    if month >= month_of(timezone.localdate(at)):
        raise Incomplete(NOT_OVER)
    if len(remark) > LONGEST:
        raise Incomplete(TOO_LONG, field="remark")
    rows = [asdict(row) for row in figures(month)]
    said = remark.strip()
    made, new = Bulletin.objects.get_or_create(
        month=month,
        defaults={
            "rows": rows,
            "remark": said,
            "sha256": sha256_of([rows, said]),
            "published": at,
            "published_by": signed_in(actor),
        },
    )
    if not new:
        raise Stale(DONE)
    facts = {"day": month.isoformat(), "sha256": made.sha256}
    put("bulletin.published", f"{month:%Y-%m}", at=at, facts=facts, sealed={"actor": actor.account})
    return made


def published_rows(bulletin: Bulletin) -> list[Row]:
    """Return the figures as they were published."""
    return [Row(**row) for row in bulletin.rows]


def _row(department: Organisation, month: date) -> Row:
    within = _within(month)
    mine = SharingRequest.objects.filter(item__department=department)
    asked = SharingRequest.objects.filter(requester=department)
    answers = _steps(mine, within, verb__in=ANSWERS)
    deliveries = _steps(mine, within, verb="deliver")
    corrections = _steps(
        Correction.objects.filter(item__department=department), within, verb="answer"
    )
    grants, unused = _in_force(department, month)
    exchanged = Exchange.objects.filter(
        _between("at", month), grant__recipient=department
    ).aggregate(
        given=Count("pk", filter=Q(outcome="")), turned_away=Count("pk", filter=~Q(outcome=""))
    )
    return Row(
        code=department.code,
        received=mine.filter(_between("filed", month)).count(),
        answered=len(answers),
        late=_late(answers),
        silent=_silent(mine, month),
        days=_median_days(mine, answers),
        refused=sum(step.verb == "refuse" for step in answers),
        delivered=len(deliveries),
        delivered_late=_late(deliveries),
        corrections=len(corrections),
        corrections_late=_late(corrections),
        asked=asked.filter(_between("filed", month)).count(),
        grants=grants,
        unused=unused,
        used=exchanged["given"],
        turned_away=exchanged["turned_away"],
    )


def _between(field: str, month: date) -> Q:
    """Ask for moments in a month of the local time."""
    first, after = _start(month), _start(next_month(month))
    return Q(**{f"{field}__gte": first, f"{field}__lt": after})


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))


def _within(month: date) -> Q:
    return _between("at", month)


def _steps(
    rows: QuerySet[SharingRequest] | QuerySet[Correction], within: Q, **which: object
) -> list[SharingStep]:
    subjects = rows.values("code")
    return list(SharingStep.objects.filter(within, subject__in=subjects, **which))


def _late(steps: Iterable[SharingStep]) -> int:
    return sum(step.due is not None and timezone.localdate(step.at) > step.due for step in steps)


def _median_days(rows: QuerySet[SharingRequest], answers: list[SharingStep]) -> float | None:
    """Return working days from filing to answer, papers that lacked included."""
    filed = dict(rows.filter(filed__isnull=False).values_list("code", "filed"))
    calendar = load_calendar("cn")
    days = [
        calendar.between(timezone.localdate(filed[step.subject]), timezone.localdate(step.at))
        for step in answers
        if step.subject in filed
    ]
    return float(median(days)) if days else None


def _silent(rows: QuerySet[SharingRequest], month: date) -> int:
    """Count requests that waited for an answer when the month ended, their time being over."""
    end = next_month(month)
    filed = rows.filter(filed__lt=_start(end))
    left = SharingStep.objects.filter(left="asked", at__gte=_start(end)).exclude(state="asked")
    waited = 0
    for request in filed.filter(Q(state="asked") | Q(code__in=left.values("subject"))):
        steps = SharingStep.objects.filter(subject=request.code).order_by("at", "id")
        before = steps.filter(at__lt=_start(end)).last()
        after = steps.filter(at__gte=_start(end), left="asked").exclude(state="asked").first()
        due = request.due if after is None else after.due
        if before is not None and before.state == "asked" and due is not None and due < end:
            waited += 1
    return waited


def _in_force(department: Organisation, month: date) -> tuple[int, int]:
    """Return how many grants were in force at the end of a month, and how many were not used."""
    end = next_month(month)
    steps = SharingStep.objects.filter(subject=OuterRef("code"), at__lt=_start(end))
    used = Exchange.objects.filter(_between("at", month), grant=OuterRef("pk"), outcome="")
    written = UsageRecord.objects.filter(_between("at", month), grant=OuterRef("pk"))
    rows = Grant.objects.filter(
        Exists(steps.filter(verb__in=STARTS)),
        ~Exists(steps.filter(verb__in=OVER)),
        recipient=department,
        starts__lt=end,
        ends__gte=end - timedelta(days=1),
    )
    return rows.count(), rows.filter(~(Exists(used) | Exists(written))).count()
