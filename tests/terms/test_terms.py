"""The terms refuse to be made without what makes them trustworthy."""

from __future__ import annotations

import pytest

from shixiao.terms import (
    BadInput,
    Estimate,
    Finding,
    Period,
    Severity,
    Status,
    Subject,
    SubjectKind,
    Text,
)
from shixiao.terms.estimate import significant

WHY = Text("缺少列", "a column is missing")


@pytest.mark.parametrize(("zh", "en"), [("", "x"), ("无", ""), (" ", "x")])
def test_a_text_needs_both_languages(zh: str, en: str) -> None:
    with pytest.raises(ValueError, match="both languages"):
        Text(zh, en)


def test_a_text_fills_placeholders_in_its_own_language() -> None:
    filled = Text("缺少{what}", "no {what}").format(what=Text("材料", "materials"))
    assert filled == Text("缺少材料", "no materials")


@pytest.mark.parametrize(
    "make",
    [
        lambda: Estimate(None, None, None, 3),
        lambda: Estimate(float("nan"), None, None, 3),
        lambda: Estimate(1.0, 2.0, 1.5, 3),
        lambda: Estimate(1.0, 0.0, 2.0, 3, status=Status.INSUFFICIENT),
    ],
    ids=["ok without value", "not a number", "interval turned round", "no reason"],
)
def test_an_estimate_cannot_be_made_untrustworthy(make: object) -> None:
    with pytest.raises(ValueError):
        make()  # type: ignore[operator]


def test_undefined_is_never_zero() -> None:
    shown = Estimate.not_assessable(WHY).to_json()
    assert shown["value"] is None
    assert shown["status"] == "not_assessable"
    assert shown["reason"] == {"zh": "缺少列", "en": "a column is missing"}


@pytest.mark.parametrize(
    ("number", "expected"),
    [(None, None), (0.0, 0.0), (1 / 3, 0.3333333333), (123456789012.3, 123456789000.0)],
)
def test_numbers_keep_ten_significant_digits(number: float | None, expected: float | None) -> None:
    assert significant(number) == expected


def test_a_finding_keeps_its_id_from_run_to_run() -> None:
    def finding(value: float) -> Finding:
        subject = Subject(SubjectKind.SERVICE, "s1", Text("甲", "A"))
        estimate = Estimate(value, value, value, 100)
        text = Text("一句话", "a sentence")
        return Finding(
            kind="deadline",
            measure="within",
            subject=subject,
            locator="2026",
            severity=Severity.HIGH,
            estimate=estimate,
            rule="F-16",
            lead=True,
            name=text,
            text=text,
            disproof=text,
        )

    assert finding(0.1).id == finding(0.9).id


@pytest.mark.parametrize(
    "text", ["2026", "2026-01-01..2025-01-01", "a..b", "2026-02-30..2026-03-01"]
)
def test_a_text_that_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Period.parse(text)


def test_bad_input_says_the_place_first_in_both_languages() -> None:
    problem = BadInput(Text("不是时间。", "is no time"), file="a.csv", row=3, column="ts")
    assert problem.in_language("zh") == "a.csv，第 3 行，“ts”列：不是时间。"
    assert problem.in_language("en") == "a.csv, row 3, column “ts”: is no time"
