"""Duties of sharing: each is read off what happened, on one record and over a department."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from shixiao.records.models import CatalogueItem, DutyTotals, Grant, SharingRequest
from shixiao.rules import load_pack
from shixiao.sharing.duties import Owed, Side, Status, duties
from shixiao.terms import Text
from shixiao.workflows.catalogue import compiling, harvesting
from shixiao.workflows.catalogue.harvesting import Origin
from shixiao.workflows.duties.owing import Row
from shixiao.workflows.duties.standing import count_all, owed_in, standing
from shixiao.workflows.grants import keeping
from shixiao.workflows.grants.keeping import Use
from shixiao.workflows.requests import answering, correcting, disputing
from tests.cast import NOW, TODAY, Cast
from tests.dealing import HEALTH, PROVIDER, REQUESTER, WITHHELD, Deal, dealing, drafted

DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
PERIOD = duties()["answer"]


def test_every_duty_is_set_by_a_rule_of_the_pack() -> None:
    for duty in duties().values():
        assert load_pack().rule(duty.rule).name.zh
        assert duty.holder is not duty.claimant
        assert duty.holder is not Side.EVERYONE


@given(due=DAYS, done=st.none() | DAYS, today=DAYS)
def test_a_period_is_kept_exactly_when_it_ends_by_its_last_day(
    due: date, done: date | None, today: date
) -> None:
    status = Owed(PERIOD, "health", "GDS-21c", due, done).status(today)
    if done is None:
        assert status is (Status.BREACHED if today > due else Status.DUE)
    else:
        assert status is (Status.MET if done <= due else Status.BREACHED)


@given(done=st.none() | DAYS, today=DAYS)
def test_what_is_broken_stays_broken(done: date | None, today: date) -> None:
    assert Owed(PERIOD, "health", "GDS-25", None, done, broken=True).status(today) == "breached"


@pytest.fixture
def deal(cast: Cast) -> Deal:
    return dealing(cast)


def found(row: Row, today: date) -> dict[str, tuple[str, str]]:
    row.refresh_from_db()
    return {m.owed.duty.id: (m.owed.holder, m.status.value) for m in owed_in(row, today)}


def answered(deal: Deal) -> SharingRequest:
    return deal.agreed().request


def late(deal: Deal) -> SharingRequest:
    request = deal.request()
    deal.later(30)
    answering.refuse(
        request,
        deal.act(PROVIDER, request),
        refusal_basis="《中华人民共和国统计法》第二十五条",
        reason="涉及个体",
    )
    return request


def completed(deal: Deal) -> SharingRequest:
    request = deal.request()
    answering.notify(request, deal.act(PROVIDER, request), missing="附件")
    return request


def asked_again_too_late(deal: Deal) -> SharingRequest:
    request = deal.request()
    deal.later(40)
    answering.notify(request, deal.act(PROVIDER, request), missing="附件")
    return request


def delivered(deal: Deal) -> SharingRequest:
    return deal.active().request


ANSWERS: list[tuple[Callable[[Deal], SharingRequest], dict[str, tuple[str, str]]]] = [
    (lambda deal: deal.request(), {"answer": ("health", "due")}),
    (lambda deal: deal.request(filed=False), {}),
    (answered, {"answer": ("health", "met"), "deliver": ("health", "due")}),
    (delivered, {"answer": ("health", "met"), "deliver": ("health", "met")}),
    (late, {"answer": ("health", "breached"), "reason": ("health", "met")}),
    # The clock stands still while papers lack, so nothing is owed then; unless it was too late.
    (completed, {}),
    (asked_again_too_late, {"answer": ("health", "breached")}),
    (
        lambda deal: deal.disputed().request,
        {"answer": ("health", "met"), "reason": ("health", "met")},
    ),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("happened", "expected"), ANSWERS)
def test_what_is_owed_on_a_request_follows_from_its_steps(
    deal: Deal,
    happened: Callable[[Deal], SharingRequest],
    expected: dict[str, tuple[str, str]],
) -> None:
    assert found(happened(deal), deal.today) == expected


@pytest.mark.django_db
def test_an_answer_nobody_gave_is_a_breach_from_the_day_after_its_last(deal: Deal) -> None:
    request = deal.request()
    assert request.due == date(2026, 3, 16)
    assert found(request, date(2026, 3, 16)) == {"answer": ("health", "due")}
    assert found(request, date(2026, 3, 17)) == {"answer": ("health", "breached")}


@pytest.mark.django_db
def test_data_shared_without_condition_have_the_clock_of_one_day(cast: Cast) -> None:
    deal = dealing(cast, sharing="unconditional", scope="", purpose="")
    grant = deal.agreed()
    owed = [each.owed for each in owed_in(grant.request, deal.today)]
    assert [(each.duty.id, each.rule) for each in owed] == [
        ("answer", "GDS-21u"),
        ("deliver", "GDS-22"),
    ]


@pytest.mark.django_db
def test_the_ladder_of_a_dispute_holds_both_sides_the_authority_and_the_government(
    deal: Deal,
) -> None:
    dispute = deal.disputed()
    assert found(dispute, deal.today) == {"negotiate": ("health", "due")}
    disputing.escalate(dispute, deal.act(REQUESTER, dispute), reason="谈不成")
    assert found(dispute, deal.today)["coordinate"] == ("bureau", "due")
    disputing.report(dispute, deal.act("chen", dispute), minutes="未达成一致")
    assert found(dispute, deal.today)["coordinate"] == ("bureau", "met")
    assert found(dispute, deal.today)["decide"] == ("", "due")


@pytest.mark.django_db
def test_a_correction_is_owed_by_who_provides_the_data(deal: Deal) -> None:
    correction = deal.correction()
    assert found(correction, deal.today) == {"correct": ("health", "due")}
    deal.later(30)
    act = deal.act(PROVIDER, correction)
    correcting.answer(correction, act, corrected=1, answer="已更正")
    assert found(correction, deal.today) == {"correct": ("health", "breached")}


def used(deal: Deal) -> Grant:
    grant = deal.active()
    use = Use("公租房申请", "逐件核对", "免交复印件", "不落地")
    keeping.record_use(grant, use, actor=deal.actor("wu"), at=deal.at)
    return grant


def misused(deal: Deal) -> Grant:
    grant = used(deal)
    keeping.suspend(grant, deal.act(PROVIDER, grant), misuse="没有办件，批量查询")
    return grant


def disposed(deal: Deal) -> Grant:
    grant = used(deal)
    keeping.end(grant, deal.act("wu", grant), disposed="已删除")
    return grant


def rectified(deal: Deal) -> Grant:
    grant = misused(deal)
    keeping.rectify(grant, deal.act("wu", grant), rectified="已加审批")
    return grant


def cleared(deal: Deal) -> Grant:
    grant = misused(deal)
    keeping.resume(grant, deal.act(PROVIDER, grant), reason="核实为正常办件")
    return grant


def ended_at_last(deal: Deal) -> Grant:
    grant = misused(deal)
    deal.later(60)
    keeping.terminate(grant, deal.act(PROVIDER, grant), reason="拒不整改")
    return grant


KEPT = {"purpose": ("housing", "due"), "reassess": ("health", "due")}
USES: list[tuple[Callable[[Deal], Grant], dict[str, tuple[str, str]]]] = [
    (lambda deal: deal.agreed(), {}),
    (lambda deal: deal.active(), KEPT),
    (used, KEPT | {"record": ("housing", "met")}),
    (
        misused,
        KEPT
        | {
            "purpose": ("housing", "breached"),
            "record": ("housing", "met"),
            "rectify": ("housing", "due"),
        },
    ),
    (
        cleared,
        KEPT | {"record": ("housing", "met")},
    ),
    (
        rectified,
        KEPT
        | {
            "purpose": ("housing", "breached"),
            "record": ("housing", "met"),
            "rectify": ("housing", "met"),
            "confirm": ("health", "due"),
        },
    ),
    (
        ended_at_last,
        {
            "purpose": ("housing", "breached"),
            "record": ("housing", "met"),
            "rectify": ("housing", "breached"),
            "dispose": ("housing", "due"),
        },
    ),
    (
        disposed,
        {
            "purpose": ("housing", "met"),
            "record": ("housing", "met"),
            "dispose": ("housing", "met"),
        },
    ),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("happened", "expected"), USES)
def test_what_is_owed_on_a_grant_follows_from_what_was_done_with_it(
    deal: Deal, happened: Callable[[Deal], Grant], expected: dict[str, tuple[str, str]]
) -> None:
    assert found(happened(deal), deal.today) == expected


@pytest.mark.django_db
def test_an_entry_is_reviewed_and_updated_in_time_or_not(deal: Deal) -> None:
    item = deal.item
    assert found(item, deal.today)["review"] == ("bureau", "met")
    assert found(item, deal.today)["list"] == ("health", "met")
    assert found(item, deal.today)["terms"] == ("health", "met")
    compiling.change(item, deal.act("li", item), changed_on=deal.today, reason="职责调整")
    assert found(item, deal.today)["update"] == ("health", "due")
    deal.later(60)
    assert found(item, deal.today)["update"] == ("health", "breached")
    compiling.submit(item, deal.act("chu", item))
    assert found(item, deal.today)["update"] == ("health", "breached")  # done, but too late


@pytest.mark.django_db
def test_an_entry_read_in_with_faults_is_in_breach_of_the_articles_it_misses(cast: Cast) -> None:
    cited = replace(HEALTH, id="P-1", **(WITHHELD | {"basis": "内部规定"}))
    bare = replace(HEALTH, id="P-2", sharing="conditional", scope="", purpose="", format="")
    harvesting.harvest([cited, bare], Origin("市平台"), actor=cast.actor("li"), at=NOW)
    first, second = (CatalogueItem.objects.get(identifier=each) for each in ("P-1", "P-2"))
    assert found(first, TODAY)["grounds"] == ("health", "breached")
    assert found(first, TODAY)["list"] == ("health", "met")
    assert found(second, TODAY)["terms"] == ("health", "breached")
    assert found(second, TODAY)["list"] == ("health", "breached")


@pytest.mark.django_db
def test_stale_data_breach_the_promise_of_the_catalogue(cast: Cast) -> None:
    item = dealing(cast, updated=date(2026, 2, 1), cycle="day").item
    assert found(item, TODAY)["fresh"] == ("health", "breached")


@pytest.mark.django_db
def test_a_department_sees_its_duties_counted_and_the_worst_first(deal: Deal) -> None:
    late(deal)
    deal.request()
    misused(deal)
    provider = standing(deal.cast.places["health"], deal.today)
    counted = {each.duty.id: (each.met, each.due, each.breached) for each in provider.counts}
    assert counted["answer"] == (1, 1, 1)
    assert provider.open[0].status is Status.BREACHED
    assert {each.owed.holder for each in provider.open} == {"health"}
    recipient = standing(deal.cast.places["housing"], deal.today)
    counted = {each.duty.id: (each.met, each.due, each.breached) for each in recipient.counts}
    assert counted == {"purpose": (0, 0, 1), "record": (1, 0, 0), "rectify": (0, 1, 0)}
    bureau = standing(deal.cast.places["bureau"], deal.today)
    assert [each.duty.id for each in bureau.counts] == ["review"]


@pytest.mark.django_db
@pytest.mark.parametrize("sharing", ["conditional", "not_shared"])
def test_entries_that_are_counted_give_the_same_sums_as_entries_that_are_read(
    cast: Cast, sharing: str
) -> None:
    more = {} if sharing == "conditional" else WITHHELD
    datasets = [replace(HEALTH, id=f"Q-{n}", **({"sharing": sharing} | more)) for n in range(3)]
    harvesting.harvest(datasets, Origin("市平台"), actor=cast.actor("li"), at=NOW)
    counted = {
        each.duty.id: (each.met, each.due, each.breached)
        for each in standing(cast.places["health"], TODAY).counts
    }
    single: dict[str, list[int]] = {}
    for item in CatalogueItem.objects.all():
        for matter in owed_in(item, TODAY):
            sums = single.setdefault(matter.owed.duty.id, [0, 0, 0])
            sums[["met", "due", "breached"].index(matter.status.value)] += 1
    assert counted == {name: tuple(sums) for name, sums in single.items()}


@pytest.mark.django_db
def test_what_is_counted_for_all_is_what_the_page_of_each_says(deal: Deal) -> None:
    late(deal)
    misused(deal)
    now = deal.at
    assert count_all(now=now) == count_all(now=now) == DutyTotals.objects.count()
    for row in DutyTotals.objects.select_related("organisation"):
        found = standing(row.organisation, timezone.localdate(now))
        assert (row.met, row.due, row.breached) == tuple(
            found.total(status) for status in (Status.MET, Status.DUE, Status.BREACHED)
        )
    assert DutyTotals.objects.get(organisation__code="health").breached == 2


@pytest.mark.django_db
def test_counts_that_are_cut_short_say_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = [replace(HEALTH, id=f"Q-{n}", format="") for n in range(3)]
    harvesting.harvest(bare, Origin("市平台"), actor=cast.actor("li"), at=NOW)
    assert not standing(cast.places["health"], TODAY).cut
    monkeypatch.setattr("shixiao.workflows.duties.standing.MOST_READ", 2)
    assert standing(cast.places["health"], TODAY).cut


@pytest.mark.django_db
def test_a_draft_owes_nothing_yet(cast: Cast) -> None:
    item = drafted(cast, name=Text("草稿", "Draft"))
    assert found(item, TODAY)["list"] == ("health", "due")
