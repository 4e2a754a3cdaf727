"""统筹协调: unresolved disputes are the agenda of a meeting, and what it decides is followed up.

Source: Decree 809 arts. 9 and 28; how long a decision may take is policy (SHR-10).
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from shixiao.checkup.report.speech import both_days
from shixiao.records.models import Dispute, Meeting, Organisation, Resolution, SharingStep
from shixiao.seals import sha256_of
from shixiao.terms import Text
from shixiao.workflows import stepping
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import due_day
from shixiao.workflows.lives import read_life
from shixiao.workflows.moving import Act, Term, needed
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import Incomplete, Stale

WAITING = "coordinating"
PLACE = Text("请写明会议地点。", "Say where the meeting takes place.")
PAST = Text("会议日期不能早于今天。", "The day of a meeting cannot be past.")
EARLY = Text(
    "会议日期还没有到，不能登记纪要。",
    "The day of the meeting has not come; minutes cannot be entered yet.",
)
DECIDED = Text("请写明决定了什么。", "Say what was decided.")
TOO_SOON = Text("期限不能早于今天。", "The last day cannot be past.")
OVER = Text("会议已取消，不能登记决定。", "The meeting was cancelled and decides nothing.")
NOT_ON = Text(
    "这件争议不在这次会议的议题里。", "This dispute is not on the agenda of this meeting."
)
TOLD = Text(
    "统筹协调会决定：{text}请在 {due} 前落实。",
    "The coordination meeting decided: {text} Carry it out by {due}.",
)
MOST_TOLD = 200


def agenda(meeting: Meeting) -> QuerySet[Dispute]:
    """Return its disputes: what waits for coordination, or waited for it when the meeting was held.

    What is settled at the meeting, before its minutes are entered, stays on the agenda.
    """
    rows = Dispute.objects.select_related("request__item__department", "request__requester")
    if meeting.state == "held":
        return rows.filter(code__in=meeting.agenda).order_by("made", "id")
    ended = SharingStep.objects.filter(left=WAITING, at__date__gte=meeting.day)
    waiting = Q(state=WAITING) | Q(code__in=ended.exclude(state=WAITING).values("subject"))
    return rows.filter(waiting).order_by("made", "id")


@transaction.atomic
def call(day: date, place: str, *, actor: Actor, at: datetime) -> Meeting:
    """Call a meeting, and tell the heads of departments whose disputes wait.

    Raises:
        Forbidden: the person may not.
        Incomplete: no place, or a day that is past.
    """
    check(actor, "meeting.manage")
    where = needed(place, field="place", missing=PLACE)
    if day < timezone.localdate(at):
        raise Incomplete(PAST, field="day")
    made = Meeting.objects.create(
        day=day, place=where, state="called", entered=at, made=at, made_by=signed_in(actor)
    )
    stepping.made(made, "meeting.called", Act(actor, at, 0), {"day": day.isoformat()})
    sides = {
        side
        for dispute in agenda(made)
        for side in (dispute.request.item.department_id, dispute.request.requester_id)
    }
    today = timezone.localdate(at)
    people = [each for side in sides for each in holders("head", today=today, organisation=side)]
    when = both_days(day)
    text = Text(
        f"统筹协调会定于 {when.zh} 召开，您部门的争议在议题中。",
        f"A coordination meeting is called for {when.en}; a dispute of yours is on its agenda.",
    )
    tell(people, "meeting.called", text, link=f"/meetings/{made.code}/", at=at)
    return made


@transaction.atomic
def hold(meeting: Meeting, act: Act, *, minutes: str) -> Meeting:
    """Enter the minutes; from now on the agenda is that of this day.

    Raises:
        Incomplete: no minutes, or the day has not come.
    """
    held = stepping.begin(meeting, "hold", act)
    said = needed(minutes, field="minutes")
    if timezone.localdate(act.at) < held.day:
        raise Incomplete(EARLY, field="minutes")
    named = held.resolutions.filter(dispute__isnull=False).values_list("dispute__code", flat=True)
    on = sorted({each.code for each in agenda(held)} | set(named))
    stepping.go(held, "hold", act, event="meeting.moved", reason=said, minutes=said, agenda=on)
    return held


@transaction.atomic
def cancel(meeting: Meeting, act: Act, *, reason: str) -> Meeting:
    """Cancel a meeting; what waits stays for the next one."""
    held = stepping.begin(meeting, "cancel", act)
    stepping.go(held, "cancel", act, event="meeting.moved", reason=needed(reason, field="reason"))
    return held


@transaction.atomic
def resolve(
    meeting: Meeting,
    act: Act,
    *,
    holder: Organisation,
    text: str,
    last_day: date | None = None,
    dispute: Dispute | None = None,
) -> Resolution:
    """Enter what a department has to do, and tell it.

    Args:
        meeting: that decided it.
        act: who enters it.
        holder: who has to carry it out.
        text: what has to be done.
        last_day: as the meeting set it; the days of rule SHR-10 where it set none.
        dispute: what it is about, if it is about one on the agenda.

    Raises:
        Incomplete: nothing is said, the day is past, or the dispute is not on the agenda.
        Stale: the meeting was cancelled.
    """
    check(act.actor, "meeting.manage")
    if meeting.state == "cancelled":
        raise Stale(OVER)
    said, today = needed(text, field="text", missing=DECIDED), timezone.localdate(act.at)
    if last_day is not None and last_day < today:
        raise Incomplete(TOO_SOON, field="last_day")
    if dispute is not None and not agenda(meeting).filter(pk=dispute.pk).exists():
        raise Incomplete(NOT_ON, field="dispute")
    state = read_life("resolutions").states["open"]
    due = last_day or due_day(state.rule, today) or today
    made = Resolution.objects.create(
        meeting=meeting,
        dispute=dispute,
        holder=holder,
        text=said,
        state=state.id,
        entered=act.at,
        due=due,
        due_rule=state.rule,
        last_day=due,
        made=act.at,
        made_by=signed_in(act.actor),
    )
    facts = {
        "concerns": meeting.code,
        "department": holder.code,
        "sha256": sha256_of(said),
        "due": due.isoformat(),
    }
    stepping.made(made, "resolution.made", act, facts)
    _tell(made, act.at)
    return made


@transaction.atomic
def report(resolution: Resolution, act: Act, *, report: str) -> Resolution:
    """Report what was done."""
    held = stepping.begin(resolution, "report", act)
    said = needed(report, field="report")
    stepping.go(held, "report", act, event="resolution.moved", reason=said, report=said)
    return held


@transaction.atomic
def confirm(resolution: Resolution, act: Act) -> Resolution:
    """Confirm that it was carried out."""
    held = stepping.begin(resolution, "confirm", act)
    stepping.go(held, "confirm", act, event="resolution.moved")
    return held


@transaction.atomic
def send_back(resolution: Resolution, act: Act, *, reason: str) -> Resolution:
    """Send a report back: it was not carried out, and the last day stays."""
    held = stepping.begin(resolution, "send_back", act)
    why = needed(reason, field="reason")
    term = Term(read_life("resolutions").states["open"].rule, held.last_day)
    stepping.go(held, "send_back", act, event="resolution.moved", reason=why, term=term)
    _tell(held, act.at)
    return held


@transaction.atomic
def drop(resolution: Resolution, act: Act, *, reason: str) -> Resolution:
    """Drop what need not be carried out any more."""
    held = stepping.begin(resolution, "drop", act)
    why = needed(reason, field="reason")
    stepping.go(held, "drop", act, event="resolution.moved", reason=why)
    return held


def _tell(resolution: Resolution, at: datetime) -> None:
    """Tell the heads of the department that has to carry it out."""
    people = holders("head", today=timezone.localdate(at), organisation=resolution.holder_id)
    due = both_days(resolution.last_day)
    said = resolution.text[:MOST_TOLD]
    text = Text(TOLD.zh.format(text=said, due=due.zh), TOLD.en.format(text=said, due=due.en))
    tell(people, "resolution.made", text, link=f"/resolutions/{resolution.code}/", at=at)
