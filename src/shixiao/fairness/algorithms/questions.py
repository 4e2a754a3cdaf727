"""Questions: a scored questionnaire whose later questions may hang on earlier answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml
from shixiao.terms import Text

Clause = tuple[tuple[str, str], ...]
"""(question, answer) pairs of which one has to be given."""
Answers = Mapping[str, tuple[str, ...]]
"""Chosen options by question."""
NONE = "none"
"""Option of a question with many answers that says that there is none."""


class Part(StrEnum):
    """What the points of a question do."""

    RISK = "risk"
    MITIGATION = "mitigation"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer, with its points; they are never read from its id."""

    id: str
    name: Text
    points: int


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Attributes:
        id, section, name: which, where and in words.
        part: what its points do.
        many: whether several answers may be given.
        options: the answers.
        shown_if: every clause has to hold; none: it is always shown.
        evidence: name of what is measured in place of the answer; "" where it is declared.
        field: of the entry, which answers it in place of the questionnaire; "" for none.
    """

    id: str
    section: str
    name: Text
    part: Part
    many: bool
    options: tuple[Option, ...]
    shown_if: tuple[Clause, ...] = ()
    evidence: str = ""
    field: str = ""

    def points(self, chosen: tuple[str, ...]) -> int:
        """Return the points of chosen answers; those that do not exist have none."""
        given = [option.points for option in self.options if option.id in chosen]
        return sum(given) if self.many else max(given, default=0)


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """All questions; one hangs only on those before it."""

    questions: tuple[Question, ...]
    sections: Mapping[str, Text]

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for question in self.questions:
            for clause in question.shown_if:
                if any(name not in seen for name, _ in clause):
                    raise ValueError(f"{question.id} hangs on a question that comes later")
            if question.id in seen:
                raise ValueError(f"{question.id} is there twice")
            seen.add(question.id)

    def shown(self, answers: Answers) -> tuple[Question, ...]:
        """Return the questions that are shown: hidden answers show nothing either."""
        shown: dict[str, Question] = {}
        for question in self.questions:
            if all(
                any(name in shown and option in answers.get(name, ()) for name, option in clause)
                for clause in question.shown_if
            ):
                shown[question.id] = question
        return tuple(shown.values())


@cache
def questionnaire() -> Questionnaire:
    """Return the questionnaire of the level of impact."""
    text = files("shixiao.fairness.algorithms").joinpath("data/questions.yaml").read_text("utf-8")
    data: Mapping[str, Any] = load_yaml(text)
    return Questionnaire(
        tuple(_question(entry) for entry in data["questions"]),
        {name: Text.of(words) for name, words in data["sections"].items()},
    )


def _question(entry: Mapping[str, Any]) -> Question:
    return Question(
        entry["id"],
        entry["section"],
        Text.of(entry["name"]),
        Part(entry["part"]),
        entry["kind"] == "many",
        tuple(Option(name, Text.of(words), n) for name, (words, n) in entry["options"].items()),
        tuple(tuple((name, each) for each in given) for name, *given in entry.get("if", ())),
        entry.get("evidence", ""),
        entry.get("field", ""),
    )
