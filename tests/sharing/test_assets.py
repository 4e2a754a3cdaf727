"""Asset books: cost by voucher, spread to the cent, rolled forward, shared out, never valued."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shixiao.sharing.assets import (
    Asset,
    Disposal,
    Impairment,
    Income,
    Origin,
    Placement,
    Regime,
    Use,
    Voucher,
    checklist,
    months_of,
    recognise,
    roll_forward,
    shared_out,
    sheets_of,
)
from shixiao.sharing.assets.book import Method
from shixiao.sharing.assets.rollforward import total
from shixiao.terms import BadInput, Text

END = date(2035, 12, 31)


def yuan(text: str) -> Decimal:
    return Decimal(text)


def voucher(amount: str = "1000.00", day: date = date(2026, 1, 10), **given: Any) -> Voucher:
    fields = {"component": "price", "number": "记-1"} | given
    return Voucher(day, fields["component"], yuan(amount), fields["number"])


def asset(**given: Any) -> Asset:
    fields: dict[str, Any] = {
        "id": "A1",
        "name": Text("户籍数据", "Residents"),
        "placement": Placement.INTANGIBLE,
        "origin": Origin.PURCHASED,
        "method": Method.STRAIGHT_LINE,
        "months": 36,
        "in_use": date(2026, 1, 20),
        "vouchers": (voucher(),),
    }
    return Asset(**(fields | given))


def charges(of: Asset, until: date = END) -> list[Decimal]:
    return [month.charged for month in months_of(of, until=until)]


def test_a_cost_is_spread_from_the_month_of_use_and_ties_to_the_cent() -> None:
    found = charges(asset())
    assert sum(found) == yuan("1000.00")
    assert set(found[:36]) <= {yuan("27.77"), yuan("27.78")}
    assert found[36:] == [Decimal(0)] * (len(found) - 36)


def test_nothing_is_spread_before_it_is_used() -> None:
    found = charges(asset(in_use=date(2026, 4, 1)))
    assert found[:3] == [Decimal(0)] * 3
    assert found[3] == yuan("27.78")


def test_a_life_runs_from_its_first_use_also_before_the_first_voucher() -> None:
    # Twelve months from October 2025 end with September 2026: nine are left in January.
    found = [each for each in charges(asset(in_use=date(2025, 10, 1), months=12)) if each]
    assert found[:4] == [yuan("111.11")] * 4
    assert (len(found), sum(found)) == (9, yuan("1000.00"))


def test_units_are_never_used_backwards() -> None:
    with pytest.raises(BadInput):
        Use(date(2026, 1, 1), -1)


def test_a_residual_is_left() -> None:
    months = list(months_of(asset(residual=yuan("100.00")), until=END))
    assert months[-1].end.carrying == yuan("100.00")


def test_a_cost_is_spread_by_use() -> None:
    uses = (Use(date(2026, 2, 3), 250), Use(date(2026, 3, 3), 900))
    book = asset(method=Method.UNITS, months=0, units=1000, uses=uses)
    assert charges(book, date(2026, 4, 1)) == [0, yuan("250.00"), yuan("750.00"), 0]


@pytest.mark.parametrize("component", ["research", "training", "operation", "services"])
def test_what_makes_no_asset_is_expensed(component: str) -> None:
    (month,) = months_of(asset(vouchers=(voucher(component=component),)), until=date(2026, 1, 31))
    assert (month.added, month.expensed) == (0, yuan("1000.00"))


def test_an_impairment_lowers_what_is_left_to_spread() -> None:
    book = asset(impairments=(Impairment(date(2026, 12, 31), yuan("300.00"), "不再使用"),))
    months = list(months_of(book, until=END))
    assert months[11].end.impaired == yuan("300.00")
    assert sum(month.charged for month in months) == yuan("700.00")
    assert months[-1].end.carrying == 0


def test_a_share_that_goes_takes_its_share_of_everything() -> None:
    book = asset(disposals=(Disposal(date(2027, 1, 5), Decimal("0.5"), yuan("200.00"), "转让"),))
    months = list(months_of(book, until=END))
    gone = months[12].gone
    assert (gone.cost, gone.amortised) == (yuan("500.00"), yuan("166.68"))
    assert months[-1].end.cost == yuan("500.00")
    assert months[-1].end.carrying == 0
    assert months[12].proceeds == yuan("200.00")


def test_inventory_is_not_spread_and_its_loss_is_taken_back_up_to_what_was_lost() -> None:
    book = asset(
        placement=Placement.INVENTORY,
        method=Method.NONE,
        months=0,
        impairments=(
            Impairment(date(2026, 3, 1), yuan("400.00"), "跌价"),
            Impairment(date(2026, 6, 1), yuan("-100.00"), "回升"),
        ),
    )
    months = list(months_of(book, until=date(2026, 12, 31)))
    assert sum(month.charged for month in months) == 0
    assert months[-1].end.carrying == yuan("700.00")
    too_much = replace(
        book, impairments=(*book.impairments, Impairment(date(2026, 7, 1), yuan("-301"), "x"))
    )
    with pytest.raises(BadInput):
        list(months_of(too_much, until=END))


@pytest.mark.parametrize(
    "wrong",
    [
        {"months": 0},
        {"method": Method.UNITS, "months": 0},
        {"placement": Placement.INVENTORY},
        {"impairments": (Impairment(date(2026, 3, 1), Decimal("-1"), "转回"),)},
        {"residual": Decimal("0.001")},
        {"residual": Decimal("-1")},
        {"residual": Decimal("NaN")},
    ],
)
def test_a_book_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        asset(**wrong)


@pytest.mark.parametrize(
    "wrong", [{"component": "value"}, {"number": " "}, {"amount": "0.001"}, {"amount": "-1.00"}]
)
def test_every_expense_has_a_component_a_voucher_and_an_amount(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        voucher(**wrong)


def test_more_than_there_is_cannot_be_lost() -> None:
    with pytest.raises(BadInput):
        charges(asset(impairments=(Impairment(date(2026, 2, 1), yuan("2000.00"), "x"),)))


# ── roll-forward ─────────────────────────────────────────────────────────────────────────────────

AMOUNTS = st.decimals("0.01", "99999.99", places=2)
DAYS = st.dates(date(2024, 1, 1), date(2029, 12, 31))
BOOKS = st.builds(
    asset,
    origin=st.sampled_from(list(Origin)),
    months=st.integers(1, 60),
    in_use=DAYS,
    vouchers=st.lists(
        st.builds(lambda a, d: voucher(str(a), d), AMOUNTS, DAYS), min_size=1, max_size=5
    ).map(tuple),
    disposals=st.lists(
        st.builds(
            lambda d, s, p: Disposal(d, s, p, "转让"),
            DAYS,
            st.sampled_from([Decimal("0.3"), Decimal("0.25"), Decimal(1)]),
            AMOUNTS,
        ),
        max_size=2,
    ).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(BOOKS, min_size=1, max_size=4), st.dates(date(2024, 2, 1), date(2030, 12, 1)))
def test_periods_that_follow_each_other_tie(books: list[Asset], cut: date) -> None:
    start, end = date(2024, 1, 1), date(2031, 12, 31)
    before = roll_forward(books, start=start, end=cut)
    after_start = date(cut.year + cut.month // 12, cut.month % 12 + 1, 1)
    after = roll_forward(books, start=after_start, end=end)
    whole = roll_forward(books, start=start, end=end)
    for part in ("cost", "amortised", "impaired"):
        for origin in Origin:
            first, second, both = (getattr(each[origin], part) for each in (before, after, whole))
            assert first.closing == second.opening
            assert second.closing == both.closing
            assert first.increase + second.increase == both.increase
            assert first.decrease + second.decrease == both.decrease
        sums = getattr(total(whole), part)
        assert sums.closing == sum(getattr(whole[origin], part).closing for origin in Origin)
    assert total(whole).carrying[1] >= 0


@settings(max_examples=60, deadline=None)
@given(AMOUNTS, st.integers(1, 400))
def test_every_month_is_within_a_cent_of_its_exact_share(amount: Decimal, months: int) -> None:
    book = asset(vouchers=(voucher(str(amount)),), months=months)
    found = [c for c in charges(book, date(2062, 12, 31)) if c]
    exact = Fraction(amount) / months
    assert sum(found) == amount
    assert all(abs(Fraction(charge) - exact) <= Fraction(1, 100) for charge in found)


def test_the_period_ends_after_it_begins() -> None:
    with pytest.raises(BadInput):
        roll_forward([asset()], start=date(2026, 2, 1), end=date(2026, 1, 1))


# ── income, recognition, sheets ──────────────────────────────────────────────────────────────────


@given(
    AMOUNTS,
    st.lists(st.integers(1, 99), min_size=1, max_size=7),
)
def test_income_is_shared_out_to_the_last_cent(amount: Decimal, weights: list[int]) -> None:
    whole = sum(weights)
    shares = {f"p{n}": Decimal(w) for n, w in enumerate(weights)}
    exact = {party: (share / whole).quantize(Decimal("0.0001")) for party, share in shares.items()}
    exact["p0"] += 1 - sum(exact.values())
    if exact["p0"] < 0:
        return
    given_out = shared_out(amount, exact)
    assert sum(given_out.values()) == amount
    for party, part in given_out.items():
        assert abs(part - amount * exact[party]) < Decimal("0.01")


@pytest.mark.parametrize("shares", [{}, {"a": "0.5"}, {"a": "1.5", "b": "-0.5"}])
def test_shares_add_up_to_one(shares: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        shared_out(yuan("1.00"), {party: Decimal(share) for party, share in shares.items()})


@pytest.mark.parametrize(
    ("regime", "no", "placement"),
    [
        (Regime.ADMINISTRATIVE, (), Placement.INTANGIBLE),
        (Regime.ADMINISTRATIVE, ("measurable",), Placement.REGISTER),
        (Regime.ADMINISTRATIVE, ("lawful", "measurable"), Placement.NONE),
        (Regime.ENTERPRISE, (), Placement.INVENTORY),
        (Regime.ENTERPRISE, ("for_sale",), Placement.INTANGIBLE),
        (Regime.ENTERPRISE, ("measurable",), Placement.DISCLOSE),
        (Regime.ENTERPRISE, ("controlled",), Placement.NONE),
    ],
)
def test_where_data_stand_follows_from_the_checklist(
    regime: Regime, no: tuple[str, ...], placement: Placement
) -> None:
    answers = {question.id: question.id not in no for question in checklist(regime)}
    reasons = {question.id: "见合同" for question in checklist(regime)}
    decision = recognise(regime, answers, reasons)
    assert decision.placement is placement
    assert len(decision.reasons) == len(answers)
    with pytest.raises(BadInput):
        recognise(regime, answers, {})


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_sheets_hold_cards_costs_movements_and_income(language: str) -> None:
    shares = {"国库": Decimal("0.6"), "本单位": Decimal("0.4")}
    book = asset(incomes=(Income(date(2026, 5, 1), yuan("100.00"), shares),))
    cards, costs, moved, income = sheets_of(
        [book], start=date(2026, 1, 1), end=date(2026, 12, 31), language=language
    )
    assert cards.rows[0][-1] == "666.64"
    assert costs.rows[0][4] == "1000.00"
    assert [row[2:] for row in moved.rows][3] == ("0.00", "1000.00", "0.00", "1000.00")
    assert [row[-1] for row in income.rows] == ["60.00", "40.00"]
