"""Recognition: whether data stand on the books, as what, and why; answered by a person.

Two regimes, which never mix. Administrative units: 财资〔2024〕1号 and Government Accounting
Standard No. 4; what cannot be recognised yet stands in a register beside the books. Enterprises:
财会〔2023〕11号; used inside it is an intangible asset (CAS 6), held for sale it is inventory
(CAS 1), and what cannot be recognised may be disclosed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml
from shixiao.sharing.assets.book import Placement
from shixiao.terms import BadInput, Text


class Regime(StrEnum):
    """By whose rules the books are kept."""

    ADMINISTRATIVE = "administrative"
    ENTERPRISE = "enterprise"


@dataclass(frozen=True, slots=True)
class Question:
    """A condition of recognition.

    Attributes:
        id: its name in the records.
        text: what has to hold.
        then: where the data stand when it does not: none, register, disclose, or intangible.
    """

    id: str
    text: Text
    then: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Where data stand, and by which answers.

    Attributes:
        placement: as what they are recognised, or where else they are kept.
        reasons: one sentence for every question, in their order.
    """

    placement: Placement
    reasons: tuple[Text, ...]


@cache
def checklist(regime: Regime) -> tuple[Question, ...]:
    """Return the conditions of a regime, in the order in which they are asked."""
    entries = _data()[regime.value]["questions"]
    return tuple(
        Question(name, Text(entry["zh"], entry["en"]), entry["then"])
        for name, entry in entries.items()
    )


def source_of(regime: Regime) -> Text:
    """Return the documents that a regime rests on."""
    return Text.of(_data()[regime.value]["source"])


def recognise(regime: Regime, answers: Mapping[str, bool], reasons: Mapping[str, str]) -> Decision:
    """Return where data stand by these answers.

    Args:
        regime: by whose rules.
        answers: question → whether it holds.
        reasons: question → why, as the person wrote it.

    Raises:
        BadInput: a question was not answered, or an answer has no reason.
    """
    said = []
    placement: Placement | None = None
    for question in checklist(regime):
        if question.id not in answers or not reasons.get(question.id, "").strip():
            raise BadInput(
                Text(
                    f"“{question.text.zh}”没有回答或没有写明理由；每一条都要有结论和理由。",
                    f"“{question.text.en}” has no answer or no reason; each needs both.",
                )
            )
        holds, why = answers[question.id], reasons[question.id].strip()
        said.append(
            Text(
                f"{question.text.zh}：{'是' if holds else '否'}。{why}",
                f"{question.text.en}: {'yes' if holds else 'no'}. {why}",
            )
        )
        if not holds and placement is None:
            placement = Placement(question.then)
    if placement is None:
        held = Placement.INTANGIBLE if regime is Regime.ADMINISTRATIVE else Placement.INVENTORY
        placement = held
    return Decision(placement, tuple(said))


@cache
def _data() -> dict[str, Any]:
    text = files("shixiao.sharing.assets").joinpath("data/recognition.yaml").read_text("utf-8")
    found: dict[str, Any] = load_yaml(text)
    return found
