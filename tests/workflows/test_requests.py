"""Sharing requests on the clocks of Decree 809: answered, delivered, refused, disputed, settled."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from shixiao.records.models import Dispute, Grant, LeafRow, Notice, SharingStep
from shixiao.workflows import stepping
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale
from shixiao.workflows.requests import answering, disputing, making
from shixiao.workflows.requests.answering import Agreed
from tests.cast import NOW, TODAY, Cast
from tests.dealing import PROVIDER, REQUESTER, WITHHELD, Deal, dealing, wanted

pytestmark = pytest.mark.django_db
LAW = "《中华人民共和国统计法》第二十五条"


@pytest.fixture
def deal(cast: Cast) -> Deal:
    return dealing(cast)


def test_a_request_goes_from_the_officer_to_the_delivered_data(deal: Deal) -> None:
    request = deal.request()
    assert (request.state, request.due) == ("asked", date(2026, 3, 16))  # ten working days
    assert Notice.objects.filter(account=deal.cast.accounts[PROVIDER]).count() == 1
    terms = Agreed(date(2026, 9, 1), "周某")
    grant = answering.agree(request, deal.act(PROVIDER, request), terms)
    request.refresh_from_db()
    assert (request.state, request.due) == ("agreed", date(2026, 3, 30))  # twenty working days
    assert grant.state == "waiting"
    request = answering.deliver(request, deal.act(PROVIDER, request), reason="接口已开通")
    grant.refresh_from_db()
    assert (request.state, request.due, grant.state) == ("delivered", None, "active")
    events = list(LeafRow.objects.order_by("id").values_list("event", flat=True))[3:]
    assert events == [
        "request.made",
        "request.moved",
        "request.moved",
        "grant.given",
        "request.moved",
        "grant.moved",
    ]
    verbs = SharingStep.objects.filter(subject=request.code).values_list("verb", flat=True)
    assert list(verbs) == ["make", "file", "agree", "deliver"]


def test_unconditional_data_are_answered_in_one_working_day(cast: Cast) -> None:
    deal = dealing(cast, sharing="unconditional", scope="", purpose="")
    request = deal.request()
    assert request.due == date(2026, 3, 3)
    with pytest.raises(Incomplete) as refused:
        act = deal.act(PROVIDER, request)
        answering.refuse(request, act, refusal_basis=LAW, reason="x")
    assert "无条件共享" in refused.value.text.zh


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"basis": " "}, "basis"),
        ({"scenario": ""}, "scenario"),
        ({"purpose": ""}, "purpose"),
        ({"mode": ""}, "mode"),
        ({"fields": []}, "fields"),
        ({"fields": ["*"]}, "fields"),
        ({"fields": ["工资"]}, "fields"),
        ({"ends": date(2026, 3, 1)}, "ends"),
        ({"basis": "长" * 5001}, "basis"),
    ],
)
def test_what_a_request_lacks_is_named(deal: Deal, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Incomplete) as refused:
        deal.request(**given)
    assert refused.value.field == field


def test_own_or_unpublished_data_are_not_asked_for(deal: Deal) -> None:
    with pytest.raises(Incomplete):
        making.write(
            deal.item,
            wanted(),
            requester=deal.cast.places["health"],
            actor=deal.actor("zhao"),
            at=NOW,
        )
    deal.item.state = "withdrawn"
    with pytest.raises(Incomplete):
        deal.request()


def test_the_clock_stands_still_while_papers_are_missing(deal: Deal) -> None:
    request = deal.request()
    deal.later(2)  # Wednesday 4 March
    request = answering.notify(request, deal.act(PROVIDER, request), missing="缺使用依据的附件")
    assert (request.state, request.due) == ("incomplete", None)
    deal.later(7)  # Wednesday 11 March: 5 working days stood still
    request = answering.supplement(request, deal.act("wu", request), supplied="已补附件")
    assert (request.state, request.due) == ("asked", date(2026, 3, 23))
    with pytest.raises(Incomplete) as refused:
        answering.notify(request, deal.act(PROVIDER, request), missing="还缺")
    assert "一次性" in refused.value.text.zh


def test_papers_supplied_on_the_day_stop_nothing(deal: Deal) -> None:
    request = deal.request()
    request = answering.notify(request, deal.act(PROVIDER, request), missing="缺附件")
    request = answering.supplement(request, deal.act("wu", request), supplied="已补")
    assert request.due == date(2026, 3, 16)


def test_an_answer_is_put_off_with_the_consent_of_the_authority(deal: Deal) -> None:
    request = deal.request()
    for days in (0, 11):
        with pytest.raises(Incomplete):
            act = deal.act(PROVIDER, request)
            answering.ask_extension(request, act, days=days, reason="数据量大")
    act = deal.act(PROVIDER, request)
    request = answering.ask_extension(request, act, days=10, reason="数据量大")
    assert request.due == date(2026, 3, 16)
    with pytest.raises(Forbidden):
        answering.allow_extension(request, deal.act(PROVIDER, request))
    request = answering.allow_extension(request, deal.act("li", request))
    assert request.due == date(2026, 3, 30)
    assert LeafRow.objects.filter(event="request.extended").count() == 1
    with pytest.raises(Incomplete):
        act = deal.act(PROVIDER, request)
        answering.ask_extension(request, act, days=1, reason="再延")


def test_time_that_is_over_or_was_refused_is_not_extended(deal: Deal) -> None:
    request = deal.request()
    act = deal.act(PROVIDER, request)
    request = answering.ask_extension(request, act, days=5, reason="数据量大")
    denied = answering.deny_extension(request, deal.act("li", request), reason="可以先给一部分")
    assert denied.due == date(2026, 3, 16)
    with pytest.raises(Stale):
        answering.allow_extension(denied, deal.act("li", denied))
    deal.later(15)
    with pytest.raises(Incomplete):
        act = deal.act(PROVIDER, denied)
        answering.ask_extension(denied, act, days=5, reason="数据量大")


@pytest.mark.parametrize(
    "basis", ["", "《婚姻登记档案管理办法》第三条", "《杭州市公共数据条例》第三条", "局里不同意"]
)
def test_a_refusal_needs_a_basis_that_carries(deal: Deal, basis: str) -> None:
    request = deal.request()
    with pytest.raises(Incomplete) as refused:
        act = deal.act(PROVIDER, request)
        answering.refuse(request, act, refusal_basis=basis, reason="不便提供")
    assert refused.value.field == "refusal_basis"
    request.refresh_from_db()
    assert request.state == "asked"


def test_a_refusal_may_rest_on_a_condition_that_the_catalogue_lists(deal: Deal) -> None:
    request = deal.request()
    act = deal.act(PROVIDER, request)
    basis = "目录列明的使用用途：办理低保时核对户籍"
    request = answering.refuse(request, act, refusal_basis=basis, reason="用途不符")
    assert (request.state, request.refusal_reason) == ("refused", "用途不符")
    assert answering.accept(request, deal.act(REQUESTER, request)).state == "closed"


def test_a_return_flow_is_not_refused(deal: Deal) -> None:
    request = deal.request(kind="return")
    with pytest.raises(Incomplete) as refused:
        act = deal.act(PROVIDER, request)
        answering.refuse(request, act, refusal_basis=LAW, reason="x")
    assert "回流" in refused.value.text.zh


def test_only_heads_speak_for_their_own_side(deal: Deal) -> None:
    draft = deal.request(filed=False)
    with pytest.raises(Forbidden):
        making.file(draft, deal.act("wu", draft))
    with pytest.raises(Forbidden):
        making.file(draft, deal.act(PROVIDER, draft))
    request = making.file(draft, deal.act(REQUESTER, draft))
    terms = Agreed(date(2026, 9, 1), "某")
    for name in (REQUESTER, "zhao", "li"):
        with pytest.raises(Forbidden):
            answering.agree(request, deal.act(name, request), terms)


def test_a_page_that_is_old_changes_nothing(deal: Deal) -> None:
    request = deal.request()
    old = deal.act(PROVIDER, request)
    answering.notify(request, old, missing="缺附件")
    with pytest.raises(Stale):
        answering.notify(request, old, missing="缺附件")


def test_a_grant_is_looked_at_again_within_a_year(deal: Deal) -> None:
    request = deal.request(ends=date(2029, 1, 1))
    for day in (date(2027, 4, 2), date(2026, 3, 31)):
        with pytest.raises(Incomplete) as refused:
            answering.agree(request, deal.act(PROVIDER, request), Agreed(day, "周某"))
        assert refused.value.field == "reassess_on"
    terms = Agreed(date(2027, 4, 1), "周某")
    assert answering.agree(request, deal.act(PROVIDER, request), terms).state == "waiting"


# ── disputes ─────────────────────────────────────────────────────────────────────────────────────


def test_a_dispute_is_negotiated_coordinated_and_decided(deal: Deal) -> None:
    dispute = deal.disputed()
    assert (dispute.state, dispute.due) == ("negotiating", date(2026, 3, 16))
    dispute = disputing.answer(dispute, deal.act(PROVIDER, dispute), answer="确属统计资料")
    dispute = disputing.escalate(dispute, deal.act(REQUESTER, dispute), reason="没有谈成")
    assert (dispute.state, dispute.due) == ("coordinating", date(2026, 3, 23))
    dispute = disputing.report(dispute, deal.act("chen", dispute), minutes="协调未果")
    assert dispute.state == "deciding"
    dispute = disputing.settle(
        dispute, deal.act("chen", dispute), decision="share", minutes="应当共享"
    )
    request = dispute.request
    request.refresh_from_db()
    assert (dispute.state, request.state, request.decision) == ("settled", "agreed", "agreed")
    assert request.due == date(2026, 3, 30)
    grant = Grant.objects.get()
    assert (grant.state, grant.reassess_on) == ("waiting", date(2027, 3, 31))


def test_an_upheld_refusal_ends_the_request(deal: Deal) -> None:
    dispute = deal.disputed()
    act = deal.act("chen", dispute)
    disputing.settle(dispute, act, decision="withhold", minutes="维持")
    dispute.request.refresh_from_db()
    assert dispute.request.state == "closed"
    assert not Grant.objects.exists()


def test_what_is_not_late_is_not_disputed_and_what_is_late_is(deal: Deal) -> None:
    request = deal.request()
    with pytest.raises(Incomplete):
        disputing.raise_dispute(request, deal.act(REQUESTER, request), claim="没有答复")
    deal.later(15)
    disputing.raise_dispute(request, deal.act(REQUESTER, request), claim="没有答复")
    assert Dispute.objects.get().state == "negotiating"


def test_a_department_does_not_settle_its_own_dispute(deal: Deal) -> None:
    dispute = deal.disputed()
    for name in (REQUESTER, PROVIDER, "li"):
        with pytest.raises(Forbidden):
            act = deal.act(name, dispute)
            disputing.settle(dispute, act, decision="share", minutes="x")


# ── delays ───────────────────────────────────────────────────────────────────────────────────────


def test_a_delay_lies_at_the_door_of_whoever_caused_it(deal: Deal) -> None:
    request = deal.request()
    deal.later(2)
    request = answering.notify(request, deal.act(PROVIDER, request), missing="缺附件")
    deal.later(28)  # four weeks of the requester's own: nobody else is late
    request = answering.supplement(request, deal.act("wu", request), supplied="已补")
    steps = list(SharingStep.objects.filter(subject=request.code))
    assert stepping.delays(request, steps, deal.today) == []
    assert request.due is not None
    late = request.due + timedelta(days=7)
    (delay,) = stepping.delays(request, steps, late)
    assert (delay.owner.zh, delay.state.zh) == ("提供部门", "待答复")
    assert delay.days == 5


def test_an_answer_that_came_late_stays_late(deal: Deal) -> None:
    request = deal.request()
    deal.later(16)  # Wednesday 18 March, two working days after the due day
    answering.agree(request, deal.act(PROVIDER, request), Agreed(date(2026, 9, 1), "周某"))
    request.refresh_from_db()
    steps = list(SharingStep.objects.filter(subject=request.code))
    (delay,) = stepping.delays(request, steps, deal.today)
    assert (delay.owner.zh, delay.days) == ("提供部门", 2)


def test_what_is_withheld_by_law_can_be_asked_for_and_is_refused_by_that_law(cast: Cast) -> None:
    deal = dealing(cast, **WITHHELD)
    request = deal.refused()
    assert request.refusal_basis == LAW
    assert request.entered.date() == TODAY
