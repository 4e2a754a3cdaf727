"""Schemes: what a department lays down is read whole, and what is wrong is named."""

from __future__ import annotations

from typing import Any

import pytest

from shixiao.fairness.decisions import read_scheme
from shixiao.terms import BadInput, Text
from tests.explained import SCHEME

WOMEN = {"zh": "女", "en": "women"}
SEX = {"id": "sex", "name": {"zh": "性别", "en": "sex"}, "values": {"F": WOMEN}}


def test_a_scheme_is_the_same_after_it_was_kept() -> None:
    scheme = read_scheme(SCHEME)
    assert read_scheme(scheme.to_json()) == scheme


def test_groups_and_codes_are_called_by_their_names_and_else_as_they_are() -> None:
    scheme = read_scheme(SCHEME | {"groups": ["age", SEX]})
    assert scheme.groups == ("age", "sex")
    assert scheme.group_name("sex") == Text("性别", "sex")
    assert scheme.value_name("sex", "F") == Text("女", "women")
    assert scheme.value_name("sex", "X") == Text.of("X")
    assert scheme.group_name("age") == Text.of("age")


@pytest.mark.parametrize(
    "groups",
    [
        "sex",
        ["sex", SEX],
        ["system"],
        [""],
        [{"name": WOMEN}],
        [{"id": "sex"}],
        [{"id": "sex", "name": {"zh": "性别"}}],
        [SEX | {"values": ["F"]}],
        [SEX | {"values": {"F": "女"}}],
        [f"g{n}" for n in range(99)],
    ],
)
def test_groups_that_cannot_be_read_are_refused_as_groups(groups: Any) -> None:
    with pytest.raises(BadInput) as refused:
        read_scheme(SCHEME | {"groups": groups})
    assert refused.value.column == "groups"


def test_codes_of_a_factor_without_names_are_refused_as_factors() -> None:
    income = SCHEME["factors"]["income"] | {"values": {"1": {"zh": "一"}}}
    with pytest.raises(BadInput) as refused:
        read_scheme(SCHEME | {"factors": {"income": income}})
    assert refused.value.column == "factors"
