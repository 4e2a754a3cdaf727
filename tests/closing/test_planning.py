"""A plan fixes day and fewest cases when a case opens, or says that only a field test will do."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.checkup.closing import ClosingPlan, Outcome, Target, Way, extended
from shixiao.checkup.closing.scales import Scale
from shixiao.checkup.detectors.registry import ClosedBy, detectors
from shixiao.seals import canonical_json
from shixiao.terms import BadInput, Period, Subject, SubjectKind, Text
from tests.closing.readings import (
    CORRECTED,
    EARLIER,
    RULES,
    after,
    before,
    decided,
    finding,
    plan,
    readings,
    shares,
)


def test_the_day_leaves_time_to_wait_to_count_and_to_settle():
    made = plan(before())
    assert made.way is Way.NUMBERS
    assert made.after is not None
    assert made.after.start == CORRECTED + timedelta(days=8)
    length = (made.after.end - made.after.start).days + 1
    assert length >= made.minimum / made.volume
    assert made.day == made.after.end + timedelta(days=31)


def test_fewer_cases_a_day_take_more_days_and_the_same_evidence_gives_the_same_plan():
    slow = plan(
        readings(shares(0.35, 2000), EARLIER), earlier=Period(date(2025, 4, 1), EARLIER.end)
    )
    quick = plan(before())
    assert slow.after is not None
    assert quick.after is not None
    assert slow.minimum == quick.minimum
    assert slow.after.end > quick.after.end
    assert plan(before()) == quick
    assert plan(before()).sha256 == quick.sha256


def test_a_larger_improvement_to_be_seen_takes_fewer_cases():
    rules = RULES.rules | {
        "C-03": replace(RULES.rule("C-03"), value={"least": 0.45, "most": 0.5, "step": 0.05})
    }
    other = replace(RULES, rules=rules)
    seen = replace(before(), rules_sha256=other.hash)
    made = plan(seen, rules=other)
    assert made.improvement == 0.45
    assert made.minimum < plan(before()).minimum


REASONS = [
    ("too small", readings(shares(0.35, 60), EARLIER), "at the usual volume"),
    ("few peers", before(peers=8), "only 8 peers"),
    ("no interval", readings([(0, 0), *shares(0.35, 900)[1:]], EARLIER), "no usable interval"),
]


@pytest.mark.parametrize(("seen", "why"), [r[1:] for r in REASONS], ids=[r[0] for r in REASONS])
def test_what_numbers_can_never_tell_is_closed_by_a_field_test_with_the_reason(seen, why):
    made = plan(seen)
    assert made.by_field_test
    assert made.day is None
    assert made.after is None
    assert made.why is not None
    assert why in made.why.en


def test_peers_that_go_up_and_down_by_more_than_the_improvement_leave_a_field_test():
    first, second = shares(0.35, 1000), shares(0.35, 1000)
    restless = [
        second[0],
        *((round(h * (1.8 if i % 2 else 0.4)), n) for i, (h, n) in enumerate(second[1:])),
    ]
    made = plan(before(), halves=(readings(first, None), readings(restless, None)))
    assert made.why is not None
    assert "outweigh the improvement" in made.why.en


def test_calm_halves_ask_for_fewer_cases_than_the_rule_that_stands_in_for_them():
    calm = readings(shares(0.35, 1000), None)
    assert plan(before(), halves=(calm, calm)).minimum < plan(before()).minimum


def test_the_improvement_is_raised_only_where_a_smaller_one_cannot_be_seen_in_time():
    calm = readings(shares(0.35, 4000), None)
    asked = [
        plan(readings(shares(0.35, n), EARLIER), halves=(calm, calm)).improvement
        for n in (600, 2000, 8000)
    ]
    assert asked == sorted(asked, reverse=True)
    assert asked[-1] == 0.3
    assert all(0.3 <= by <= 0.5 for by in asked)


def test_subjects_with_open_cases_are_no_peers():
    touched = {("service", f"S{i:02d}") for i in range(1, 4)}
    assert plan(before(), touched=touched).peers == plan(before()).peers - 3


def test_every_round_halves_the_chance_to_pass_by_luck():
    levels = [plan(before(), round=number).level for number in (1, 2, 3, 4)]
    tails = [(1 - level) / 2 for level in levels]
    assert levels[0] == pytest.approx(0.95)
    assert all(a == pytest.approx(2 * b) for a, b in pairwise(tails))
    assert sum(tails) < 1 - levels[0]


def test_a_plan_survives_the_ledger_and_keeps_its_hash():
    for made in (plan(before()), plan(readings(shares(0.35, 60), EARLIER))):
        again = ClosingPlan.from_json(json.loads(canonical_json(made.to_json())))
        assert again == replace(made, volume=again.volume, expected=again.expected)
        assert again.sha256 == made.sha256
        assert made.to_json()["rules_sha256"] == RULES.hash


@pytest.mark.parametrize(
    "damage",
    [{"schema": "x"}, {"day": "soon"}, {"subject": None}, {"way": "luck"}],
    ids=["schema", "day", "subject", "way"],
)
def test_a_damaged_plan_is_refused_in_a_sentence(damage):
    data = plan(before()).to_json() | damage
    with pytest.raises(BadInput, match="closing plan"):
        ClosingPlan.from_json(data)
    with pytest.raises(BadInput, match="closing plan"):
        ClosingPlan.from_json({k: v for k, v in data.items() if k != "minimum"})


def test_a_result_that_went_by_other_rules_or_holds_no_such_subject_is_refused():
    with pytest.raises(BadInput, match="other rules"):
        plan(replace(before(), rules_sha256="0" * 64))
    with pytest.raises(BadInput, match="no such measure"):
        plan(readings([], EARLIER))


def test_a_surge_is_closed_by_a_field_test_because_its_stretch_moves():
    surge = ("vanity", "stretch", "clicks")
    seen = readings(shares(0.35, 300), EARLIER, question=surge)
    made = plan(seen, finding=finding(surge))
    assert made.why is not None
    assert "highest of many stretches" in made.why.en


def test_every_measure_says_how_it_is_closed_and_every_field_test_says_why():
    ways = {(d.kind, m): text.closing for d in detectors() for m, text in d.measures.items()}
    by_test = {key for key, closing in ways.items() if closing.by is ClosedBy.FIELD_TEST}
    # Beside the stretch whose days move: evaluators, who get other items and other partners.
    of_evaluators = {key for key in ways if key[0] in ("tied_evaluator", "lazy_evaluator")}
    assert by_test == {("vanity", "stretch"), *of_evaluators}
    assert all((closing.why is not None) == (key in by_test) for key, closing in ways.items())
    facts = {key for d in detectors() if d.fact for key in ((d.kind, m) for m in d.measures)}
    assert all(ways[key].by is ClosedBy.REGISTER for key in facts)
    for closing in ways.values():
        assert closing.least is None or RULES.number(*closing.least) > 0


def test_insufficient_adds_days_at_the_volume_that_was_really_seen_and_keeps_the_round():
    made = plan(before())
    few = decided(made, after(made, 0.2, n=made.minimum // 2))
    assert few.outcome is Outcome.INSUFFICIENT
    longer = extended(made, few, rules=RULES)
    assert longer.after is not None
    assert made.after is not None
    assert longer.after.start == made.after.start
    assert longer.after.end > made.after.end
    assert (longer.minimum, longer.round, longer.level) == (made.minimum, 1, made.level)
    none = decided(made, after(made, 0.2, n=0))
    assert extended(made, none, rules=RULES).by_field_test


def test_what_was_judged_cannot_be_prolonged():
    made = plan(before())
    with pytest.raises(BadInput, match="insufficient"):
        extended(made, decided(made, after(made, 0.34)), rules=RULES)


@given(st.floats(-4, 4), st.floats(0.01, 0.9))
def test_an_improvement_lowers_the_measure_by_its_share_on_either_scale(value, by):
    for scale in Scale:
        better = scale.shown(scale.improved(value, by=by))
        assert better == pytest.approx(scale.shown(value) * (1 - by))


def test_what_a_case_is_about_is_known_again_by_kind_measure_subject_and_locator():
    target = Target.of_finding(finding())
    subject = Subject(SubjectKind.SERVICE, "S00", Text("事项甲", "Service A"))
    assert target == Target("half_online", "counter_after_online", subject)
