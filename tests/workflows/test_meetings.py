"""Coordination meetings: disputes are the agenda, and what is decided is followed up."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from shixiao.records.models import LeafRow, Meeting, Notice, Resolution
from shixiao.workflows import meetings
from shixiao.workflows.actors import Actor
from shixiao.workflows.duties.standing import owed_in, standing
from shixiao.workflows.moving import Act
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale
from shixiao.workflows.requests import disputing
from tests.cast import TODAY, Cast
from tests.dealing import PROVIDER, REQUESTER, Deal, dealing

pytestmark = pytest.mark.django_db
INSPECTOR = "chen"


@pytest.fixture
def deal(cast: Cast) -> Deal:
    return dealing(cast)


def act(deal: Deal, name: str, row: Meeting | Resolution) -> Act:
    row.refresh_from_db()
    return Act(deal.actor(name), deal.at, row.version)


def called(deal: Deal, day: date = TODAY) -> Meeting:
    return meetings.call(day, "二楼会议室", actor=deal.actor(INSPECTOR), at=deal.at)


def resolved(deal: Deal, meeting: Meeting, **given: Any) -> Resolution:
    holder = deal.cast.places["health"]
    asked: dict[str, Any] = {"holder": holder, "text": "开放户籍核验接口"} | given
    return meetings.resolve(meeting, act(deal, INSPECTOR, meeting), **asked)


def test_every_dispute_that_waits_for_coordination_is_on_the_agenda(deal: Deal) -> None:
    dispute = deal.disputed()
    assert list(meetings.agenda(called(deal))) == []
    disputing.escalate(dispute, deal.act(REQUESTER, dispute), reason="谈不成")
    meeting = called(deal)
    assert list(meetings.agenda(meeting)) == [dispute]
    told = Notice.objects.filter(kind="meeting.called").values_list("account__login", flat=True)
    assert set(told) == {PROVIDER, REQUESTER}


def test_what_was_decided_before_the_minutes_stays_on_the_agenda_of_that_day(deal: Deal) -> None:
    dispute = deal.disputed()
    disputing.escalate(dispute, deal.act(REQUESTER, dispute), reason="谈不成")
    meeting = called(deal)
    resolved(deal, meeting, dispute=dispute)
    there = deal.act(INSPECTOR, dispute)
    disputing.settle(dispute, there, decision="share", minutes="应当共享")
    meeting = meetings.hold(meeting, act(deal, INSPECTOR, meeting), minutes="议定一项")
    assert list(meetings.agenda(meeting)) == [dispute]
    assert meeting.state == "held"


def test_what_is_settled_at_a_meeting_stays_on_its_agenda_and_leaves_that_of_the_next(
    deal: Deal,
) -> None:
    dispute = deal.disputed()
    disputing.escalate(dispute, deal.act(REQUESTER, dispute), reason="谈不成")
    meeting, after = called(deal), called(deal, TODAY + timedelta(days=7))
    there = deal.act(INSPECTOR, dispute)
    disputing.settle(dispute, there, decision="share", minutes="应当共享")
    assert list(meetings.agenda(meeting)) == [dispute]
    held = meetings.hold(meeting, act(deal, INSPECTOR, meeting), minutes="议定一项")
    assert held.agenda == [dispute.code]
    assert list(meetings.agenda(after)) == []


def test_a_resolution_is_a_duty_with_a_last_day_that_can_be_kept_or_breached(deal: Deal) -> None:
    resolution = resolved(deal, called(deal))
    assert resolution.due == date(2026, 3, 30)  # twenty working days by rule SHR-10
    kept = resolved(deal, called(deal), last_day=date(2026, 3, 9))
    meetings.report(kept, act(deal, PROVIDER, kept), report="已开放")
    meetings.confirm(kept, act(deal, INSPECTOR, kept))
    kept.refresh_from_db()
    assert kept.state == "done"
    health = deal.cast.places["health"]
    late = TODAY + timedelta(days=60)
    counts = {each.duty.id: each for each in standing(health, late).counts}
    assert (counts["resolve"].met, counts["resolve"].breached) == (1, 1)
    owed = [each.row for each in standing(health, late).open if each.owed.duty.id == "resolve"]
    assert owed == [resolution]


def test_a_report_that_is_sent_back_leaves_the_last_day_as_it_was(deal: Deal) -> None:
    resolution = resolved(deal, called(deal), last_day=date(2026, 3, 9))
    meetings.report(resolution, act(deal, PROVIDER, resolution), report="已开放")
    deal.later(3)
    meetings.send_back(resolution, act(deal, INSPECTOR, resolution), reason="接口不通")
    resolution.refresh_from_db()
    assert (resolution.state, resolution.due) == ("open", date(2026, 3, 9))
    owed = [(m.owed.duty.id, m.status.value) for m in owed_in(resolution, date(2026, 3, 10))]
    assert owed == [("resolve", "met"), ("resolve", "breached"), ("verify", "met")]


def test_the_authority_owes_to_check_what_was_reported(deal: Deal) -> None:
    resolution = resolved(deal, called(deal))
    meetings.report(resolution, act(deal, PROVIDER, resolution), report="已开放")
    counts = {each.duty.id: each for each in standing(deal.cast.places["bureau"], TODAY).counts}
    assert (counts["verify"].due, counts["review"].met) == (1, 1)


def test_a_resolution_that_is_dropped_is_owed_no_more(deal: Deal) -> None:
    resolution = resolved(deal, called(deal))
    meetings.drop(resolution, act(deal, INSPECTOR, resolution), reason="职责已划转")
    resolution.refresh_from_db()
    assert owed_in(resolution, TODAY + timedelta(days=90)) == []


def test_each_step_stands_in_the_ledger(deal: Deal) -> None:
    meeting = called(deal)
    resolution = resolved(deal, meeting)
    meetings.report(resolution, act(deal, PROVIDER, resolution), report="已开放")
    meetings.hold(meeting, act(deal, INSPECTOR, meeting), minutes="议定一项")
    events = LeafRow.objects.filter(subject__in=[meeting.code, resolution.code]).order_by("id")
    assert list(events.values_list("event", flat=True)) == [
        "meeting.called",
        "resolution.made",
        "resolution.moved",
        "meeting.moved",
    ]


def test_only_the_authority_calls_and_only_the_named_department_reports(deal: Deal) -> None:
    meeting = called(deal)
    resolution = resolved(deal, meeting)

    def actor(name: str) -> Actor:
        return deal.actor(name)

    with pytest.raises(Forbidden):
        meetings.call(TODAY, "二楼", actor=actor(PROVIDER), at=deal.at)
    with pytest.raises(Forbidden):
        meetings.report(resolution, act(deal, REQUESTER, resolution), report="x")
    with pytest.raises(Forbidden):
        meetings.confirm(resolution, act(deal, PROVIDER, resolution))


def test_what_cannot_be_is_refused_with_the_field_that_is_wrong(deal: Deal) -> None:
    dispute = deal.disputed()  # still negotiated, so on no agenda
    inspector, meeting = deal.actor(INSPECTOR), called(deal, TODAY + timedelta(days=3))
    refused: list[tuple[str, Any]] = [
        ("place", lambda: meetings.call(TODAY, " ", actor=inspector, at=deal.at)),
        (
            "day",
            lambda: meetings.call(TODAY - timedelta(days=1), "x", actor=inspector, at=deal.at),
        ),
        (
            "minutes",
            lambda: meetings.hold(meeting, act(deal, INSPECTOR, meeting), minutes="早了"),
        ),
        ("text", lambda: resolved(deal, meeting, text=" ")),
        ("last_day", lambda: resolved(deal, meeting, last_day=TODAY - timedelta(days=1))),
        ("dispute", lambda: resolved(deal, meeting, dispute=dispute)),
    ]
    for field, attempt in refused:
        with pytest.raises(Incomplete) as error:
            attempt()
        assert error.value.field == field
    assert Resolution.objects.count() == 0


def test_a_cancelled_meeting_decides_nothing(deal: Deal) -> None:
    meeting = called(deal)
    meetings.cancel(meeting, act(deal, INSPECTOR, meeting), reason="改期")
    meeting.refresh_from_db()
    with pytest.raises(Stale):
        resolved(deal, meeting)
