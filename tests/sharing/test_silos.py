"""Silos, openness and use: what is raised, and what only looks like it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from shixiao.rules import load_calendar, load_pack
from shixiao.sharing.silos import (
    Beyond,
    Grant,
    Holding,
    Need,
    Request,
    Sharing,
    Terms,
    Use,
    Way,
    find_silos,
    network,
    openness,
    overstepped,
    terms_of,
    ties,
    unused,
    withheld,
)

DAY = date(2026, 6, 1)
CALENDAR = load_calendar("cn")
LIMITS = {Sharing.UNCONDITIONAL: 1, Sharing.CONDITIONAL: 10}
LAW = "《中华人民共和国统计法》第二十五条"
RULE = "《某某数据管理办法》第三条"


def need(element: str = "id", department: str = "housing") -> Need:
    return Need("S1", department, "I1", "身份证", element, "online")


def held(
    dataset: str, sharing: Sharing = Sharing.UNCONDITIONAL, basis: str = "", by: str = "police"
) -> Holding:
    return Holding(dataset, by, frozenset({"id"}), sharing, basis)


def grant(
    *, starts: date = date(2026, 1, 1), ends: date | None = None, to: str = "housing"
) -> Grant:
    return Grant("G1", "D1", to, "租房核验", starts, ends)


@pytest.mark.parametrize(
    ("holding", "grants", "way", "again"),
    [
        (held("D1", by="housing"), [], Way.OWN, False),
        (held("D1"), [grant()], Way.GRANTED, True),
        (held("D1", Sharing.NOT_SHARED, RULE), [grant()], Way.GRANTED, True),
        (held("D1"), [grant(ends=date(2026, 5, 31))], Way.FREE, False),
        (held("D1"), [grant(starts=date(2026, 6, 2))], Way.FREE, False),
        (held("D1"), [grant(to="tax")], Way.FREE, False),
        (held("D1", Sharing.CONDITIONAL), [], Way.ON_CONDITION, False),
        (held("D1", Sharing.NOT_SHARED, RULE), [], Way.WITHHELD, False),
        (held("D1", Sharing.NOT_SHARED), [], Way.WITHHELD, False),
        (held("D1", Sharing.NOT_SHARED, LAW), [], Way.CLOSED, False),
    ],
)
def test_how_data_could_be_had_decides_what_is_said(
    holding: Holding, grants: list[Grant], way: Way, again: bool
) -> None:
    (found,) = find_silos([need()], [holding], grants, on=DAY)
    assert (found.way, found.again) == (way, again)
    assert (found.grant_id is not None) == (way is Way.GRANTED)


def test_of_several_datasets_the_easiest_is_named_and_the_others_too() -> None:
    holdings = [held("D3", Sharing.NOT_SHARED, LAW), held("D2"), held("D1", Sharing.CONDITIONAL)]
    (found,) = find_silos([need()], holdings, [], on=DAY)
    assert (found.holding.dataset_id, found.way) == ("D2", Way.FREE)
    assert found.others == ("D1", "D3")


def test_what_nobody_holds_is_no_silo() -> None:
    assert find_silos([need("wish"), need("")], [held("D1")], [], on=DAY) == []


def test_a_departmental_rule_is_not_enough_and_a_law_is() -> None:
    holdings = [
        held("D1", Sharing.NOT_SHARED, RULE),
        held("D2", Sharing.NOT_SHARED, LAW),
        held("D3", Sharing.CONDITIONAL, RULE),
    ]
    assert [(holding.dataset_id, str(basis)) for holding, basis in withheld(holdings)] == [
        ("D1", "departmental_rule")
    ]


def request(
    number: int,
    opened: date,
    answered: date | None = None,
    granted: bool | None = None,
    *,
    dataset: str = "D1",
    reason: str = "",
) -> Request:
    return Request(f"R{number}", dataset, "housing", opened, answered, granted, reason)


def test_openness_counts_answers_refusals_and_silence() -> None:
    # The Dragon Boat holiday of 2026 is 19 June, so ten working days after 8 June end on 23 June.
    holdings = [held("D1", Sharing.CONDITIONAL), held("D2")]
    requests = [
        request(1, date(2026, 6, 8), date(2026, 6, 23), granted=True),
        request(2, date(2026, 6, 8), date(2026, 6, 24), granted=True),
        request(3, date(2026, 6, 8), date(2026, 6, 9), granted=False),
        request(4, date(2026, 6, 8), date(2026, 6, 9), granted=False, reason="依法不予共享"),
        request(5, date(2026, 6, 8)),
        request(6, date(2026, 6, 26)),
        request(7, date(2026, 6, 26), dataset="D2"),
        request(8, date(2026, 7, 30)),
        request(9, date(2026, 6, 8), dataset="unknown"),
    ]
    (found,) = openness(requests, holdings, calendar=CALENDAR, limits=LIMITS, on=date(2026, 6, 30))
    assert found.department_id == "police"
    assert found.asked == 6
    assert found.answered.value == pytest.approx(4 / 6)
    assert found.in_time.value == pytest.approx(3 / 6)
    assert found.refused.value == pytest.approx(2 / 4)
    assert found.unreasoned == ("R3",)
    assert found.silent == ("R5", "R7")


def test_an_answer_that_came_later_is_silence_on_the_day_of_the_look() -> None:
    requests = [request(1, date(2026, 6, 8), date(2026, 7, 9), granted=True)]
    holdings = [held("D1", Sharing.CONDITIONAL)]
    (found,) = openness(requests, holdings, calendar=CALENDAR, limits=LIMITS, on=date(2026, 6, 30))
    assert found.silent == ("R1",)


def test_who_was_given_more_time_is_neither_late_nor_silent_before_it_ends() -> None:
    requests = [
        replace(
            request(1, date(2026, 6, 8), date(2026, 6, 24), granted=True), due=date(2026, 7, 6)
        ),
        replace(request(2, date(2026, 6, 8)), due=date(2026, 7, 6)),
        replace(request(3, date(2026, 5, 29)), due=date(2026, 6, 29)),
    ]
    holdings = [held("D1", Sharing.CONDITIONAL)]
    (found,) = openness(requests, holdings, calendar=CALENDAR, limits=LIMITS, on=date(2026, 6, 30))
    assert (found.asked, found.in_time.value, found.silent) == (2, 0.5, ("R3",))


def test_the_limits_of_the_law_are_rules() -> None:
    pack = load_pack()
    assert pack.number("GDS-21u", "days") == LIMITS[Sharing.UNCONDITIONAL]
    assert pack.number("GDS-21c", "days") == LIMITS[Sharing.CONDITIONAL]


def test_the_network_shows_who_asks_who_answers_and_what_runs() -> None:
    requests = [
        request(1, date(2026, 6, 8), date(2026, 6, 10), granted=True),
        request(2, date(2026, 6, 8), date(2026, 6, 12), granted=False),
        request(3, date(2026, 6, 8)),
    ]
    uses = [Use("X1", DAY, "D1", "housing"), Use("X2", DAY, "D1", "tax")]
    first, second = ties(
        requests, [held("D1")], uses, calendar=CALENDAR, limits=LIMITS, on=date(2026, 6, 9)
    )
    assert (first.asker, first.provider, first.asked) == ("housing", "police", 3)
    assert (first.granted, first.refused, first.waiting, first.silent) == (0, 0, 3, 0)
    first, second = ties(
        requests, [held("D1")], uses, calendar=CALENDAR, limits=LIMITS, on=date(2026, 6, 30)
    )
    assert (first.granted, first.refused, first.waiting, first.silent) == (1, 1, 0, 1)
    assert first.days == 3.0
    assert (second.asker, second.asked, second.days, second.used) == ("tax", 0, None, 1)


def test_a_request_has_an_answer_with_its_day_or_none() -> None:
    with pytest.raises(ValueError, match="neither"):
        Request("R1", "D1", "housing", DAY, answered=DAY)


@pytest.mark.parametrize(
    ("given", "uses", "idle"),
    [
        (grant(), [], True),
        (grant(), [Use("X1", DAY, "D1", "housing", "G1")], False),
        (grant(), [Use("X1", DAY, "D1", "housing")], False),
        (grant(), [Use("X1", DAY, "D1", "tax")], True),
        (grant(), [Use("X1", date(2026, 6, 2), "D1", "housing", "G1")], True),
        (grant(starts=date(2026, 3, 4)), [], False),
        (grant(starts=date(2026, 3, 3)), [], True),
        (grant(ends=date(2026, 5, 31)), [], False),
    ],
)
def test_a_grant_in_force_that_nobody_uses_is_idle(
    given: Grant, uses: list[Use], idle: bool
) -> None:
    days = int(load_pack().number("SIL-01"))
    assert bool(unused([given], uses, on=DAY, idle_days=days)) == idle


@pytest.mark.parametrize(
    ("use", "beyond"),
    [
        (Use("X", DAY, "D1", "housing", "G1", "租房核验"), None),
        (Use("X", DAY, "D1", "housing", "G1", " 租房 核验"), None),
        (Use("X", DAY, "D1", "housing", "G1", "租房核验。"), None),
        (Use("X", DAY, "D1", "housing", "G1", "租房（核验）"), None),
        (Use("X", DAY, "D1", "housing", "G1"), None),
        (Use("X", DAY, "D1", "housing"), None),
        (Use("X", DAY, "D1", "housing", "G1", "商业营销"), Beyond.OTHER_PURPOSE),
        (Use("X", DAY, "D1", "housing", "", "商业营销"), Beyond.OTHER_PURPOSE),
        (Use("X", date(2025, 12, 31), "D1", "housing", "G1"), Beyond.OUT_OF_TIME),
        (Use("X", DAY, "D2", "housing", "G1"), Beyond.OTHER_DATASET),
        (Use("X", DAY, "D1", "tax", "G1"), Beyond.OTHER_HANDS),
        (Use("X", DAY, "D1", "tax"), Beyond.NO_GRANT),
        (Use("X", DAY, "D1", "housing", "G9"), Beyond.NO_GRANT),
    ],
)
def test_an_exchange_that_no_grant_covers_is_told_with_its_fault(
    use: Use, beyond: Beyond | None
) -> None:
    assert [each.beyond for each in overstepped([grant()], [use])] == ([beyond] if beyond else [])


def test_a_second_grant_may_cover_what_the_first_does_not() -> None:
    second = Grant("G2", "D1", "housing", "学位核验", date(2026, 1, 1))
    use = Use("X", DAY, "D1", "housing", "", "学位核验")
    assert overstepped([grant(), second], [use]) == []


def test_a_department_shows_on_which_terms_it_lists_data_and_how_it_answers() -> None:
    holdings = [
        held("D1", Sharing.CONDITIONAL),
        held("D2"),
        held("D3", Sharing.NOT_SHARED, LAW),
        held("D4", Sharing.NOT_SHARED, RULE),
        held("D5", by="tax"),
    ]
    requests = [
        request(1, date(2026, 6, 8), date(2026, 6, 9), granted=True),
        request(2, date(2026, 6, 8), dataset="D5"),
        request(3, date(2026, 6, 30), dataset="D5"),
    ]
    uses = [Use("X1", DAY, "D1", "housing", count=40), Use("X2", date(2026, 8, 1), "D1", "housing")]
    found = network(
        requests,
        holdings,
        uses,
        terms=terms_of(holdings),
        calendar=CALENDAR,
        limits=LIMITS,
        on=date(2026, 6, 30),
    )
    housing, police, _ = found.nodes
    assert police.terms == Terms(free=1, on_condition=1, closed=1, withheld=1)
    assert (police.terms.listed, housing.terms.listed) == (4, 0)
    assert (housing.asks, housing.fetches, police.serves) == (3, 40, 40)
    assert housing.answers is None
    assert [node.silent for node in found.nodes] == [False, False, True]
    assert [(edge.provider, edge.waiting, edge.silent, edge.used) for edge in found.edges] == [
        ("police", 0, 0, 40),
        ("tax", 1, 1, 0),
    ]


def test_a_city_without_requests_is_a_network_without_edges() -> None:
    terms = terms_of([held("D1")])
    found = network([], [], [], terms=terms, calendar=CALENDAR, limits=LIMITS, on=DAY)
    assert [node.department_id for node in found.nodes] == ["police"]
    assert found.edges == ()


@pytest.mark.parametrize(
    ("due", "silent", "in_time"),
    [(None, 1, 0), (date(2026, 6, 20), 0, 1), (date(2026, 6, 16), 1, 1), (date(2026, 6, 10), 1, 0)],
)
def test_a_time_that_was_extended_is_the_time_that_counts(
    due: date | None, silent: int, in_time: int
) -> None:
    """Filed on 8 June for a dataset without condition: one working day, where nothing was added."""
    waits = replace(request(1, date(2026, 6, 8)), due=due)
    given = replace(request(2, date(2026, 6, 8), date(2026, 6, 12), granted=True), due=due)
    (found,) = openness(
        [waits, given], [held("D1")], calendar=CALENDAR, limits=LIMITS, on=date(2026, 6, 18)
    )
    assert len(found.silent) == silent
    assert round((found.in_time.value or 0) * found.asked) == in_time
