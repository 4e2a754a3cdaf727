"""Verdicts follow from intervals and thresholds as the table says."""

from __future__ import annotations

import pytest

from shixiao.effect import Burden, Comparison, CopyIndex, Evidenced, verdict
from shixiao.rules import load_pack
from shixiao.terms import Estimate, Subject, SubjectKind, Text

RULES = load_pack("cn-2026")
SUBJECT = Subject(SubjectKind.SERVICE, "s1", Text("居住证办理", "Residence permit"))
ONLINE = Comparison("channel", "online", "counter")


def ratio(low: float, value: float, high: float) -> Estimate:
    return Estimate(value, low, high, 400)


def burden(measure: str, low: float, value: float, high: float, a: float = 1.0) -> Burden:
    return Burden(measure, ratio(low, value, high), a, a / value)


def copied(value: float) -> CopyIndex:
    return CopyIndex(
        Estimate(value, value - 0.02, min(value + 0.02, 1), 400), 0.1, 0.1, 0.5, 9, None
    )


SAME = burden("steps", 0.97, 1.0, 1.03)
FEWER = burden("steps", 0.4, 0.5, 0.6)
FEWER_HANDOFFS = burden("handoffs", 0.3, 0.4, 0.5)
FASTER = burden("working_median", 0.3, 0.4, 0.5)
MORE = burden("resubmissions", 1.2, 1.5, 1.9)
PERHAPS_MORE = burden("resubmissions", 0.8, 1.3, 1.9)
VISITS = burden("visits", 0.95, 1.0, 1.05)
NO_VISITS = Burden("visits", Estimate.insufficient(400, Text("零", "zero")), 0.0, 0.0)
HELD = Burden("materials_held", Estimate.fact(1.0, 1), 5, 5)
NO_REKEYS = Burden("rekeys", Estimate.insufficient(400, Text("零", "zero")), 0.0, 0.0)
NONE_HELD = Burden("materials_held", Estimate.insufficient(1, Text("零", "zero")), 0, 0)


@pytest.mark.parametrize(
    ("expected", "copy", "burdens"),
    [
        pytest.param(
            "mechanical_copy", 0.95, (SAME, VISITS), id="alike, no lighter, still a visit"
        ),
        pytest.param("mechanical_copy", 0.95, (SAME, HELD), id="alike and asks what is held"),
        pytest.param(
            "mechanical_copy", 0.95, (SAME, VISITS, FASTER), id="faster alone is no redesign"
        ),
        pytest.param(
            "mechanical_copy", 0.95, (SAME, VISITS, MORE), id="a copy that also grew worse"
        ),
        pytest.param("insufficient_evidence", 0.95, (SAME,), id="alike but visits are unknown"),
        pytest.param(
            "insufficient_evidence",
            0.95,
            (SAME, NO_VISITS, NO_REKEYS, NONE_HELD),
            id="a lean process keeps its steps",
        ),
        pytest.param("insufficient_evidence", 0.95, (FEWER, VISITS), id="one burden fell"),
        pytest.param("insufficient_evidence", 0.5, (SAME, VISITS), id="not alike"),
        pytest.param("burden_increased", 0.5, (SAME, MORE), id="one burden rose"),
        pytest.param(
            "burden_increased", 0.5, (FEWER, FEWER_HANDOFFS, MORE), id="burden was shifted"
        ),
        pytest.param("substantively_improved", 0.5, (FEWER, FEWER_HANDOFFS), id="two burdens fell"),
        pytest.param(
            "substantively_improved", 0.9, (FEWER, FASTER, VISITS), id="steps and time fell"
        ),
        pytest.param(
            "insufficient_evidence",
            0.5,
            (FEWER, FEWER_HANDOFFS, PERHAPS_MORE),
            id="two fell but one may have risen",
        ),
        pytest.param("insufficient_evidence", 0.5, (FEWER,), id="one fall is not enough"),
    ],
)
def test_a_verdict_is_what_its_intervals_carry(
    expected: str, copy: float, burdens: tuple[Burden, ...]
) -> None:
    given = Evidenced(SUBJECT, ONLINE, (400, 400), burdens, copied(copy), ())
    found = verdict(given, rules=RULES)
    assert found.verdict == expected
    assert found.grounds


def test_a_material_that_comes_from_nothing_counts_as_risen() -> None:
    new = Burden("materials", Estimate.not_assessable(Text("对照组为 0", "none")), 2, 0)
    given = Evidenced(SUBJECT, ONLINE, (400, 400), (SAME, new), copied(0.5), ())
    assert verdict(given, rules=RULES).verdict == "burden_increased"


@pytest.mark.parametrize("cases", [(49, 400), (400, 49), (0, 400)])
def test_below_fifty_cases_an_arm_there_is_no_verdict_and_it_says_how_many_are_needed(
    cases: tuple[int, int],
) -> None:
    given = Evidenced(SUBJECT, ONLINE, cases, (FEWER, FEWER_HANDOFFS), None, ())
    found = verdict(given, rules=RULES)
    assert found.verdict == "insufficient_evidence"
    assert "50" in found.grounds[0].en
    assert str(min(cases)) in found.grounds[0].en


def test_missing_evidence_is_carried_into_the_verdict() -> None:
    lacking = (Text("跑动次数：未记录", "Visits: not recorded"),)
    given = Evidenced(SUBJECT, ONLINE, (400, 400), (SAME,), copied(0.95), lacking)
    assert verdict(given, rules=RULES).missing == lacking


def test_no_code_leaks_into_the_words_of_a_verdict() -> None:
    given = Evidenced(SUBJECT, ONLINE, (400, 400), (SAME, VISITS, MORE, FASTER), copied(0.95), ())
    words = " ".join(g.zh + g.en for g in verdict(given, rules=RULES).grounds)
    assert "_" not in words
    assert "{" not in words
