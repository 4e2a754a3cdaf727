"""What the design of a service amounts to: copies among what only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.checkup.design.judging import listed
from shixiao.checkup.design.pairing import Fate
from shixiao.terms import Text

from .planning import HOLDERS, design, judged

COUNTER = (
    *("m:居民身份证复印件@E1", "m:户口簿", "m:业务申请表", "m:近期免冠照片"),
    *("s:申请表签字", "v:到窗口交验原件", "f:联系电话"),
)
SAME = COUNTER
REWORDED = (
    *("f:手机号码", "v:到大厅核验", "m:本人身份证（正反面）扫描件@E1", "m:网上申请表"),
    *("s:手写签名上传", "m:居民户口簿（首页及本人页）", "m:一寸照片"),
)
REDUCED = ("m:业务申请表", "m:近期免冠照片", "f:联系电话")
DECLARED = ("m:告知承诺书", "m:业务申请表", "m:近期免冠照片", "f:联系电话")
LAWFUL = ("m:户口簿!", "m:出生证明!", "m:结婚证!", "m:诊断证明!", "s:签字", "v:到窗口提交")


@pytest.mark.parametrize(
    ("counter", "online", "verdict"),
    [
        (COUNTER, SAME, "mechanical_copy"),
        (COUNTER, REWORDED, "mechanical_copy"),
        (COUNTER, (*REWORDED, "m:情况说明"), "mechanical_copy"),
        (
            COUNTER,
            (*SAME, *("m:甲书", "m:乙状", "s:丙章", "m:丁单", "v:再到现场")),
            "burden_increased",
        ),
        (COUNTER, REDUCED, "substantively_improved"),
        (COUNTER, DECLARED, "substantively_improved"),
        (COUNTER, [x for x in REWORDED if x[0] != "v"], "partly_lighter"),
        (COUNTER, [x for x in SAME if x != "m:户口簿"], "partly_lighter"),
        # Every document stands in another's place: nothing is lighter, and nothing is a copy.
        (
            COUNTER,
            ("m:甲书", "m:乙状", "m:丙单", "m:丁函", "s:申请表签字", "v:到窗口", "f:戊己"),
            "not_lighter",
        ),
        (COUNTER[:3], COUNTER[:3], "little_asked"),
        # Nothing that going online should end: no visit, and no document that is held.
        ((*("m:章程", "m:照片", "s:签字"), *("f:身份证号@E1", "f:地址")),) * 2 + ("little_asked",),
        # What the law keeps is equal; the rest was taken away, or there is too little of it.
        (LAWFUL, LAWFUL[:4], "substantively_improved"),
        (LAWFUL, LAWFUL, "little_asked"),
        (COUNTER, (), "not_assessable"),
        ((), COUNTER, "not_assessable"),
    ],
)
def test_the_verdict_follows_from_both_lists(counter, online, verdict):
    found = judged(design(counter, online))
    assert found.verdict == verdict, [ground.en for ground in found.grounds]


@given(st.permutations(COUNTER), st.permutations(REWORDED))
def test_the_order_in_which_a_channel_lists_its_items_says_nothing(counter, online):
    found = judged(design(counter, online, named=True))
    assert (found.verdict, found.kept, found.count[Fate.REPEATED]) == ("mechanical_copy", 7, 7)


@given(st.sets(st.sampled_from(range(len(COUNTER)))))
def test_what_is_taken_away_is_never_more_than_the_counter_had(gone):
    online = [text for place, text in enumerate(COUNTER) if place not in gone]
    found = judged(design(COUNTER, online, named=True))
    if online:
        assert found.kept == len(online)
        assert found.compared == len(COUNTER)
        assert (found.verdict == "mechanical_copy") == (not gone)


def test_what_remains_is_counted_and_named():
    found = judged(design(COUNTER, REWORDED))
    assert [item.name.zh for item in found.visits] == ["到大厅核验"]
    assert [item.name.zh for item in found.signatures] == ["手写签名上传"]
    assert [(held.item.name.zh, held.holders) for held in found.elsewhere] == [
        ("本人身份证（正反面）扫描件", HOLDERS["E1"])
    ]
    assert found.asked == 5


def test_a_number_instead_of_a_document_is_lighter():
    online = [text if "身份证" not in text else "f:身份证号码@E1" for text in COUNTER]
    found = judged(design(COUNTER, online))
    (lighter,) = [pair for pair in found.pairs if pair.fate is Fate.LIGHTER]
    assert (lighter.counter.name.zh, lighter.online.name.zh) == ("居民身份证复印件", "身份证号码")
    assert found.verdict == "partly_lighter"


def test_ids_that_each_channel_counts_anew_do_not_pair_what_differs():
    counter = ["m:结婚证", "m:离婚证", "m:营业执照", "m:户口簿", "v:到窗口提交"]
    online = ["m:营业执照", "m:户口簿", "v:到窗口提交"]
    planned = design(counter, online)
    pairs = {p.counter.name.zh: p for p in judged(planned).pairs if p.counter}
    assert pairs["营业执照"].online.name.zh == "营业执照"
    assert {name for name, p in pairs.items() if p.fate is Fate.DROPPED} == {"结婚证", "离婚证"}


def test_the_range_of_the_ratio_is_that_of_the_rules_worked_out_by_hand():
    # Counter: 1 visit, 3 documents. Online: 2 documents. Visits take 1 to 3 hours, documents 0.1
    # to 0.5 (T-01, T-02): at most 2·0.5/(1 + 3·0.5) = 0.4, at least 2·0.1/(3 + 3·0.1) = 0.0606.
    found = judged(design(["v:到窗口", "m:甲书", "m:乙状", "m:丙单"], ["m:甲书", "m:乙状"]))
    ratio = found.burden.ratio
    assert ratio.high == pytest.approx(0.4)
    assert ratio.low == pytest.approx(0.2 / 3.3)
    assert ratio.value == pytest.approx(0.5 / 2.75)


def test_long_lists_are_named_in_part():
    names = [Text(f"甲{n}", f"A{n}") for n in range(8)]
    assert listed(names).zh.endswith("甲5等 8 项")
    assert listed(names).en.endswith("A5 and 2 more")
