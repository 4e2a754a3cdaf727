"""Check questions: what was wrong, which rule, what was corrected, what was measured.

Wrong answers are right ones of other kinds: whoever knows the rules can tell them apart, whoever
has only heard of a case cannot. The same case asks the same questions in the same order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shixiao.checkup.training.audiences import lesson, lessons
from shixiao.rules import RulePack
from shixiao.terms import Text

CHOICES = 4
WRONG = Text("这个案例错在哪里？", "What was wrong in this case?")
RULE = Text("判断此类问题依据哪条规则？", "By which rule is this kind of problem judged?")
CORRECTED = Text("此类问题应当怎样改？", "How is this kind of problem corrected?")
MEASURED = Text("复评得出什么结果？", "What did the re-measurement find?")
FROM_TO = Text("从{before}到{after}", "from {before} to {after}")
STAYED = Text("没有变化，仍为{before}", "no change, still {before}")
NOT_MEASURED = Text("没有复评，凭整改报告销号", "nothing was measured; the report closed the case")


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose from."""

    text: Text
    right: bool


@dataclass(frozen=True, slots=True)
class CheckQuestion:
    """One question with its choices, exactly one of them right."""

    question: Text
    choices: tuple[Choice, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "question": self.question.to_json(),
            "choices": [{"text": c.text.to_json(), "right": c.right} for c in self.choices],
        }


def check_questions(
    kind: str, before: Text, after: Text, *, rules: RulePack, order: bytes
) -> tuple[CheckQuestion, ...]:
    """Draft the questions of a case.

    Args:
        kind: kind of finding.
        before: the measure before the correction, coarsely, in words.
        after: the same after.
        rules: whose texts the answers are.
        order: decides which wrong answers are taken and how choices are shuffled.

    Returns:
        Three questions, and a fourth where the measure has changed.

    Raises:
        BadInput: no session teaches the kind.
    """
    taught = lesson(kind)
    others = [lesson(other) for other in _shuffled(lessons(), order, "kinds") if other != kind]
    found = [
        _question(WRONG, taught.wrong, [other.wrong for other in others], order),
        _question(
            RULE,
            _rule(taught.rule, rules),
            [_rule(other.rule, rules) for other in others],
            order,
        ),
        _question(CORRECTED, taught.correction, [other.correction for other in others], order),
    ]
    if before != after:
        wrong = [
            FROM_TO.format(before=after, after=before),
            STAYED.format(before=before),
            NOT_MEASURED,
        ]
        found.append(_question(MEASURED, FROM_TO.format(before=before, after=after), wrong, order))
    return tuple(found)


def _rule(identifier: str, rules: RulePack) -> Text:
    rule = rules.rule(identifier)
    return Text(f"{rule.id} {rule.name.zh}", f"{rule.id} {rule.name.en}")


def _question(question: Text, right: Text, wrong: Sequence[Text], order: bytes) -> CheckQuestion:
    different = [text for text in dict.fromkeys(wrong) if text != right][: CHOICES - 1]
    choices = [Choice(right, right=True), *(Choice(text, right=False) for text in different)]
    by_text = {choice.text.zh: choice for choice in choices}
    return CheckQuestion(
        question, tuple(by_text[text] for text in _shuffled(tuple(by_text), order, question.zh))
    )


def _shuffled(values: Sequence[str], order: bytes, what: str) -> list[str]:
    """Order values by a hash, so that no place among the choices is the right one more often."""
    return sorted(values, key=lambda v: hashlib.sha256(order + f"{what}\x1f{v}".encode()).digest())
