"""The count cube: every count is what a hand counts, on every engine, from text and typed cells."""

from __future__ import annotations

from datetime import datetime

from shixiao.evidence import Engine
from shixiao.fairness.counting import count_decisions
from shixiao.fairness.cube import same
from shixiao.fairness.sketch import bin_of
from tests.fairness.logged import COLUMNS, log, row


def test_every_count_is_what_a_hand_counts(engine: Engine) -> None:
    cube = count_decisions(engine.small(log()), engine, COLUMNS)
    assert cube.dimensions == ("period", "arm", "sex")
    by_sex = cube.by("sex")
    women = {"n": 4, "selected": 2, "tp": 1, "fp": 1, "fn": 1, "tn": 1, "advised": 3}
    women |= {"overrides": 2, "raised": 1, "heard": 3, "appealed": 2, "answered": 2, "upheld": 1}
    assert row(by_sex, "F") == women | {"timed": 3, "millidays": 5500}
    men = {"n": 2, "selected": 1, "advised": 2, "heard": 2, "appealed": 1}
    assert row(by_sex, "M") == men | {"timed": 2, "millidays": 20_000, "undecided": 1}
    unknown = {"n": 1, "selected": 1, "fp": 1, "advised": 1, "heard": 1}
    assert row(by_sex, None) == unknown
    assert by_sex.days(by_sex.keys.index(("M",))) == {bin_of(10): 2}
    assert cube.values("period") == ("2026-01", "2026-02")


def test_typed_columns_count_as_text_does(engine: Engine) -> None:
    moments = [datetime(2026, 1, 5), datetime(2026, 1, 31, 9), *[datetime(2026, 2, 1)] * 2]
    moments += [datetime(2026, 1, 9)] * 2 + [datetime(2026, 1, 10), datetime(2026, 1, 11)]
    typed = log(
        final=[1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, float("nan")],
        true=[True, False, True, False, None, None, False, True],
        days=[2.0, 3.5, float("nan"), 0.0, 10.0, 10.0, None, 4.0],
        ts=moments,
    )
    texts = count_decisions(engine.small(log()), engine, COLUMNS)
    assert same(count_decisions(engine.small(typed), engine, COLUMNS), texts)
