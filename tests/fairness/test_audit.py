"""The audit as a whole: leads, what is not assessable, and every metric with its source."""

from __future__ import annotations

import importlib

import pytest

from shixiao.fairness import Asked, Audit, Cube, audit, metrics, told
from shixiao.rules import load_pack
from shixiao.terms import Status, Subject, SubjectKind, Text
from tests.fairness.drawn import cube_of

RULES = load_pack()
LOG = Subject(SubjectKind.LOG, "log", Text("日志", "log"))


def audited(cube: Cube, **given: object) -> Audit:
    asked = Asked(LOG, **{"outcome": True, "draws": 199, **given})  # type: ignore[arg-type]
    return audit(cube, asked, rules=RULES)


@pytest.mark.parametrize("one", metrics(), ids=lambda one: one.id)
def test_a_metric_has_a_function_that_names_its_source(one: object) -> None:
    module, name = one.by.split(".")  # type: ignore[attr-defined]
    function = getattr(importlib.import_module(f"shixiao.fairness.{module}"), name)
    assert "Source: " in (function.__doc__ or "")


def test_a_small_difference_of_very_many_is_no_lead() -> None:
    cells = {
        ("a",): {"n": 10**8, "selected": 10**7},
        ("b",): {"n": 10**8, "selected": 10**7 + 10**5},
    }
    found = audited(cube_of(cells, "g"), outcome=False)
    (selection,) = [d for d in found.compared.disparities if d.measure == "selection"]
    assert (selection.p_adjusted or 1) < 0.05
    assert found.findings == ()


def test_a_group_within_one_that_stands_out_as_much_is_no_lead_of_its_own() -> None:
    cells = {
        (g, h): {"n": 5000, "selected": 2000 if g == "b" else 1000} for g in "ab" for h in "xyz"
    }
    found = audited(cube_of(cells, "g", "h"), outcome=False)
    assert [f.locator for f in found.findings] == ["g=b"]
    assert found.findings[0].lead
    assert "+20.0 points" in found.findings[0].text.en
    assert "相差 +20.0 个百分点" in found.findings[0].text.zh


def test_officials_who_never_depart_are_a_rubber_stamp() -> None:
    cells = {("a",): {"n": 5000, "selected": 900, "advised": 5000, "overrides": 2}}
    (found,) = audited(cube_of(cells, "g"), outcome=False).findings
    assert (found.measure, found.rule) == ("override", "FAI-07")
    few = {("a",): {"n": 100, "selected": 90, "advised": 100}}
    assert audited(cube_of(few, "g"), outcome=False).findings == ()


def test_a_mix_that_changed_is_a_lead_of_the_data() -> None:
    cells = {
        ("2026-01", "a"): {"n": 800},
        ("2026-01", "b"): {"n": 200},
        ("2026-06", "a"): {"n": 200},
        ("2026-06", "b"): {"n": 800},
    }
    (found,) = audited(cube_of(cells, "period", "g"), outcome=False).findings
    assert (found.kind, found.measure, found.rule) == ("unfair_data", "drift", "FAI-09")
    assert "2026-01…2026-06" in found.text.en


def test_few_appeals_that_often_win_are_a_lead() -> None:
    rest = {"n": 10_000, "selected": 5000, "heard": 10_000}
    cells = {
        ("a",): rest | {"appealed": 2000, "answered": 2000, "upheld": 200},
        ("b",): rest | {"appealed": 300, "answered": 300, "upheld": 150},
    }
    found = audited(cube_of(cells, "g"), outcome=False).findings
    (access,) = [f for f in found if f.measure == "access"]
    assert access.locator == "g=b"
    assert (
        "appeal less (-17.0 points) and win more often when they do (+40.0 points)"
        in access.text.en
    )


def test_what_a_cube_does_not_answer_is_named_with_what_is_missing() -> None:
    found = audited(cube_of({("a",): {"n": 100, "selected": 10}}, "g"), outcome=False)
    lacking = {one.id: reason for one, reason in found.not_assessable}
    assert {"tpr", "fpr", "fnr", "ppv", "override", "appeal", "days", "flip", "drift"} <= set(
        lacking
    )
    assert lacking["override"].en == "Missing: a column of the system's advice."
    assert {e.status for m in ("tpr", "fpr") for e in [found.cells[0].rates[m]]} == {
        Status.NOT_ASSESSABLE
    }


def test_every_metric_is_answered_or_named() -> None:
    cells = {("a",): {"tp": 40, "fp": 60, "fn": 10, "tn": 90}, ("b",): {"tp": 40, "tn": 110}}
    found = audited(cube_of(cells, "g"))
    named = {one.id for one, _ in found.not_assessable}
    answered = {r.metric for r in found.results} | {d.measure for d in found.compared.disparities}
    assert named | answered >= {one.id for one in metrics()} - {"coverage"}
    assert not named & answered


def test_the_same_audit_gives_the_same_answer() -> None:
    cells = {(g, h): {"tp": 40, "fp": 9, "fn": 8, "tn": 90} for g in "ab" for h in "xy"}
    cube = cube_of(cells, "g", "h")
    assert told(audited(cube)) == told(audited(cube))


def test_people_of_whom_nothing_is_known_are_told() -> None:
    cells = {("a",): {"tn": 90}, (None,): {"tn": 10, "undecided": 3}}
    (unknown, undecided) = audited(cube_of(cells, "g")).notes
    assert (
        unknown.en == "“g” is not known of 10 decisions, 10.0%; these people are in no group of it."
    )
    assert undecided.en.startswith("3 rows hold no decision")
