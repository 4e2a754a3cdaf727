"""Needs without a service are found and ranked by people and harm; hints look at replies."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from shixiao.rules import load_pack
from shixiao.voice import Message, topics
from shixiao.voice.needs import Search, Service, needs
from shixiao.voice.replies import copies_of_replies, hints
from tests.voice.messages import spoken

RULES = load_pack()
SERVICES = [
    Service("S1", "户口迁移登记", "落户、户口迁移的办理，材料与窗口"),
    Service("S2", "城市供水报修", "自来水水质、水压、停水的报修"),
    Service("S3", "施工噪音投诉", "工地夜间施工噪音的举报"),
]


def test_a_matter_that_no_service_is_near_to_is_a_need() -> None:
    rows = spoken(80)
    found = needs(rows, topics(rows, rules=RULES), SERVICES, rules=RULES)
    without = [need for need in found if need.kind == "no_service"]
    assert without
    assert all({"地铁", "地铁站", "扶梯", "电梯", "轮椅", "盲道"} & {*n.terms} for n in without)


def test_without_a_list_of_services_none_is_missing() -> None:
    rows = spoken(80)
    found = needs(rows, topics(rows, rules=RULES), [], rules=RULES)
    assert not [need for need in found if need.kind == "no_service"]


def test_searches_in_vain_count_people_and_harm_and_those_with_results_do_not() -> None:
    given = [Search("电梯 加装", 4, 0), Search("电梯加装！", 3, 0), Search("户口", 90, 5),
             Search("煤气中毒 补助", 3, 0), Search("xx", 1, 0)]  # fmt: skip
    found = needs([], [], SERVICES, rules=RULES, searches=given)
    assert [(need.terms, need.people, need.weight) for need in found] == [
        (("煤气中毒补助",), 3, 9.0),
        (("电梯加装",), 7, 7.0),
    ]


def test_people_who_come_again_after_an_answer_are_counted_once() -> None:
    start = datetime(2026, 3, 1)
    rows = []
    for place, message in enumerate(m for m in spoken(120) if m.label == "自来水"):
        who, again = f"p{place // 2}", place % 2
        time = start + timedelta(days=20 * again)
        answered = None if again else start + timedelta(days=5)
        rows.append(replace(message, person=who, time=time, replied=answered))
    found = needs(rows, topics(rows, rules=RULES), SERVICES, rules=RULES)
    (again_need,) = [need for need in found if need.kind == "comes_again"]
    assert again_need.people == len(rows) // 2


ASKED = "请问三号线何时开通？另外希望公布票价听证的时间。"
REPLIES = [
    ("您反映的问题已收悉，我们高度重视，将进一步研究。", {"evasive", "short", "unanswered"}),
    ("三号线何时开通：预计2026年9月开通。票价听证的时间为5月8日，在市政务中心。", set()),
    (
        "三号线预计9月开通。公布票价听证时间一事不予办理，因为这项工作不属于我单位职责，请谅解。",
        {"no_basis"},
    ),
    (
        "三号线预计9月开通。公布票价听证时间一事不予办理，依据《政府制定价格听证办法》第九条的规定。",
        set(),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("reply", "kinds"), REPLIES)
def test_a_reply_gets_the_hints_that_it_deserves(reply: str, kinds: set[str]) -> None:
    assert {hint.kind for hint in hints(ASKED, reply, rules=RULES)} == kinds


def test_replies_from_one_template_are_counted() -> None:
    same = "您好，您反映的问题我们已经转交相关部门处理，感谢您对我们工作的理解与支持，祝您生活愉快"
    counts = copies_of_replies([same, same + "！", "路灯已于三月五日修复", ""], rules=RULES)
    assert counts == [1, 1, 0, 0]
    assert hints("路灯坏了", same, rules=RULES, copied=1)[0].kind == "template"


@pytest.mark.parametrize("varied", [False, True])
def test_the_twentieth_copy_of_a_reply_is_counted_as_the_first(varied: bool) -> None:
    same = "您好，您反映的问题我们已经转交相关部门处理，感谢您对我们工作的理解与支持，祝您生活愉快"
    names = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉"
    counts = copies_of_replies([name * varied + same for name in names], rules=RULES)
    assert counts == [19] * 20


@pytest.mark.parametrize(("named", "has_one"), [(0, False), (1, False), (4, True)])
def test_a_service_that_enough_people_name_fits_whatever_words_they_use(
    named: int, has_one: bool
) -> None:
    rows = [
        Message(
            str(i),
            f"共享单车堵在路口过不去，单车堆成山，{i}号楼",
            person=f"p{i}",
            service="S9" if i < named else "",
        )
        for i in range(12)
    ]
    others = [replace(m, id=f"o{m.id}", service="S2") for m in spoken(60)]
    services = [*SERVICES, Service("S9", "互联网租赁车辆秩序举报")]
    all_rows = [*rows, *others]
    found = needs(all_rows, topics(all_rows, rules=RULES), services, rules=RULES)
    bikes = [n for n in found if n.kind == "no_service" and "单车" in "".join(n.terms)]
    assert bool(bikes) != has_one
