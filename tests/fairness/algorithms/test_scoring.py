"""The score of the level of impact: against all answers, against Canada's own, and by hand."""

from __future__ import annotations

from itertools import chain, combinations, product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shixiao.fairness.algorithms.questions import (
    Option,
    Part,
    Question,
    Questionnaire,
    questionnaire,
)
from shixiao.fairness.algorithms.scoring import (
    Measured,
    level_of,
    reachable,
    score,
    settled,
)
from shixiao.rules import load_pack
from shixiao.terms import Text
from tests.fairness.algorithms import canada

RULES = load_pack()
NAME = Text("问", "Q")


@st.composite
def questionnaires(draw: st.DrawFn) -> Questionnaire:
    """Make a small questionnaire in which later questions hang on earlier ones."""
    made: list[Question] = []
    for number in range(draw(st.integers(1, 4))):
        points = draw(st.lists(st.integers(0, 4), min_size=1, max_size=3))
        options = tuple(Option(f"o{n}", NAME, p) for n, p in enumerate(points))
        pairs = [(q.id, o.id) for q in made for o in q.options]
        clauses = (
            draw(st.lists(st.sets(st.sampled_from(pairs), min_size=1, max_size=2), max_size=2))
            if pairs
            else []
        )
        made.append(
            Question(
                f"q{number}",
                "s",
                NAME,
                draw(st.sampled_from(Part)),
                draw(st.booleans()),
                options,
                tuple(tuple(sorted(c)) for c in clauses),
            )
        )
    return Questionnaire(tuple(made), {"s": NAME})


def every_answer(asked: Questionnaire) -> list[dict[str, tuple[str, ...]]]:
    """Return all sets of answers there are."""
    ways = []
    for q in asked.questions:
        ids = [o.id for o in q.options]
        subsets = chain.from_iterable(combinations(ids, n) for n in range(len(ids) + 1))
        ways.append([s for s in subsets if q.many or len(s) <= 1])
    return [dict(zip((q.id for q in asked.questions), way, strict=True)) for way in product(*ways)]


def points(asked: Questionnaire, answers: dict[str, tuple[str, ...]], part: Part) -> int:
    return sum(q.points(answers[q.id]) for q in asked.shown(answers) if q.part is part)


@settings(max_examples=60, deadline=None)
@given(questionnaires())
def test_the_most_is_what_some_answers_reach_and_none_exceed(asked: Questionnaire) -> None:
    answers = every_answer(asked)
    for part in Part:
        assert reachable(asked, part) == max(points(asked, each, part) for each in answers)


@settings(max_examples=60, deadline=None)
@given(questionnaires(), st.randoms(use_true_random=False))
def test_what_is_hidden_never_counts(asked: Questionnaire, random: Random) -> None:
    answers = random.choice(every_answer(asked))
    shown = {q.id for q in asked.shown(answers)}
    without = {name: given if name in shown else () for name, given in answers.items()}
    assert score(asked, answers, RULES) == score(asked, without, RULES)


@pytest.mark.parametrize(
    ("net", "level"), [(0, 1), (25, 1), (26, 2), (50, 2), (51, 3), (75, 3), (76, 4), (100, 4)]
)
def test_a_level_reaches_up_to_its_bound(net: int, level: int) -> None:
    assert level_of(net, 100, RULES) == level


def test_codes_are_no_points_and_unknown_answers_none() -> None:
    asked = Questionnaire(
        (Question("d", "s", NAME, Part.RISK, False, (Option("item2-097", NAME, 0),)),), {"s": NAME}
    )
    assert score(asked, {"d": ("item2-097",), "other": ("item1-9",)}, RULES).risk == 0


def test_mitigation_cuts_from_its_share_on_and_is_rounded_as_there() -> None:
    risk = Question("r", "s", NAME, Part.RISK, False, (Option("a", NAME, 10),))
    done = tuple(
        Question(f"m{n}", "s", NAME, Part.MITIGATION, False, (Option("yes", NAME, 1),))
        for n in range(5)
    )
    asked = Questionnaire((risk, *done), {"s": NAME})
    given = {"r": ("a",)} | {f"m{n}": ("yes",) for n in range(4)}
    kept = score(asked, given, RULES)
    # 8.5 rounds up, as in JavaScript.
    assert (kept.cut, kept.net, kept.most_mitigation) == (True, 9, 5)
    assert not score(asked, given | {"m3": ()}, RULES).cut


