"""Hearings: announced in time, drawn by side, served seven days before, signed by each."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from shixiao.records.models import DecisionMatter, Draw, HearingSeat, LeafRow, SealedValue
from shixiao.workflows.consultations import deciding, hearings, leaving, replying, taking
from shixiao.workflows.consultations.hearings import Notice, Registration
from shixiao.workflows.consultations.moving import doable
from shixiao.workflows.consultations.standing import heard
from shixiao.workflows.draws import Public
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale
from tests import consulting as way
from tests import systems
from tests.cast import NOW, TODAY, Cast

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SIDES = ["s0"] * 5 + ["s1"] * 4 + ["s2"] * 2


@pytest.fixture(autouse=True)
def _place(place: Path) -> None:
    """Files go to a folder of the test."""


def with_hearing(cast: Cast, size: int = 5) -> tuple[DecisionMatter, list[tuple[HearingSeat, str]]]:
    """Return a matter whose hearing is announced for 20 April, and who registered by 26 March."""
    matter = way.opened(cast)
    way.announced(cast, matter, NOW, size=size)
    return matter, way.registered(matter, SIDES)


def test_participants_are_drawn_with_seats_for_every_side(cast: Cast) -> None:
    matter, _ = with_hearing(cast)
    way.seated(cast, matter, way.on(NOW, 25))
    seats = list(hearings.participants(matter))
    assert len(seats) == 5
    sides = [seat.side for seat in seats]
    assert (sides.count("s0"), sides.count("s1"), sides.count("s2")) == (2, 2, 1)
    draw = Draw.objects.get(subject=matter.code)
    assert draw.revealed is not None
    assert matter.events.filter(event="choose").count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"day": TODAY + 29 * DAY}, "day"),
        ({"until": TODAY + 9 * DAY}, "until"),
        ({"until": TODAY + 40 * DAY}, "until"),
        ({"size": 4}, "sides"),
        ({"size": 61}, "size"),
        ({"sides": "老年人 | 2"}, "sides"),
        ({"sides": "老年人 | 多\n办事群众"}, "sides"),
        ({"place": " "}, "place"),
    ],
)
def test_a_hearing_that_is_not_announced_properly_is_refused(
    cast: Cast, changed: dict[str, object], field: str
) -> None:
    matter = way.opened(cast)
    given = {"day": TODAY + 49 * DAY, "place": "市民中心", "how": "抽签", "size": 5,
             "until": TODAY + 20 * DAY, "sides": way.SIDES} | changed  # fmt: skip
    with pytest.raises(Incomplete) as refused:
        hearings.announce(matter, way.act(cast, "li", matter, NOW), Notice(**given))  # type: ignore[arg-type]
    assert refused.value.field == field


def test_registration_after_the_deadline_is_refused_in_a_clear_sentence(cast: Cast) -> None:
    matter, _ = with_hearing(cast)
    said = Registration("某人", "138", "s0", "我要说。", once="b" * 32)
    seat, query = hearings.register(matter, said, at=NOW)
    assert hearings.register(matter, said, at=NOW) == (seat, query)
    with pytest.raises(Stale) as late:
        hearings.register(matter, Registration("晚到", "138", "s0", "x"), at=way.on(NOW, 25))
    assert "2026-03-26" in late.value.text.zh
    assert hearings.seat_of(matter, seat.code, query) == seat
    with pytest.raises(Incomplete) as twice:
        hearings.register(matter, Registration("又一人", " 1-38", "s1", "x"), at=NOW)
    assert twice.value.field == "contact"
    with pytest.raises(Incomplete):
        hearings.seat_of(matter, seat.code, seat.code)


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("13812345678", "+86 138-1234-5678"),
        ("13812345678", "13812345678".translate({n: n + 0xFEE0 for n in range(48, 58)})),
        ("0571-88881234", "0086 571 88881234"),
        ("A@Example.com", "a@example.com "),
    ],
)
def test_one_telephone_is_one_however_it_is_written_and_families_come_to_the_counter(
    cast: Cast, first: str, again: str
) -> None:
    matter = way.opened(cast)
    way.announced(cast, matter, NOW)
    hearings.register(matter, Registration("张三", first, "s0", "x"), at=NOW)
    said = Registration("张四", again, "s1", "x")
    with pytest.raises(Incomplete) as twice:
        hearings.register(matter, said, at=NOW)
    assert twice.value.field == "contact"
    with pytest.raises(Forbidden):
        hearings.register(matter, said, at=NOW, clerk=cast.actor("zhao"))
    seat, query = hearings.register(matter, said, at=NOW, clerk=cast.actor("li"))
    assert hearings.seat_of(matter, seat.code, query) == seat
    hearings.register(matter, said, at=NOW, clerk=cast.actor("li"))


def test_a_side_that_nobody_speaks_for_stops_the_draw_until_it_is_postponed(cast: Cast) -> None:
    matter = way.opened(cast)
    way.announced(cast, matter, NOW)
    way.registered(matter, ["s0"] * 4 + ["s1"] * 3)
    at = way.on(NOW, 25)
    public = Public("福利彩票", timezone.localdate(at) + DAY)
    with pytest.raises(Incomplete, match="not all sides"):
        hearings.freeze(matter, way.act(cast, "li", matter, at), public=public)
    hearings.postpone(
        matter,
        way.act(cast, "li", matter, at),
        day=TODAY + 80 * DAY,
        until=TODAY + 40 * DAY,
        reason="窗口单位没有报名。",
    )
    way.registered(matter, ["s2"], way.on(NOW, 30))
    way.seated(cast, matter, way.on(NOW, 41))
    assert hearings.participants(matter).filter(side="s2").count() == 1


def test_nobody_registers_for_a_hearing_of_a_procedure_that_was_stopped(cast: Cast) -> None:
    matter, _ = with_hearing(cast)
    deciding.step(matter, "stop", way.act(cast, "li", matter, NOW), {"reason": "不再需要。"})
    with pytest.raises(Stale):
        way.registered(matter, ["s0"], way.on(NOW, 1))
    at = way.on(NOW, 25)
    with pytest.raises(Stale):
        hearings.freeze(
            matter, way.act(cast, "li", matter, at), public=Public("x", TODAY + 50 * DAY)
        )


def test_civil_servants_stand_in_the_pool_and_are_not_drawn(cast: Cast) -> None:
    matter, _ = with_hearing(cast)
    said = Registration("科长", "138", "s2", "x", civil_servant=True)
    servant, _ = hearings.register(matter, said, at=NOW)
    way.seated(cast, matter, way.on(NOW, 25))
    servant.refresh_from_db()
    assert servant.drawn is None
    assert "公务员" in str(Draw.objects.get(subject=matter.code).transcript)


def test_one_who_withdraws_is_followed_by_the_next(cast: Cast) -> None:
    matter, _ = with_hearing(cast)
    later = way.seated(cast, matter, way.on(NOW, 25))
    gone = hearings.participants(matter).filter(side="s0").first()
    assert gone is not None
    follower = leaving.leave(gone, way.act(cast, "li", matter, later), reason="生病。")
    assert follower is not None
    assert hearings.participants(matter).count() == 5
    public = [(each.reason, str(each.transcript)) for each in Draw.objects.all()]
    assert not any("生病" in said for each in public for said in each)
    assert "生病。" in [each.value for each in SealedValue.objects.filter(field="reason")]
    with pytest.raises(Stale):
        leaving.leave(gone, way.act(cast, "li", matter, later), reason="又来。")


def test_materials_less_than_seven_days_before_mean_the_hearing_is_postponed(cast: Cast) -> None:
    matter, _ = with_hearing(cast)
    way.seated(cast, matter, way.on(NOW, 25))
    late = way.on(NOW, 43)
    with pytest.raises(Stale, match="Postpone"):
        deciding.step(matter, "deliver", way.act(cast, "li", matter, late), {"text": "x"})
    act = way.act(cast, "li", matter, late)
    hearings.postpone(matter, act, day=TODAY + 55 * DAY, reason="材料没有送到。")
    deciding.step(matter, "deliver", way.act(cast, "li", matter, late), {"text": "草案、说明"})
    with pytest.raises(Stale, match="Not before"):
        hearings.hold(matter, way.act(cast, "li", matter, way.on(NOW, 54)), minutes="x")


def test_the_record_is_closed_once_everybody_signed_objected_or_is_noted_not_to(
    cast: Cast,
) -> None:
    matter, _ = with_hearing(cast, 6)
    way.seated(cast, matter, way.on(NOW, 25))
    deciding.step(
        matter, "deliver", way.act(cast, "li", matter, way.on(NOW, 30)), {"text": "草案、说明"}
    )
    day = way.on(NOW, 49)
    seats = sorted(hearings.participants(matter), key=lambda seat: seat.side, reverse=True)
    assert seats[-2].side == seats[-1].side == "s0"
    with pytest.raises(Stale):
        hearings.sign(seats[0], agrees=True, at=way.on(NOW, 40))
    with pytest.raises(Incomplete):
        hearings.hold(matter, way.act(cast, "li", matter, day), minutes="x", absent=("X",))
    hearings.hold(
        matter, way.act(cast, "li", matter, day), minutes="各方陈述。", absent=(seats[5].code,)
    )
    with pytest.raises(Incomplete):
        hearings.sign(seats[0], agrees=False, objection=" ", at=day)
    hearings.sign(seats[0], agrees=False, objection="漏记了我的第二点。", at=day)
    for seat in seats[1:3]:
        hearings.sign(seat, agrees=True, at=day)
    with pytest.raises(Stale):
        hearings.sign(seats[0], agrees=True, at=day)
    with pytest.raises(Stale):
        hearings.sign(seats[5], agrees=True, at=day)
    with pytest.raises(Stale, match="2 participants"):
        hearings.confirm(matter, way.act(cast, "li", matter, day))
    with pytest.raises(Incomplete, match="Not before"):
        hearings.not_signed(seats[3], way.act(cast, "li", matter, way.on(day, 4)), reason="x")
    later = way.on(day, 5)
    with pytest.raises(Forbidden):
        hearings.not_signed(seats[3], way.act(cast, "zhao", matter, later), reason="x")
    for seat in seats[3:5]:
        hearings.not_signed(seat, way.act(cast, "li", matter, later), reason="会后失去联系。")
    with pytest.raises(Stale):
        hearings.not_signed(seats[3], way.act(cast, "li", matter, later), reason="又一次。")
    assert hearings.sign(seats[3], agrees=True, at=later).objection == ""
    hearings.confirm(matter, way.act(cast, "li", matter, later))
    with pytest.raises(Stale):
        hearings.sign(seats[4], agrees=True, at=later)
    assert LeafRow.objects.filter(event="hearing.signed").count() == 6


@pytest.mark.parametrize(
    ("side", "n", "why"), [("", 2, "4 came"), ("s2", 1, "Nobody came"), ("", 6, "0 came")]
)
def test_a_hearing_to_which_too_few_came_or_nobody_of_a_side_was_none(
    cast: Cast, side: str, n: int, why: str
) -> None:
    matter = way.opened(cast)
    way.announced(cast, matter, NOW, size=6)
    way.registered(matter, ["s0"] * 3 + ["s1"] * 3 + ["s2"])
    way.seated(cast, matter, way.on(NOW, 25))
    act = way.act(cast, "li", matter, way.on(NOW, 30))
    deciding.step(matter, "deliver", act, {"text": "草案、说明"})
    seats = [seat for seat in hearings.participants(matter) if side in {"", seat.side}]
    absent = tuple(seat.code for seat in seats[:n])
    with pytest.raises(Incomplete, match=why):
        hearings.hold(
            matter, way.act(cast, "li", matter, way.on(NOW, 49)), minutes="x", absent=absent
        )
    assert not matter.seats.filter(absent=True).exists()


@pytest.mark.parametrize(
    ("sides", "why"),
    [(["s0"] * 6 + ["s1", "s2"], "“办事群众”"), (["s0"] * 2 + ["s1"] * 2, "“窗口单位”")],
)
def test_seats_that_were_announced_for_a_side_are_never_lowered(
    cast: Cast, sides: list[str], why: str
) -> None:
    matter = way.opened(cast)
    way.announced(cast, matter, NOW)
    way.registered(matter, sides)
    at = way.on(NOW, 25)
    public = Public("福利彩票", timezone.localdate(at) + DAY)
    with pytest.raises(Incomplete, match=why):
        hearings.freeze(matter, way.act(cast, "li", matter, at), public=public)


def test_a_pool_of_fewer_than_a_hearing_has_is_not_frozen(cast: Cast) -> None:
    matter = way.opened(cast)
    notice = Notice(TODAY + 49 * DAY, "市民中心", "抽签", TODAY + 24 * DAY, 5, "甲 | 1\n乙 | 1")
    hearings.announce(matter, way.act(cast, "li", matter, NOW), notice)
    way.registered(matter, ["s0"] * 2 + ["s1"] * 2)
    at = way.on(NOW, 25)
    public = Public("福利彩票", timezone.localdate(at) + DAY)
    with pytest.raises(Incomplete, match="4 registered"):
        hearings.freeze(matter, way.act(cast, "li", matter, at), public=public)


def test_with_a_hearing_announced_nothing_is_settled_before_it_was_used(cast: Cast) -> None:
    system = systems.complete(cast, systems.made(cast, "benefit", people=2_000_000))
    matter = way.opened(cast, system)
    way.announced(cast, matter, NOW)
    way.registered(matter, SIDES)
    way.argued(cast, matter, NOW)
    (one,) = way.joined(matter)
    taking.comment(one, "保留窗口。", at=NOW)
    way.seated(cast, matter, way.on(NOW, 25))
    deciding.step(matter, "deliver", way.act(cast, "li", matter, way.on(NOW, 27)), {"text": "x"})
    after = way.closed(cast, matter)
    way.replied(cast, matter, after)
    with pytest.raises(Stale):
        replying.settle(matter, way.act(cast, "zhao", matter, after), text="x")
    done = way.heard(cast, matter, after)
    replying.settle(matter, way.act(cast, "zhao", matter, done), text="x")
    assert heard(system) == ""
    way.decided(cast, matter, done)
    assert heard(system) == matter.code
    assert [each.event.id for each in doable(matter, cast.actor("zhao"), TODAY)] == ["archive"]


def test_no_more_than_the_registered_can_be_drawn_and_early_freezing_is_refused(
    cast: Cast,
) -> None:
    matter, _ = with_hearing(cast)
    public = Public("福利彩票", TODAY + DAY)
    with pytest.raises(Stale):
        hearings.freeze(matter, way.act(cast, "li", matter, NOW), public=public)
    at = way.on(NOW, 25)
    with pytest.raises(Stale):
        hearings.choose(matter, way.act(cast, "li", matter, at), announced="1")
    way.seated(cast, matter, at)
    for _ in SIDES:
        one = hearings.participants(matter).first()
        assert one is not None
        leaving.leave(one, way.act(cast, "li", matter, at), reason="x")
        assert leaving.empty_seats(matter) == 5 - hearings.participants(matter).count()
    assert hearings.participants(matter).count() == 0
    assert leaving.empty_seats(matter) == 5


@pytest.mark.parametrize(("days", "follows"), [(41, True), (42, False), (48, False)])
def test_nobody_is_called_whom_the_materials_cannot_reach_seven_days_before(
    cast: Cast, days: int, follows: bool
) -> None:
    matter, _ = with_hearing(cast)
    way.seated(cast, matter, way.on(NOW, 25))
    act = way.act(cast, "li", matter, way.on(NOW, 30))
    deciding.step(matter, "deliver", act, {"text": "草案、说明"})
    gone = hearings.participants(matter).filter(side="s0").first()
    assert gone is not None
    follower = leaving.leave(gone, way.act(cast, "li", matter, way.on(NOW, days)), reason="生病。")
    assert (follower is not None) == follows
    assert hearings.participants(matter).count() == (5 if follows else 4)
    assert leaving.empty_seats(matter) == (0 if follows else 1)
