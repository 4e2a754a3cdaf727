"""Steps of a planned process: what happens, by whom, after how long, and who leaves on the way."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from shixiao.terms import Text

Actor: TypeAlias = Literal["applicant", "official", "system"]

OFFICE_DAY = 23_400  # seconds: 9:00–12:00 and 13:30–17:00
WHOLE_DAY = 86_400
USUAL_SPREAD = 0.55
LENGTH = re.compile(r"(\d+)([mhd])")


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity as clerks write it, and what it is to the applicant.

    ``post`` is who does it (empty for applicants and systems); ``mapped`` says whether its row of
    the activity map is ``confirmed``, only ``suggested``, or ``absent``.
    """

    name: Text
    step: Text
    actor: Actor
    place: str
    post: str
    clock: str | None
    flags: frozenset[str]
    mapped: str

    @classmethod
    def of(cls, name: str, entry: Mapping[str, Any]) -> Activity:
        """Read one entry of activities.yaml."""
        own = Text(name, entry["en"])
        return cls(
            name=own,
            step=Text(*entry["step"]) if "step" in entry else own,
            actor=entry["actor"],
            place=entry["place"],
            post=entry.get("post", ""),
            clock=entry.get("clock"),
            flags=frozenset(entry.get("flags", ())),
            mapped=entry.get("mapped", "confirmed"),
        )


@dataclass(frozen=True, slots=True)
class Lost:
    """The share of cases that end here with an outcome, by a last activity or in silence."""

    chance: float
    outcome: str
    by: Activity | None


@dataclass(frozen=True, slots=True)
class Step:
    """One activity of a path, ``after`` seconds since the step before (the median).

    ``spread`` is the standard deviation of the time's logarithm; ``basis`` is a provision that the
    share ``cited`` of the cases names.
    """

    activity: Activity
    after: float
    spread: float
    chance: float
    department: str | None
    basis: str | None
    cited: float
    lost: Lost | None


@dataclass(frozen=True, slots=True)
class Repeat:
    """Steps that happen with some chance, and again with the same, up to ``most`` times."""

    steps: tuple[Step, ...]
    chance: float
    most: int


Path: TypeAlias = tuple[Step | Repeat, ...]


def read_path(entries: Sequence[Mapping[str, Any]], activities: Mapping[str, Activity]) -> Path:
    """Read one channel of paths.yaml."""
    return tuple(
        Repeat(
            tuple(_step(inner, activities) for inner in entry["repeat"]),
            float(entry["chance"]),
            int(entry["most"]),
        )
        if "repeat" in entry
        else _step(entry, activities)
        for entry in entries
    )


def _step(entry: Mapping[str, Any], activities: Mapping[str, Activity]) -> Step:
    activity = activities[entry["do"]]
    lost = entry.get("lost")
    day = OFFICE_DAY if activity.actor == "official" else WHOLE_DAY
    return Step(
        activity=activity,
        after=seconds(entry.get("after", "0m"), day=day),
        spread=float(entry.get("spread", USUAL_SPREAD)),
        chance=float(entry.get("chance", 1.0)),
        department=entry.get("department"),
        basis=entry.get("basis"),
        cited=float(entry.get("cited", 1.0)),
        lost=Lost(lost["chance"], lost["outcome"], activities[lost["by"]] if "by" in lost else None)
        if lost
        else None,
    )


def seconds(length: str, *, day: int = WHOLE_DAY) -> float:
    """Return the seconds of a length such as 30m, 4h or 2d.

    Raises:
        ValueError: the length is not written like that.
    """
    found = LENGTH.fullmatch(length)
    if found is None:
        raise ValueError(f"“{length}” is no length; write 30m, 4h or 2d")
    return int(found[1]) * {"m": 60.0, "h": 3600.0, "d": float(day)}[found[2]]
