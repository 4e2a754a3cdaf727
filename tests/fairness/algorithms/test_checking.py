"""An entry against a log, the chain of authority, evidence predicates and duties."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.fairness.algorithms.authority import (
    Authority,
    Power,
    check_authorities,
    hangs_on,
    unfounded,
)
from shixiao.fairness.algorithms.checking import disagreements, not_told
from shixiao.fairness.algorithms.duties import Fulfilled, duties
from shixiao.fairness.algorithms.predicates import PREDICATES, measured
from shixiao.fairness.algorithms.seen import Seen, seen_of
from shixiao.fairness.cube import COUNTS, Cube
from shixiao.fairness.models import Input
from shixiao.rules import load_pack
from shixiao.terms import BadInput
from tests.fairness.algorithms.made import ENTRY, SEEN, SUBJECT, seen

RULES = load_pack()
TODAY = date(2026, 3, 2)
AUTOMATION = Authority(
    Power.AUTOMATION, "", "行政处罚法", "41", "利用电子技术监控设备收集、固定违法事实"
)
BOUND = Authority(
    Power.DISCRETION,
    "罚款 幅度",
    "行政处罚法",
    "第三十四条",
    "规范行使行政处罚裁量权",
    "市裁量基准 2025",
)


def found(entry: Mapping[str, Any], log: Seen) -> list[tuple[str, str]]:
    return [(f.measure, f.locator) for f in disagreements(entry, log, SUBJECT, rules=RULES)]


# ── an entry against a log ───────────────────────────────────────────────────────────────────────


def test_an_entry_that_agrees_is_left_alone() -> None:
    assert found(ENTRY, SEEN) == []
    assert not_told(SEEN, rules=RULES) == ()


@pytest.mark.parametrize(
    ("entry", "log", "says"),
    [
        ({}, {"versions": {"2.0": 900, "2.1": 100}}, [("version_unregistered", "2.1")]),
        ({"versions": ["2.0", "1.9"]}, {}, [("version_unused", "1.9")]),
        ({}, {"versions": {"2.0": 990, "": 10}}, [("version_unknown", "")]),
        ({}, {"with_person": 400, "alone": 600}, [("role", ""), ("human_share", "")]),
        ({"role": "automatic", "human_share": 5}, {"with_person": 60, "alone": 940}, []),
        ({"volume": 20_000}, {}, [("volume", "")]),
        ({"volume": 13_500}, {}, []),  # 12,586 a year, within what is tolerated
        ({"status": "ended"}, {}, [("status", "")]),
        ({}, {"inputs": {"收入": 9, "人口": 9, "民族": 4}}, [("input_unregistered", "民族")]),
        ({}, {"inputs": {"收入": 9}}, [("input_unused", "人口")]),
        ({}, {"inputs": None, "versions": {"": 1000}}, [("version_unknown", "")]),
    ],
)
def test_what_disagrees_is_named(
    entry: dict[str, Any], log: dict[str, Any], says: list[tuple[str, str]]
) -> None:
    assert found(ENTRY | entry, seen(**log)) == says


def test_findings_are_told_in_both_languages_with_their_numbers_and_gravest_first() -> None:
    log = seen(versions={"2.0": 900, "2.1": 100}, inputs={"收入": 1_000})
    unlike = disagreements(ENTRY | {"volume": 30_000}, log, SUBJECT, rules=RULES)
    assert [str(f.severity) for f in unlike] == ["high", "medium", "low"]
    volume = unlike[1]
    assert "30,000" in volume.text.zh
    assert "12,586" in volume.text.en  # 1000 decisions in 29 days
    assert (volume.lead, unlike[0].lead) == (True, False)
    assert not any("{" in f.text.zh + f.text.en for f in unlike)


def test_too_few_decisions_tell_neither_volume_nor_human_share() -> None:
    few = seen(decisions=29, versions={"2.0": 29}, with_person=20, alone=0, advised=29)
    assert found(ENTRY, few) == []
    volume, people = not_told(few, rules=RULES)  # and it says so
    assert "volume" in volume.en
    assert "human share" in people.en


def test_a_log_that_is_silent_is_no_agreement() -> None:
    silent = seen(versions={"": 1_000}, with_person=0, alone=0, inputs=None)
    assert len(not_told(silent, rules=RULES)) == 3


# ── what a log says ──────────────────────────────────────────────────────────────────────────────


def cube(rows: list[tuple[tuple[str | None, ...], int]]) -> Cube:
    counts = [
        [n if name in {"n", "tn", "advised", "heard"} else 0 for name in COUNTS] for _, n in rows
    ]
    return Cube.of(("version", "arm", "human"), [key for key, _ in rows], counts)


def test_a_cube_is_read_by_version_person_and_arm() -> None:
    made = cube(
        [
            (("1", "random", "1"), 40),
            (("1", "algorithm", "是"), 50),
            (("2", "algorithm", "0"), 7),
            ((None, "algorithm", None), 3),
        ]
    )
    factors = [(Input("收入", "税务", "7"), 60), (Input("收入", "税务", "7"), 40)]
    told = seen_of(made, factors, first=date(2026, 2, 1), last=date(2026, 2, 28))
    assert told.decisions == 100
    assert told.versions == {"1": 90, "2": 7, "": 3}
    assert (told.with_person, told.alone, told.random, told.advised) == (90, 7, 40, 100)
    assert told.inputs == {"收入": 60}  # both lines may be of the same decisions
    assert Seen.of(told.to_json()) == told


def test_what_no_log_can_say_is_refused() -> None:
    day, before = date(2026, 2, 2), date(2026, 2, 1)
    with pytest.raises(BadInput, match="1 or 0"):
        seen_of(cube([(("1", "a", "maybe"), 3)]), None, first=day, last=day)
    with pytest.raises(BadInput, match="before the first"):
        seen_of(cube([(("1", "a", "1"), 3)]), None, first=day, last=before)
    with pytest.raises(BadInput, match="there are 3 in all"):
        seen_of(cube([(("1", "a", "1"), 3)]), [(Input("收入"), 4)], first=day, last=day)
    with pytest.raises(BadInput, match="single decision"):
        seen_of(cube([(("1", "a", "1"), 0)]), None, first=day, last=day)


# ── the chain of authority ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("role", "discretions", "chain", "alone", "gaps"),
    [
        ("advises", ["罚款幅度"], [], 0, 0),
        ("automatic", [], [], 0, 1),
        ("automatic", [], [AUTOMATION], 0, 0),
        ("automatic", ["罚款幅度"], [AUTOMATION], 0, 1),
        ("automatic", ["罚款幅度"], [AUTOMATION, BOUND], 0, 0),
        ("automatic", ["罚款幅度", "期限"], [BOUND], 0, 2),
        ("advises", [], [], 4, 2),  # whatever is said, nobody decided: the reason and the gap
        ("advises", [], [AUTOMATION], 4, 0),
    ],
)
def test_automated_discretion_needs_authority(
    role: str, discretions: list[str], chain: list[Authority], alone: int, gaps: int
) -> None:
    assert len(unfounded(role, discretions, chain, alone=alone)) == gaps


@pytest.mark.parametrize("article", ["34", "第34条", "第三十四条", " 三十四 ", "第 34 条"])
@pytest.mark.parametrize("law", ["行政处罚法", "《中华人民共和国行政处罚法》"])
def test_an_amended_article_finds_what_hangs_on_it(article: str, law: str) -> None:
    assert hangs_on([AUTOMATION, BOUND], law, article) == (BOUND,)
    assert hangs_on([AUTOMATION, BOUND], "行政许可法", article) == ()


def test_an_article_finds_its_paragraphs_and_no_longer_number() -> None:
    part = Authority(Power.AUTOMATION, "", "行政处罚法", "第四十一条第二款", "经法制和技术审核")
    for same in ("41(2)", "第41条第2款", "四十一条（二）", "第四十一条第二款"):
        assert hangs_on([part], "行政处罚法", same) == (part,)
    item = Authority(Power.AUTOMATION, "", "行政处罚法", "第四十一条第二款第（三）项", "—")
    assert hangs_on([item], "行政处罚法", "41(2)") == (item,)
    assert hangs_on([item], "行政处罚法", "41(3)") == ()
    other = Authority(Power.AUTOMATION, "", "行政处罚法", "第一百零四条", "—")
    assert hangs_on([part, other], "行政处罚法", "41") == (part,)
    assert hangs_on([part, other], "行政处罚法", "104") == (other,)
    assert hangs_on([part, other], "行政处罚法", "4") == ()


@given(st.text(max_size=12))
def test_any_article_is_looked_for_without_a_fault(article: str) -> None:
    assert isinstance(hangs_on([AUTOMATION, BOUND], "行政处罚法", article), tuple)


def test_an_authority_without_law_or_standard_is_refused() -> None:
    with pytest.raises(BadInput, match="authority 2"):
        check_authorities([AUTOMATION, Authority(Power.AUTOMATION, "", "行政处罚法", "", "—")])
    with pytest.raises(BadInput, match="binds it"):
        check_authorities([Authority(Power.DISCRETION, "幅度", "法", "1", "—")])
    with pytest.raises(BadInput, match="longer"):
        check_authorities([Authority(Power.AUTOMATION, "", "法" * 501, "1", "—")])
    check_authorities([AUTOMATION, BOUND])
    assert Authority.of(BOUND.to_json()) == BOUND


# ── evidence predicates and duties ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "log", "holds"),
    [
        ("versions_kept", {}, True),
        ("versions_kept", {"versions": {"2.0": 999, "": 1}}, False),
        ("people_kept", {"with_person": 999}, False),
        ("advice_kept", {"advised": 989}, False),
        ("advice_kept", {"advised": 990}, True),
        ("appeals_kept", {"heard": 0}, False),
        ("inputs_founded", {}, True),
        ("inputs_founded", {"founded": (Input("收入", "税务", None),)}, False),
        ("inputs_founded", {"founded": (Input("民族", "公安", "7"),)}, False),
        ("inputs_founded", {"founded": ()}, None),
        ("random_arm", {"random": 29}, False),
        ("random_arm", {"random": 30}, True),
        ("real_review", {}, True),
        ("real_review", {"advised": 100_000, "decisions": 100_000, "overrides": 1}, False),
        ("real_review", {"advised": 10}, None),
    ],
)
def test_a_mitigation_is_measured(name: str, log: dict[str, Any], holds: bool | None) -> None:
    assert measured(seen(**log), today=TODAY, rules=RULES)[name].holds is holds


def test_no_log_and_an_old_one_tell_of_nothing() -> None:
    old = seen(first=date(2025, 1, 1), last=date(2026, 1, 25))
    for log in (None, old):
        told = measured(log, today=TODAY, rules=RULES)
        assert set(told) == set(PREDICATES)
        assert {each.holds for each in told.values()} == {None}


MET = Fulfilled(
    notice=True,
    explanation=True,
    role="advises",
    seen=SEEN,
    developing=False,
    fresh=True,
    reviewed=True,
    late=False,
    outcome="",
    human_only=False,
    hearing="听证 1 号",
    approval="批复 2 号",
)


def lacking(level: int, **changed: Any) -> list[str]:
    values = {name: getattr(MET, name) for name in MET.__slots__} | changed
    return [d.id for d in duties(level, Fulfilled(**values), rules=RULES) if d.lacks]


@pytest.mark.parametrize(
    ("level", "owed"),
    [
        (1, ["notice", "explanation", "review", "approval"]),
        (2, ["notice", "explanation", "individual", "review", "approval"]),
        (3, ["notice", "explanation", "individual", "review", "human", "approval"]),
        (4, ["notice", "explanation", "individual", "review", "human", "hearing", "approval"]),
    ],
)
def test_a_level_owes_more_than_the_one_below(level: int, owed: list[str]) -> None:
    assert [d.id for d in duties(level, MET, rules=RULES)] == owed
    assert lacking(level) == []


@pytest.mark.parametrize(
    ("level", "changed", "lacks"),
    [
        (1, {"notice": False}, ["notice"]),
        (1, {"reviewed": False}, []),  # level 1 may go live before its first review
        (2, {"reviewed": False}, ["review"]),
        (1, {"late": True}, ["review"]),
        (2, {"seen": seen(inputs=None)}, ["individual"]),
        (2, {"seen": seen(inputs={"收入": 700, "人口": 600})}, ["individual"]),
        (2, {"seen": None}, ["individual"]),  # in use, and nothing proves it
        (2, {"seen": None, "developing": True}, []),  # not in use yet: nothing to prove
        (2, {"fresh": False}, ["individual"]),
        (4, {"seen": None}, ["individual", "human"]),
        (4, {"seen": None, "developing": True}, []),
        (4, {"fresh": False}, ["individual", "human"]),
        (4, {"fresh": False, "developing": True}, ["individual", "human"]),  # a log: it is in use
        (1, {"outcome": "suspend"}, ["review"]),
        (1, {"outcome": "correct"}, ["review"]),
        (3, {"role": "automatic"}, ["human"]),
        (1, {"role": "automatic"}, []),
        (1, {"role": "automatic", "human_only": True}, ["human"]),
        (3, {"seen": seen(with_person=999, alone=1)}, ["human"]),
        (3, {"seen": seen(with_person=0)}, ["human"]),
        (4, {"hearing": " "}, ["hearing"]),
        (4, {"approval": ""}, ["approval"]),
    ],
)
def test_a_duty_that_is_not_met_is_told(
    level: int, changed: dict[str, Any], lacks: list[str]
) -> None:
    assert lacking(level, **changed) == lacks
