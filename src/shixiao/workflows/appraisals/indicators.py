"""Indicators of an appraisal: what the machine said of each, and what people decided since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shixiao.checkup.schemes import IndicatorClass
from shixiao.records.models import Appraisal
from shixiao.terms import Text


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator.

    Attributes:
        row: where it stands in the scheme, by which everything refers to it.
        name: as the scheme writes it.
        description: its explanation; "" where there is none.
        share: its declared weight as a share of the total.
        kind: its class, as it counts now.
        machine: its class as the machine gave it.
        reason: why the machine gave it.
        instead: what to measure instead; None where it speaks of people already.
        rule: the rule that a breach rests on; "" for none.
        confidence: how often such an answer of the machine is right.
        review: True where the machine is unsure and nobody has ruled.
        ruled: why the inspectorate set another class; "" where it did not.
        dropped: True where criticism took it out of the scoring.
    """

    row: int
    name: str
    description: str
    share: float
    kind: IndicatorClass
    machine: IndicatorClass
    reason: Text
    instead: Text | None
    rule: str
    confidence: float
    review: bool
    ruled: str
    dropped: bool

    @property
    def scored(self) -> bool:
        """True where the panel may give it weight: it is no show, and was not dropped."""
        return not self.kind.show and not self.dropped

    @property
    def breach(self) -> bool:
        """True where it has weight and a rule names it as what may not be assessed by.

        What only resembles such an indicator is show, and no verdict of fact.
        """
        return self.kind is IndicatorClass.BANNED and bool(self.rule) and self.share > 0


def lines_of(appraisal: Appraisal) -> list[Line]:
    """Return the indicators of an appraisal, in the order of the scheme."""
    return [_line(entry) for entry in appraisal.indicators]


def scored(appraisal: Appraisal) -> list[Line]:
    """Return the indicators to which the panel may give weight."""
    return [line for line in lines_of(appraisal) if line.scored]


def names_of(appraisal: Appraisal) -> dict[int, str]:
    """Return the names of indicators by their row."""
    return {line.row: line.name for line in lines_of(appraisal)}


def weight_by_class(lines: Sequence[Line]) -> dict[IndicatorClass, float]:
    """Return the share of the declared weight by class, every class named."""
    return {kind: sum(x.share for x in lines if x.kind is kind) for kind in IndicatorClass}


def weight_on_show(lines: Sequence[Line]) -> float:
    """Return the share of the declared weight on vanity and banned indicators, 0 to 1."""
    return sum(line.share for line in lines if line.kind.show)


def changed(appraisal: Appraisal, row: int, **values: Any) -> list[dict[str, Any]]:
    """Return the indicators with values of one of them set anew."""
    return [{**entry, **values} if entry["row"] == row else entry for entry in appraisal.indicators]


def _line(entry: Mapping[str, Any]) -> Line:
    ruled = entry.get("ruled")
    machine = IndicatorClass(entry["class"])
    return Line(
        row=entry["row"],
        name=entry["name"],
        description=entry["description"],
        share=float(entry["share"]),
        kind=IndicatorClass(ruled["class"]) if ruled else machine,
        machine=machine,
        reason=Text.of(entry["reason"]),
        instead=Text.of(entry["replace_by"]) if entry["replace_by"] else None,
        rule=entry["rule"] or "",
        confidence=float(entry["confidence"]),
        review=entry["review"] and not ruled,
        ruled=ruled["reason"] if ruled else "",
        dropped=bool(entry.get("dropped")),
    )
