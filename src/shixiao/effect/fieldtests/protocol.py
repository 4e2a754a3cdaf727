"""A protocol: what an evaluator tries step by step, and what each answer is worth.

One protocol serves every way of trying (online, by phone, at the counter) and everybody (also
elders and people with disabilities), so that what they meet can be compared question by question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from shixiao.effect.fieldtests.kinds import Audience, Dimension, Kind, Mode, Target, Unit
from shixiao.seals import sha256_of
from shixiao.terms import Text

Value = bool | int | str
BEST = 4  # the top of the scale; 0 is the bottom


@dataclass(frozen=True, slots=True)
class Condition:
    """A question is asked only after such an answer to an earlier one.

    Attributes:
        question: the earlier question.
        equals: the yes or no it takes; None where a number decides.
        at_least: the number it takes; None where a yes or no decides.
    """

    question: str
    equals: bool | None = None
    at_least: int | None = None

    def holds(self, values: Mapping[str, Value]) -> bool:
        """Say whether the answers so far meet it; what was not answered does not."""
        value = values.get(self.question)
        if self.at_least is None:
            return value is self.equals
        return isinstance(value, int) and not isinstance(value, bool) and value >= self.at_least

    def to_json(self) -> dict[str, Any]:
        """Return the condition as plain values."""
        return {"question": self.question, "equals": self.equals, "at_least": self.at_least}


@dataclass(frozen=True, slots=True)
class Goalposts:
    """How a number becomes a score: 0 at the floor, 1 at the target, in proportion between.

    Attributes:
        floor: the number that scores 0; above the target where less is better.
        target: the number that scores 1.
        most: the largest number that is believed.
    """

    floor: int
    target: int
    most: int

    def score(self, number: int) -> float:
        """Return the score, 0 to 1."""
        share = (number - self.floor) / (self.target - self.floor)
        return min(max(share, 0.0), 1.0)

    def to_json(self) -> dict[str, Any]:
        """Return the goalposts as plain values."""
        return {"floor": self.floor, "target": self.target, "most": self.most}


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a protocol.

    Attributes:
        id: unique in the protocol.
        ask: the wording.
        by_mode: another wording for some modes.
        hint: what counts, and what does not.
        kind: how it is answered.
        dimension: what it speaks to; None for words, which are not scored.
        weight: its weight within the dimension, 1 to 10; 0 for words.
        good: the answer that scores 1, of a yes or no.
        anchors: what 0, 1, 2, 3 and 4 mean, worst first, of a scale.
        unit: what a number counts.
        goalposts: how a number is scored.
        basis: the law or standard that the question and its goalposts rest on; None where they are
            our policy.
        modes: the modes in which it is asked.
        audiences: those for whom it is asked.
        conditions: when it is asked; those of its step first.
        required: whether it must be answered when it is asked.
        photo: whether a photo may be added.
        decides: whether a bad answer means that the step did not work.
    """

    id: str
    ask: Text
    kind: Kind
    modes: tuple[Mode, ...]
    audiences: tuple[Audience, ...]
    by_mode: Mapping[Mode, Text] = field(hash=False)
    hint: Text | None = None
    dimension: Dimension | None = None
    weight: int = 0
    good: bool | None = None
    anchors: tuple[Text, ...] = ()
    unit: Unit | None = None
    goalposts: Goalposts | None = None
    basis: Text | None = None
    conditions: tuple[Condition, ...] = ()
    required: bool = True
    photo: bool = False
    decides: bool = False

    def wording(self, mode: Mode) -> Text:
        """Return how it is put in a mode."""
        return self.by_mode.get(mode, self.ask)

    def score(self, value: Value) -> float | None:
        """Return what an answer is worth, 0 to 1; None for words."""
        if self.kind is Kind.YES_NO:
            return float(value is self.good)
        if self.kind is Kind.SCALE and isinstance(value, int):
            return value / BEST
        if self.goalposts is not None and isinstance(value, int):
            return self.goalposts.score(value)
        return None

    def to_json(self) -> dict[str, Any]:
        """Return the question as plain values: what the hash of its protocol is made of."""
        return {
            "id": self.id,
            "ask": self.ask.to_json(),
            "by_mode": {str(mode): text.to_json() for mode, text in self.by_mode.items()},
            "hint": self.hint.to_json() if self.hint else None,
            "kind": str(self.kind),
            "dimension": str(self.dimension) if self.dimension else None,
            "weight": self.weight,
            "good": self.good,
            "anchors": [anchor.to_json() for anchor in self.anchors],
            "unit": str(self.unit) if self.unit else None,
            "goalposts": self.goalposts.to_json() if self.goalposts else None,
            "basis": self.basis.to_json() if self.basis else "policy",
            "modes": [str(mode) for mode in self.modes],
            "audiences": [str(audience) for audience in self.audiences],
            "conditions": [condition.to_json() for condition in self.conditions],
            "required": self.required,
            "photo": self.photo,
            "decides": self.decides,
        }


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of the way: its name, what is done in it, when it is taken, and its questions."""

    id: str
    name: Text
    about: Text
    conditions: tuple[Condition, ...]
    questions: tuple[Question, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the step as plain values."""
        return {
            "id": self.id,
            "name": self.name.to_json(),
            "about": self.about.to_json(),
            "conditions": [condition.to_json() for condition in self.conditions],
            "questions": [question.to_json() for question in self.questions],
        }


@dataclass(frozen=True)
class Protocol:
    """A protocol with its version; equal hashes mean equal questions and equal scoring.

    Attributes:
        id: names it; versions of one protocol share it.
        version: three numbers, such as 1.0.0.
        name: what to call it.
        about: what it is for and how it is carried out.
        target: whether a service or an app is tried.
        modes: the ways of trying that it knows.
        audiences: those for whom it can be tried.
        steps: in the order in which they are taken.
    """

    id: str
    version: str
    name: Text
    about: Text
    target: Target
    modes: tuple[Mode, ...]
    audiences: tuple[Audience, ...]
    steps: tuple[Step, ...]

    @cached_property
    def all_questions(self) -> Mapping[str, Question]:
        """Every question by its id, in order."""
        return {question.id: question for step in self.steps for question in step.questions}

    @cached_property
    def sha256(self) -> str:
        """The hash of the protocol's canonical JSON."""
        return sha256_of(self.to_json())

    def questions(self, mode: Mode, audience: Audience) -> tuple[Question, ...]:
        """Return the questions that may be asked in a mode for an audience, in order."""
        return tuple(
            question
            for question in self.all_questions.values()
            if mode in question.modes and audience in question.audiences
        )

    def asked(
        self, mode: Mode, audience: Audience, values: Mapping[str, Value]
    ) -> tuple[Question, ...]:
        """Return the questions that are asked when the others are answered like this.

        An answer that is left over of a question that is not asked any more opens nothing.
        """
        asked: list[Question] = []
        heard: dict[str, Value] = {}
        for question in self.questions(mode, audience):
            if all(condition.holds(heard) for condition in question.conditions):
                asked.append(question)
                if question.id in values:
                    heard[question.id] = values[question.id]
        return tuple(asked)

    def to_json(self) -> dict[str, Any]:
        """Return the protocol as plain values."""
        return {
            "schema": "shixiao/protocol/1",
            "id": self.id,
            "version": self.version,
            "name": self.name.to_json(),
            "about": self.about.to_json(),
            "target": str(self.target),
            "modes": [str(mode) for mode in self.modes],
            "audiences": [str(audience) for audience in self.audiences],
            "steps": [step.to_json() for step in self.steps],
        }
