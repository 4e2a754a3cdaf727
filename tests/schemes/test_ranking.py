"""Departments are ranked anew without the part that rewards show, with intervals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.checkup.schemes import (
    Placed,
    appraise,
    bands,
    ranking_from_index,
    ranking_from_scores,
    read_scores,
    rerank,
)
from shixiao.terms import BadInput, Subject, SubjectKind, Text

LINES = (("APP下载量", "", 60), ("办成率", "", 25), ("平均跑动次数", "", 15))
HEAD = "部门,APP下载量,办成率,平均跑动次数"


@pytest.fixture
def judged(make_scheme, pack):
    return appraise(make_scheme(*LINES), rules=pack)


def scores_of(tmp_path, judged, *rows):
    (tmp_path / "scores.csv").write_text("\n".join([HEAD, *rows]) + "\n", "utf-8")
    return read_scores(tmp_path / "scores.csv", judged.scheme)


def test_what_was_first_by_show_alone_falls_behind(tmp_path, judged, pack):
    scores = scores_of(tmp_path, judged, "甲局,100,40,30", "乙局,20,90,95", "丙局,60,88,70")
    found = ranking_from_scores(scores, judged, rules=pack, seed=1)
    # 甲 60+10+4.5, 丙 36+22+10.5, 乙 12+22.5+14.25
    assert [s.id for s in found.before] == ["甲局", "丙局", "乙局"]
    assert [(p.subject.id, p.low, p.high) for p in found.after] == [
        ("乙局", 1, 1),
        ("丙局", 2, 2),
        ("甲局", 3, 3),
    ]


def test_an_order_that_hangs_on_one_indicator_is_an_interval(tmp_path, judged, pack):
    scores = scores_of(tmp_path, judged, "甲局,50,90,20", "乙局,50,40,100", "丙局,50,10,10")
    found = ranking_from_scores(scores, judged, rules=pack, seed=1)
    spans = {p.subject.id: (p.low, p.high) for p in found.after}
    assert spans == {"甲局": (1, 2), "乙局": (1, 2), "丙局": (3, 3)}


def test_equals_share_their_interval(tmp_path, judged, pack):
    scores = scores_of(tmp_path, judged, "甲局,10,70,70", "乙局,90,70,70")
    found = ranking_from_scores(scores, judged, rules=pack, seed=1)
    assert {(p.low, p.high) for p in found.after} == {(1, 2)}


def test_the_same_seed_gives_the_same_intervals(tmp_path, judged, pack):
    rng = np.random.default_rng(0)
    rows = [
        f"局{i},{a:.0f},{b:.0f},{c:.0f}" for i, (a, b, c) in enumerate(rng.uniform(0, 100, (12, 3)))
    ]
    scores = scores_of(tmp_path, judged, *rows)
    first = ranking_from_scores(scores, judged, rules=pack, seed=5)
    assert first == ranking_from_scores(scores, judged, rules=pack, seed=5)
    assert all(1 <= p.low <= p.high <= 12 for p in first.after)


def test_a_scheme_of_nothing_but_show_leaves_nothing_to_rank_by(tmp_path, make_scheme, pack):
    judged = appraise(make_scheme(("APP下载量", "", 1)), rules=pack)
    (tmp_path / "scores.csv").write_text("部门,APP下载量\n甲局,5\n乙局,6\n", "utf-8")
    scores = read_scores(tmp_path / "scores.csv", judged.scheme)
    found = ranking_from_scores(scores, judged, rules=pack, seed=1)
    assert [s.id for s in found.before] == ["乙局", "甲局"]
    assert found.after == ()
    assert found.notes


BAD = {
    "no department column": ("办成率\n5\n", None, "部门"),
    "indicator without a column": ("部门,办成率\n甲局,5\n", None, "APP下载量"),
    "score above 100": (f"{HEAD}\n甲局,5,5,500\n", 1, "平均跑动次数"),
    "score missing": (f"{HEAD}\n甲局,5,,5\n", 1, "办成率"),
    "score no number": (f"{HEAD}\n甲局,5,优,5\n", 1, "办成率"),
    "department twice": (f"{HEAD}\n甲局,5,5,5\n甲局,5,5,5\n", 2, "部门"),
    "department without a name": (f"{HEAD}\n,5,5,5\n", 1, "部门"),
}


@pytest.mark.parametrize(("content", "row", "column"), BAD.values(), ids=BAD)
def test_a_fault_in_the_scores_is_told_by_its_place(tmp_path, judged, content, row, column):
    (tmp_path / "scores.csv").write_text(content, "utf-8")
    with pytest.raises(BadInput) as told:
        read_scores(tmp_path / "scores.csv", judged.scheme)
    assert (told.value.file, told.value.row, told.value.column) == ("scores.csv", row, column)


def entry(kind, dimension, low, high):
    return {
        "subject": {"kind": kind, "id": f"{kind}{low}", "name": {"zh": "甲", "en": "A"}},
        "dimension": dimension,
        "score": {},
        "rank": {"low": low, "high": high, "of": 3},
    }


def test_departments_of_a_package_are_taken_from_its_index():
    index = [
        entry("department", "overall", 2, 3),
        entry("department", "overall", 1, 1),
        entry("department", "benefit", 3, 3),
        entry("service", "overall", 1, 1),
    ]
    found = ranking_from_index(index)
    assert [(p.subject.id, p.low, p.high) for p in found.after] == [
        ("department1", 1, 1),
        ("department2", 2, 3),
    ]
    assert found.before == ()


def test_a_package_without_an_index_of_departments_says_so():
    found = ranking_from_index([])
    assert found.after == ()
    assert "指数" in found.notes[0].zh


def test_an_interval_covers_what_one_member_of_the_panel_alone_would_give(tmp_path, judged, pack):
    scores = scores_of(tmp_path, judged, "甲局,50,90,20", "乙局,50,40,100")
    given = {"declared": judged.scheme.shares, "honest": [0, 1, 0], "rules": pack, "seed": 1}
    agreed = rerank(scores, panel=[[0, 1, 0]] * 3, **given)
    assert [(p.subject.id, p.low, p.high) for p in agreed.after] == [("甲局", 1, 1), ("乙局", 2, 2)]
    split = rerank(scores, panel=[[0, 1, 0], [0, 0, 1]], **given)
    assert {(p.low, p.high) for p in split.after} == {(1, 2)}


def test_weights_that_leave_nothing_rank_nobody_anew(tmp_path, judged, pack):
    scores = scores_of(tmp_path, judged, "甲局,50,90,20", "乙局,50,40,100")
    found = rerank(scores, declared=[1, 0, 0], honest=[0, 0, 0], rules=pack, seed=1)
    assert found.after == ()
    assert found.notes


@pytest.mark.parametrize(
    ("intervals", "expected"),
    [
        ([], []),
        ([(1, 1)], [1]),
        ([(1, 1), (2, 2), (3, 3)], [1, 2, 3]),
        ([(1, 2), (1, 2), (3, 3)], [1, 1, 2]),
        ([(1, 2), (2, 3), (3, 4), (4, 4)], [1, 1, 1, 1]),
        ([(1, 3), (2, 2), (3, 3), (4, 4)], [1, 1, 1, 2]),
    ],
)
def test_a_band_begins_where_no_interval_crosses(intervals, expected):
    subject = Subject(SubjectKind.DEPARTMENT, "x", Text.of("x"))
    assert bands([Placed(subject, low, high) for low, high in intervals]) == expected


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 5)), max_size=10))
def test_intervals_of_different_bands_never_meet(drawn):
    subject = Subject(SubjectKind.DEPARTMENT, "x", Text.of("x"))
    placed = sorted((Placed(subject, low, low + more) for low, more in drawn), key=lambda p: p.low)
    found = bands(placed)
    assert found == sorted(found)
    for one, first in zip(found, placed, strict=True):
        for other, second in zip(found, placed, strict=True):
            assert one >= other or first.high < second.low


def test_services_are_scored_in_a_table_of_their_own(tmp_path, judged):
    (tmp_path / "s.csv").write_text("事项,APP下载量,办成率,平均跑动次数\n社保卡,1,2,3\n", "utf-8")
    scores = read_scores(tmp_path / "s.csv", judged.scheme, kind=SubjectKind.SERVICE)
    assert [subject.kind for subject in scores.subjects] == [SubjectKind.SERVICE]
    with pytest.raises(BadInput) as refused:
        read_scores(tmp_path / "s.csv", judged.scheme)
    assert "部门" in refused.value.in_language("zh")
