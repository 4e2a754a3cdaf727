"""What of the data that people are asked for is there already, and who says so."""

from __future__ import annotations

import dataclasses

import pytest

from shixiao.checkup.design.holding import Holdings

from .planning import design, item, rules


@pytest.mark.parametrize(
    ("written", "department", "element", "holders", "confirmed"),
    [
        ("m:随便什么@E1", "civil", "E1", ("police",), True),
        ("m:居民身份证复印件", "civil", "E1", ("police",), False),  # by its wording
        ("m:居民身份证复印件@E9", "civil", "E1", ("police",), False),  # E9 is not in the catalogue
        ("m:谁也不知道的东西@E9", "civil", "E9", ("",), False),  # some department
        ("m:居民身份证复印件@E1", "police", "E1", (), True),  # only the asking department
        ("m:谁也不知道的东西", "civil", None, (), False),
        ("m:居民身份证复印件@E1!", "civil", None, (), False),  # a law demands it
        ("s:申请表签字@E1", "civil", None, (), False),  # an act is no datum
    ],
)
def test_an_item_is_held_by_those_whom_table_or_match_name(
    written, department, element, holders, confirmed
):
    holdings = Holdings(design([written], [written]), rules())
    found = holdings.of(item(written), department)
    if element is None:
        assert found is None
        return
    assert (found.element.id, found.holders, found.confirmed) == (element, holders, confirmed)
    assert (found.chance is None) == ("@E" in written and element in written)


def test_without_a_catalogue_only_an_element_that_is_named_says_that_it_is_held():
    bare = dataclasses.replace(
        design(["m:身份证@E1"], ["m:身份证@E1"]), elements=(), holders={}, catalogued=False
    )
    holdings = Holdings(bare, rules())
    assert holdings.known
    assert holdings.of(item("m:身份证@E1"), "civil").holders == ("",)
    assert holdings.of(item("m:身份证"), "civil") is None
