"""What a matching printed and what people decided, written and read back, whatever is in it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shixiao.sharing.matching import (
    Bounds,
    Decision,
    Element,
    Item,
    Learned,
    fitted,
    match,
    read_elements,
    read_learned,
    read_matches,
    read_requirements,
    written,
)
from shixiao.terms import BadInput
from tests import answers

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)


def test_rows_of_one_wording_are_one_item_with_all_its_places() -> None:
    told = read_matches(answers.file_of(answers.matches("房产证", "配偶姓名")), file="a.json")
    assert (told.rows, told.threshold) == (4, 0.5)
    assert [item.name for item in told.items] == ["房产证", "配偶姓名"]
    assert told.items[0].places == (("I0", "S1", "online"), ("I0", "S2", "online"))
    assert told.items[0].candidates[0].element == "R1"


def test_a_signature_called_like_a_field_is_an_item_of_its_own() -> None:
    answer = answers.matches("房产证")
    answer["matches"][1] |= {"candidates": [], "none_of_them": True}
    told = read_matches(answers.file_of(answer), file="a.json")
    assert [(item.name, len(item.places), item.none) for item in told.items] == [
        ("房产证", 1, False),
        ("房产证", 1, True),
    ]


def test_one_wording_with_two_sets_of_candidates_is_refused_with_its_place() -> None:
    answer = answers.matches("房产证")
    answer["matches"][1]["candidates"].pop()
    with pytest.raises(BadInput, match=r"matches\[1\]"):
        read_matches(answers.file_of(answer), file="a.json")


@given(st.lists(st.tuples(texts, texts, texts, st.booleans()), max_size=5))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_decisions_come_back_as_they_were_written(
    tmp_path: Path, rows: list[tuple[str, str, str, bool]]
) -> None:
    given_ = [Decision(item, key, same, "", AT, name) for item, key, name, same in rows]
    path = tmp_path / "learned.yaml"
    path.write_text(written(given_), "utf-8", newline="")
    assert read_learned(path).decisions == Learned(given_).decisions


@pytest.mark.parametrize(
    ("elements", "first"),
    [
        ([("Z1", "注册资本"), ("R1", "不动产权证书号")], "Z1"),  # as it was confirmed
        ([("Z9", "注册资本"), ("R1", "不动产权证书号")], "Z9"),  # the name has another id here
        ([("Z1", "宗教信仰"), ("R1", "不动产权证书号")], "R1"),  # the id is another element here
    ],
)
def test_a_decision_holds_for_the_element_and_not_for_its_number(
    elements: list[tuple[str, str]], first: str
) -> None:
    held = [Element(key, name) for key, name in elements]
    learned = Learned([Decision("房产证", "Z1", True, "", AT, "注册资本")])
    (found,) = match([Item("1", "房产证")], held, threshold=0.5, learned=fitted(learned, held))
    assert found.candidates[0].element.id == first


def test_who_confirmed_is_not_told_where_nobody_is_named() -> None:
    learned = Learned([Decision("房产证", "R1", True, "", AT)])
    held = [Element("R1", "不动产权证书号")]
    (found,) = match([Item("1", "房产证")], held, threshold=0.5, learned=learned)
    assert found.candidates[0].reasons[0].zh == "有人于2026-03-02确认"
    assert found.candidates[0].reasons[0].en == "confirmed by a person on 2026-03-02"


@pytest.mark.parametrize(
    ("text", "bounds", "told"),
    [
        ("item_id,item_name\n1,甲\n2,乙\n", Bounds("要求.csv", rows=1), "more than 1 rows"),
        ("item_id,item_name\n1,甲乙丙\n", Bounds("要求.csv", signs=2), "row 1, column “item_name”"),
        ("item_id,item_name\n1,\n", Bounds("要求.csv"), "要求.csv, row 1, column “item_name”"),
    ],
)
def test_a_list_beyond_its_bounds_is_refused_by_the_name_that_people_gave_it(
    tmp_path: Path, text: str, bounds: Bounds, told: str
) -> None:
    path = tmp_path / "list"
    path.write_text(text, "utf-8")
    with pytest.raises(BadInput) as caught:
        read_requirements(path, bounds)
    assert told in caught.value.in_language("en")
    assert "要求.csv" in caught.value.in_language("en")


def test_an_element_twice_is_refused_by_the_name_that_people_gave_the_list(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_bytes("数据元编码,数据元名称\n1,甲\n1,乙\n".encode("gb18030"))
    with pytest.raises(BadInput) as caught:
        read_elements(path, Bounds("数据元.csv"))
    assert (caught.value.file, caught.value.row) == ("数据元.csv", 2)
