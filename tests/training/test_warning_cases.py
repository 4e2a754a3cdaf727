"""Warning cases: nobody can be read from them, doubts go to a person, questions have one answer."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.checkup.detectors.registry import detectors
from shixiao.checkup.training import (
    ClosedCase,
    Known,
    SessionKind,
    Tier,
    anonymise,
    audiences,
    draft_warning,
)
from shixiao.checkup.training.audiences import LEADER, lessons
from shixiao.checkup.training.recognising import valid_credit_code, valid_identity
from shixiao.rules import load_pack
from shixiao.terms import BadInput, Text

RULES = load_pack()
KNOWN = Known(
    people=("李芳", "Li Fang"),
    departments=("市人力资源和社会保障局", "人社局", "Bureau of Human Resources"),
    services=("社保卡补领", "social security card"),
    places=("上城区", "Shangcheng District"),
    codes=("CASE 7",),
)
# Identity number of GB 11643-1999's own example; the credit code is that of GB 32100-2015.
IDENTITY, CREDIT = "11010519491231002X", "91350100M000100Y43"


def cleaned(zh="无", en="none"):
    return anonymise(Text(zh, en), KNOWN)


@pytest.mark.parametrize(
    ("zh", "hidden", "instead"),
    [
        ("李芳到窗口", "李芳", "某人"),
        ("李 芳到窗口", "芳", "某人"),
        ("申请人王小明称没收到", "王小明", "某人"),
        ("张科长解释", "张", "某人"),
        ("到市人力资源和社会保障局办理", "人力资源", "某部门"),
        ("到人社局办理", "人社", "某部门"),
        ("到市教育局办理", "教育局", "某部门"),
        ("办理社保卡补领时", "社保卡", "某项服务"),
        ("在上城区", "上城", "某地"),
        ("住中山路12号3单元402室", "中山", "某处"),
        (f"证件{IDENTITY}", IDENTITY, "某证件号"),
        (f"证件{IDENTITY[:-1]}1", IDENTITY[:-1], "某号码"),
        (f"代码{CREDIT}", CREDIT, "某代码"),
        ("电话13800138000", "138", "某电话"),
        ("电话138 0013 8000", "138", "某电话"),
        ("电话１３８００１３８０００", "138", "某电话"),
        ("电话0571-88001234", "8800", "某电话"),
        ("邮箱a.b@example.cn", "example", "某邮箱"),
        ("车牌浙A·12345", "12345", "某车牌"),
        ("车牌浙AD12345", "12345", "某车牌"),
        ("案件K7Q2-M9XD-4", "K7Q2", "某编号"),
        ("编号FT001-2", "FT001", "某编号"),
        ("浙政办发〔2026〕12号", "浙政", "某文号"),
        ("账号6222 0212 3456 7890", "6222", "某号码"),
        ("2026年3月5日提交", "5日", "2026年第一季度"),
        ("2026-11-05提交", "11-05", "2026年第四季度"),
        ("4月5日提交", "4月", "某年第二季度"),
        ("上午9:30到", "9:30", "某时"),
        ("有三名群众", "三", "少数几"),
        ("有7户反映", "7", "少数几"),
    ],
)
def test_what_names_somebody_is_replaced(zh, hidden, instead):
    found = cleaned(zh=zh)
    assert hidden not in found.text.zh
    assert instead in found.text.zh
    assert found.replaced


@pytest.mark.parametrize(
    ("en", "hidden", "instead"),
    [
        ("went to Li Fang", "Fang", "a person"),
        ("went to the Bureau of Human Resources", "Human", "a department"),
        ("went to the Education Bureau", "Education", "a department"),
        ("told Mr Wang Xiaoming", "Wang", "a person"),
        ("on 5 March 2026", "March", "the first quarter of 2026"),
        ("on March 5th, 2026", "March", "the first quarter of 2026"),
        ("three elderly residents came", "three", "a few"),
        ("7 applicants came", "7", "a few"),
        ("at 12 Zhongshan Road", "Zhongshan", "an address"),
    ],
)
def test_the_same_in_english(en, hidden, instead):
    found = cleaned(en=en)
    assert hidden not in found.text.en
    assert instead in found.text.en.lower()


@pytest.mark.parametrize(
    "zh",
    [
        "办理时限为10个工作日",
        "有12名群众来信",
        "提供5项材料",
        "2026年全年",
        "看到局面好转",
        "第3步",
    ],
)
def test_what_names_nobody_stays(zh):
    assert cleaned(zh=zh).text.zh == zh


def test_two_people_stay_two_and_one_stays_one():
    text = cleaned(zh="李芳让申请人王小明回去，王小明又来找李芳。").text.zh
    assert text == "甲某让申请人乙某回去，乙某又来找甲某。"


@pytest.mark.parametrize(
    ("zh", "sort", "shown"),
    [
        ("共1284件", "number", "1284"),
        ("他说“回去拿原件吧”", "quote", "“回去拿原件吧”"),
        ("登录ZhengWu系统", "english", "ZhengWu"),
        ("在临平区办理", "place", "临平区"),
        ("据老刘，情况属实", "name", "老刘"),
        ("人力资源方面", "rest", "人力资"),
    ],
)
def test_what_could_still_tell_goes_to_a_person(zh, sort, shown):
    doubts = cleaned(zh=zh).doubts
    assert any(d.sort == sort and shown in d.shown for d in doubts)


@given(
    st.lists(
        st.sampled_from(
            ["李芳", "13800138000", IDENTITY, "市人力资源和社会保障局", "a@b.cn", "，", "说", "x",
             "2026年3月5日", " ", "到", "的", "。", "人社局", "甲"]
        ),
        max_size=12,
    )
)  # fmt: skip
def test_no_known_name_and_no_number_is_left_in_any_order(parts):
    text = "".join(parts) or "无"
    if not text.strip():
        text = "无"
    left = cleaned(zh=text).text.zh
    for name in ("李芳", "13800138000", IDENTITY, "社会保障", "a@b", "人社局"):
        assert name not in left


@pytest.mark.parametrize("place", range(17))
def test_one_wrong_digit_breaks_the_check(place):
    assert valid_identity(IDENTITY)
    wrong = IDENTITY[:place] + str((int(IDENTITY[place]) + 1) % 10) + IDENTITY[place + 1 :]
    assert not valid_identity(wrong)


def test_a_credit_code_keeps_its_check_sign():
    assert valid_credit_code(CREDIT)
    assert not valid_credit_code(CREDIT[:-1] + "4")


def closed(kind="half_online", measure="counter_after_online", **options):
    call = {
        "closed": date(2026, 5, 3),
        "facts": Text("李芳要求带原件。", "Li Fang asked for originals."),
        "correction": Text("李芳所在窗口不再核验。", "The counter of Li Fang checks no more."),
        "before": 0.374,
        "after": 0.082,
        "known": KNOWN,
    } | options
    return ClosedCase(kind, measure, **call)


def test_a_warning_case_tells_what_was_wrong_and_what_came_of_it_and_names_nobody():
    found = draft_warning(closed(), rules=RULES)
    shown = str(found.public_json())
    assert "李芳" not in shown
    assert "Fang" not in shown
    assert "约 35%" in found.text.zh
    assert "about 10%" in found.text.en
    assert "37.4" not in shown
    assert "2026年第二季度" in found.text.zh
    assert found.replaced


def test_the_same_case_gives_the_same_draft():
    assert draft_warning(closed(), rules=RULES) == draft_warning(closed(), rules=RULES)


@pytest.mark.parametrize("kind", lessons())
def test_questions_have_one_right_answer_among_four_different_ones(kind):
    measure = next(iter(next(d for d in detectors() if d.kind == kind).measures))
    found = draft_warning(closed(kind, measure), rules=RULES)
    assert len(found.questions) in (3, 4)
    for question in found.questions:
        assert sum(choice.right for choice in question.choices) == 1
        assert len({choice.text.zh for choice in question.choices}) == 4
        assert len({choice.text.en for choice in question.choices}) == 4


def test_the_right_answer_has_no_place_of_its_own():
    places = set()
    for day in range(1, 25):
        found = draft_warning(closed(closed=date(2026, 5, day)), rules=RULES)
        places |= {[c.right for c in q.choices].index(True) for q in found.questions}
    assert places == {0, 1, 2, 3}


def test_a_number_that_is_not_there_is_not_asked_for():
    found = draft_warning(closed(before=None, after=None), rules=RULES)
    assert len(found.questions) == 3
    assert "没有数" in found.text.zh


def test_every_kind_of_finding_is_taught():
    assert set(lessons()) == {detector.kind for detector in detectors()}


@pytest.mark.parametrize("kind", lessons())
def test_leaders_of_every_tier_and_some_post_take_sessions_on_every_kind(kind):
    found = audiences(kind)
    leaders = {a.tier for a in found if a.post == LEADER and a.sessions}
    assert leaders == set(Tier)
    taken = {session for a in found for session in a.sessions}
    assert taken == set(SessionKind)
    assert any(a.post != LEADER for a in found)


def test_a_kind_that_nobody_teaches_is_refused():
    with pytest.raises(BadInput):
        audiences("nothing")
