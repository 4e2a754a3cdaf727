"""Proposals: late ones are told of, effects are counted in equal spans, people are counted once."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from shixiao.records.models import NeedProposal, Notice, Voice, VoiceTopic
from shixiao.voice.handling import Entry
from shixiao.workflows.moving import Act
from shixiao.workflows.voices import proposals, taking
from shixiao.workflows.voices.taking import Came
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _place(place: Path) -> None:
    """Files go to a folder of the test."""


@pytest.fixture
def topic() -> VoiceTopic:
    return VoiceTopic.objects.create(
        terms=["送餐"], people=14, size=14, heat=1, stability=1, first=NOW, seen=NOW
    )


def spoke(topic: VoiceTopic, at: datetime, contact: str = "") -> Voice:
    row = taking.bring(Entry("need", "web", "希望给老人送餐。", contact=contact), Came(at))[0]
    Voice.objects.filter(pk=row.pk).update(topic=topic)
    return row


def proposed(cast: Cast, topic: VoiceTopic) -> NeedProposal:
    department = cast.places["health"]
    actor = cast.actor("li")
    return proposals.propose(topic, department=department, text="送餐。", actor=actor, at=NOW)


def adopted(cast: Cast, topic: VoiceTopic, at: datetime) -> NeedProposal:
    row = proposed(cast, topic)
    act = Act(cast.actor("zhou"), at, row.version)
    day = (at + 5 * DAY).date()
    return proposals.answer(row, act, verb="adopt", reason="老人多。", promised=day)


def test_an_answer_and_a_change_that_are_late_are_each_told_once(
    cast: Cast, topic: VoiceTopic
) -> None:
    row = proposed(cast, topic)
    assert proposals.pass_days(now=NOW + 40 * DAY) == 1
    row.refresh_from_db()
    act = Act(cast.actor("zhou"), NOW + 41 * DAY, row.version)
    day = (NOW + 45 * DAY).date()
    row = proposals.answer(row, act, verb="adopt", reason="老人多。", promised=day)
    assert [proposals.pass_days(now=NOW + n * DAY) for n in (44, 47, 48)] == [0, 1, 0]
    late = Notice.objects.filter(kind="proposal.late").order_by("made")
    said = [each.text.en for each in late]
    assert list(dict.fromkeys(each.split()[-1] for each in said)) == ["time.", "named."]


@pytest.mark.parametrize(
    ("answered", "changed", "waited"),
    [
        (2, 7, (False, False)),
        (2, 8, (False, True)),
        (41, 46, (True, False)),
        (41, 47, (True, True)),
    ],
)
def test_what_came_late_is_still_said_to_have_come_late(
    cast: Cast, topic: VoiceTopic, answered: int, changed: int, waited: tuple[bool, bool]
) -> None:
    row = adopted(cast, topic, NOW + answered * DAY)
    assert proposals.kept_waiting(row) == (waited[0], False)
    act = Act(cast.actor("zhou"), NOW + changed * DAY, row.version)
    row = proposals.change(row, act, reason="已送餐。")
    assert proposals.kept_waiting(row) == waited


def test_the_effect_is_counted_in_equal_spans_after_the_last_day_was_grouped(
    cast: Cast, topic: VoiceTopic
) -> None:
    row = adopted(cast, topic, NOW)
    changed = NOW + 31 * DAY
    row = proposals.change(row, Act(cast.actor("zhou"), changed, row.version), reason="已送餐。")
    for day in range(-31, 32):
        spoke(topic, changed + day * DAY)
    assert proposals.pass_days(now=changed + 31 * DAY) == 0
    VoiceTopic.objects.update(seen=changed + 31 * DAY)
    assert proposals.pass_days(now=changed + 31 * DAY) == 1
    row.refresh_from_db()
    assert (row.before, row.after, row.state) == (30, 30, "measured")


def test_who_wrote_twice_is_told_and_counted_as_one(cast: Cast, topic: VoiceTopic) -> None:
    for contact in ("13800000000", "13800000000", "13800000001", "", ""):
        spoke(topic, NOW, contact)
    row = proposed(cast, topic)
    row.refresh_from_db()
    assert row.told == 4
