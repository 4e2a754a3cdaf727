"""What a column holds, by values that are clean, dirty or only look like it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.rules import load_pack
from shixiao.sharing.recognition import Column, Recogniser, kinds, plain, recognise, register
from shixiao.sharing.recognition.families.identity import is_credit_code, is_id_number
from shixiao.sharing.recognition.families.times import day_of

RULES = load_pack()


def told(name: str, values: Sequence[object], comment: str = "") -> str | None:
    found = recognise(Column(name, comment, values), rules=RULES)
    return found.kind if found else None


def numbers(how_many: int) -> list[str]:
    """Identity numbers by the rule of GB 11643, written out here a second time."""
    drawn = random.Random(5)  # noqa: S311 - invented data
    made = []
    for _ in range(how_many):
        body = (
            f"37010{drawn.randrange(2, 6)}{drawn.randrange(1950, 2010)}"
            f"{drawn.randrange(1, 13):02d}{drawn.randrange(1, 29):02d}{drawn.randrange(1, 999):03d}"
        )
        total = sum(int(digit) * (2 ** (17 - at) % 11) for at, digit in enumerate(body))
        made.append(body + "10X98765432"[total % 11])
    return made


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("11010519491231002X", True),  # the example of GB 11643
        ("11010519491231002x", True),
        (" 110105194912310021", False),
        ("110105491231002", True),  # fifteen digits, before 1999
        ("110105491331002", False),  # month 13
        ("99010519491231002X", False),
        ("20230101000012345678"[:18], False),
        ("", False),
    ],
)
def test_an_identity_number_has_its_date_and_its_check_digit(number: str, right: bool) -> None:
    assert is_id_number(plain(number)) is right


def test_a_credit_code_has_its_check_character() -> None:
    assert is_credit_code("91350100M000100Y43")  # the example of GB 32100
    assert not is_credit_code("91350100M000100Y44")


@pytest.mark.parametrize("name", ["c17", "sfzh", "gmsfhm", "id_card_no", "身份证号", "ZJHM"])
def test_identity_numbers_are_known_by_any_name(name: str) -> None:
    assert told(name, numbers(60)) == "id_number"


def test_dirt_does_no_harm() -> None:
    wide = {ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"}  # full width
    values: list[object] = numbers(200)
    values[:6] = ["不详", "x", "0", "待补", "无", "-"]
    values[10:30] = [f" {str(v).lower()} " for v in values[10:30]]
    values[40:60] = [str(v).translate(wide) for v in values[40:60]]
    assert told("c17", values) == "id_number"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("order_no", [f"20230{n % 9 + 1}{n:012d}"[:18] for n in range(200)]),
        ("c3", [f"2023010112{n * 7919:08d}" for n in range(200)]),
        ("lsh", [f"139{n:08d}" for n in range(200)]),
        ("c4", [f"139{n * 3:08d}" for n in range(200)]),  # a series that looks like phones
        ("serial", [f"1{n * 7_000_003 % 10**10:010d}" for n in range(200)]),
        ("c5", ["正常", "成功", "关闭", "和解"] * 40),  # surnames that begin no name
        ("c6", ["1", "2"] * 60),  # nothing says that these are sexes
        ("c7", ["120.5", "98.0", "88"] * 60),
        ("postcode", ["250001"] * 3 + ["abc"] * 60),
    ],
)
def test_what_only_looks_like_personal_data_is_not_taken_for_it(
    name: str, values: Sequence[str]
) -> None:
    assert told(name, values) in (None, "code")


@pytest.mark.parametrize(
    ("kind", "name", "values"),
    [
        ("mobile", "lxdh", ["13812345678", "+86 159-1234-5678", "18700001111"]),
        ("landline", "bgdh", ["0531-82345678", "010-62345678转12", "88123456"]),
        ("sex", "xb", ["1", "2", "1", "9"]),
        ("sex", "c1", ["男", "女"] * 10),
        ("nationality", "mz", ["01", "10", "02"]),
        ("nationality", "c1", ["汉族", "维吾尔族", "回族"] * 6),
        ("education", "whcd", ["大学本科", "初中", "高中"]),
        ("marriage", "hyzk", ["10", "20", "40"]),
        ("birth_date", "csrq", ["19900101", "1985-3-12", "1979年12月1日"]),
        ("date", "c1", ["2023/01/05", "2024-12-31", "2020年3月9日"] * 4),
        ("datetime", "c1", ["2023-01-05 08:30:00", "20240601123000", "2022-02-02T10:00:01"] * 4),
        ("address", "c1", ["济南市历下区泉城路12号", "某县张庄镇李村3组"] * 8),
        ("organisation", "c1", ["济南某某商贸有限公司", "第三人民医院", "历下区教育局"] * 5),
        ("plate", "c1", ["鲁A12345", "粤BD12345", "京A·12345"] * 5),
        ("email", "c1", ["a.b@example.cn", "li@mail.example.com"] * 6),
        ("division", "c1", ["370102", "110105", "440304"] * 5),
        ("bank_card", "yhkh", ["4111 1111 1111 1111", "5555555555554444", "4012888888881881"]),
        ("longitude", "c1", ["117.12345", "116.98765"] * 8),
        ("coordinates", "c1", ["117.1234,36.5678", "36.5678 117.1234"] * 8),
        ("amount", "dbje", ["1,200.50", "300", "88.8"]),
        ("passport", "passport_no", ["E12345678", "EA1234567", "G12345678"]),
        ("health", "zdjg", ["高血压", "骨折", "肺炎"]),
    ],
)  # fmt: skip
def test_a_kind_is_known_by_values_and_name(kind: str, name: str, values: list[str]) -> None:
    assert told(name, values) == kind


def test_names_need_a_whole_column_when_nothing_else_says_so() -> None:
    first, last = "王李张刘陈杨赵黄周吴", "伟芳娜敏静丽强磊军洋勇艳"
    names = [f + g for f in first for g in last]
    assert told("c9", names) == "person_name"
    assert told("c9", ["王伟"] * 120) is None
    assert told("xm", names[:4]) == "person_name"


def test_a_comment_counts_and_a_name_without_values_is_only_a_name() -> None:
    assert told("f003", numbers(4), comment="公民身份号码(18位)") == "id_number"
    found = recognise(Column("xingming"), rules=RULES)
    assert found is not None
    assert found.kind == "person_name"
    assert not found.share.ok
    assert recognise(Column("jbxx"), rules=RULES) is None


def test_values_that_were_masked_before_tell_nothing_against_a_name() -> None:
    assert told("lxdh", ["138****1234", "159****5678"] * 9) == "mobile"
    assert told("c1", ["138****1234", "159****5678"] * 9) is None


def test_a_recognition_says_why_and_shows_no_value() -> None:
    values = numbers(60)
    found = recognise(Column("c17", "", values), rules=RULES)
    assert found is not None
    assert found.share.n == 60
    assert found.share.low is not None
    assert 0.9 < found.share.low < 1
    shown = str(found.to_json())
    assert not any(value in shown for value in values)


def test_a_kind_has_one_recogniser_and_a_name() -> None:
    with pytest.raises(ValueError, match="known already"):
        register(Recogniser("id_number", None))
    with pytest.raises(ValueError, match="no entry"):
        register(Recogniser("nothing", None))
    assert all(kind.name.en for kind in kinds().values())


@given(st.dates(min_value=date(1850, 1, 1), max_value=date(2100, 12, 31)))
def test_a_day_is_read_in_each_writing(day: date) -> None:
    for form in ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y-%m-%d 00:00:00"):
        assert day_of(format(day, form)) == day


@given(st.text(max_size=40))
def test_any_value_is_read_without_failing(value: str) -> None:
    recognise(Column(value[:10], value, [value] * 12), rules=RULES)
