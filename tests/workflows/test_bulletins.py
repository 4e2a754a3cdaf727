"""Bulletins of sharing: a month is counted as it stood at its end, and published once."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from shixiao.records.models import Bulletin, LeafRow
from shixiao.workflows import bulletins
from shixiao.workflows.bulletins import Row
from shixiao.workflows.grants import keeping
from shixiao.workflows.grants.keeping import Use
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale
from shixiao.workflows.requests import answering, correcting
from tests.cast import Cast
from tests.dealing import PROVIDER, Deal, dealing
from tests.deals import gateway_at, passed

pytestmark = pytest.mark.django_db
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
LATER = datetime(2026, 5, 6, 2, 0, tzinfo=UTC)


@pytest.fixture
def deal(cast: Cast) -> Deal:
    return dealing(cast)


def of(code: str, month: date) -> Row:
    return next(row for row in bulletins.figures(month) if row.code == code)


def test_a_month_without_anything_has_nothing_but_zeros(cast: Cast) -> None:
    assert of("health", MARCH) == Row("health")


def test_answers_count_in_the_month_in_which_they_were_given(deal: Deal) -> None:
    grant = deal.active(starts=date(2026, 3, 1))
    deal.request()
    deal.later(31)  # 2 April: the second request is beyond its last day since 16 March
    late = deal.request()
    row = of("health", MARCH)
    assert (row.received, row.answered, row.late, row.silent) == (2, 1, 0, 1)
    assert (row.delivered, row.days) == (1, 0)
    answering.notify(late, deal.act(PROVIDER, late), missing="附件")
    row = of("housing", MARCH)
    assert (row.asked, row.grants, row.unused) == (2, 1, 1)
    assert of("housing", APRIL).grants == 1
    assert of("housing", date(2026, 2, 1)).grants == 0
    keeping.end(grant, deal.act("wu", grant), disposed="已删除")
    assert (of("housing", MARCH).grants, of("housing", APRIL).grants) == (1, 0)


def test_what_was_answered_later_was_still_silent_at_the_end_of_the_month(deal: Deal) -> None:
    request = deal.request()
    deal.later(40)
    answering.refuse(
        request,
        deal.act(PROVIDER, request),
        refusal_basis="《中华人民共和国统计法》第二十五条",
        reason="涉及个体",
    )
    march, april = of("health", MARCH), of("health", APRIL)
    assert (march.silent, march.answered, march.late) == (1, 0, 0)
    assert (april.silent, april.answered, april.late, april.refused) == (0, 1, 1, 1)
    assert april.days == 28  # of 3 March to 11 April, without weekends and the Monday of Qingming


def test_a_request_that_waits_for_papers_is_not_silence(deal: Deal) -> None:
    request = deal.request()
    answering.notify(request, deal.act(PROVIDER, request), missing="附件")
    assert of("health", MARCH).silent == 0


def test_a_grant_is_used_by_an_exchange_or_by_what_was_written_down(
    deal: Deal, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = deal.active(starts=date(2026, 3, 1))
    use = Use("公租房申请", "逐件核对", "免交复印件", "不落地")
    keeping.record_use(grant, use, actor=deal.actor("wu"), at=deal.at)
    assert of("housing", MARCH).unused == 0
    gateway = gateway_at(deal.cast, "health")
    for outcome in ("", "", "case_unknown"):
        exchange = passed(gateway, grant, "GZF-1", outcome)
        exchange.at = datetime(2026, 4, 8, tzinfo=UTC)
        exchange.save()
    row = of("housing", APRIL)
    assert (row.unused, row.used, row.turned_away) == (0, 2, 1)


def test_corrections_count_with_their_delay(deal: Deal) -> None:
    correction = deal.correction()
    deal.later(35)
    act = deal.act(PROVIDER, correction)
    correcting.answer(correction, act, corrected=1, answer="已更正")
    assert (of("health", APRIL).corrections, of("health", APRIL).corrections_late) == (1, 1)


def test_a_bulletin_is_published_once_after_its_month_and_no_longer_changes(deal: Deal) -> None:
    deal.active(starts=date(2026, 3, 1))
    analyst = deal.actor("li")
    with pytest.raises(Incomplete):
        bulletins.publish(MARCH, remark="", actor=analyst, at=deal.at)
    with pytest.raises(Forbidden):
        bulletins.publish(MARCH, remark="", actor=deal.actor(PROVIDER), at=LATER)
    with pytest.raises(Incomplete):
        bulletins.publish(MARCH, remark="长" * 5_001, actor=analyst, at=LATER)
    assert Bulletin.objects.count() == 0
    made = bulletins.publish(MARCH, remark="总体平稳", actor=analyst, at=LATER)
    assert bulletins.published_rows(made) == bulletins.figures(MARCH)
    leaf = LeafRow.objects.get(event="bulletin.published")
    assert leaf.subject == "2026-03"
    with pytest.raises(Stale):
        bulletins.publish(MARCH, remark="", actor=analyst, at=LATER)
