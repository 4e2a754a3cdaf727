"""Test contacts: what they became is found out, and nobody else's matter is made one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shixiao.records.models import ChannelRound, ChannelTest, Notice, Voice
from shixiao.voice.handling import Entry
from shixiao.workflows.draws import Public
from shixiao.workflows.moving import Act
from shixiao.workflows.refusals import Forbidden, Incomplete
from shixiao.workflows.voices import channels, handling, routing, weekly
from shixiao.workflows.voices.taking import Came, bring
from tests.cast import NOW, TODAY, Cast
from tests.rounds import with_ledger

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ASKED = "门诊第二号窗口上午几点开门，周末开不开门？"
REPLY = "门诊第二号窗口上午八点开门，周末照常，联系电话 12345678。"


@pytest.fixture(autouse=True)
def _place(place: Path) -> None:
    """The ledger of a test is its own."""


@pytest.fixture
def contact(cast: Cast) -> ChannelTest:
    """Return a contact that was drawn and is to be brought on the phone."""
    told = {"channel": "phone", "department": "health", "text": ASKED, "words": ["八点"]}
    round_ = ChannelRound.objects.create(
        starts=TODAY, ends=TODAY + 7 * DAY, pool={"0001": told}, state="drawn", made=NOW,
        by=cast.accounts["chen"],
    )  # fmt: skip
    return ChannelTest.objects.create(round=round_, number=1, channel="phone", told=told)


def called(cast: Cast, text: str = ASKED, at: Any = NOW, channel: str = "phone") -> Voice:
    return bring(Entry("complaint", channel, text), Came(at, cast.actor("zhao")))[0]


def entered(contact: ChannelTest, row: Voice, cast: Cast) -> ChannelTest:
    return channels.carry(contact, receipt=row.code, actor=cast.actor("chen"), at=NOW + DAY)


def test_what_other_people_brought_is_never_made_a_test(cast: Cast, contact: ChannelTest) -> None:
    for row in (
        called(cast, at=NOW - DAY),
        called(cast, channel="counter"),
        called(cast, "公租房漏水三个月了，物业不管，请来修。"),
    ):
        with pytest.raises(Incomplete) as refused:
            entered(contact, row, cast)
        assert refused.value.field == "receipt"
    assert not Voice.objects.filter(test=True).exists()
    row = called(cast, f"有人来电：{ASKED}")
    assert entered(contact, row, cast).voice == row
    assert Voice.objects.get(test=True) == row


def test_a_receipt_is_of_one_contact_only(cast: Cast, contact: ChannelTest) -> None:
    other = ChannelTest.objects.create(
        round=contact.round, number=2, channel="phone", told=contact.told
    )
    row = called(cast)
    entered(contact, row, cast)
    with pytest.raises(Incomplete):
        entered(other, row, cast)


def every_week(cast: Cast, texts: int) -> ChannelRound:
    """Return a weekly round that was drawn, of so many contacts by one channel."""
    items = [channels.Item("phone", "health", f"{n}：{ASKED}", ("八点",)) for n in range(texts)]
    made = channels.plan(
        items, public=Public("福利彩票当期号码", TODAY + DAY), ends=TODAY + 5 * DAY,
        actor=cast.actor("chen"), at=NOW, weekly=True,
    )  # fmt: skip
    return channels.draw(made, announced="1 2 3", actor=cast.actor("chen"), at=NOW + DAY)


def test_the_next_weekly_round_plans_itself_of_what_was_not_drawn(cast: Cast) -> None:
    with_ledger()
    first = every_week(cast, 8)
    assert [weekly.start(now=NOW + n * DAY) for n in (1, 6, 7, 8)] == [0, 0, 1, 0]
    made = ChannelRound.objects.exclude(pk=first.pk).get()
    drawn = {test.told["text"] for test in first.tests.all()}
    assert (made.starts, made.ends) == (TODAY + 8 * DAY, TODAY + 12 * DAY)
    assert (made.state, made.weekly, len(drawn), len(made.pool)) == ("planned", True, 5, 3)
    assert not drawn & {item["text"] for item in made.pool.values()}
    assert Notice.objects.filter(kind="channel.planned", link=f"/channels/{made.code}/").exists()


def test_after_weeks_without_the_worker_the_weekday_stays(cast: Cast) -> None:
    with_ledger()
    every_week(cast, 8)
    assert weekly.start(now=NOW + 31 * DAY) == 1
    assert ChannelRound.objects.latest("made").starts == TODAY + 36 * DAY


def test_a_pool_that_is_used_up_is_told_once_and_rounds_can_be_stopped(cast: Cast) -> None:
    with_ledger()
    every_week(cast, 5)
    assert [weekly.start(now=NOW + n * DAY) for n in (8, 9)] == [0, 0]
    told = Notice.objects.filter(kind="channel.used").values_list("account", flat=True)
    assert 0 < len(told) == len(set(told))
    other = every_week(cast, 8)
    with pytest.raises(Forbidden):
        weekly.stop(other, actor=cast.actor("zhao"))
    weekly.stop(other, actor=cast.actor("chen"))
    assert weekly.start(now=NOW + 8 * DAY) == 0
    assert ChannelRound.objects.filter(state="planned").count() == 0


def judged(contact: ChannelTest, cast: Cast) -> str:
    at = NOW + 9 * DAY
    channels.publish(contact.round, actor=cast.actor("chen", today=at.date()), at=at)
    contact.refresh_from_db()
    return contact.outcome


def act(cast: Cast, who: str, row: Voice, at: Any = NOW) -> Act:
    row.refresh_from_db()
    return Act(cast.actor(who), at, row.version)


@pytest.mark.parametrize(("days", "outcome"), [(7, "right"), (8, "unanswered")])
def test_a_reply_counts_until_the_round_ends(
    cast: Cast, contact: ChannelTest, days: int, outcome: str
) -> None:
    row = called(cast)
    entered(contact, row, cast)
    routing.assign(row, act(cast, "li", row), department=cast.places["health"])
    at = NOW + days * DAY
    handling.reply(row, act(cast, "zhao", row, at), reply=REPLY, anyway="x")
    assert judged(contact, cast) == outcome


def test_what_went_to_and_fro_was_misrouted_though_inspectors_settled_it(
    cast: Cast, contact: ChannelTest
) -> None:
    row = called(cast)
    entered(contact, row, cast)
    routing.assign(row, act(cast, "li", row), department=cast.places["health"])
    handling.transfer(row, act(cast, "zhao", row), department="housing", reason="x")
    handling.transfer(row, act(cast, "wu", row), department="health", reason="x")
    handling.settle(row, act(cast, "chen", row), department="health", reason="x")
    handling.reply(row, act(cast, "zhao", row), reply=REPLY, anyway="x")
    assert judged(contact, cast) == "misrouted"


def test_what_nobody_took_up_is_unanswered(cast: Cast, contact: ChannelTest) -> None:
    entered(contact, called(cast), cast)
    assert judged(contact, cast) == "unanswered"
