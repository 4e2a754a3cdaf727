"""Wordings are made plain and read: of whom, of what, which kind of value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.sharing.matching.dictionary import Part, dictionary
from shixiao.sharing.matching.reading import read, targets
from shixiao.sharing.matching.wording import plain


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("身份证原件及复印件", "身份证"),
        ("營業執照副本（加蓋公章）", "营业执照"),
        ("注册资金（万元）", "注册资金"),
        ("规划许可证（建设工程）", "建设工程规划许可证"),
        ("ＳＣ证", "sc证"),
        ("请填写您的 手机号码*", "手机号码"),
        ("孩子的姓名", "孩子姓名"),
        ("申请目的", "申请目的"),
        ("原件", "原件"),
        ("（身份证）", "身份证"),
    ],
)
def test_what_does_not_change_the_meaning_falls_away(name: str, core: str) -> None:
    assert plain(name).core == core


@given(st.text(max_size=60))
def test_any_text_is_made_plain_and_read_without_a_fault(name: str) -> None:
    assert not set("（）()* ") & set(plain(name).core)
    assert bool(read(name).canonical) == bool(plain(name).core)
    assert all(0 < target.weight <= 1 for target in targets(name))


@pytest.mark.parametrize(
    ("name", "holders", "head", "last"),
    [
        ("企业法人身份证号", {"法定代表人"}, "公民身份号码", None),
        ("爱人姓名", {"配偶"}, "姓名", None),
        ("申请人姓名", set(), "姓名", None),
        ("法定代表人", {"法定代表人"}, "姓名", None),
        ("参保职工公民身份号码", {"参保人"}, "公民身份号码", None),
        ("食品经营许可证有效期至", set(), "食品经营许可证", "有效期至"),
        ("执照号码", set(), "统一社会信用代码", None),
        ("护照号码", set(), "普通护照", "编号"),
        ("职称证书编号", set(), "专业技术资格证书", "编号"),
        ("性别代码", set(), "性别", None),
        ("名称", set(), "企业名称", None),
        ("旅行社名称", {"旅行社"}, None, "名称"),
        ("喜欢的颜色", set(), None, None),
    ],
)
def test_a_name_is_read(name: str, holders: set[str], head: str | None, last: str | None) -> None:
    reading = read(name)
    assert (set(reading.holders), reading.head, reading.property) == (holders, head, last)


def test_a_certificate_is_answered_by_itself_its_number_and_what_it_shows() -> None:
    found = {(t.head, t.property): t.weight for t in targets("房产证")}
    assert found["不动产权证书", None] == 1
    assert found["不动产权证号", None] > found["不动产坐落", None] > 0


def test_of_two_things_joined_by_or_either_answers() -> None:
    heads = {target.head for target in targets("护照/居住证")}
    assert {"普通护照", "居住证"} <= heads


def test_whose_name_a_certificate_shows_is_kept() -> None:
    about = {t.holders for t in targets("出生医学证明") if t.head == "姓名"}
    assert about == {frozenset({"新生儿"}), frozenset({"父亲"}), frozenset({"母亲"})}


def test_the_dictionary_is_large_bilingual_and_its_references_hold() -> None:
    words = dictionary()
    documents, fields = words.groups[Part.DOCUMENT], words.groups[Part.FIELD]
    assert len(documents) + len(fields) >= 700
    for group in (*documents.values(), *fields.values()):
        assert group.source
        assert group.name.en.isascii() or "é" in group.name.en
    for document in documents.values():
        for field in (*document.carries, *((document.known_by,) if document.known_by else ())):
            assert read(field).head in fields, (document.key, field)


def test_no_two_certificates_and_no_two_fields_share_a_name() -> None:
    for name, groups in dictionary().surfaces.items():
        for part in (Part.DOCUMENT, Part.FIELD):
            assert len([group for group in groups if group.part is part]) < 2, name
