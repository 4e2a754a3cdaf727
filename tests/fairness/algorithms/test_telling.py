"""What a sentence for everybody says of few decisions, and of what their rest would give away."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shixiao.fairness.algorithms.authority import unfounded
from shixiao.fairness.algorithms.checking import disagreements
from shixiao.fairness.algorithms.predicates import measured
from shixiao.fairness.algorithms.telling import Telling
from shixiao.rules import load_pack
from tests.fairness.algorithms.made import ENTRY, SUBJECT, seen

RULES = load_pack()
TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("n", "fewest", "number", "share"),
    [
        (0, 11, "0", "0.0 %"),
        (1, 11, "fewer than 11", "under 1.1 %"),
        (10, 11, "fewer than 11", "under 1.1 %"),
        (11, 11, "11", "1.1 %"),
        (989, 11, "989", "98.9 %"),
        (990, 11, "at least 990", "at least 99.0 %"),
        (999, 11, "at least 990", "at least 99.0 %"),
        (1_000, 11, "1,000", "100.0 %"),
        (5, 0, "5", "0.5 %"),
        (999, 0, "999", "99.9 %"),
    ],
)
def test_few_decisions_are_told_as_few_and_so_is_what_is_left_of_them(
    n: int, fewest: int, number: str, share: str
) -> None:
    told = Telling(seen(), fewest)
    assert told.number(n).en == number
    assert told.share(n).en == share


def test_of_a_log_of_few_neither_number_nor_share_is_told() -> None:
    told = Telling(seen(decisions=8), 11)
    assert [told.number(n).zh for n in (8, 3, 0)] == ["少于 11", "少于 11", "0"]
    assert [told.share(n).zh for n in (8, 3, 0)] == ["100.0 %", "一部分", "0.0 %"]


@pytest.mark.parametrize(
    ("log", "secret"),
    [
        ({"versions": {"2.0": 993, "2.1": 7}}, ("7 decisions", "993")),
        ({"versions": {"2.0": 7, "2.1": 993}}, ("993",)),
        ({"versions": {"2.0": 993, "": 7}}, ("7 decisions", "0.7")),
        ({"with_person": 993, "alone": 7}, ("7 decisions", "99.3")),
        ({"decisions": 40, "with_person": 33, "alone": 7}, ("7 decisions", "82.5")),
        ({"overrides": 7}, ("99.3",)),
        ({"advised": 100, "overrides": 95}, ("2.2", "11.2")),
        ({"heard": 993}, ("99.3",)),
        ({"inputs": {"收入": 1000, "人口": 1000, "民族": 7}}, ("7 decisions",)),
    ],
)
def test_no_public_sentence_tells_few_decisions(
    log: dict[str, Any], secret: tuple[str, ...]
) -> None:
    said = seen(**log)
    found = disagreements(ENTRY, said, SUBJECT, rules=RULES, fewest=11)
    told = [each.text.en for each in found]
    told += [m.says.en for m in measured(said, today=TODAY, rules=RULES, fewest=11).values()]
    told += [
        t.en
        for t in unfounded(
            "advises", [], [], alone=said.alone, said=Telling(said, 11).number(said.alone)
        )
    ]
    assert not [text for text in told for word in secret if f" {word}" in f" {text}"]
    assert not any("{" in text for text in told)
