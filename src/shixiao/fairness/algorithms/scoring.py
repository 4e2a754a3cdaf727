"""Scoring: how grave is the impact of an algorithm? A port of Canada's AIA as a pure function.

Risk is the sum of the points of the answers that are shown; where mitigation reaches its share of
what can be reached (rule ALG-02), risk is cut; the level is the share of the most that can be
reached (rule ALG-01). Other than there, hidden answers never count (canada-ca/aia-eia-js #1143),
the most is what some answers really reach (#1153), and codes are no points (#14).
Source: Treasury Board of Canada, Directive on Automated Decision-Making, appendix B; the code of
canada-ca/aia-eia-js (MIT), ``calculateFinalScore``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shixiao.fairness.algorithms.questions import NONE, Answers, Part, Question, Questionnaire
from shixiao.rules import RulePack
from shixiao.terms import Text

LEVELS, CUT = "ALG-01", "ALG-02"
NAMES = {
    1: Text("一级（影响很小）", "Level 1 (little)"),
    2: Text("二级（影响一般）", "Level 2 (moderate)"),
    3: Text("三级（影响较大）", "Level 3 (high)"),
    4: Text("四级（影响重大）", "Level 4 (very high)"),
}
NO_REFERENCE = Text("没有写明出处，不计分", "without a reference it does not count")
NOT_MEASURED = Text("没有证据，不计分", "without evidence it does not count")


@dataclass(frozen=True, slots=True)
class Measured:
    """What logs and records say of a mitigation; ``holds`` is None where they cannot tell."""

    holds: bool | None
    says: Text


@dataclass(frozen=True, slots=True)
class Score:
    """How a questionnaire came out.

    Attributes:
        risk, most_risk: points of the risk, and the most that can be reached.
        mitigation, most_mitigation: the same of what is done against it.
        cut: whether mitigation cuts the risk.
        net: risk after the cut.
        level: 1 to 4.
        points: by the id of each question that counts.
        unanswered: questions of risk that are shown and not answered.
    """

    risk: int
    most_risk: int
    mitigation: int
    most_mitigation: int
    cut: bool
    net: int
    level: int
    points: Mapping[str, int]
    unanswered: tuple[str, ...]

    @property
    def share(self) -> float:
        """Net risk as a share of the most, from 0 to 1."""
        return self.net / self.most_risk if self.most_risk else 0.0


def score(asked: Questionnaire, answers: Answers, rules: RulePack) -> Score:
    """Score answers.

    Args:
        asked: the questions.
        answers: chosen options by question; unknown ones count nothing.
        rules: ALG-01 (shares of the levels) and ALG-02 (share and factor of the cut).
    """
    shown = asked.shown(answers)
    points = {question.id: question.points(answers.get(question.id, ())) for question in shown}
    sums = {part: sum(points[q.id] for q in shown if q.part is part) for part in Part}
    most = {part: reachable(asked, part) for part in Part}
    enough = rules.number(CUT, "share") * most[Part.MITIGATION]
    cut = most[Part.MITIGATION] > 0 and sums[Part.MITIGATION] >= enough
    risk = sums[Part.RISK]
    net = math.floor(rules.number(CUT, "factor") * risk + 0.5) if cut else risk
    return Score(
        risk,
        most[Part.RISK],
        sums[Part.MITIGATION],
        most[Part.MITIGATION],
        cut,
        net,
        level_of(net, most[Part.RISK], rules),
        points,
        tuple(q.id for q in shown if _owed(q) and not answers.get(q.id)),
    )


def level_of(net: int, most: int, rules: RulePack) -> int:
    """Return the level of so many points: 1 up to the first share of the most, and so on."""
    bounds = [rules.number(LEVELS, f"level_{level}") for level in (1, 2, 3)]
    return 1 + sum(net > bound * most for bound in bounds)


def settled(
    asked: Questionnaire,
    answers: Answers,
    references: Mapping[str, str],
    measured: Mapping[str, Measured],
) -> tuple[dict[str, tuple[str, ...]], dict[str, Text]]:
    """Return the answers that count, and why mitigations count or not.

    What is measured takes the place of what is declared; what nobody can measure counts as no. A
    declared mitigation counts with a reference.
    """
    found = {name: tuple(given) for name, given in answers.items()}
    why: dict[str, Text] = {}
    for question in asked.questions:
        if question.part is not Part.MITIGATION:
            continue
        if question.evidence:
            seen = measured.get(question.evidence, Measured(None, NOT_MEASURED))
            found[question.id] = ("yes",) if seen.holds else ("no",)
            why[question.id] = seen.says
        elif "yes" in found.get(question.id, ()) and not references.get(question.id, "").strip():
            found[question.id], why[question.id] = ("no",), NO_REFERENCE
    return found, why


def reachable(asked: Questionnaire, part: Part) -> int:
    """Return the most points of a part that one set of answers reaches.

    Points are never negative and clauses only ask for answers, so of a question with many answers
    all are chosen; those with one are tried where others hang on them.
    """
    return _best(asked.questions, {}, part)


def _best(left: Sequence[Question], fixed: Mapping[str, tuple[str, ...]], part: Part) -> int:
    """Return the most points of the questions that are left, where some answers are fixed."""
    total = 0
    for group in _apart(left, fixed):
        hung = {name for q in group for clause in q.shown_if for name, _ in clause} - set(fixed)
        roots = [q for q in group if q.id in hung and _known(q, fixed)]
        if not roots:
            total += sum(_most(q, part) for q in group if _holds(q, fixed))
            continue
        root = max(roots, key=lambda q: sum(_hangs(other, q.id) for other in group))
        rest = [q for q in group if q is not root]
        total += max(
            (root.points(chosen) if root.part is part else 0)
            + _best(rest, {**fixed, root.id: chosen}, part)
            for chosen in _choices(root, fixed)
        )
    return total


def _choices(root: Question, fixed: Mapping[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    if not _holds(root, fixed):
        return [()]
    every = tuple(option.id for option in root.options)
    return [every] if root.many else [(option,) for option in every] or [()]


def _apart(left: Sequence[Question], fixed: Mapping[str, tuple[str, ...]]) -> list[list[Question]]:
    """Return the questions in groups that have nothing to do with each other."""
    groups: list[tuple[set[str], list[Question]]] = []
    for question in left:
        names = {n for clause in question.shown_if for n, _ in clause} - set(fixed) | {question.id}
        joined = [group for group in groups if group[0] & names]
        groups = [group for group in groups if not group[0] & names]
        merged = (names.union(*(g[0] for g in joined)), [q for g in joined for q in g[1]])
        merged[1].append(question)
        groups.append(merged)
    return [questions for _, questions in groups]


def _known(question: Question, fixed: Mapping[str, tuple[str, ...]]) -> bool:
    return all(name in fixed for clause in question.shown_if for name, _ in clause)


def _holds(question: Question, fixed: Mapping[str, tuple[str, ...]]) -> bool:
    return all(
        any(option in fixed.get(name, ()) for name, option in clause)
        for clause in question.shown_if
    )


def _hangs(question: Question, on: str) -> bool:
    return any(name == on for clause in question.shown_if for name, _ in clause)


def _most(question: Question, part: Part) -> int:
    every = tuple(option.id for option in question.options)
    return question.points(every) if question.part is part else 0


def _owed(question: Question) -> bool:
    none_of_them = any(option.id == NONE for option in question.options)
    return question.part is Part.RISK and (not question.many or none_of_them)
