"""What sharing would save: counted once for each channel, and with everything that is not known."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.rules import load_pack
from shixiao.sharing.silos import (
    Bands,
    Grant,
    Holding,
    Need,
    Sharing,
    Silo,
    find_silos,
    save_by_sharing,
    saved_in_all,
)
from shixiao.statistics import product
from shixiao.terms import Estimate

DAY = date(2026, 6, 1)
LAW = "《中华人民共和国统计法》第二十五条"
BANDS = Bands(
    trips=(0.1, 0.3, 0.6),
    trip_hours=(1.0, 2.0, 4.0),
    document_hours=(0.25, 0.5, 1.0),
    field_hours=(0.01, 0.03, 0.06),
    trip_money=(5.0, 15.0, 40.0),
    document_money=(0.5, 2.0, 8.0),
)
CASES = {
    ("S1", "online"): Estimate(100.0, 80.0, 120.0, 100),
    ("S1", "counter"): Estimate(40.0, 28.0, 52.0, 40),
    ("S2", "online"): Estimate(1000.0, 938.0, 1062.0, 1000),
}


def silos(*needs: Need, law: str = "", to: str = "") -> list[Silo]:
    sharing = Sharing.NOT_SHARED if law else Sharing.CONDITIONAL
    holdings = [Holding("D1", "police", frozenset({"id"}), sharing, law)]
    grants = [Grant("G1", "D1", to, "核验", date(2026, 1, 1))] if to else []
    return find_silos(needs, holdings, grants, on=DAY)


def document(service: str = "S1", channel: str = "online", item: str = "I1") -> Need:
    return Need(service, "housing", item, "身份证", "id", channel)


def field(service: str = "S1", channel: str = "online", item: str = "F1") -> Need:
    return Need(service, "housing", item, "身份证号", "id", channel, field=True)


def test_a_document_costs_its_cases_trips_hours_and_money() -> None:
    found = silos(document(), document(channel="counter"))
    (one,) = save_by_sharing(found, CASES, BANDS)
    assert one.channels == ("counter", "online")
    saving = one.saving
    assert saving is not None
    assert saving.documents.value == pytest.approx(140)
    assert saving.trips.value == pytest.approx(42)
    assert saving.hours.value == pytest.approx(42 * 2.0 + 140 * 0.5)
    assert saving.money.value == pytest.approx(42 * 15 + 140 * 2)
    assert (saving.fields.value, saving.hours.n) == (0, 140)


def test_a_field_costs_a_moment_and_no_trip() -> None:
    (one,) = save_by_sharing(silos(field()), CASES, BANDS)
    assert one.saving is not None
    assert one.saving.hours.value == pytest.approx(3)
    assert one.saving.trips.value == one.saving.money.value == 0


def test_what_may_lawfully_be_asked_saves_nothing() -> None:
    demanded = Need("S1", "housing", "I1", "身份证", "id", "online", original_basis=LAW)
    assert save_by_sharing(silos(document(), law=LAW), CASES, BANDS) == []
    assert save_by_sharing(silos(demanded), CASES, BANDS) == []
    (granted,) = save_by_sharing(silos(document(), law=LAW, to="housing"), CASES, BANDS)
    assert granted.silo.again


def test_the_greatest_saving_stands_first_and_what_has_no_cases_last() -> None:
    found = silos(document("S0"), field("S2"), document("S1"), document("S2"))
    ranked = save_by_sharing(found, CASES, BANDS)
    assert [(one.silo.need.service_id, one.silo.need.item_id) for one in ranked] == [
        *(("S2", "I1"), ("S1", "I1"), ("S2", "F1"), ("S0", "I1"))
    ]
    assert (ranked[-1].saving, ranked[-1].cases) == (None, None)


def test_all_together_is_the_sum_and_knows_less_than_if_ranges_were_independent() -> None:
    found = save_by_sharing(silos(document("S1"), document("S2"), field("S2")), CASES, BANDS)
    whole = saved_in_all(found, CASES, BANDS)
    parts = [one.saving.hours for one in found if one.saving is not None]
    assert whole.hours.value == pytest.approx(sum(part.value or 0 for part in parts))
    assert whole.hours.n == sum(CASES[where].n for where in (("S1", "online"), ("S2", "online")))
    low, high = whole.hours.low, whole.hours.high
    assert low is not None
    assert high is not None
    # What a document takes is not known better because two services ask for one.
    widest = max(parts, key=lambda part: part.value or 0)
    assert (high - low) / (whole.hours.value or 1) > 0.9 * (
        ((widest.high or 0) - (widest.low or 0)) / (widest.value or 1)
    )


def test_nothing_to_share_saves_nothing() -> None:
    whole = saved_in_all([], CASES, BANDS)
    assert (whole.hours.value, whole.hours.low, whole.hours.high) == (0, 0, 0)


def test_the_ranges_are_rules() -> None:
    assert Bands.of(load_pack()).trip_hours[1] == float(load_pack().number("T-01", "usual"))


@given(
    value=st.floats(1, 1e6),
    down=st.floats(0, 1),
    up=st.floats(0, 2),
    usual=st.floats(0.01, 100),
    less=st.floats(0, 1),
    more=st.floats(1, 3),
)
def test_a_product_holds_both_ranges(
    value: float, down: float, up: float, usual: float, less: float, more: float
) -> None:
    units = Estimate(value, value * (1 - down), value * (1 + up), 10)
    found = product(units, usual * less, usual, usual * more)
    assert found.value == pytest.approx(value * usual)
    assert found.low is not None
    assert found.high is not None
    rounding = 1e-9 * value * usual  # a low that is all but 0 keeps few of its digits
    assert 0 <= found.low <= min(value * (1 - down) * usual, value * usual * less) + rounding
    assert found.high >= max(value * (1 + up) * usual, value * usual * more) - rounding
