"""Objections: filed with codes or without, accepted by silence, judged, carried out, measured."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from shixiao.fairness.decisions import read_row
from shixiao.records.models import (
    Account,
    DecisionCell,
    LeafRow,
    LoggedDecision,
    Notice,
    Objection,
    System,
)
from shixiao.terms import BadInput
from shixiao.workflows.actors import NOBODY, actor_of
from shixiao.workflows.decisions import taking
from shixiao.workflows.draws import Public
from shixiao.workflows.moving import Act
from shixiao.workflows.objections import carrying, filing, handling, judging
from shixiao.workflows.objections.filing import Said
from shixiao.workflows.objections.moving import doable, pass_days
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale
from shixiao.workflows.sequencer import sequencer
from tests import deciding
from tests.cast import NOW, TODAY, Cast
from tests.explained import ZONE, sent

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SAID = Said("收入核对有误，我每月只有 900 元。", contact="13800000000")
DRAW_DAY = NOW + DAY


@pytest.fixture(autouse=True)
def _place(place: Path) -> None:
    """Files go to a folder of the test."""


@pytest.fixture
def aid(cast: Cast) -> System:
    return deciding.laid_down(cast)


def deliver(cast: Cast, aid: System, **changed: Any) -> LoggedDecision:
    actor = cast.actor("chu")
    delivery = taking.begin(aid, name="test", actor=actor, at=NOW)
    rows = [(1, read_row(sent(**changed), now=NOW, zone=ZONE))]
    (answer,) = taking.take(delivery, rows, actor=actor, at=NOW)
    return LoggedDecision.objects.get(number=answer.number)


def experts(cast: Cast, n: int = 5) -> list[Account]:
    made = []
    for number in range(n):
        account = Account.objects.create_user(f"e{number}", name=f"E{number}")
        account.posts.create(
            organisation=cast.places["panel"], role="expert", starts=date(2026, 1, 1)
        )
        made.append(account)
    return made


def act(cast: Cast, who: str | Account, row: Objection, at: Any = NOW) -> Act:
    account = cast.accounts[who] if isinstance(who, str) else who
    row.refresh_from_db()
    return Act(actor_of(account, today=TODAY), at, row.version)


def counts() -> dict[str, int]:
    return dict(DecisionCell.objects.get().counts)


def sitting(cast: Cast, row: Objection) -> Objection:
    """Bring an objection before its panel."""
    with sequencer() as opened:
        opened.integrate()
    handling.accept(row, act(cast, "li", row), track="ordinary")
    public = Public("福利彩票开奖号码", (NOW + DAY).date())
    judging.freeze(row, act(cast, "li", row), public=public)
    judging.draw(row, act(cast, "li", row, DRAW_DAY), announced="03 11 17")
    row.refresh_from_db()
    return row


def judge(cast: Cast, row: Objection, *votes: bool) -> None:
    for member, vote in zip(judging.panel(row), votes, strict=True):
        judging.opine(
            row,
            act(cast, member.account, row, DRAW_DAY),
            upholds=vote,
            outcome="correct" if vote else "",
            opinion="依据核对结果。",
        )


def kinds(row: Objection) -> list[str]:
    return list(row.notices.values_list("kind", flat=True))


def test_whoever_left_a_mail_address_is_told_that_there_is_news_and_not_what(aid: System) -> None:
    said = Said("老人无法使用。", contact="li@example.cn")
    row, query = filing.against_system(aid, said, actor=NOBODY, at=NOW)
    (notice,) = Notice.objects.filter(account=None)
    assert row.code in notice.text.en
    assert query not in f"{notice.text.zh}{notice.text.en}"
    assert "老人" not in notice.text.zh


def test_an_objection_is_received_with_a_number_a_code_and_a_day(cast: Cast, aid: System) -> None:
    decision = deliver(cast, aid)
    row, query = filing.against_decision(decision, SAID, actor=NOBODY, at=NOW)
    assert (row.state, row.due, row.suspended) == ("filed", date(2026, 3, 9), False)
    assert handling.found(row.code, query) == row
    assert handling.found(row.code, row.code) is None
    assert kinds(row) == ["filed"]
    assert counts()["appealed"] == 1
    assert LeafRow.objects.filter(event__in=("objection.filed", "objection.told")).count() == 2


def test_one_objection_is_under_way_at_a_time_and_the_same_form_is_one(
    cast: Cast, aid: System
) -> None:
    decision = deliver(cast, aid)
    once = Said(SAID.statement, once="x1")
    first, query = filing.against_decision(decision, once, actor=NOBODY, at=NOW)
    assert filing.against_decision(decision, once, actor=NOBODY, at=NOW) == (first, query)
    with pytest.raises(Stale):
        filing.against_decision(decision, SAID, actor=NOBODY, at=NOW)
    handling.withdraw(first, at=NOW)
    filing.against_decision(decision, SAID, actor=NOBODY, at=NOW)
    assert counts()["appealed"] == 1


def test_a_form_sent_again_after_its_objection_ended_changes_nothing(
    cast: Cast, aid: System
) -> None:
    decision = deliver(cast, aid, system_role="automatic")
    once = Said(SAID.statement, once="x1")
    first, query = filing.against_decision(decision, once, actor=NOBODY, at=NOW)
    handling.refuse(first, act(cast, "li", first), reason="不属于异议范围。")
    decision.refresh_from_db()
    assert not decision.suspended
    again = filing.against_decision(decision, once, actor=NOBODY, at=NOW + 90 * DAY)
    assert again == (first, query)
    decision.refresh_from_db()
    assert not decision.suspended
    assert Objection.objects.count() == 1


def test_the_same_signs_for_another_decision_or_system_are_another_objection(
    cast: Cast, aid: System
) -> None:
    one, two = (deliver(cast, aid, decision_id=number) for number in ("a", "b"))
    other = deciding.laid_down(cast, "other")
    first, _ = filing.against_decision(one, Said("甲。", once="x1"), actor=NOBODY, at=NOW)
    second, told = filing.against_decision(two, Said("乙。", once="x1"), actor=NOBODY, at=NOW)
    third, code = filing.against_system(other, Said("丙。", once="x1"), actor=NOBODY, at=NOW)
    fourth, _ = filing.against_system(aid, Said("丁。", once="x1"), actor=NOBODY, at=NOW)
    assert len({first.pk, second.pk, third.pk, fourth.pk}) == 4
    assert (second.statement, second.decision) == ("乙。", two)
    assert handling.found(second.code, told) == second
    assert handling.found(third.code, code) == third
    assert filing.against_system(other, Said("丙。", once="x1"), actor=NOBODY, at=NOW)[0] == third
    assert counts()["appealed"] == 2


def test_too_late_is_told_with_what_is_still_open(cast: Cast, aid: System) -> None:
    decision = deliver(cast, aid)
    with pytest.raises(Incomplete) as refused:
        filing.against_decision(decision, SAID, actor=NOBODY, at=NOW + 60 * DAY)
    assert "系统本身" in refused.value.text.zh


def test_a_decision_of_a_machine_alone_is_suspended_until_the_end(cast: Cast, aid: System) -> None:
    decision = deliver(cast, aid, system_role="automatic")
    row, _ = filing.against_decision(decision, SAID, actor=NOBODY, at=NOW)
    decision.refresh_from_db()
    assert decision.suspended
    handling.withdraw(row, at=NOW)
    decision.refresh_from_db()
    assert not decision.suspended


def test_anybody_objects_to_a_system_without_a_receipt_and_an_audit_opens(
    cast: Cast, aid: System
) -> None:
    deliver(cast, aid)
    row, _ = filing.against_system(aid, Said("老人无法使用。", voices=40), actor=NOBODY, at=NOW)
    assert filing.audit_objected(now=NOW) == 1
    row.refresh_from_db()
    assert row.check_made is not None
    assert row.check_made.cause == "objection"
    filing.join(row, "我也是。", at=NOW)
    row.refresh_from_db()
    assert row.voices == 41
    with pytest.raises(Incomplete):
        filing.against_system(aid, Said("x", voices=0), actor=NOBODY, at=NOW)


def test_silence_accepts_and_lateness_is_told_once(cast: Cast, aid: System) -> None:
    row, _ = filing.against_decision(deliver(cast, aid), SAID, actor=NOBODY, at=NOW)
    assert pass_days(now=NOW + 7 * DAY) == 0
    assert pass_days(now=NOW + 8 * DAY) == 1
    row.refresh_from_db()
    assert (row.state, row.due) == ("accepted", date(2026, 5, 9))
    assert pass_days(now=NOW + 90 * DAY) == 1
    assert pass_days(now=NOW + 91 * DAY) == 0
    assert kinds(row) == ["filed", "deemed", "overdue"]
    last = row.notices.last()
    assert last is not None
    assert [each["rule"] for each in last.remedies] == ["REV-F", "LIT-F"]
    assert Notice.objects.filter(kind="objection.overdue").count() == 2


def test_an_upheld_objection_corrects_finds_alike_ones_and_is_measured_anew(
    cast: Cast, aid: System
) -> None:
    decision, other = deliver(cast, aid), deliver(cast, aid, decision_id="alike")
    deliver(cast, aid, decision_id="unlike", rules=["R1"])
    experts(cast)
    row, _ = filing.against_decision(decision, SAID, actor=NOBODY, at=NOW)
    sitting(cast, row)
    judge(cast, row, True, True, False)
    with pytest.raises(Incomplete):
        judging.reject(row, act(cast, "li", row, DRAW_DAY), reason="x")
    judging.uphold(row, act(cast, "li", row, DRAW_DAY), outcome="correct", reason="收入核对有误。")
    row.refresh_from_db()
    assert (row.state, row.outcome) == ("decided", "correct")
    (alike,) = row.alike.all()
    assert alike.decision == other
    with pytest.raises(Incomplete):
        carrying.carry(row, act(cast, "zhou", row, DRAW_DAY), result="grant", reason="已改。")
    carrying.look_again(
        alike, act(cast, "zhou", row, DRAW_DAY), result="grant", reason="同样的错误。"
    )
    carrying.carry(row, act(cast, "zhou", row, DRAW_DAY), result="grant", reason="已改。")
    row.refresh_from_db()
    decision.refresh_from_db()
    assert (row.state, row.due, decision.corrected) == ("carried", None, "grant")
    found = counts()
    assert (found["n"], found["selected"]) == (3, 1)
    assert (found["appealed"], found["answered"], found["upheld"]) == (1, 1, 1)
    assert kinds(row) == ["filed", "accepted", "frozen", "drawn", "upheld", "carried"]


def test_what_is_done_is_what_an_upholding_member_proposed_and_changes_the_decision(
    cast: Cast, aid: System
) -> None:
    row, _ = filing.against_decision(deliver(cast, aid), SAID, actor=NOBODY, at=NOW)
    experts(cast)
    sitting(cast, row)
    judge(cast, row, True, True, False)
    with pytest.raises(Incomplete, match="proposed"):
        judging.uphold(row, act(cast, "li", row, DRAW_DAY), outcome="redecide", reason="x")
    judging.uphold(row, act(cast, "li", row, DRAW_DAY), outcome="correct", reason="核对有误。")
    with pytest.raises(Incomplete, match="stood before"):
        carrying.carry(row, act(cast, "zhou", row, DRAW_DAY), result="refuse", reason="已改。")
    carrying.carry(row, act(cast, "zhou", row, DRAW_DAY), result="grant", reason="已改。")


def test_nobody_proposes_to_correct_a_system(cast: Cast, aid: System) -> None:
    row, _ = filing.against_system(aid, SAID, actor=NOBODY, at=NOW)
    experts(cast)
    sitting(cast, row)
    with pytest.raises(Incomplete, match="to a decision only"):
        judge(cast, row, True, True, True)


def test_a_rejected_objection_gives_reasons_and_names_the_remedies(cast: Cast, aid: System) -> None:
    row, _ = filing.against_decision(deliver(cast, aid), SAID, actor=NOBODY, at=NOW)
    experts(cast)
    sitting(cast, row)
    with pytest.raises(Incomplete):
        judging.reject(row, act(cast, "li", row, DRAW_DAY), reason="x")
    judge(cast, row, False, True, False)
    judging.reject(row, act(cast, "li", row, DRAW_DAY), reason="收入核对无误。")
    last = row.notices.last()
    assert last is not None
    assert "收入核对无误" in last.text.zh
    assert len(last.remedies) == 2
    assert "upheld" not in counts()


def test_nobody_with_ties_is_drawn_and_one_who_leaves_is_replaced(cast: Cast, aid: System) -> None:
    row, _ = filing.against_decision(deliver(cast, aid), SAID, actor=NOBODY, at=NOW)
    people = experts(cast, 5)
    people[0].posts.create(
        organisation=cast.places["health"], role="officer", starts=date(2026, 1, 1)
    )
    people[1].relations.create(organisation=cast.places["health"], explanation="配偶", declared=NOW)
    sitting(cast, row)
    drawn = {member.account.login for member in judging.panel(row)}
    assert not drawn & {"e0", "e1"}
    grounds = {m.account.login: m.ground for m in row.members.all() if m.ground is not None}
    assert set(grounds) == {"e0", "e1"}
    first = judging.panel(row)[0]
    with pytest.raises(Forbidden):
        judging.leave(first, act(cast, "wu", row, DRAW_DAY), reason="x")
    judging.leave(first, act(cast, first.account, row, DRAW_DAY), reason="生病")
    now = {member.account.login for member in judging.panel(row)}
    assert len(now) == 3
    assert first.account.login not in now
    outsider = next(each for each in people if each.login not in now)
    with pytest.raises(Forbidden):
        judging.opine(
            row, act(cast, outsider, row, DRAW_DAY), upholds=False, outcome="", opinion="x"
        )


def test_who_registered_tables_or_judged_the_system_before_is_left_out(
    cast: Cast, aid: System
) -> None:
    one, two, *_ = experts(cast, 8)
    aid.decision_tables.update(by=one)
    row, _ = filing.against_system(aid, SAID, actor=NOBODY, at=NOW)
    sitting(cast, row)
    assert row.members.get(account=one).ground is not None
    assert row.members.get(account=two).ground is None
    judge(cast, row, False, False, False)
    judging.reject(row, act(cast, "li", row, DRAW_DAY), reason="没有依据。")
    earlier = {member.account_id for member in judging.panel(row)}
    again, _ = filing.against_system(aid, SAID, actor=NOBODY, at=DRAW_DAY)
    people = judging.ties_of(again).people
    assert {str(account) for account in earlier} <= people
    of_decision, _ = filing.against_decision(deliver(cast, aid), SAID, actor=NOBODY, at=NOW)
    assert not {str(account) for account in earlier} & judging.ties_of(of_decision).people


def test_no_panel_is_drawn_from_too_few(cast: Cast, aid: System) -> None:
    row, _ = filing.against_decision(deliver(cast, aid), SAID, actor=NOBODY, at=NOW)
    with pytest.raises(BadInput):
        sitting(cast, row)


def test_who_may_do_what(cast: Cast, aid: System) -> None:
    row, _ = filing.against_decision(deliver(cast, aid), SAID, actor=NOBODY, at=NOW)
    can = {
        who: [verb.id for verb in doable(row, cast.actor(who), today=TODAY)]
        for who in ("li", "wu", "zhou")
    }
    assert can == {"li": ["accept", "refuse"], "wu": [], "zhou": []}
    with pytest.raises(Forbidden):
        handling.refuse(row, act(cast, "zhou", row), reason="x")
    with pytest.raises(Incomplete):
        handling.refuse(row, act(cast, "li", row), reason=" ")
    seen = act(cast, "li", row)
    handling.accept(row, seen, track="simplified")
    with pytest.raises(Stale):
        handling.refuse(row, seen, reason="x")
    row.refresh_from_db()
    assert row.due == date(2026, 4, 1)
    with pytest.raises((Incomplete, Stale)):
        handling.extend(row, act(cast, "li", row), reason="复杂")
