"""What an entry of the catalogue lacks, by Decree 809 arts. 13 to 15."""

from __future__ import annotations

from typing import Any

import pytest

from shixiao.rules import load_pack
from shixiao.sharing.catalogue import CatalogueCode, check_dataset, faults
from shixiao.terms import BadInput, Text
from tests.sharing.catalogue import entry

RULES = load_pack()
WITHHELD = {"sharing": "not_shared", "scope": "", "purpose": "", "reason": "法律规定"}


def test_an_entry_in_order_has_no_fault() -> None:
    assert check_dataset(entry(), RULES) == ()
    law = {"basis": "《中华人民共和国统计法》第二十五条", "mode": ""}
    assert check_dataset(entry(**WITHHELD, **law), RULES) == ()
    assert check_dataset(entry(sharing="unconditional", scope="", purpose=""), RULES) == ()


@pytest.mark.parametrize(
    ("changed", "field", "rule"),
    [
        ({"items": ()}, "items", "GDS-13"),
        ({"provider": ""}, "provider", "GDS-13"),
        ({"format": ""}, "format", "GDS-13"),
        ({"cycle": ""}, "cycle", "GDS-13"),
        ({"sharing": ""}, "sharing", "GDS-13"),
        ({"mode": ""}, "mode", "GDS-13"),
        ({"domain": ""}, "grade", "GDS-13"),
        ({"grade": ""}, "grade", "GDS-13"),
        ({"sharing": "half"}, "sharing", "GDS-14"),
        ({"cycle": "now and then"}, "cycle", "GDS-13"),
        ({"scope": " "}, "scope", "GDS-15c"),
        ({"purpose": ""}, "purpose", "GDS-15c"),
        (WITHHELD | {"basis": "《统计法》第二十五条", "reason": ""}, "reason", "GDS-15n"),
        (WITHHELD | {"basis": ""}, "basis", "GDS-15n"),
        (WITHHELD | {"basis": "《统计法》"}, "basis", "GDS-15n"),
        (WITHHELD | {"basis": "《婚姻登记档案管理办法》第十五条"}, "basis", "GDS-15n"),
        (WITHHELD | {"basis": "《浙江省公共数据条例》第二十条"}, "basis", "GDS-15n"),
        (WITHHELD | {"basis": "涉密"}, "basis", "GDS-15n"),
        ({"code": "306"}, "code", "CAT-COD"),
        ({"grade": "general_2"}, "grade", "GRD-SET"),
        ({"secrecy_checked": None}, "secrecy_checked", "GDS-13"),
        ({"personal_checked": None}, "personal_checked", "GDS-13"),
        ({"office": ""}, "office", "GDS-13"),
        ({"person": ""}, "person", "GDS-13"),
    ],
)
def test_what_is_missing_is_named_with_its_rule(
    changed: dict[str, Any], field: str, rule: str
) -> None:
    found = [(fault.field, fault.rule) for fault in check_dataset(entry(**changed), RULES)]
    assert (field, rule) in found


def test_a_departmental_rule_is_refused_with_the_reason() -> None:
    basis = "《婚姻登记档案管理办法》第十五条"
    (fault,) = faults(entry(**WITHHELD, basis=basis), RULES)
    assert "部门规章" in fault.text.zh
    assert "departmental rule" in fault.text.en


def test_a_harvested_entry_is_not_held_to_name_a_person() -> None:
    assert faults(entry(office="", person="", secrecy_checked=None), RULES) == ()


def test_a_name_is_not_two_faults() -> None:
    with pytest.raises(ValueError, match=r"."):
        entry(name=Text("", ""))


def test_a_catalogue_code_has_five_parts() -> None:
    code = CatalogueCode.parse("3060010002/000013")
    assert (code.kind, code.item, code.heading, code.subheading, code.number) == (
        "3",
        "06",
        "001",
        "0002",
        "000013",
    )
    assert str(code) == "3060010002/000013"
    for wrong in ("", "306", "0060010002/13", "3060010002-13", "3" * 70):
        with pytest.raises(BadInput):
            CatalogueCode.parse(wrong)
