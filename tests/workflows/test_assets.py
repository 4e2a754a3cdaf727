"""Data assets on the site: recognised by a checklist, entered, cancelled and never changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shixiao.records.models import AssetEntry, DataAsset, LeafRow
from shixiao.sharing.assets import Origin, Regime, checklist
from shixiao.sharing.assets.book import Method
from shixiao.terms import BadInput, Text
from shixiao.workflows import assets
from shixiao.workflows.assets import Card
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def card(*no: str, **given: Any) -> Card:
    questions = checklist(Regime.ADMINISTRATIVE)
    fields: dict[str, Any] = {
        "name": Text("户籍数据", "Residents"),
        "regime": Regime.ADMINISTRATIVE,
        "answers": {q.id: q.id not in no for q in questions},
        "reasons": {q.id: "见合同" for q in questions},
        "origin": Origin.DEVELOPED,
        "method": Method.STRAIGHT_LINE,
        "months": 12,
        "in_use": date(2026, 1, 10),
    }
    return Card(**(fields | given))


def recognised(cast: Cast, *no: str, **given: Any) -> DataAsset:
    return assets.recognise_asset(
        card(*no, **given),
        organisation=cast.places["health"],
        actor=cast.actor("chu"),
        at=NOW,
    )


def enter(cast: Cast, asset: DataAsset, kind: str, amount: str, **given: Any) -> AssetEntry:
    day = given.pop("day", date(2026, 1, 15))
    who = given.pop("who", "chu")
    return assets.enter(
        asset,
        kind,
        day=day,
        amount=Decimal(amount),
        detail=given,
        actor=cast.actor(who),
        at=NOW,
    )


def test_a_card_has_a_book_that_ties(cast: Cast) -> None:
    asset = recognised(cast)
    enter(cast, asset, "cost", "1200.00", component="cleaning", number="记-1")
    enter(cast, asset, "cost", "300.00", component="research", number="记-2")
    enter(cast, asset, "income", "100.00", shares={"国库": "0.6", "本单位": "0.4"})
    months = assets.months(asset, until=date(2026, 12, 31))
    assert months[-1].end.cost == Decimal("1200.00")
    assert months[-1].end.carrying == 0
    events = list(LeafRow.objects.order_by("id").values_list("event", flat=True))
    assert events == ["asset.recognised", *["asset.entered"] * 3]


def test_what_is_not_recognised_takes_no_entry_and_keeps_its_reasons(cast: Cast) -> None:
    asset = recognised(cast, "lawful")
    assert asset.placement == "none"
    assert asset.answers["lawful"] == [False, "见合同"]
    with pytest.raises(Incomplete):
        enter(cast, asset, "cost", "1.00", component="price", number="1")


def test_a_register_is_not_amortised(cast: Cast) -> None:
    asset = recognised(cast, "measurable")
    assert (asset.placement, asset.method, asset.months) == ("register", "none", 0)


@pytest.mark.parametrize(
    ("kind", "amount", "detail"),
    [
        ("cost", "10.00", {"component": "value", "number": "1"}),
        ("cost", "10.00", {"component": "price", "number": " "}),
        ("cost", "10.00", {"component": "price"}),
        ("cost", "0.001", {"component": "price", "number": "1"}),
        ("impairment", "5000.00", {"reason": "x"}),
        ("impairment", "-1.00", {"reason": "x"}),
        ("disposal", "1.00", {"share": "1.5", "reason": "x"}),
        ("disposal", "1.00", {"share": "much", "reason": "x"}),
        ("income", "10.00", {"shares": {"a": "0.5"}}),
    ],
)
def test_an_entry_that_cannot_be_is_not_kept(
    cast: Cast, kind: str, amount: str, detail: dict[str, Any]
) -> None:
    asset = recognised(cast)
    enter(cast, asset, "cost", "100.00", component="price", number="1")
    with pytest.raises(BadInput):
        enter(cast, asset, kind, amount, **detail)
    assert AssetEntry.objects.count() == 1


def test_a_wrong_entry_is_cancelled_and_stays_to_be_seen(cast: Cast) -> None:
    asset = recognised(cast)
    kept = enter(cast, asset, "cost", "100.00", component="price", number="1")
    lost = enter(cast, asset, "impairment", "50.00", reason="x", day=date(2026, 1, 20))
    with pytest.raises(BadInput):  # the loss would be of nothing
        assets.cancel(kept, reason="写错", actor=cast.actor("chu"), at=NOW)
    with pytest.raises(Incomplete):
        assets.cancel(lost, reason=" ", actor=cast.actor("chu"), at=NOW)
    assets.cancel(lost, reason="写错", actor=cast.actor("chu"), at=NOW)
    with pytest.raises(Stale):
        assets.cancel(lost, reason="再次", actor=cast.actor("chu"), at=NOW)
    assert AssetEntry.objects.count() == 2
    assert assets.months(asset, until=date(2026, 1, 31))[-1].end.impaired == 0


def test_nobody_keeps_the_books_of_another_department(cast: Cast) -> None:
    asset = recognised(cast)
    for who in ("wu", "li", "jiang"):
        with pytest.raises(Forbidden):
            enter(cast, asset, "cost", "1.00", component="price", number="1", who=who)
    with pytest.raises(BadInput):
        recognised(cast, months=0)
    with pytest.raises(BadInput):
        reasons = replace(card(), reasons={})
        assets.recognise_asset(
            reasons, organisation=cast.places["health"], actor=cast.actor("chu"), at=NOW
        )


def test_the_books_of_many_cards_take_one_query(cast: Cast, django_assert_num_queries: Any) -> None:
    cards = [recognised(cast) for _ in range(3)]
    for card_ in cards[1:]:
        enter(cast, card_, "cost", "120.00", component="cleaning", number="记-1")
    cards.append(recognised(cast, "lawful"))  # which is on no books
    with django_assert_num_queries(1):
        books = assets.books_of(cards)
    assert [len(books[each.pk].vouchers) for each in cards[:3]] == [0, 1, 1]
    assert set(books) == {each.pk for each in cards[:3]}


def test_what_has_not_happened_is_not_entered(cast: Cast) -> None:
    asset = recognised(cast)
    with pytest.raises(Incomplete) as refused:
        enter(cast, asset, "cost", "1.00", component="price", number="1", day=date(2199, 1, 1))
    assert refused.value.field == "day"
