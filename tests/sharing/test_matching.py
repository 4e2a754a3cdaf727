"""Elements are offered for items, with reasons; what people decide goes before what is computed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from shixiao.sharing.matching import (
    Decision,
    Element,
    Item,
    Learned,
    Match,
    confirm,
    match,
    read_learned,
)
from shixiao.sharing.matching.domains import expected, field_of, type_of
from shixiao.sharing.matching.reading import read
from shixiao.terms import BadInput

ELEMENTS = (
    Element("P1", "公民身份号码", "公民唯一的法定号码", "字符", "an18", "GB 11643", "", "police"),
    Element("P2", "姓名", datatype="字符"),
    Element("P3", "出生日期", datatype="日期", format="YYYYMMDD"),
    Element("M1", "配偶姓名"),
    Element("M2", "配偶证件号码"),
    Element("M3", "结婚证字号"),
    Element("E1", "统一社会信用代码", datatype="字符", code_list="GB 32100"),
    Element("E2", "成立日期", datatype="日期"),
    Element("E3", "企业名称"),
    Element("R1", "不动产权证书号"),
    Element("R2", "房屋建筑面积", datatype="数值", unit="平方米"),
    Element("S1", "学生公民身份号码"),
    Element("F1", "食品经营许可证编号"),
    Element("F2", "食品经营许可证有效期至", datatype="date"),
    Element("T1", "烟草专卖零售许可证号"),
)
WHEN = datetime(2026, 11, 28, 9, tzinfo=UTC)


def asked(*names: str, learned: Learned | None = None) -> list[Match]:
    items = [Item(str(place), name) for place, name in enumerate(names)]
    return match(items, ELEMENTS, threshold=0.09, learned=learned)


def first(name: str, learned: Learned | None = None) -> str:
    (found,) = asked(name, learned=learned)
    return found.candidates[0].element.id


@pytest.mark.parametrize(
    ("name", "element"),
    [
        ("身份证复印件", "P1"),
        ("爱人姓名", "M1"),
        ("配偶身份证号", "M2"),
        ("学生身份证号", "S1"),
        ("营业执照副本", "E1"),
        ("房产证", "R1"),
        ("食品许可证到期日", "F2"),
        ("餐饮服务许可证", "F1"),
        ("烟草许可", "T1"),
        ("出生年月", "P3"),
        ("公司成立时间", "E2"),
        ("房屋面积（平方米）", "R2"),
        ("結婚證", "M3"),
    ],
)
def test_the_element_that_holds_it_comes_first(name: str, element: str) -> None:
    assert first(name) == element


def test_each_candidate_has_reasons_in_both_languages_and_scores_fall() -> None:
    (found,) = asked("营业执照副本（加盖公章）")
    scores = [candidate.score for candidate in found.candidates]
    assert scores == sorted(scores, reverse=True)
    assert len(found.candidates) <= 5
    assert all(candidate.reasons for candidate in found.candidates)
    assert "business licence" in found.candidates[0].reasons[0].en


def test_none_of_them_is_an_answer() -> None:
    known, unknown = asked("身份证号码", "喜欢的颜色")
    assert (known.none, unknown.none) == (False, True)


def test_signatures_and_visits_are_no_data() -> None:
    (found,) = match([Item("1", "身份证号码", "signature")], ELEMENTS, threshold=0.09)
    assert found.none
    assert found.candidates == ()


def test_nothing_asked_or_nothing_held_gives_nothing() -> None:
    assert match([], ELEMENTS, threshold=0.09) == []
    (found,) = match([Item("1", "身份证号码")], [Element("P1", "公民身份号码")], threshold=0.09)
    assert found.candidates[0].element.id == "P1"
    (alone,) = match([Item("1", "身份证号码")], [], threshold=0.09)
    assert alone.none
    (odd,) = match([Item("1", "——")], [Element("1", "***")], threshold=0.09)
    assert odd.none


@pytest.mark.parametrize(
    ("element", "kind"),
    [
        (Element("1", "x", datatype="日期型"), "date"),
        (Element("1", "x", datatype="VARCHAR(20)", format="YYYY-MM-DD"), "date"),
        (Element("1", "证书编号", datatype="字符"), "identifier"),
        (Element("1", "x", datatype="decimal(18,2)"), "number"),
        (Element("1", "x", format="n..18,2"), "number"),
        (Element("1", "x", datatype="字符", code_list="GB/T 2261.1"), "code"),
        (Element("1", "x", datatype="布尔"), "flag"),
        (Element("1", "x"), None),
    ],
)
def test_the_type_of_values_is_read_from_what_catalogues_write(
    element: Element, kind: str | None
) -> None:
    assert type_of(element) == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [("发证日期", "date"), ("房屋面积", "number"), ("身份证号", "identifier"), ("驾照", None)],
)
def test_the_wording_asks_for_a_type(name: str, kind: str | None) -> None:
    assert expected(read(name), name) == kind


@pytest.mark.parametrize(
    ("code_list", "name"),
    [("GB/T 2261.1-2003", "性别"), ("gb/t2261.2", "婚姻状况"), ("GB/T 22610", None), ("", None)],
)
def test_a_code_list_says_of_what_it_is(code_list: str, name: str | None) -> None:
    assert field_of(Element("1", "x", code_list=code_list)) == name


def said(item: str, element: str, *, same: bool = True, hour: int = 9, name: str = "") -> Decision:
    return Decision(item, element, same, "李审核", WHEN.replace(hour=hour), name)


def test_a_confirmed_pair_wins_at_once_and_says_who_confirmed_it() -> None:
    learned = Learned([said("本地通用凭证", "R2")])
    (found,) = asked("本地通用凭证", learned=learned)
    assert (found.candidates[0].element.id, found.candidates[0].score) == ("R2", 1.0)
    assert found.candidates[0].reasons[0].zh == "李审核于2026-11-28确认"
    assert not found.none


def test_what_was_confirmed_holds_for_every_wording_of_the_group() -> None:
    learned = Learned([said("房产证", "R2")])
    (found,) = asked("房屋所有权证原件", learned=learned)
    assert found.candidates[0].element.id == "R2"
    assert found.candidates[0].score < 1
    assert "房产证" in found.candidates[0].reasons[0].en


def test_what_was_confirmed_elsewhere_finds_what_means_the_same_here() -> None:
    assert first("通用凭证", Learned([said("通用凭证", "X9", name="食品经营许可证号")])) == "F1"


def test_an_element_may_be_confirmed_by_its_name() -> None:
    assert first("本地通用凭证", Learned([said("本地通用凭证", "烟草专卖零售许可证号")])) == "T1"


def test_a_refuted_pair_is_not_offered_again() -> None:
    (found,) = asked("身份证号", learned=Learned([said("身份证号码", "P1", same=False)]))
    assert "P1" not in [candidate.element.id for candidate in found.candidates]


def test_the_last_decision_about_a_pair_holds() -> None:
    decisions = [said("身份证号", "P2"), said("身份证号", "P2", same=False, hour=10)]
    assert first("身份证号", Learned(decisions)) == "P1"


def test_decisions_are_kept_with_who_and_when_and_not_twice(tmp_path: Path) -> None:
    path = tmp_path / "kept" / "learned.yaml"
    assert confirm(path, said("房产证: “旧”", "R1", name="不动产权证书号"))
    assert not confirm(path, said("房产证: “旧”", "R1", hour=11))
    assert confirm(path, said("房产证: “旧”", "R1", same=False, hour=12))
    assert len(path.read_text("utf-8").splitlines()) == 2
    (held,) = read_learned(path).decisions
    assert (held.item, held.same, held.by, held.at.hour) == ("房产证: “旧”", False, "李审核", 12)
    assert confirm(path, said("房产证: “旧”", "R1", hour=13))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{a: 1}", "entry 1 is no decision"),
        ("- {item: a, element: b, same: true, by: c}", "entry 1 is no decision"),
        ("- {item: a, element: b, same: 1, by: c, at: '2026-11-28T09:00:00+08:00'}", "entry 1"),
        ("- {item: a, element: b, same: true, by: c, at: '2026-11-28T09:00:00'}", "entry 1"),
        ("- {item: a, element: b, same: true, by: c, at: soon}", "entry 1 is no decision"),
        ("- [", "what was confirmed cannot be read"),
    ],
)
def test_a_file_of_decisions_that_is_none_is_refused(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "learned.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(BadInput) as caught:
        read_learned(path)
    assert told in caught.value.in_language("en")
    with pytest.raises(BadInput):
        confirm(path, said("a", "b"))
    assert path.read_text("utf-8") == text


def test_an_empty_part_of_a_decision_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="element"):
        confirm(tmp_path / "learned.yaml", said("a", " "))
    assert not (tmp_path / "learned.yaml").exists()
