"""Warning cases 案例警示: a closed case told so that nobody can be recognised, with questions.

A draft: what was replaced and what could still tell goes with it, and a person approves it.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import date
from typing import Any

from shixiao.checkup.detectors.registry import described
from shixiao.checkup.training.anonymise import Doubt, Replaced, anonymise
from shixiao.checkup.training.audiences import Lesson, lesson
from shixiao.checkup.training.questions import CheckQuestion, check_questions
from shixiao.checkup.training.recognising import Known, quarter_of
from shixiao.checkup.wording import number
from shixiao.rules import RulePack
from shixiao.terms import Text

TITLE = Text("案例警示：{name}", "Warning case: {name}")
STORY = Text(
    "{when}，某部门的一项服务被查实存在“{name}”。{wrong}\n事实：{facts}\n"
    "依据：规则 {rule}“{rule_name}”{law}\n整改：{correction}\n"
    "复评：整改前{measure}{before}，整改后{after}。",
    "In {when} “{name}” was established at a department. {wrong}\nFacts: {facts}\n"
    "Basis: rule {rule}, “{rule_name}”{law}\nCorrection: {correction}\n"
    "Measured again: {measure} {before} before, {after} after the correction.",
)
ABOUT = Text("约 {value}", "about {value}")
UNKNOWN = Text("没有数", "not known")
BREAK = "\u2029"  # the paragraph separator: no recogniser reads across it


@dataclass(frozen=True, slots=True)
class ClosedCase:
    """A closed case as plain values.

    Attributes:
        kind: kind of finding.
        measure: measure of that kind.
        closed: the day it was closed.
        facts: what the check established.
        correction: what was changed.
        before: the measure before, None where there is no number.
        after: the measure after.
        known: names that must not be read.
    """

    kind: str
    measure: str
    closed: date
    facts: Text
    correction: Text
    before: float | None
    after: float | None
    known: Known


@dataclass(frozen=True, slots=True)
class WarningCase:
    """A draft for a warning session.

    Attributes:
        title: of the case.
        text: the case, paragraph by paragraph.
        questions: to check what was understood.
        replaced: what was taken out; for the approver alone.
        doubts: what a person must look at before anybody else reads it.
    """

    title: Text
    text: Text
    questions: tuple[CheckQuestion, ...]
    replaced: tuple[Replaced, ...]
    doubts: tuple[Doubt, ...]

    def public_json(self) -> dict[str, Any]:
        """Return what may be shown once a person approved it: nothing that was taken out."""
        return {
            "title": self.title.to_json(),
            "text": self.text.to_json(),
            "questions": [question.to_json() for question in self.questions],
        }


def draft_warning(case: ClosedCase, *, rules: RulePack) -> WarningCase:
    """Draft a warning case.

    Args:
        case: that was closed.
        rules: the pack that it was judged by.

    Raises:
        BadInput: no session teaches the kind, or the kind has no such measure.
    """
    taught = lesson(case.kind)
    unit = described(case.kind).measures[case.measure].unit
    before, after = (coarse(value, unit, rules) for value in (case.before, case.after))
    # One text, so that a person who comes up in both is the same person in both.
    safe = anonymise(Text(*(BREAK.join(pair) for pair in _both(case))), case.known)
    facts, correction = (
        Text(zh, en)
        for zh, en in zip(safe.text.zh.split(BREAK), safe.text.en.split(BREAK), strict=True)
    )
    text = STORY.format(
        when=quarter_of(case.closed),
        name=taught.name,
        wrong=taught.wrong,
        facts=facts,
        rule=taught.rule,
        rule_name=rules.rule(taught.rule).name,
        law=_law(taught, rules),
        correction=correction,
        measure=described(case.kind).measures[case.measure].name,
        before=before,
        after=after,
    )
    # What the case says decides the order of choices, so that the same case asks the same.
    order = hashlib.sha256(f"{case.kind}\x1f{case.closed}\x1f{text.zh}".encode()).digest()
    return WarningCase(
        TITLE.format(name=taught.name),
        text,
        check_questions(case.kind, before, after, rules=rules, order=order),
        safe.replaced,
        safe.doubts,
    )


def _both(case: ClosedCase) -> tuple[list[str], list[str]]:
    """Return facts and correction in each language."""
    zh, en = (
        [text.in_language(language).replace(BREAK, " ") for text in (case.facts, case.correction)]
        for language in ("zh", "en")
    )
    return zh, en


def coarse(value: float | None, unit: str, rules: RulePack) -> Text:
    """Write a number so coarsely that the published one cannot be found by it (rule TRN-04)."""
    if value is None:
        return UNKNOWN
    if unit == "share":
        step = rules.number("TRN-04", "share")
        rounded = round(value / step) * step
        return ABOUT.format(value=f"{rounded:.0%}")
    digits = int(rules.number("TRN-04", "digits"))
    if unit == "count" and value < rules.number("E-16"):
        return Text("很少", "very few")
    size = digits - 1 - math.floor(math.log10(abs(value))) if value else 0
    return ABOUT.format(value=number(round(value, size), unit))


def _law(taught: Lesson, rules: RulePack) -> Text:
    names = [source.title for law in taught.law for source in rules.rule(law).sources]
    unique = list(dict.fromkeys(names))
    if not unique:
        return Text("。", ".")
    zh = "、".join(f"《{name.zh}》" for name in unique)
    return Text(f"，{zh}。", f"; {', '.join(name.en for name in unique)}.")
