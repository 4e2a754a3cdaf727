"""Indicators are classed for what they reward; negation and engineering are no traps."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from bars.formalism_6 import macro_f1
from bars.own_bars import BARS, LISTS, appraised
from shixiao.checkup.schemes import IndicatorClass, appraise
from shixiao.checkup.schemes.appraisal import answer
from shixiao.checkup.schemes.classifier import Classifier, classifier, labelled
from shixiao.checkup.schemes.cues import cues, folded
from shixiao.checkup.schemes.replacing import REPLACED, replacements
from shixiao.terms import Text

TRAPS = [
    ("不得以点赞数、转发数考核基层", "", "burden"),
    ("未将下载量纳入考核", "", "burden"),
    ("取消App打卡", "", "burden"),
    ("不再以学习时长评价干部", "", "burden"),
    ("存在以点赞数考核基层的，每起扣2分", "", "burden"),
    ("Likes are not used as a basis of assessment", "", "burden"),
    ("No check-in function in staff apps", "", "burden"),
    ("未下载安装App的每人扣0.1分", "", "banned"),
    ("扬尘治理", "网格员每日App打卡率", "banned"),
    ("防止返贫监测", "App填报率", "banned"),
    ("防汛值守人员签到", "", "output"),
    ("基层常用报表压减率", "", "burden"),
    ("材料减免率", "", "burden"),
    ("按时办结率", "", "output"),
    ("办结率", "", "output"),
    ("办成率", "", "outcome"),
    ("注册人数占应服务人口且办成的比例", "", "outcome"),
    ("群众满意度", "由第三方随机抽样调查", "outcome"),
    ("满意率", "由本单位自行组织问卷", "vanity"),
    ("登录成功率", "", "outcome"),
    ("单点登录", "群众一次登录办多件事", "burden"),
    ("业主大会投票表决", "", "output"),
    ("烟感报警器安装率", "", "output"),
    ("转发工单及时率", "", "output"),
    ("recall ≥ 0.90 at false-discovery rate ≤ 0.10", "", "outcome"),
    ("peak memory ≤ 4 GB", "", "burden"),
    ("coverage of 95 % intervals", "between 92 % and 98 %", "outcome"),
    ("五项禁令检测", "打卡、点赞、强制下载无一漏判", "outcome"),
    ("APP下载量", "", "banned"),
    ("注册率", "达到80%", "banned"),
    ("注册用户数", "", "vanity"),
    ("培训场次", "", "output"),
    ("会议召开次数", "", "vanity"),
]


@pytest.mark.parametrize(("name", "about", "wanted"), TRAPS, ids=[trap[0] for trap in TRAPS])
def test_an_indicator_is_classed_for_what_it_rewards(make_scheme, pack, name, about, wanted):
    (found,) = appraise(make_scheme((f'"{name}"', f'"{about}"', 1)), rules=pack).judged
    assert found.indicator_class == wanted


def test_the_held_out_part_is_large_spread_and_kept_apart():
    held = [item for item in labelled() if item.held_out and item.id.startswith("zh")]
    by_class = Counter(item.indicator_class for item in held)
    assert len(held) >= 120
    assert min(by_class.values()) >= 20
    training = [_grams(item.name + item.description) for item in labelled() if not item.held_out]
    for item in held:
        own = _grams(item.name + item.description)
        nearest = max(len(own & other) / len(own | other) for other in training)
        assert nearest < 0.6, item.name


def _grams(text: str) -> set[str]:
    bare = re.sub(r"[\W_]+", "", folded(text))
    return {bare[i : i + 3] for i in range(max(1, len(bare) - 2))}


def test_the_labelled_set_is_large_and_nothing_stands_in_it_twice():
    items = labelled()
    pairs = [(folded(item.name), folded(item.description)) for item in items]
    assert len(set(pairs)) == len(pairs)
    languages = Counter(item.id[:2] for item in items)
    assert languages["zh"] >= 480
    assert languages["en"] >= 80
    assert {item.indicator_class for item in items} == set(IndicatorClass)


def test_macro_f1_on_the_held_out_part_reaches_the_bar():
    held = [item for item in labelled() if item.held_out]
    assert macro_f1(held, classifier()) >= 0.9


def test_the_classifier_says_the_same_when_it_is_fitted_again():
    some = [item for item in labelled() if not item.held_out][::4]
    texts = [(item.name, item.description) for item in labelled() if item.held_out]
    assert Classifier(some).guess(texts) == Classifier(some).guess(texts)


def test_confidence_is_a_probability_and_means_something():
    held = [item for item in labelled() if item.held_out]
    guesses = classifier().guess([(item.name, item.description) for item in held])
    sure = [
        g.indicator_class is i.indicator_class
        for g, i in zip(guesses, held, strict=True)
        if g.confidence >= 0.8
    ]
    unsure = [
        g.indicator_class is i.indicator_class
        for g, i in zip(guesses, held, strict=True)
        if g.confidence < 0.8
    ]
    assert all(0 < guess.confidence <= 1 for guess in guesses)
    assert sum(sure) / len(sure) >= 0.85
    assert sum(sure) / len(sure) > sum(unsure) / max(len(unsure), 1)


def test_every_cue_rests_on_a_rule_that_exists_and_says_why(pack):
    assert len({cue.id for cue in cues()}) == len(cues())
    for cue in cues():
        assert isinstance(cue.reason, Text)
        assert cue.law is None or cue.law in pack.rules
        assert cue.law or cue.indicator_class is not IndicatorClass.BANNED


@pytest.mark.parametrize("kind", REPLACED)
def test_each_class_that_is_replaced_has_a_last_resort(kind):
    fitting = [item for item in replacements() if kind in item.classes]
    assert fitting[-1].when.pattern == ""


@pytest.mark.parametrize("language", LISTS)
def test_our_own_bars_put_no_weight_on_show(language):
    found = appraised(LISTS[language])
    assert len(found.judged) == BARS
    assert found.weight_on_show == 0


def test_the_weight_on_show_is_the_share_of_vanity_and_banned(make_scheme, pack):
    scheme = make_scheme(
        ("APP下载量", "", 20), ("注册用户数", "", 10), ("办成率", "", 50), ("培训场次", "", 20)
    )
    found = appraise(scheme, rules=pack)
    assert found.weight_on_show == pytest.approx(0.3)
    assert sum(found.weight_by_class.values()) == pytest.approx(1)
    assert "30 %" in answer(found).zh
    assert [item.replace_by is None for item in found.judged] == [False, False, True, False]
    assert found.judged[0].rule == "APP-KPI"
    assert "12号" in found.judged[0].reason.zh


def test_a_small_share_is_not_called_none(make_scheme, pack):
    found = appraise(make_scheme(("注册用户数", "", 1), ("办成率", "", 999)), rules=pack)
    assert "< 1 %" in answer(found).zh
