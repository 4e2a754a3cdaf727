"""Inspections by lot: frozen with public chances, sealed until they start, closed by full runs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from shixiao.draw import commit, opens, verify
from shixiao.records.models import (
    Account,
    Case,
    Draw,
    Inspection,
    LeafRow,
    Notice,
    Relation,
    Retest,
    System,
)
from shixiao.terms import BadInput
from shixiao.workflows.draws import Public
from shixiao.workflows.inspections import carrying, drawing, planning
from shixiao.workflows.inspections.drawing import team
from shixiao.workflows.inspections.planning import Period
from shixiao.workflows.moving import Act
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale
from shixiao.workflows.systems import probing
from tests import systems
from tests.cast import NOW, TODAY, Cast
from tests.inspecting import DAY, LATER, PERIOD, PUBLIC, STARTS, VALUE, Inspecting, drawn, planned

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _place(place: Path) -> None:
    """Files and ledger go to a folder of the test."""


def actors(going: Inspecting, inspection: Inspection) -> list[Act]:
    """Return an act of each who inspects, on the inspection as it is now."""
    inspection.refresh_from_db()
    names = {account.pk: name for name, account in going.cast.accounts.items()}
    return [
        Act(going.cast.actor(names[one.account_id]), LATER, inspection.version)
        for one in team(inspection)
    ]


def started(going: Inspecting, number: int = 1) -> Inspection:
    made = going.plan.inspections.get(number=number)
    carrying.start(made, actors(going, made)[0])
    made.refresh_from_db()
    return made


def outsider(going: Inspecting, inspection: Inspection) -> Account:
    inside = {one.account_id for one in team(inspection)}
    rows = going.plan.inspectors.exclude(account__in=inside)
    return rows.select_related("account")[0].account


def test_chances_are_public_before_the_draw_and_sum_to_its_size(cast: Cast) -> None:
    going = planned(cast)
    chances = [row["chance"] for row in going.plan.systems]
    assert sum(chances) == pytest.approx(3)
    assert min(chances) >= 0.05
    frozen = Draw.objects.get(subject=going.plan.code, tag="systems")
    assert {row["system"]: row["chance"] for row in going.plan.systems} == pytest.approx(
        dict(planning.chances_of(frozen))
    )
    assert LeafRow.objects.filter(event="inspection.planned", subject=going.plan.code).exists()


def test_what_was_not_inspected_within_its_cycle_is_inspected_in_any_case(cast: Cast) -> None:
    going = drawn(cast, days=300)
    assert {row["chance"] for row in going.plan.systems} == {1.0}
    found = {each.sealed["system"] for each in going.plan.inspections.all()}
    assert found == set(System.objects.values_list("identifier", flat=True))


REFUSED = [
    (Period(STARTS, STARTS - DAY, 3), PUBLIC, "ends"),
    (Period(STARTS, STARTS + timedelta(days=184), 3), PUBLIC, "ends"),
    (Period(TODAY + 2 * DAY, PERIOD.ends, 3), PUBLIC, "starts"),
    (Period(STARTS, PERIOD.ends, 0), PUBLIC, "size"),
    (Period(STARTS, PERIOD.ends, 9), PUBLIC, "size"),
    (PERIOD, Public("", TODAY + DAY), "source"),
    (PERIOD, Public("开奖号码", TODAY), "source_day"),
]


def test_a_plan_that_cannot_be_is_refused(cast: Cast) -> None:
    planned(cast)
    found = []
    for period, public, _ in REFUSED:
        with pytest.raises(Incomplete) as refused:
            planning.plan(period, public=public, actor=cast.actor("li"), at=NOW)
        found.append(refused.value.field)
    assert found == [field for _, _, field in REFUSED]
    with pytest.raises(Forbidden):
        planning.plan(PERIOD, public=PUBLIC, actor=cast.actor("chen"), at=NOW)


def test_nobody_with_ties_is_drawn_and_too_few_without_refuse_the_plan(cast: Cast) -> None:
    tied = [cast.accounts["chen"], cast.accounts["qian"]]
    for account in tied:
        Relation.objects.create(
            account=account, organisation=cast.places["health"], explanation="亲属", declared=NOW
        )
    going = drawn(cast)
    of = {system.identifier: system.department.code for system in System.objects.all()}
    for each in going.plan.inspections.all():
        people = team(each)
        assert len(people) == 2
        if of[each.sealed["system"]] == "health":
            assert not {one.account_id for one in people} & {one.pk for one in tied}
    for name in ("zu0", "zu1", "zu2"):
        cast.accounts[name].posts.update(ends=TODAY - DAY)
    with pytest.raises(Incomplete, match="Only 1 inspectors"):
        planning.plan(PERIOD, public=PUBLIC, actor=cast.actor("li"), at=NOW)


def test_nothing_of_the_draw_is_known_until_an_inspection_starts_and_all_of_it_afterwards(
    cast: Cast,
) -> None:
    going = drawn(cast)
    rows = list(going.plan.inspections.all())
    assert len(rows) == 3
    assert {row.system_id for row in rows} == {None}
    told = " ".join(row.entry.decode() for row in map(_bytes, LeafRow.objects.all()))
    assert not any(f'"{row.sealed["system"]}"' in told for row in rows)
    notices = " ".join(str(each.text) for each in Notice.objects.filter(kind="inspection.drawn"))
    assert not any(row.sealed["system"] in notices for row in rows)
    for number in (1, 2, 3):
        assert not Draw.objects.filter(subject=going.plan.code, revealed__isnull=False).exists()
        row = started(going, number)
        assert row.system is not None
        assert row.system.identifier == row.sealed["system"]
        assert commit(row.sealed, row.nonce) == row.commitment
        sealed = LeafRow.objects.get(event="inspection.sealed", subject=row.code)
        assert row.commitment in _bytes(sealed).entry.decode()
    going.plan.refresh_from_db()
    assert going.plan.state == "ended"
    for each in Draw.objects.filter(subject=going.plan.code):
        assert each.revealed is not None
        assert verify(each.transcript).valid
        assert opens(each.commitment, each.transcript, each.nonce)


def _bytes(row: LeafRow) -> LeafRow:
    row.entry = bytes(row.entry)
    return row


def test_only_those_who_were_drawn_start_and_only_within_the_period(cast: Cast) -> None:
    going = drawn(cast)
    made = going.plan.inspections.get(number=1)
    other = outsider(going, made)
    name = next(n for n, account in cast.accounts.items() if account.pk == other.pk)
    for who in (name, "li", "wei"):
        with pytest.raises(Forbidden):
            carrying.start(made, Act(cast.actor(who), LATER, made.version))
    first = actors(going, made)[0]
    for at in (NOW + 2 * DAY, NOW + 91 * DAY):
        with pytest.raises(Stale, match="period"):
            carrying.start(made, Act(first.actor, at, made.version))


def test_nothing_found_needs_a_full_run_that_found_nothing_and_a_second_inspector(
    cast: Cast,
) -> None:
    going = drawn(cast)
    made = started(going)
    assert made.system is not None

    def say(outcome: str) -> Inspection:
        act = actors(going, made)[0]
        return carrying.report(made, act, outcome=outcome, report="按清单测试。")

    with pytest.raises(Incomplete, match="assessed everything"):
        say("clean")
    cast.accounts["wei"].posts.update(organisation=made.system.department)
    System.objects.filter(pk=made.system_id).update(
        addresses=[{"environment": "production", "address": systems.ADDRESS}]
    )
    made.refresh_from_db()
    part = systems.run_of(["certificate", "protocols"], at=LATER + DAY / 48)
    probing.take_in(
        made.system, part, file="run.json", actor=cast.actor("wei"), at=LATER + DAY / 48
    )
    with pytest.raises(Incomplete, match="assessed everything"):
        say("clean")
    systems.probed(cast, made.system, at=LATER + DAY / 24, blind=["headers"])
    with pytest.raises(Incomplete, match="assessed everything"):
        say("clean")
    systems.probed(cast, made.system, at=LATER + DAY / 12, failing=["headers.csp"])
    with pytest.raises(Incomplete, match="1 weaknesses are open"):
        say("clean")
    systems.probed(cast, made.system, at=LATER + DAY / 8)
    say("clean")
    first, second = actors(going, made)
    with pytest.raises(Forbidden, match="Another"):
        carrying.confirm(made, first)
    carrying.send_back(made, second, reason="报告太短")
    say("clean")
    made.refresh_from_db()
    carrying.confirm(made, actors(going, made)[1])
    made.refresh_from_db()
    assert (made.state, made.case, Retest.objects.count()) == ("clean", None, 0)
    assert made.done == LATER


def test_problems_become_a_case_and_force_a_new_test(cast: Cast) -> None:
    going = drawn(cast)
    made = started(going)
    carrying.report(made, actors(going, made)[0], outcome="faulty", report="备份没有加密。")
    made.refresh_from_db()
    carrying.confirm(made, actors(going, made)[1])
    made.refresh_from_db()
    case = Case.objects.get()
    assert made.system is not None
    assert (made.state, made.case) == ("faulty", case)
    assert (case.subject, case.story) == (made.system.identifier, "备份没有加密。")
    forced = Retest.objects.get()
    assert (forced.system, forced.cause, forced.reference) == (made.system, "lot", made.code)


def test_who_is_excused_is_replaced_by_the_next_in_order(cast: Cast) -> None:
    going = drawn(cast)
    made = going.plan.inspections.get(number=1)
    first, second = team(made)
    with pytest.raises(Forbidden):
        drawing.excuse(first, Act(cast.actor("wei"), LATER, 0), reason="出差")
    drawing.excuse(first, going.act(), reason="住院")
    now = {one.code for one in team(made)}
    assert len(now) == 2
    assert second.code in now
    assert first.code not in now
    with pytest.raises(Stale):
        drawing.excuse(first, going.act(), reason="住院")
    left = [
        one for one in going.plan.inspectors.filter(excused__isnull=True) if one.code not in now
    ]
    for one in left:
        drawing.excuse(one, going.act(), reason="调离")
    with pytest.raises(BadInput):
        drawing.excuse(second, going.act(), reason="调离")
    assert {one.code for one in team(made)} == now


def test_what_is_not_started_in_its_period_is_open_and_says_so(cast: Cast) -> None:
    going = drawn(cast)
    started(going)
    assert carrying.end_due(now=NOW + 90 * DAY) == 0
    assert carrying.end_due(now=NOW + 91 * DAY) == 1
    assert carrying.end_due(now=NOW + 91 * DAY) == 0
    rows = list(going.plan.inspections.order_by("number"))
    assert [row.state for row in rows] == ["running", "missed", "missed"]
    assert all(row.system for row in rows)
    assert not Draw.objects.filter(revealed__isnull=True).exists()


def test_a_system_that_retired_meanwhile_is_entered_as_such(cast: Cast) -> None:
    going = drawn(cast)
    System.objects.update(state="retired")
    assert started(going).state == "gone"


def test_a_plan_is_drawn_once_and_not_before_its_value_or_called_off_before(cast: Cast) -> None:
    going = planned(cast)
    with pytest.raises(Incomplete):
        drawing.draw(going.plan, going.act(at=NOW + DAY), announced=VALUE)
    with pytest.raises(Forbidden):
        drawing.draw(going.plan, going.act("chen"), announced=VALUE)
    drawing.draw(going.plan, going.act(), announced=VALUE)
    with pytest.raises(Stale):
        drawing.draw(going.plan, going.act(), announced="01 02")
    with pytest.raises(Stale):
        planning.drop(going.plan, going.act(), reason="改期")
