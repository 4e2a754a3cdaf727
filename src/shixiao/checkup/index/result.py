"""The index as it is handed on: scores with everything that they open into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shixiao.checkup.index.dimensions import Part
from shixiao.terms import Estimate, Subject, Text
from shixiao.terms.estimate import significant

GRADES = {
    "excellent": Text("优秀", "excellent"),
    "good": Text("良好", "good"),
    "fair": Text("合格", "fair"),
    "to_be_corrected": Text("需整改", "to be corrected"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a subject may stand among its kind.

    Attributes:
        low, high, of: rank interval among so many.
        band: 1 for the top band; None where the subject takes no part.
        above: ids of the subjects that stand above it.
    """

    low: int
    high: int
    of: int
    band: int | None
    above: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grade:
    """The grade of the score, and those of the two ends of its interval."""

    id: str
    low: str
    high: str

    def to_json(self) -> dict[str, Any]:
        """Return the grade with its name and the range that the interval allows."""
        return {
            "id": self.id,
            "name": GRADES[self.id].to_json(),
            "low": self.low,
            "high": self.high,
        }


@dataclass(frozen=True, slots=True)
class Score:
    """One score of one subject.

    Attributes:
        subject: of whom.
        dimension: usefulness, convenience, benefit or overall.
        score: 0 to 100 with its sampling interval at the declared weights.
        place: rank interval and band.
        grade: of the overall score; None for a dimension and where there is no score.
        cap: red-line rules that cap it.
        uncapped: the score before the cap; None where nothing caps it.
        choices: how far it moves under other weights, normalisation and aggregation.
        parts: its computation.
    """

    subject: Subject
    dimension: str
    score: Estimate
    place: Place
    grade: Grade | None
    cap: tuple[str, ...]
    uncapped: float | None
    choices: tuple[float, float] | None
    parts: tuple[Part, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the contract form (CONTRACTS: evaluate, ``index``) and what it opens into."""
        choices = None
        if self.choices is not None:
            low, high = self.choices
            choices = {"low": significant(low), "high": significant(high)}
        return {
            "subject": self.subject.to_json(),
            "dimension": self.dimension,
            "score": self.score.to_json(),
            "rank": {"low": self.place.low, "high": self.place.high, "of": self.place.of},
            "band": self.place.band,
            "grade": None if self.grade is None else self.grade.to_json(),
            "cap": list(self.cap),
            "uncapped": significant(self.uncapped),
            "choices": choices,
            "parts": [part.to_json() for part in self.parts],
        }


@dataclass(frozen=True, slots=True)
class FunnelDot:
    """One service in a funnel; ``standing``: inside, beyond_95 or beyond_998."""

    subject: Subject
    value: float
    n: int
    standing: str
    limits_95: tuple[float, float]
    limits_998: tuple[float, float]

    def to_json(self) -> dict[str, Any]:
        """Return the dot; limits follow from the funnel's centre and ``n``."""
        return {
            "subject": self.subject.to_json(),
            "value": significant(self.value),
            "n": self.n,
            "standing": self.standing,
        }


@dataclass(frozen=True, slots=True)
class Funnel:
    """Shares of one indicator against their n: who differs by more than size explains."""

    indicator: str
    centre: float
    dots: tuple[FunnelDot, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the funnel with every service in it."""
        return {
            "indicator": self.indicator,
            "centre": significant(self.centre),
            "dots": [dot.to_json() for dot in self.dots],
        }


@dataclass(frozen=True, slots=True)
class Index:
    """The whole index.

    Attributes:
        scores: every subject's four scores.
        not_assessable: (indicator, why) for what the evidence does not hold.
        funnels: shares against n, for services.
        agreement: Krippendorff's α of field testers by group of services; "" is all services.
    """

    scores: tuple[Score, ...]
    not_assessable: tuple[tuple[str, Text], ...]
    funnels: tuple[Funnel, ...]
    agreement: Mapping[str, Estimate]

    def to_json(self) -> list[dict[str, Any]]:
        """Return the entries of CONTRACTS (evaluate, ``index``)."""
        return [score.to_json() for score in self.scores]

    def agreement_json(self) -> list[dict[str, Any]]:
        """Return α of field testers by group; ``group`` is null for all services together."""
        return [
            {"group": group or None, "alpha": alpha.to_json()}
            for group, alpha in self.agreement.items()
        ]
