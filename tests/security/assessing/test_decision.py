"""A system is admissible where every layer holds, and no way leads round any of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shixiao.rules import load_pack
from shixiao.security.assessing import (
    Decision,
    Dossier,
    Exhibit,
    Interest,
    Kept,
    Layer,
    Need,
    Question,
    Right,
    Side,
    Standing,
    Waiver,
    decide,
    faults,
    interest_of,
    lacks,
    validity,
)
from shixiao.security.scoring import Gravity, Judged, score
from shixiao.terms import Text

RULES = load_pack()
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
NEED = Need(
    people=42_000,
    complaints=("12345-2026-0017",),
    searches={"积分入学 进度": 310},
    sources=("2025 年 12345 工单分类表",),
    answers=dict.fromkeys(Question, (True, "见立项报告第三节")),
)
MANDATORY = {
    Side.GOVERNANCE: frozenset({"duties"}),
    Side.SERVICE: frozenset({"walkthrough"}),
    Side.EFFECT: frozenset({"baseline"}),
    Side.SECURITY: frozenset({"certificate", "headers"}),
}
KINDS = {"certificate": "transport", "headers": "pages"}


def exhibit(
    name: str, side: Side, *, ago: float = 1.0, passed: bool = True, **more: Any
) -> Exhibit:
    severity = more.pop("severity", Gravity.MEDIUM)
    kept = Kept(name, KINDS.get(name, "report"), NOW - ago * DAY)
    checks = (Judged(f"{name}.one", severity, passed), Judged(f"{name}.two", Gravity.HIGH, True))
    return Exhibit(kept, side, more.pop("release", "r1"), more.pop("checks", checks), **more)


WHOLE = Dossier(
    release="r1",
    need=NEED,
    interest=Interest(False, ()),
    consulted=None,
    mandatory=MANDATORY,
    exhibits=tuple(exhibit(name, side) for side, names in MANDATORY.items() for name in names),
)


def with_test(changed: Exhibit) -> Dossier:
    rest = tuple(each for each in WHOLE.exhibits if each.kept.name != changed.kept.name)
    return replace(WHOLE, exhibits=(*rest, changed))


def against(decision: Decision) -> set[Layer]:
    return {layer.layer for layer in decision.layers if not layer.holds}


def test_a_whole_dossier_is_admissible_with_its_score_and_its_end() -> None:
    decision = decide(WHOLE, RULES, now=NOW)
    assert (decision.admissible, decision.conditional, decision.score) == (True, False, 100.0)
    assert decision.validity.standing is Standing.VALID
    assert decision.validity.until == NOW + 6 * DAY  # transport and pages hold for seven days
    assert [layer.layer for layer in decision.layers] == list(Layer)


@pytest.mark.parametrize(
    ("dossier", "layers"),
    [
        (replace(WHOLE, need=None), {Layer.NEED}),
        (replace(WHOLE, need=replace(NEED, people=None)), {Layer.NEED}),
        (
            replace(
                WHOLE,
                need=replace(NEED, answers=NEED.answers | {Question.UNIQUE: (False, "有两个")}),
            ),
            {Layer.NEED},
        ),
        (replace(WHOLE, interest=Interest(True, ())), {Layer.CONSULTATION}),
        (replace(WHOLE, interest=Interest(True, ()), consulted=False), {Layer.CONSULTATION}),
        (replace(WHOLE, interest=Interest(True, ()), consulted=True), set()),
        (
            with_test(exhibit("headers", Side.SECURITY, passed=False, severity=Gravity.VETO)),
            {Layer.VETO, Layer.SCORE},
        ),
        (with_test(exhibit("headers", Side.SECURITY, checks=None)), {Layer.COVERAGE, Layer.SCORE}),
        (
            with_test(exhibit("headers", Side.SECURITY, release="r0")),
            {Layer.COVERAGE, Layer.SCORE},
        ),
        (with_test(exhibit("headers", Side.SECURITY, ago=-1)), {Layer.COVERAGE, Layer.SCORE}),
        (
            with_test(exhibit("duties", Side.GOVERNANCE, checks=())),
            {Layer.SIDES},
        ),
        (
            with_test(exhibit("baseline", Side.SERVICE)),
            {Layer.COVERAGE, Layer.SIDES, Layer.SCORE},
        ),
        (with_test(exhibit("headers", Side.SECURITY, ago=7)), {Layer.VALIDITY}),
        (with_test(exhibit("headers", Side.SECURITY, ago=6.99)), set()),
        (
            with_test(exhibit("headers", Side.SECURITY, passed=False, severity=Gravity.HIGH)),
            {Layer.SCORE},
        ),
    ],
)
def test_one_thing_that_does_not_hold_refuses_and_is_named(
    dossier: Dossier, layers: set[Layer]
) -> None:
    assert against(decide(dossier, RULES, now=NOW)) == layers


def test_the_latest_test_counts_even_where_it_could_not_tell() -> None:
    older = exhibit("headers", Side.SECURITY, ago=3)
    failed = exhibit("headers", Side.SECURITY, ago=1, checks=None, reason=Text("超时", "time out"))
    both = replace(WHOLE, exhibits=(*with_test(older).exhibits, failed))
    assert Layer.COVERAGE in against(decide(both, RULES, now=NOW))
    again = replace(both, exhibits=(*both.exhibits, exhibit("headers", Side.SECURITY, ago=0.1)))
    assert decide(again, RULES, now=NOW).admissible


def waiver(**changed: Any) -> Waiver:
    plain = Waiver(
        "headers.one",
        "",
        "网信科负责人",
        "供应商三月底发版",
        "防火墙已拦截",
        date(2026, 3, 1),
        date(2026, 5, 1),
    )
    return replace(plain, **changed)


@pytest.mark.parametrize(
    ("given_waiver", "severity", "admissible"),
    [
        (waiver(), Gravity.HIGH, True),
        (waiver(expires=date(2026, 3, 1)), Gravity.HIGH, False),
        (waiver(granted=date(2026, 3, 3)), Gravity.HIGH, False),
        (waiver(locator="/other"), Gravity.HIGH, False),
        (waiver(check="headers.two"), Gravity.HIGH, False),
        (waiver(), Gravity.VETO, False),
    ],
)
def test_a_waiver_covers_its_finding_for_its_time_and_never_a_veto(
    given_waiver: Waiver, severity: Gravity, admissible: bool
) -> None:
    wrong = with_test(exhibit("headers", Side.SECURITY, passed=False, severity=severity))
    decision = decide(replace(wrong, waivers=(given_waiver,)), RULES, now=NOW)
    assert decision.admissible is admissible
    assert decision.conditional is admissible


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, ""),
        ({"owner": " "}, "责任人"),
        ({"reason": ""}, "理由"),
        ({"control": ""}, "替代措施"),
        ({"expires": date(2026, 5, 30)}, ""),
        ({"expires": date(2026, 5, 31)}, "90 天"),
        ({"expires": date(2026, 2, 1)}, "90 天"),
        ({"renewals": 1}, ""),
        ({"renewals": 2}, "续期"),
    ],
)
def test_a_waiver_has_owner_reason_control_and_end(changed: dict[str, Any], said: str) -> None:
    found = faults(waiver(**changed), Gravity.HIGH, RULES)
    assert bool(found) == bool(said)
    assert not said or said in found[0].zh
    assert faults(waiver(), Gravity.VETO, RULES)


@pytest.mark.parametrize(
    ("changed", "n"),
    [
        ({}, 0),
        ({"people": 0}, 1),
        ({"complaints": (), "searches": {}}, 1),
        ({"complaints": ()}, 0),
        ({"sources": (" ",)}, 1),
        ({"answers": {}}, 5),
        ({"answers": NEED.answers | {Question.SHARING: (True, "")}}, 1),
    ],
)
def test_a_need_says_who_needs_it_how_that_is_known_and_answers_five_questions(
    changed: dict[str, Any], n: int
) -> None:
    assert len(lacks(replace(NEED, **changed))) == n


@pytest.mark.parametrize(
    ("people", "rights", "grade", "decides", "public"),
    [
        (9_999, [], "general_2", False, False),
        (10_000, [], "general_2", False, True),
        (None, [], "general_2", False, True),
        (5, [Right.BENEFIT], "general_2", False, True),
        (5, [], "", False, True),
        (5, [], "important", False, True),
        (5, [], "general_1", True, True),
    ],
)
def test_public_interest_is_computed_and_what_is_not_known_is_never_no(
    people: int | None, rights: list[Right], grade: str, decides: bool, public: bool
) -> None:
    found = interest_of(people=people, rights=rights, grade=grade, decides=decides, rules=RULES)
    assert found.public is public
    assert found.reasons


@pytest.mark.parametrize(
    ("ago", "standing"),
    [
        (0, Standing.VALID),
        (5.59, Standing.VALID),
        (5.6, Standing.EXPIRING),
        (6.99, Standing.EXPIRING),
        (7, Standing.EXPIRED),
        (13.99, Standing.EXPIRED),
        (14, Standing.SUSPENDED),
    ],
)
def test_evidence_holds_then_ends_soon_then_is_over_then_suspends(
    ago: float, standing: Standing
) -> None:
    kept = [Kept("headers", "pages", NOW - ago * DAY), Kept("load", "capacity", NOW)]
    found = validity(kept, RULES, now=NOW)
    assert (found.standing, found.first and found.first.name) == (standing, "headers")


def test_a_report_with_an_end_of_its_own_ends_then() -> None:
    kept = Kept("mlps", "report", NOW - 300 * DAY, until=NOW - DAY)
    assert validity([kept], RULES, now=NOW).standing is Standing.EXPIRED
    assert validity([], RULES, now=NOW).standing is Standing.EXPIRED


@pytest.mark.parametrize(
    ("checks", "reached"),
    [
        ([], 0.0),
        ([("a", "high", True), ("b", "low", False)], 83.3),
        ([("a", "high", True), ("b", "medium", False)], 66.6),
        ([("a", "low", True)] * 9 + [("b", "high", False)], 16.6),
        ([(f"{n}", "high", True) for n in range(99)] + [("b", "high", False)], 59.0),
        ([(f"{n}", "high", True) for n in range(99)] + [("b", "medium", False)], 89.0),
        ([("a", "high", True), ("a", "high", False)], 0.0),
        ([("a", "high", True), ("b", "info", False)], 100.0),
    ],
)
def test_the_score_is_the_share_of_points_that_hold_under_the_cap_of_the_worst(
    checks: list[tuple[str, str, bool]], reached: float
) -> None:
    judged = [
        Judged(name, Gravity(severity), passed, str(place))
        for place, (name, severity, passed) in enumerate(checks)
    ]
    assert score(judged, RULES) == reached


gravities = st.sampled_from(list(Gravity))
names = st.sampled_from(["duties", "walkthrough", "baseline", "certificate", "headers", "extra"])


@st.composite
def evidence(draw: st.DrawFn) -> Exhibit:
    name = draw(names)
    checks = st.lists(
        st.builds(
            Judged,
            st.sampled_from([f"{name}.one", f"{name}.two"]),
            gravities,
            st.booleans(),
            st.sampled_from(["", "/a"]),
        ),
        max_size=3,
    )
    return Exhibit(
        Kept(
            name,
            KINDS.get(name, "report"),
            NOW - draw(st.floats(-2, 400)) * DAY,
            draw(st.none() | st.just(NOW + DAY) | st.just(NOW - DAY)),
        ),
        draw(st.sampled_from(list(Side))),
        draw(st.sampled_from(["r1", "r0", ""])),
        draw(st.none() | checks.map(tuple)),
    )


@given(
    need=st.sampled_from([NEED, None, replace(NEED, people=None)]),
    public=st.booleans(),
    consulted=st.sampled_from([None, True, False]),
    added=st.lists(evidence(), max_size=8),
    kept=st.booleans(),
    waived=st.booleans(),
)
@settings(max_examples=100)
def test_no_dossier_is_admissible_with_something_against_it(
    need: Need | None,
    public: bool,
    consulted: bool | None,
    added: list[Exhibit],
    kept: bool,
    waived: bool,
) -> None:
    """Told apart from the code: what must never be so of an admissible system."""
    base = WHOLE.exhibits if kept else ()
    dossier = replace(
        WHOLE,
        need=need,
        interest=Interest(public, ()),
        consulted=consulted,
        exhibits=(*base, *added),
        waivers=(waiver(),) if waived else (),
    )
    decision = decide(dossier, RULES, now=NOW)
    if not decision.admissible:
        assert any(layer.against for layer in decision.layers)
        return
    assert need == NEED
    assert not public or consulted
    known: dict[str, Exhibit] = {}
    for each in dossier.exhibits:
        fits = each.release in {"", "r1"} and each.kept.at <= NOW
        newer = each.kept.name not in known or each.kept.at >= known[each.kept.name].kept.at
        if fits and newer:
            known[each.kept.name] = each
    for side, wanted in MANDATORY.items():
        for name in wanted:
            assert known[name].checks is not None
            assert known[name].side is side
            days = 7 if name in KINDS else 365
            assert known[name].kept.at + days * DAY > NOW
            assert known[name].kept.until is None or known[name].kept.until > NOW
        assert any(each.checks for each in known.values() if each.side is side)
    failed = [one for each in known.values() for one in each.checks or () if not one.passed]
    assert all(one.severity is not Gravity.VETO for one in failed)
    grave = [one for one in failed if one.severity is Gravity.HIGH]
    assert all(waived and (one.check, one.locator) == ("headers.one", "") for one in grave)
    assert decision.score is not None
    assert decision.score >= 60
    assert decision.validity.until is not None
    assert decision.validity.until > NOW
