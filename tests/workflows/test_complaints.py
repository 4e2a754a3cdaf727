"""Who was right against a system, and complaints that surge, have it tested again."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from django.db import transaction
from django.utils import timezone

from shixiao.records.models import Case, GatewaySource, System
from shixiao.security.surging import Counted
from shixiao.terms import Period, Text
from shixiao.workflows import moving
from shixiao.workflows.cases import checking, opening
from shixiao.workflows.systems import complaints, interest
from shixiao.workflows.systems.retesting import surge, upheld, upheld_against
from tests import systems
from tests.cast import NOW, Cast
from tests.deals import make_deals
from tests.workflows.test_cases import act

DAY = timedelta(days=1)
SURGED, QUIET = Counted(20, 28), Counted(20, 364)


@pytest.fixture
def held(cast: Cast, place: object) -> System:
    return systems.admitted(cast, systems.complete(cast, systems.made(cast)))


def told(cast: Cast, system: System) -> Case:
    """Let a citizen complain about a system, and the case be checked."""
    case, _, _ = opening.complain(
        name="预约失败",
        story="三次都失败。",
        contact="",
        department=cast.places["health"],
        subject=("system", system.identifier),
        at=NOW,
    )
    opening.file_case(
        case,
        act(cast, case, "sun"),
        department=None,
        handler=cast.accounts["li"],
        responsible="周某",
        responsible_post="处长",
    )
    checking.begin(case, act(cast, case, "li"))
    return case


@pytest.mark.parametrize("outcome", ["substantiated", "partly"])
def test_a_complaint_that_was_right_forces_a_new_test_once_it_is_established(
    cast: Cast, held: System, outcome: str
) -> None:
    case = told(cast, held)
    report = act(cast, case, "li", "report", reason="核对过。")
    checking.propose(case, report, outcome=outcome)
    assert not held.retests.exists()  # a proposal may yet be contested
    checking.accept(case, act(cast, case, "zhou", reason="认可。"))
    forced = held.retests.get()
    assert (forced.cause, forced.reference) == ("objection", case.code)


def test_a_contest_against_the_finding_puts_the_test_off_until_it_is_rejected(
    cast: Cast, held: System
) -> None:
    case = told(cast, held)
    report = act(cast, case, "li", "report", reason="核对过。")
    checking.propose(case, report, outcome="substantiated")
    checking.contest(case, act(cast, case, "zhao", "statement", statement="停机。"))
    assert not held.retests.exists()
    checking.reject(case, act(cast, case, "chen", reason="不成立。"))
    assert held.retests.get().reference == case.code


def test_an_objection_to_a_ruling_on_public_interest_that_is_upheld_forces_one(
    cast: Cast, place: object
) -> None:
    held = systems.complete(cast, systems.made(cast, people=20_000))
    ruling = interest.propose(held, reason="不影响。", actor=cast.actor("li"), at=NOW)
    interest.confirm(ruling, actor=cast.actor("sun"), at=NOW)
    systems.admitted(cast, held)
    said = interest.contest(ruling, statement="影响信用。", actor=cast.actor("han"), at=NOW)
    interest.answer(said, upheld=True, text="成立", actor=cast.actor("qian"), at=NOW)
    assert held.retests.get().cause == "objection"


def test_only_an_admitted_system_is_tested_again(cast: Cast, place: object) -> None:
    planned = systems.made(cast)
    with transaction.atomic():
        held = moving.locked(planned)
        assert upheld(held, "A-1", at=NOW) is None
        assert surge(held, "w", late=SURGED, earlier=QUIET, at=NOW) is None
        assert upheld_against("nobody", "A-1", at=NOW) is None


def test_a_surge_forces_one_test_a_window(cast: Cast, held: System) -> None:
    with transaction.atomic():
        row = moving.locked(held)
        assert surge(row, "w1", late=Counted(2, 28), earlier=QUIET, at=NOW) is None
        first = surge(row, "w1", late=SURGED, earlier=QUIET, at=NOW)
        assert first is not None
        assert surge(row, "w1", late=SURGED, earlier=QUIET, at=NOW + DAY) == first
        assert surge(row, "w2", late=SURGED, earlier=QUIET, at=NOW + DAY) != first
    assert first.cause == "complaints"


def test_windows_follow_each_other_without_a_gap_and_are_over() -> None:
    days = [date(2026, 3, 2) + n * DAY for n in range(60)]
    windows = list(dict.fromkeys(complaints.last_window(day) for day in days))
    assert all((each.end - each.start).days == 27 for each in windows)
    assert all(b.start == a.end + DAY for a, b in pairwise(windows))
    assert all(complaints.last_window(day).end < day for day in days)


def complained(cast: Cast, system: System, day: date, n: int) -> None:
    """Let so many complaints about a system come on a day."""
    at = datetime.combine(day, time(9), timezone.get_default_timezone())
    for _ in range(n):
        opening.complain(
            name="预约失败",
            story="失败。",
            contact="",
            department=cast.places["health"],
            subject=("system", system.identifier),
            at=at,
        )


def test_what_comes_against_a_system_is_counted_window_by_window(cast: Cast, held: System) -> None:
    now = datetime(2027, 3, 2, 2, tzinfo=NOW.tzinfo)
    period = complaints.last_window(timezone.localdate(now))
    complained(cast, held, period.start - 200 * DAY, 2)
    complained(cast, held, period.start, 4)
    complained(cast, held, period.end, 5)
    complained(cast, held, period.end + DAY, 7)
    other = systems.made(cast, "other")
    complained(cast, other, period.start, 9)
    assert complaints.counted(held, period) == Counted(9, 28)
    earlier = complaints.before(held, period)
    assert (earlier.complaints, earlier.days) == (2, (period.start - date(2026, 3, 2)).days)
    assert complaints.watch_all(now=now) == 1
    assert complaints.watch_all(now=now) == 1  # the same window, and still one test
    assert held.retests.get().reference == str(period)


def test_a_request_to_correct_data_counts_for_the_system_that_holds_them(
    cast: Cast, place: object
) -> None:
    deals = make_deals(cast)
    correction = deals.corrections["own"]
    item = correction.item
    system = System.objects.exclude(identifier="").first()
    assert system is not None
    item_of = {"item": item, "system": system.identifier, "table": "t", "key": "k"}
    GatewaySource.objects.update_or_create(
        item=item,
        defaults=item_of | {"columns": {}, "placed": NOW, "placed_by": cast.accounts["chu"]},
    )
    day = timezone.localdate(correction.made)
    assert complaints.counted(system, Period(day, day)).complaints == 1
    type(correction).objects.filter(pk=correction.pk).update(state="withdrawn")
    assert complaints.counted(system, Period(day, day)).complaints == 0


def test_a_system_that_was_just_registered_has_nothing_to_compare_with(
    cast: Cast, held: System
) -> None:
    period = complaints.last_window(timezone.localdate(NOW))
    assert complaints.before(held, period) == Counted(0, 0)
    assert complaints.watch_all(now=NOW) == 0


def test_the_reason_stands_on_record_in_both_languages(cast: Cast, held: System) -> None:
    with transaction.atomic():
        forced = upheld(moving.locked(held), "A-1", at=NOW)
    assert forced is not None
    notice = cast.accounts["wei"].notices.order_by("-made").first()
    assert notice is not None
    assert isinstance(notice.text, Text)
    assert "异议成立" in notice.text.zh
