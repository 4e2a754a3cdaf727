"""Grants and corrections: misuse suspends, what is rectified resumes, use is written down."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from shixiao.records.models import LeafRow, Notice
from shixiao.workflows.grants import giving, keeping
from shixiao.workflows.grants.keeping import Use
from shixiao.workflows.refusals import Forbidden, Incomplete
from shixiao.workflows.requests import correcting
from tests.cast import Cast
from tests.dealing import PROVIDER, REQUESTER, Deal, dealing

pytestmark = pytest.mark.django_db
USED = Use("公租房申请", "逐件核对户籍", "免交户口本复印件 120 份", "不落地")


@pytest.fixture
def deal(cast: Cast) -> Deal:
    return dealing(cast)


def test_misuse_suspends_and_what_is_rectified_resumes(deal: Deal) -> None:
    grant = deal.active()
    with pytest.raises(Incomplete):
        keeping.suspend(grant, deal.act(PROVIDER, grant), misuse=" ")
    act = deal.act(PROVIDER, grant)
    grant = keeping.suspend(grant, act, misuse="在没有办件的情况下批量查询")
    assert (grant.state, grant.due) == ("suspended", date(2026, 3, 16))
    assert not giving.in_force(grant, deal.at)
    assert Notice.objects.filter(link=f"/grants/{grant.code}/").count() == 1
    grant = keeping.rectify(grant, deal.act("wu", grant), rectified="已停用批量脚本")
    grant = keeping.resume(grant, deal.act(PROVIDER, grant), reason="整改到位")
    assert grant.state == "active"


def test_sharing_is_ended_only_after_the_time_to_rectify(deal: Deal) -> None:
    grant = deal.active()
    grant = keeping.suspend(grant, deal.act("li", grant), misuse="转给第三方")
    with pytest.raises(Incomplete):
        keeping.terminate(grant, deal.act(PROVIDER, grant), reason="不再共享")
    deal.later(15)
    grant = keeping.terminate(grant, deal.act(PROVIDER, grant), reason="拒不整改")
    assert grant.state == "terminated"
    assert LeafRow.objects.filter(event="grant.ended").count() == 1


def test_a_recipient_that_rectified_badly_is_cut_off_at_once(deal: Deal) -> None:
    grant = deal.active()
    grant = keeping.suspend(grant, deal.act(PROVIDER, grant), misuse="转给第三方")
    grant = keeping.rectify(grant, deal.act("wu", grant), rectified="没有第三方")
    assert keeping.terminate(grant, deal.act(PROVIDER, grant), reason="不实").state == "terminated"


def test_a_recipient_neither_suspends_nor_resumes_and_a_provider_does_not_rectify(
    deal: Deal,
) -> None:
    grant = deal.active()
    with pytest.raises(Forbidden):
        keeping.suspend(grant, deal.act(REQUESTER, grant), misuse="x")
    grant = keeping.suspend(grant, deal.act(PROVIDER, grant), misuse="转给第三方")
    with pytest.raises(Forbidden):
        keeping.resume(grant, deal.act(REQUESTER, grant), reason="x")
    with pytest.raises(Forbidden):
        keeping.rectify(grant, deal.act(PROVIDER, grant), rectified="x")


def test_a_grant_is_in_force_in_its_time_only(deal: Deal) -> None:
    grant = deal.active()
    assert not giving.in_force(grant, deal.at)  # it starts in April
    assert giving.in_force(grant, deal.later(30).at)
    assert not giving.in_force(grant, deal.later(365).at)


def test_a_grant_is_reassessed_within_its_time(deal: Deal) -> None:
    grant = deal.active()
    for day in (date(2026, 3, 2), date(2027, 4, 1), date(2027, 3, 3)):
        with pytest.raises(Incomplete):
            act = deal.act(PROVIDER, grant)
            keeping.reassess(grant, act, reassess_on=day, reason="仍需要")
    act = deal.act(PROVIDER, grant)
    grant = keeping.reassess(grant, act, reassess_on=date(2027, 3, 1), reason="仍需要")
    assert grant.reassess_on == date(2027, 3, 1)
    assert LeafRow.objects.filter(event="grant.changed").count() == 1


def test_data_are_disposed_of_when_their_purpose_is_reached(deal: Deal) -> None:
    grant = deal.active()
    with pytest.raises(Incomplete):
        keeping.end(grant, deal.act("wu", grant), disposed="")
    assert keeping.end(grant, deal.act("wu", grant), disposed="已删除缓存").state == "ended"


def test_use_is_written_down_and_kept_for_three_years(deal: Deal) -> None:
    grant = deal.active()
    with pytest.raises(Incomplete) as refused:
        keeping.record_use(grant, replace(USED, effect=""), actor=deal.actor("wu"), at=deal.at)
    assert refused.value.field == "effect"
    with pytest.raises(Forbidden):
        keeping.record_use(grant, USED, actor=deal.actor("zhao"), at=deal.at)
    made = keeping.record_use(grant, USED, actor=deal.actor("wu"), at=deal.at)
    assert made.keep_until == date(2029, 3, 2)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
    ],
)
def test_months_end_with_their_last_day(day: date, months: int, then: date) -> None:
    assert giving.months_after(day, months) == then


# ── corrections ──────────────────────────────────────────────────────────────────────────────────


def test_wrong_data_are_verified_and_corrected_in_ten_working_days(deal: Deal) -> None:
    made = correcting.ask(
        deal.item,
        requester=deal.cast.places["housing"],
        field="姓名",
        error="张三应为张珊，见身份证",
        records=3,
        actor=deal.actor("wu"),
        at=deal.at,
    )
    assert (made.state, made.due) == ("asked", date(2026, 3, 16))
    with pytest.raises(Incomplete):
        correcting.answer(made, deal.act("chu", made), corrected=4, answer="已更正")
    with pytest.raises(Forbidden):
        correcting.answer(made, deal.act("wu", made), corrected=1, answer="已更正")
    made = correcting.answer(made, deal.act("chu", made), corrected=2, answer="更正 2 条")
    assert (made.state, made.corrected) == ("answered", 2)


@pytest.mark.parametrize(
    ("given", "field"),
    [({"field": "工资"}, "field"), ({"records": 0}, "records"), ({"error": " "}, "error")],
)
def test_what_a_correction_lacks_is_named(
    deal: Deal, given: dict[str, str | int], field: str
) -> None:
    fields = {"field": "姓名", "error": "有误", "records": 1} | given
    with pytest.raises(Incomplete) as refused:
        correcting.ask(
            deal.item,
            requester=deal.cast.places["housing"],
            field=str(fields["field"]),
            error=str(fields["error"]),
            records=int(fields["records"]),
            actor=deal.actor("wu"),
            at=deal.at,
        )
    assert refused.value.field == field
