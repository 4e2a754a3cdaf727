"""Who speaks: ratios with intervals, weights that invent no voice, rates from second reports."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from shixiao.rules import load_pack
from shixiao.terms import BadInput
from shixiao.voice import Message, duplicates
from shixiao.voice.reporting import (
    Incident,
    incidents_of,
    participation,
    reporting_rates,
    weighted_shares,
)

RULES = load_pack()
START = datetime(2026, 3, 1, 8)


def test_the_least_heard_come_first_and_the_fewest_are_to_be_asked() -> None:
    found = participation(
        {"18-59": 380, "60+": 20}, {"18-59": 7_000, "60+": 2_900, "deaf": 100}, rules=RULES
    )
    assert [row.group for row in found] == ["deaf", "60+", "18-59"]
    deaf, old, others = found
    assert (deaf.ask, old.ask, others.ask) == (True, False, False)
    assert (old.unheard, others.unheard) == (True, False)
    assert old.ratio.value == pytest.approx(20 / 400 / 0.29)


def test_the_interval_of_a_ratio_covers() -> None:
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(400):
        old = int(rng.binomial(300, 0.2))
        rows = participation({"a": 300 - old, "b": old}, {"a": 700, "b": 300}, rules=RULES)
        ratio = next(row.ratio for row in rows if row.group == "b")
        hits += (ratio.low or 0) <= 0.2 / 0.3 <= (ratio.high or 0)
    assert 0.92 <= hits / 400 <= 0.98


@pytest.mark.parametrize(
    ("voices", "said"),
    [({}, "Nobody spoke"), ({"x": 3}, "has no “x”"), ({"a": 0}, "Nobody spoke")],
)
def test_voices_that_cannot_be_compared_are_one_sentence(voices: dict[str, int], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        participation(voices, {"a": 10}, rules=RULES)


@pytest.mark.parametrize(
    ("categories", "population", "said"),
    [
        ({"age": ["a", "b"]}, {}, "no attribute “age”"),
        ({"age": ["a", "b"]}, {"age": {"a": 1}}, "has no “b”"),
        ({"age": ["a", "b"]}, {"age": {"a": 0, "b": 0}}, "above 0 in sum"),
        ({"age": ["a", "b"]}, {"age": {"a": -1, "b": 2}}, "not below 0"),
        ({"age": ["a", "b"]}, {"age": {"a": float("nan"), "b": 2}}, "not below 0"),
        ({"age": ["a"]}, {"age": {"a": 1}}, "groups of 1 people, but 2 spoke"),
        ({}, {}, "no attribute"),
    ],
)
def test_weights_that_cannot_be_made_are_one_sentence(
    categories: dict[str, list[str]], population: dict[str, dict[str, float]], said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        weighted_shares(["yes", "no"], categories, population, rules=RULES)


def test_what_the_data_do_not_reach_is_no_silence() -> None:
    rows = [
        Message("1", "路灯坏了没人修", time=START, place="东街"),
        Message("2", "路灯坏了，没人修！", time=START + timedelta(days=1), place="东街"),
        Message("3", "别的事情", time=START + timedelta(days=2), place="西街"),
    ]
    found = incidents_of(duplicates(rows, rules=RULES), rows, rules=RULES)
    assert {i.closed for i in found} == {START + timedelta(days=2)}
    longer = incidents_of([], rows, rules=RULES, until=START + timedelta(days=9))
    assert {i.closed for i in longer} == {START + timedelta(days=9)}


def test_weighted_shares_stand_beside_raw_ones_with_the_n_they_are_worth() -> None:
    answers = ["yes"] * 80 + ["no"] * 20
    ages = ["young"] * 80 + ["old"] * 20
    found = weighted_shares(answers, {"age": ages}, {"age": {"young": 50, "old": 50}}, rules=RULES)
    assert found.raw["yes"].value == 0.8
    assert found.weighted["yes"].value == pytest.approx(0.5)
    assert found.effective_n == pytest.approx(100**2 / (80 * 0.625**2 + 20 * 2.5**2))
    assert found.converged


def test_a_handful_is_not_blown_up_to_speak_for_a_group() -> None:
    answers = ["yes"] * 97 + ["no"] * 3
    ages = ["young"] * 60 + ["middle"] * 37 + ["old"] * 3
    sizes = {"young": 40, "middle": 30, "old": 30}
    found = weighted_shares(answers, {"age": ages}, {"age": sizes}, rules=RULES)
    assert found.ask == (("age", "old"),)
    assert found.weighted["no"].value == pytest.approx(0.03)


def test_reporting_rates_do_not_hang_on_how_often_things_break() -> None:
    rng = np.random.default_rng(2)
    rates, incidents = {"centre": 0.3, "village": 0.1}, []
    for area, count in (("centre", 60), ("village", 240)):  # the village breaks four times as often
        for number in range(count):
            first = START + timedelta(days=number)
            more = rng.poisson(rates[area] * 10)
            times = [first + timedelta(days=float(d)) for d in rng.uniform(0, 10, more)]
            incidents.append(Incident(area, (first, *times), first + timedelta(days=10)))
    village, centre = reporting_rates(incidents, rules=RULES)
    assert (village.area, centre.area) == ("village", "centre")
    assert village.factor > 1 > centre.factor
    for row in (village, centre):
        assert (row.rate.low or 0) <= rates[row.area] <= (row.rate.high or 0)


def test_an_area_with_few_incidents_has_no_factor() -> None:
    incident = Incident("x", (START,), START + timedelta(days=3))
    (row,) = reporting_rates([incident], rules=RULES)
    assert (row.factor, row.rate.ok) == (1.0, False)


def test_copies_are_reports_of_one_incident_once_per_person() -> None:
    text = "梧桐路口的信号灯坏了三天，车辆抢行，十分危险，请尽快修复"
    when = [0, 1, 2, 5]
    rows = [
        Message(str(i), text, time=START + timedelta(days=d), place="梧桐镇", person=who)
        for i, (d, who) in enumerate(zip(when, "abac", strict=True))
    ]
    groups = duplicates(rows, rules=RULES)
    (incident,) = incidents_of(groups, rows, rules=RULES, until=START + timedelta(days=99))
    assert len(incident.reports) == 3
    assert incident.closed == START + timedelta(days=30)
