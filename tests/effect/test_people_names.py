"""Names of groups of applicants."""

from __future__ import annotations

import pytest

from shixiao.effect import attribute_name, value_name
from shixiao.terms import Text


@pytest.mark.parametrize(
    ("attribute", "value", "name"),
    [
        ("age_band", "18-34", Text("18—34 岁", "18 to 34")),
        ("Age", "60 – 74", Text("60—74 岁", "60 to 74")),
        ("年龄", "75+", Text("75 岁及以上", "75 and over")),
        ("age_band", "unknown", None),
        ("disability", "yes", Text("残疾人", "Disabled")),
        ("disability", " No ", Text("非残疾人", "Not disabled")),
        ("disability", "75+", None),
        ("language", "藏语", None),
        ("shoe size", "42", None),
    ],
)
def test_a_value_is_called_as_people_say_it_or_keeps_the_word_of_the_evidence(
    attribute: str, value: str, name: Text | None
) -> None:
    assert value_name(attribute, value) == name


def test_an_attribute_without_a_name_of_ours_has_none() -> None:
    assert attribute_name("AGE_BAND") == Text("年龄", "Age")
    assert attribute_name("shoe size") is None