def test_a_question_hangs_only_on_those_before_it() -> None:
    late = Question("a", "s", NAME, Part.RISK, False, (), ((("b", "x"),),))
    with pytest.raises(ValueError, match="later"):
        Questionnaire((late,), {"s": NAME})


def test_our_questions_are_complete_and_a_level_four_can_be_reached() -> None:
    asked = questionnaire()
    worst = {
        q.id: tuple(o.id for o in q.options)
        if q.many
        else (max(q.options, key=lambda o: o.points).id,)
        for q in asked.questions
        if q.part is Part.RISK
    }
    found = score(asked, worst, RULES)
    assert found.level == 4
    assert found.unanswered == ()
    assert found.risk >= 0.95 * found.most_risk
    for q in asked.questions:
        assert q.section in asked.sections
        assert len({o.id for o in q.options}) == len(q.options)
        assert q.part is Part.MITIGATION or not q.evidence


def test_what_is_measured_takes_the_place_of_what_is_declared() -> None:
    asked = questionnaire()
    declared = {q.id: ("yes",) for q in asked.questions if q.part is Part.MITIGATION}
    seen = {"versions_kept": Measured(True, NAME), "random_arm": Measured(False, NAME)}
    counted, why = settled(asked, declared, {"consulted": "纪要 2026-3"}, seen)
    assert counted["versions_kept"] == ("yes",)
    assert counted["random_arm"] == ("no",)
    assert counted["assessed"] == ("no",)  # nobody measured it
    assert counted["consulted"] == ("yes",)
    assert counted["monitored"] == ("no",)  # declared without a reference
    assert "monitored" in why


# ── Canada's own ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def aia() -> Questionnaire:
    return canada.questionnaire_of(canada.FILE)


@pytest.mark.shared_data
def test_the_survey_of_canada_is_read_whole(aia: Questionnaire) -> None:
    risk = sum(
        max((o.points for o in q.options), default=0) > 0
        for q in aia.questions
        if q.part is Part.RISK
    )
    assert risk > 40
    assert sum(q.part is Part.MITIGATION for q in aia.questions) > 80
    departments = next(q for q in aia.questions if q.id == "projectDetailsDepartment-NS")
    assert {option.points for option in departments.options} == {0}
    # Tallied by hand from the survey: 167 points of risk, and half of 154 of mitigation, for its
    # pages of design and of implementation never count together.
    assert (reachable(aia, Part.RISK), reachable(aia, Part.MITIGATION)) == (167, 77)


@pytest.mark.shared_data
def test_no_answers_of_canada_exceed_the_most_and_climbing_reaches_it(aia: Questionnaire) -> None:
    random = Random(20260302)  # noqa: S311 - answers, not keys
    for part in Part:
        most = reachable(aia, part)
        answers = {
            q.id: tuple(o.id for o in q.options) if q.many else (random.choice(q.options).id,)
            for q in aia.questions
        }
        for _ in range(2):
            for q in (q for q in aia.questions if not q.many):
                ways = [answers | {q.id: (o.id,)} for o in q.options]
                answers = max(ways, key=lambda each: points(aia, each, part))
        assert points(aia, answers, part) == most
    for _ in range(10):
        drawn = {
            q.id: tuple(o.id for o in q.options if random.random() < 0.5)
            if q.many
            else (random.choice(q.options).id,)
            for q in aia.questions
        }
        found = score(aia, drawn, RULES)
        assert found.risk <= found.most_risk
        assert found.mitigation <= found.most_mitigation


@pytest.mark.shared_data
def test_design_and_implementation_are_never_both_counted(aia: Questionnaire) -> None:
    every = {q.id: tuple(o.id for o in q.options) for q in aia.questions}
    both = {
        part: sum(q.points(every[q.id]) for q in aia.questions if q.part is part) for part in Part
    }
    assert reachable(aia, Part.MITIGATION) < both[Part.MITIGATION]
    assert reachable(aia, Part.MITIGATION) * 2 == pytest.approx(both[Part.MITIGATION], rel=0.1)
