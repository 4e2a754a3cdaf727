"""Matters: taken in, routed, passed on, answered with hints, opened again, linked, told."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from shixiao.records.models import (
    LeafRow,
    Notice,
    StoredFile,
    Voice,
    VoiceLink,
    VoiceRefusal,
    VoiceStep,
)
from shixiao.terms import BadInput
from shixiao.voice.handling import Entry
from shixiao.workflows.moving import Act
from shixiao.workflows.notices import MOST_A_DAY, send_waiting
from shixiao.workflows.receipts import find_receipt
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale, TooOften
from shixiao.workflows.voices import (
    answering,
    handling,
    importing,
    learning,
    linking,
    policies,
    reminding,
    routing,
    saying,
    taking,
)
from shixiao.workflows.voices.moving import doable
from shixiao.workflows.voices.taking import Came
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LAMP = "幸福路三号楼前的路灯坏了一个月，晚上看不见路，请问何时能修好？"
REPLY = "已修复：3月4日更换幸福路三号楼前路灯两盏，报修电话 12345678，今后每周巡查，坏了当日修好。"


@pytest.fixture(autouse=True)
def _place(place: Path) -> None:
    """Files go to a folder of the test."""


def brought(text: str = LAMP, *, at: Any = NOW, kind: str = "complaint", **given: Any) -> Voice:
    came = {name: given.pop(name) for name in ("once", "address", "actor") if name in given}
    entry = Entry(kind, given.pop("channel", "web"), text, **given)
    return taking.bring(entry, Came(at, **came))[0]


def act(cast: Cast, who: str, row: Voice, at: Any = NOW) -> Act:
    row.refresh_from_db()
    return Act(cast.actor(who), at, row.version)


def with_health(cast: Cast, row: Voice) -> Voice:
    return routing.assign(row, act(cast, "li", row), department=cast.places["health"])


def told(row: Voice) -> list[str]:
    return list(row.steps.values_list("kind", flat=True))


def test_a_matter_has_a_receipt_that_is_its_own_leaf_and_a_query_code() -> None:
    row, query = taking.bring(Entry("need", "web", LAMP, place="幸福路"), Came(NOW))
    assert (row.state, row.due, row.place) == ("received", date(2026, 3, 3), "幸福路")
    assert saying.found(row.code, query) == row
    assert saying.found(row.code, row.code) is None
    leaf = find_receipt(row.code).leaf
    assert (leaf.event, leaf.subject) == ("voice.received", row.code)
    assert LAMP[:4].encode() not in bytes(leaf.entry)


def test_taking_one_in_costs_two_rows(django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(5):  # the limit, two rows, and the transaction
        brought(address="192.0.2.1", once="a")


def test_the_same_form_is_one_matter_and_another_text_under_it_is_refused() -> None:
    first = brought(once="x")
    assert brought(once="x").pk == first.pk
    with pytest.raises(Stale):
        brought("另一件事", once="x")
    assert Voice.objects.count() == LeafRow.objects.filter(event="voice.received").count() == 1


def test_a_flood_is_refused_with_another_way_and_counted() -> None:
    for _ in range(30):
        brought(address="192.0.2.7")
    with pytest.raises(TooOften) as refused:
        brought(address="192.0.2.7")
    assert "12345" in refused.value.text.zh
    assert VoiceRefusal.objects.get().n == 1
    assert brought(address="192.0.2.8").pk
    assert brought(address="192.0.2.7", at=NOW + timedelta(hours=2)).pk


@pytest.mark.parametrize("text", ["", "？？？", "灯" * 10_001])
def test_bad_forms_are_refused_by_field_and_counted(text: str) -> None:
    with pytest.raises(Incomplete) as refused:
        brought(text)
    assert refused.value.field == "text"
    assert VoiceRefusal.objects.get().why == "form"


def test_files_are_checked_for_kind_before_anything_is_kept() -> None:
    entry = Entry("complaint", "web", LAMP)
    with pytest.raises(Incomplete):
        taking.bring(entry, Came(NOW), attached=[("a.exe", b"MZ")])
    with pytest.raises(Incomplete):
        taking.bring(entry, Came(NOW), attached=[("a.png", b"no picture")])
    assert not Voice.objects.exists()
    row, _ = taking.bring(entry, Came(NOW), attached=[("灯.png", b"\x89PNG\r\n\x1a\n")])
    assert row.files.get().name == "灯.png"


def test_a_clerk_enters_for_people_and_nobody_else_uses_that_channel(cast: Cast) -> None:
    row = brought(channel="phone", actor=cast.actor("zhao"))
    assert row.received_by == cast.accounts["zhao"]
    with pytest.raises(Forbidden):
        brought(channel="phone")


def test_without_a_model_a_person_routes_and_the_person_is_told_why(cast: Cast) -> None:
    row = brought(department="health")
    assert routing.route_waiting(now=NOW) == 0
    row.refresh_from_db()
    assert row.suggested == {"department": "health", "named": True}
    with_health(cast, row)
    row.refresh_from_db()
    assert (row.state, row.department, row.label) == ("assigned", cast.places["health"], "health")
    assert row.due == date(2026, 3, 23)
    step = row.steps.get()
    assert "卫生健康局" in step.told["zh"]
    with pytest.raises(Forbidden):
        routing.assign(brought(), act(cast, "zhao", row), department=cast.places["health"])


HEALTH = ("医院", "挂号", "门诊", "医生", "护士", "疫苗", "体检", "社区卫生站", "病床", "药房")
HOUSING = ("小区", "公租房", "物业", "漏水", "押金", "电梯", "业主", "租金", "维修", "楼道")


def sorted_messages() -> bytes:
    """Return messages of two departments, each of three words of its own in another order."""
    lines = ["内容,类别"]
    for words, label in ((HEALTH, "卫生健康局"), (HOUSING, "住房局")):
        lines += [
            f"{words[a]}的{words[b]}和{words[c]}有问题,{label}"
            for a in range(5) for b in range(5, 10) for c in range(0, 10, 2) if c not in {a, b}
        ]  # fmt: skip
    return "\n".join(lines).encode()


def test_what_is_sure_enough_goes_by_itself_and_what_people_decide_is_learnt(cast: Cast) -> None:
    learning.give_file("sorted.csv", sorted_messages(), actor=cast.actor("li"), at=NOW)
    model = learning.learn_nightly(now=NOW)
    assert model is not None
    assert model.labels == {"housing": "housing", "health": "health"}
    assert learning.learn_nightly(now=NOW + timedelta(hours=1)) is None
    sure, unsure = brought("医院门诊挂号排队太久，医生护士不管。"), brought("路灯不亮。")
    assert routing.route_waiting(now=NOW) == 1
    sure.refresh_from_db()
    unsure.refresh_from_db()
    assert (sure.state, sure.department) == ("assigned", cast.places["health"])
    assert "字词" in sure.steps.get().told["zh"]
    assert unsure.state == "received"
    assert unsure.suggested["confidence"] is not None
    assert LeafRow.objects.filter(event="voice.routed").count() == 1
    routing.assign(unsure, act(cast, "li", unsure), department=cast.places["housing"])
    later = learning.learn_nightly(now=NOW + DAY)
    assert later is not None
    assert (later.confirmed, later.messages) == (1, model.messages + 1)
    assert set(later.labels) == {"housing", "health"}  # one class for what file and people name


def test_praise_and_good_ratings_are_entered_and_a_bad_one_has_the_clock_of_ratings(
    cast: Cast,
) -> None:
    brought("谢谢窗口的同志。", kind="praise")
    brought("", kind="rating", level=5, channel="qr")
    bad = brought("态度恶劣。", kind="rating", level=1, channel="qr")
    assert routing.route_waiting(now=NOW) == 2
    with_health(cast, bad)
    bad.refresh_from_db()
    assert (bad.state, bad.due_rule) == ("assigned", "HND-03")


def test_a_preset_is_chosen_with_a_public_reason(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        policies.choose("quick", reason="x", actor=cast.actor("zhao"), at=NOW)
    policies.choose("quick", reason="本市规定", actor=cast.actor("li"), at=NOW)
    row = with_health(cast, brought())
    assert row.due == date(2026, 3, 5)


def test_the_second_transfer_goes_to_the_inspectors_and_every_reason_is_told(cast: Cast) -> None:
    row = with_health(cast, brought())
    handling.transfer(row, act(cast, "zhao", row), department="housing", reason="属小区道路")
    handling.transfer(row, act(cast, "wu", row), department="health", reason="属医院门前")
    row.refresh_from_db()
    assert (row.state, row.transfers) == ("escalated", 2)
    assert Notice.objects.filter(kind="voice.escalated").exists()
    with pytest.raises(Forbidden):
        handling.settle(row, act(cast, "zhao", row), department="housing", reason="x")
    handling.settle(row, act(cast, "chen", row), department="housing", reason="按职责分工")
    row.refresh_from_db()
    assert (row.department, row.settled) == (cast.places["housing"], True)
    assert "transfer" not in {verb.id for verb in doable(row, cast.actor("wu"))}
    assert told(row) == ["assigned", "transferred", "escalated", "settled"]
    texts = [step.told["zh"] for step in row.steps.all()]
    assert "属小区道路" in texts[1]
    assert "属医院门前" in texts[2]


def test_a_department_acts_on_its_own_matters_only(cast: Cast) -> None:
    row = with_health(cast, brought())
    for do in (
        lambda: handling.reply(row, act(cast, "wu", row), reply=REPLY),
        lambda: handling.pause(row, act(cast, "wu", row), basis="survey", reason="x"),
        lambda: handling.open_contact(row, act(cast, "wu", row)),
    ):
        with pytest.raises(Forbidden):
            do()


def test_hints_hold_a_reply_up_unless_a_reason_is_given(cast: Cast) -> None:
    row = with_health(cast, brought())
    with pytest.raises(Incomplete) as refused:
        handling.reply(row, act(cast, "zhao", row), reply="已收悉，高度重视。")
    assert refused.value.field == "anyway"
    assert {"short", "evasive", "unanswered"} <= {
        hint.kind for hint in handling.hints_on(row, "已收悉，高度重视。", act(cast, "zhao", row))
    }
    handling.reply(row, act(cast, "zhao", row), reply="已收悉，高度重视。", anyway="已电话答复")
    row.refresh_from_db()
    assert (row.state, row.reply) == ("replied", "已收悉，高度重视。")


def test_a_call_that_reaches_nobody_is_no_call_back(cast: Cast) -> None:
    row = with_health(cast, brought())
    handling.reply(row, act(cast, "zhao", row), reply=REPLY)
    found = []
    for answer in ("unreached", "solved"):
        handling.call(row, act(cast, "li", row), answer=answer, reason="电话")
        row.refresh_from_db()
        found.append(row.called)
    assert found == [None, NOW]


def test_a_form_that_is_sent_again_keeps_no_file_twice() -> None:
    entry, came = Entry("complaint", "web", LAMP), Came(NOW, once="x")
    first, query = taking.bring(entry, came, attached=[("a.txt", "一".encode())])
    again = taking.bring(entry, came, attached=[("b.txt", "二".encode())])
    assert again == (first, query)
    assert StoredFile.objects.count() == 1


def test_not_solved_opens_it_again_and_solved_closes_it(cast: Cast) -> None:
    row = with_health(cast, brought())
    handling.reply(row, act(cast, "zhao", row), reply=REPLY)
    saying.not_solved(row, "灯还是不亮", at=NOW + DAY)
    row.refresh_from_db()
    assert (row.state, row.reopened, row.due) == ("assigned", 1, date(2026, 3, 24))
    with pytest.raises(Stale):
        saying.solved(row, at=NOW + DAY)
    handling.reply(row, act(cast, "zhao", row), reply=REPLY)
    saying.solved(row, at=NOW + DAY)
    row.refresh_from_db()
    assert (row.state, row.solved) == ("closed", True)


def test_a_call_back_that_finds_it_unsolved_opens_it_again(cast: Cast) -> None:
    row = with_health(cast, brought())
    handling.reply(row, act(cast, "zhao", row), reply=REPLY)
    with pytest.raises(Forbidden):
        handling.call(row, act(cast, "zhao", row), answer="solved", reason="x")
    handling.call(row, act(cast, "sun", row), answer="unsolved", reason="灯不亮")
    row.refresh_from_db()
    assert (row.state, told(row)[-2:]) == ("assigned", ["called", "reopened"])


def test_a_false_rating_is_decided_by_somebody_else_and_leaves_the_measures(cast: Cast) -> None:
    row = with_health(cast, brought("差", kind="rating", level=1))
    handling.dispute(row, act(cast, "zhao", row), reason="张冠李戴")
    with pytest.raises(Forbidden):
        handling.judge(row, act(cast, "zhou", row), stands=False, reason="x")
    handling.judge(row, act(cast, "chen", row), stands=False, reason="评的是另一窗口")
    row.refresh_from_db()
    assert (row.state, row.excluded) == ("closed", True)
    saying.not_solved(row, "就是这个窗口", at=NOW + DAY)
    row.refresh_from_db()
    assert (row.state, row.excluded, told(row)[-1]) == ("appealed", True, "rejudged")
    with pytest.raises(Forbidden):
        handling.judge(row, act(cast, "chen", row), stands=False, reason="x")
    row.steps.filter(verb="exclude").update(by=cast.accounts["sun"])  # as if another had decided
    handling.judge(row, act(cast, "chen", row), stands=True, reason="确为该窗口")
    row.refresh_from_db()
    assert (row.state, row.excluded) == ("assigned", False)


def test_praise_that_is_opened_again_is_routed_by_a_person(cast: Cast) -> None:
    row = brought("谢谢窗口的同志，只是灯还没有修。", kind="praise")
    assert routing.route_waiting(now=NOW) == 1
    saying.not_solved(row, "灯还没有修", at=NOW + DAY)
    row.refresh_from_db()
    assert (row.state, row.due_rule, row.department) == ("received", "HND-01", None)
    assert "部门" not in row.steps.get(kind="noted").told["zh"]
    assert with_health(cast, row).state == "assigned"


def test_silence_closes_and_lateness_is_told_to_person_and_inspectors(cast: Cast) -> None:
    late, replied = with_health(cast, brought()), with_health(cast, brought("另一件事的诉求"))
    handling.reply(replied, act(cast, "zhao", replied), reply=REPLY, anyway="已核对")
    assert reminding.pass_days(now=NOW + 30 * DAY) == 2
    assert reminding.pass_days(now=NOW + 31 * DAY) == 0
    late.refresh_from_db()
    replied.refresh_from_db()
    assert (late.overdue, replied.state, replied.solved) == (True, "closed", None)
    assert Notice.objects.filter(kind="voice.overdue").exists()


def test_news_goes_out_by_mail_in_both_languages_and_says_nothing_of_what_it_is(
    cast: Cast, mailoutbox: list[Any]
) -> None:
    row = brought(contact="li@example.org")
    with_health(cast, row)
    assert [send_waiting(now=NOW) for _ in range(2)] == [1, 0]
    (mail,) = mailoutbox
    assert mail.to == ["li@example.org"]
    assert (mail.body.count(row.code), "there is news" in mail.body) == (2, True)
    assert "路灯" not in mail.body + mail.subject
    for n in range(8):
        with_health(cast, brought(f"第{n}件事", contact="Li@example.org"))
    send_waiting(now=NOW)
    assert len(mailoutbox) == MOST_A_DAY


@pytest.mark.parametrize("contact", ["0512-66666666", "QQ 123456789", "110101199003072119"])
def test_no_message_goes_to_a_number_that_is_no_mobile(cast: Cast, contact: str) -> None:
    row = with_health(cast, brought(contact=contact))
    assert told(row) == ["assigned"]
    assert not Notice.objects.filter(kind="voice.told").exists()


def test_copies_are_linked_told_and_can_be_taken_apart_again(cast: Cast) -> None:
    rows = [
        brought(LAMP, contact=f"1380000000{n}", at=NOW + timedelta(minutes=n)) for n in range(3)
    ]
    other = brought("医院挂号系统总是打不开，老人不会用手机。")
    assert linking.compare(now=NOW) == 2
    assert linking.compare(now=NOW) == 0
    for each in (*rows, other):
        each.refresh_from_db()
    assert [each.size for each in (*rows, other)] == [3, 3, 3, 1]
    head, one, two = rows
    assert one.lead == two.lead == head
    assert told(one) == ["linked"]
    saying.differ(one, "我的灯在另一条路", at=NOW)
    one.refresh_from_db()
    head.refresh_from_db()
    assert (one.lead, one.size, head.size) == (None, 1, 2)
    assert told(one) == ["linked", "unlinked"]
    assert one.text == LAMP
    brought(LAMP)
    linking.compare(now=NOW)
    one.refresh_from_db()
    assert one.lead is None
    linking.link(one, act(cast, "li", one), to=head.code)
    one.refresh_from_db()
    assert (one.lead, one.size) == (head, 4)
    with pytest.raises(Incomplete):
        linking.link(head, act(cast, "li", head), to=one.code)


def test_the_person_of_a_head_is_told_and_can_leave_too(cast: Cast) -> None:
    head, one, two = [brought(LAMP, at=NOW + timedelta(minutes=n)) for n in range(3)]
    linking.compare(now=NOW)
    assert [told(each) for each in (head, one, two)] == [["linked"]] * 3
    head.refresh_from_db()
    saying.differ(head, "我的灯在另一条路", at=NOW)
    linking.compare(now=NOW)
    for each in (head, one, two):
        each.refresh_from_db()
    assert (head.lead, head.size, told(head)) == (None, 1, ["linked", "unlinked"])
    assert (one.lead, two.lead, one.size, two.size) == (None, one, 2, 2)
    brought(LAMP)
    linking.compare(now=NOW)
    head.refresh_from_db()
    assert (head.lead, head.members.count()) == (None, 0)
    one.refresh_from_db()
    saying.differ(one, "也不同", at=NOW)
    with pytest.raises(Stale):
        saying.differ(head, "已经分开", at=NOW)


@pytest.mark.parametrize(
    "text",
    [
        "幸福路三号楼前的路灯坏了一个月，晚上看不见路，请尽快派人来修，谢谢。",  # near, 0.68
        "路灯坏了，幸福路三号楼前，一个月了，晚上看不见路！",  # in other words, 0.81
    ],
)
def test_likeness_below_the_rule_and_other_words_are_a_suggestion(text: str) -> None:
    brought("幸福路三号楼前的路灯坏了一个月，晚上看不见路。")
    brought(text)
    linking.compare(now=NOW)
    assert list(VoiceLink.objects.values_list("state", flat=True)) == ["suggested"]
    assert not Voice.objects.exclude(lead=None).exists()


def test_a_group_is_answered_with_a_line_for_each(cast: Cast) -> None:
    rows = [brought(f"{LAMP}我家在{n}号楼，老人摔倒过。") for n in range(3)]
    linking.compare(now=NOW)
    for row in rows:
        with_health(cast, row)
    head = rows[0]
    head.refresh_from_db()
    there = answering.answerable(head)
    assert len(there) == 3
    lines = {each.voice.code: f"{n} 号楼的灯已修" for n, each in enumerate(there)}
    empty = lines | {rows[1].code: " "}
    with pytest.raises(Incomplete) as refused:
        answering.reply_to_all(head, act(cast, "zhao", head), reply=REPLY, lines=empty)
    assert refused.value.field == f"line_{rows[1].code}"
    with pytest.raises(Forbidden):
        answering.reply_to_all(head, act(cast, "wu", head), reply=REPLY, lines=lines)
    done = answering.reply_to_all(
        head, act(cast, "zhao", head), reply=REPLY, lines=lines, anyway="x"
    )
    assert len(done) == 3
    for row in rows:
        row.refresh_from_db()
        assert row.state == "replied"
        assert row.reply == f"{REPLY}\n{lines[row.code]}"


FILE = """工单编号,工单内容,受理时间,承办单位,答复意见,答复时间
A1,公租房漏水一直没人修,2026-02-01 09:00,住房局,已于2月5日修好。,2026-02-06 10:00
A2,医院挂号太难了,2026-02-02 09:00,卫生健康局,,
A3,路灯不亮,2026-02-03 09:00,某个处,,
"""


def test_a_file_of_the_hotline_is_taken_once(cast: Cast) -> None:
    actor = cast.actor("li")
    first = importing.import_file("a.csv", FILE.encode(), source="12345", actor=actor, at=NOW)
    assert (first.delivery.taken, first.delivery.again, first.delivery.refused) == (3, 0, 0)
    states = {row.outer: row.state for row in Voice.objects.all()}
    assert states == {"12345:A1": "closed", "12345:A2": "assigned", "12345:A3": "received"}
    again = importing.import_file("a.csv", FILE.encode(), source="12345", actor=actor, at=NOW)
    assert (again.delivery.taken, again.delivery.again) == (0, 3)
    changed = FILE.replace("路灯不亮", "路灯全灭")
    third = importing.import_file("a.csv", changed.encode(), source="12345", actor=actor, at=NOW)
    assert (third.delivery.again, third.delivery.refused) == (2, 1)
    assert third.delivery.problems[0][0] == 3
    with pytest.raises(Forbidden):
        importing.import_file("a.csv", b"", source="", actor=cast.actor("zhao"), at=NOW)
    with pytest.raises(BadInput):
        importing.import_file("a.csv", b"", source="", actor=actor, at=NOW)


def test_what_moves_while_a_file_is_placed_keeps_nothing_else_from_its_place(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    place_part = importing._place_part

    def meanwhile(*given: Any) -> None:
        assert routing.route_waiting(now=NOW) == 0
        assert not Voice.objects.filter(looked=False).exists()
        Voice.objects.filter(outer="12345:A2").update(state="withdrawn")
        place_part(*given)

    monkeypatch.setattr(importing, "_place_part", meanwhile)
    importing.import_file("a.csv", FILE.encode(), source="12345", actor=cast.actor("li"), at=NOW)
    states = {row.outer: row.state for row in Voice.objects.all()}
    assert states == {"12345:A1": "closed", "12345:A2": "withdrawn", "12345:A3": "received"}
    assert not Voice.objects.filter(looked=True).exists()
    leaf = LeafRow.objects.get(event="voice.routed")
    assert set(VoiceStep.objects.values_list("leaf", flat=True)) == {leaf.code}


def test_the_clock_of_an_imported_matter_began_when_it_was_received(cast: Cast) -> None:
    importing.import_file("a.csv", FILE.encode(), source="12345", actor=cast.actor("li"), at=NOW)
    row = Voice.objects.get(outer="12345:A2")
    due = date(2026, 2, 28)  # a Saturday that is worked after the spring holiday
    assert (row.began, row.due) == (date(2026, 2, 2), due)


def test_whoever_reads_how_a_person_is_reached_is_on_record(cast: Cast) -> None:
    row = with_health(cast, brought(contact="13800000000"))
    assert handling.open_contact(row, act(cast, "zhao", row)) == "13800000000"
    assert LeafRow.objects.filter(event="voice.opened", subject=row.code).count() == 1
    with pytest.raises(Forbidden):
        handling.open_contact(row, act(cast, "wu", row))
    assert LeafRow.objects.filter(event="voice.opened").count() == 1


def test_what_is_taken_back_stays_with_its_steps_and_leaf(cast: Cast) -> None:
    row = with_health(cast, brought())
    saying.withdraw(row, at=NOW)
    row.refresh_from_db()
    assert (row.state, row.text, told(row)) == ("withdrawn", LAMP, ["assigned", "withdrawn"])
    assert find_receipt(row.code).leaf.event == "voice.received"


def test_a_code_that_is_taken_is_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    first = brought()
    codes = iter([first.code, first.code, "N3W0-C0DE-9"])
    monkeypatch.setattr(Voice._meta.get_field("code"), "_get_default", lambda: next(codes))
    assert brought("另一件事").code == "N3W0-C0DE-9"
