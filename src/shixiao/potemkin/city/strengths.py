"""How strong is a plant, and how do innocents vary? The table of data/synthetic/strengths.yaml.

Strength is the odds ratio (for ratios: the ratio) of what the tables show against innocents; it was
fixed before any detector was written.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from shixiao.potemkin.city.material import material
from shixiao.potemkin.city.streams import stream


@dataclass(frozen=True, slots=True)
class Observable:
    """Something the tables show of a subject: ``base`` and spread ``tau`` among innocents."""

    base: float
    tau: float
    scale: str

    def value(self, *, deviate: float = 0.0, strength: float = 1.0) -> float:
        """Return the value of a subject that lies ``deviate`` standard deviations off the base."""
        if self.scale == "ratio":
            return self.base * math.exp(self.tau * deviate) * strength
        odds = self.base / (1 - self.base) * math.exp(self.tau * deviate) * strength
        return odds / (1 + odds)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of finding: its subjects, the rule with its minimum n, its variants of a plant."""

    subject: str
    rule: str | None
    variants: dict[str, tuple[str, ...]]

    @property
    def statistical(self) -> bool:
        """False for verdicts of fact, which have no strength."""
        return any(self.variants.values())


@dataclass(frozen=True, slots=True)
class Registered:
    """What is planted in the registers of sharing: the kind of finding that it is, and of whom.

    ``moves`` is the observable of a plant that has a strength; None for facts.
    """

    kind: str
    subject: str
    rule: str | None = None
    moves: str | None = None


OBSERVABLES = {
    name: Observable(**entry) for name, entry in material("strengths")["observables"].items()
}
KINDS = {
    name: Kind(
        entry["subject"],
        entry["rule"],
        {variant: tuple(moved) for variant, moved in entry["variants"].items()},
    )
    for name, entry in material("strengths")["kinds"].items()
}
REGISTERS = {
    name: Registered(**entry) for name, entry in material("strengths")["registers"].items()
}
OF_SUBJECT = {
    "service": (
        "kept",
        "half_online",
        "quick",
        "device",
        "text",
        "solicited",
        "bunch",
        "restart",
        "reopen",
        "batch",
        "speed",
        "order",
        "not_completed",
        "age",
        "disability",
        "rural",
    ),
    "app": ("month_end", "stretch", "zombie", "staff", "lapsed", "silent_days"),
    "department": ("repeated", "template", "unsolved", "repeat"),
    "evaluator": ("tied", "copied", "own", "wrong", "hasty"),
}


def innocent_values(plan_seed: int, subject: str, identifier: str) -> dict[str, float]:
    """Draw what an innocent subject would show, apart from chance."""
    return {
        name: OBSERVABLES[name].value(
            deviate=float(stream(plan_seed, "tau", name, identifier).standard_normal())
        )
        for name in OF_SUBJECT[subject]
    }


def planted_value(name: str, innocent: float, strength: float) -> float:
    """Return what the subject shows once something of this strength is planted in it."""
    if OBSERVABLES[name].scale == "ratio":
        return innocent * strength
    odds = innocent / (1 - innocent) * strength
    return odds / (1 + odds)
