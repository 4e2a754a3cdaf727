"""Suggested grades against the matrix of GB/T 43697 and the policy beside it."""

from __future__ import annotations

import pytest

from shixiao.rules import load_pack
from shixiao.sharing.grading import Content, Held, suggest

RULES = load_pack()


def grade(*kinds: str | None, name: str = "t", persons: int | None = 100) -> str:
    columns = [Held(f"c{at}", kind) for at, kind in enumerate(kinds)]
    return suggest(Content(name, columns, persons=persons), rules=RULES).grade


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ((None,), "general_1"),
        (("date", "code"), "general_1"),
        (("organisation", "credit_code"), "general_1"),
        (("credit_code", "amount"), "general_2"),
        (("person_name", "sex"), "general_2"),
        (("person_name", "id_number"), "general_3"),
        (("person_name", "mobile"), "general_3"),
        (("person_name", "id_number", "bank_card"), "general_4"),
        (("id_number", "health"), "general_4"),
        (("address",), "general_1"),  # of nobody
        (("address", "person_name"), "general_3"),
    ],
)
def test_a_table_takes_its_highest_item(kinds: tuple[str, ...], expected: str) -> None:
    assert grade(*kinds) == expected


@pytest.mark.parametrize(
    ("kinds", "persons", "expected"),
    [
        (("person_name", "sex"), 9_999_999, "general_2"),
        (("person_name", "sex"), 10_000_000, "important"),
        (("person_name", "id_number"), 999_999, "general_3"),
        (("person_name", "id_number"), 1_000_000, "important"),
        (("id_number", "health"), 99_999, "general_4"),
        (("id_number", "health"), 100_000, "important"),
        (("organisation", "credit_code"), 50_000_000, "general_1"),
        (("person_name", "id_number"), None, "general_3"),
    ],
)
def test_so_many_persons_touch_the_public_interest(
    kinds: tuple[str, ...], persons: int | None, expected: str
) -> None:
    assert grade(*kinds, persons=persons) == expected


@pytest.mark.parametrize(
    ("name", "kinds", "expected"),
    [
        ("燃气管网", ("longitude", "latitude"), "important"),
        ("燃气管网", (None,), "general_2"),
        ("underground_pipeline", ("longitude", "latitude"), "important"),
        ("人防工程", (None,), "important"),
        ("人防工程", ("coordinates",), "core"),
        ("行道树", ("longitude", "latitude"), "general_1"),
    ],
)
def test_field_and_precision_raise_a_table(
    name: str, kinds: tuple[str | None, ...], expected: str
) -> None:
    assert grade(*kinds, name=name) == expected


def test_a_suggestion_says_why_and_has_been_decided_by_nobody() -> None:
    columns = [Held("sfzh", "id_number"), Held("bz")]
    found = suggest(Content("t", columns, regions=frozenset({"370102"})), rules=RULES)
    assert found.decided_by is None
    assert "GRD-PER" in found.why[0].en
    assert found.why[-1].zh == "以上是建议，由人决定。"
    assert any("370102" in reason.en for reason in found.why)
    assert found.of("bz").grade == "general_1"
    with pytest.raises(KeyError):
        found.of("xm")
