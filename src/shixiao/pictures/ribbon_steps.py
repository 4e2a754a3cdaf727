"""What a ribbon is made of, and which of its steps are named one by one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shixiao.terms import Text

Who = Literal["you", "office", "waiting"]
WHOSE: dict[Who, Text] = {
    "you": Text("您在办", "You"),
    "office": Text("部门在办", "Office"),
    "waiting": Text("在等", "Waiting"),
}
WORKING_DAYS = Text("个工作日", "working days")
_MORE = Text("其他 {n} 步", "{n} more steps")
_SPOKEN_STEPS = 40


@dataclass(frozen=True, slots=True)
class Segment:
    """One step: its name, its length in days, whose time it takes, and whether it needs a visit."""

    label: Text
    length: float
    who: Who
    visit: bool = False

    def __post_init__(self) -> None:
        if not math.isfinite(self.length) or self.length < 0:
            raise ValueError(f"A step takes a finite time of 0 or more, not {self.length}")


@dataclass(frozen=True, slots=True)
class Bar:
    """One way to get the thing done: its name, a note such as “8.6 天 · 跑 1 次”, its steps."""

    name: Text
    note: Text
    segments: tuple[Segment, ...]

    @property
    def length(self) -> float:
        """All steps together, in the ribbon's unit."""
        return math.fsum(segment.length for segment in self.segments)


@dataclass(frozen=True, slots=True)
class Material:
    """A document asked for; ``held_by`` names the government body that already holds it."""

    name: Text
    held_by: Text | None = None


@dataclass(frozen=True, slots=True)
class Ribbon:
    """A whole ribbon; ``unit`` names the days in the plural (“个工作日”, “working days”)."""

    title: Text
    bars: tuple[Bar, ...]
    materials: tuple[Material, ...] = ()
    saved: Text | None = None
    unit: Text = WORKING_DAYS

    @property
    def longest(self) -> float:
        """Length of the longest bar, 0 without bars."""
        return max((bar.length for bar in self.bars), default=0.0)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Segments ``first`` to ``last`` (inclusive) of a bar that share one label."""

    first: int
    last: int

    @property
    def count(self) -> int:
        """How many segments share the label."""
        return self.last - self.first + 1


def stretches(fits: Sequence[bool], *, shortest_run: int) -> list[Stretch]:
    """Join neighbours whose labels do not fit, where at least ``shortest_run`` stand in a row.

    Args:
        fits: for each segment, whether its label has room of its own.
        shortest_run: runs shorter than this stay apart.

    Returns:
        Stretches in order that cover every segment once.
    """
    found: list[Stretch] = []
    at = 0
    while at < len(fits):
        end = at
        while not fits[at] and end + 1 < len(fits) and not fits[end + 1]:
            end += 1
        if end - at + 1 >= max(shortest_run, 2):
            found.append(Stretch(at, end))
        else:
            found += [Stretch(i, i) for i in range(at, end + 1)]
        at = end + 1
    return found


def stretch_label(bar: Bar, stretch: Stretch, language: str) -> str:
    """Return the name of a single step, or how many steps share the place."""
    if stretch.count == 1:
        return bar.segments[stretch.first].label.in_language(language)
    if stretch.count == len(bar.segments):
        return f"共 {stretch.count} 步" if language == "zh" else f"{stretch.count} steps"
    return more_steps(stretch.count, language)


def more_steps(count: int, language: str) -> str:
    """Return “其他 N 步” / “N more steps”."""
    if count == 1 and language != "zh":
        return "1 more step"
    return _MORE.format(n=count).in_language(language)


def step_title(segment: Segment, unit: Text, language: str) -> str:
    """Return a step in full words: name, whose time, how long, and whether it needs a visit."""
    chinese = language == "zh"
    length = f"{segment.length:,.1f}"
    parts = [
        segment.label.in_language(language),
        WHOSE[segment.who].in_language(language),
        f"{length} {unit.in_language(language)}",
    ]
    if segment.visit:
        parts.append("要跑一次" if chinese else "needs a visit")
    return ("，" if chinese else ", ").join(parts)


def spoken(ribbon: Ribbon, language: str) -> str:
    """Return the whole ribbon as sentences, for readers who hear the picture."""
    chinese = language == "zh"
    sentences = []
    for bar in ribbon.bars:
        steps = [
            step_title(segment, ribbon.unit, language) for segment in bar.segments[:_SPOKEN_STEPS]
        ]
        if len(bar.segments) > _SPOKEN_STEPS:
            steps.append(more_steps(len(bar.segments) - _SPOKEN_STEPS, language))
        head = f"{bar.name.in_language(language)}{'，' if chinese else ', '}"
        head += bar.note.in_language(language)
        body = ("；" if chinese else "; ").join(steps)
        sentences.append(f"{head}{'：' if chinese else ': '}{body}" if body else head)
    if ribbon.saved:
        sentences.append(ribbon.saved.in_language(language))
    return ("。" if chinese else ". ").join(sentences)


def steps_in_order(bar: Bar) -> list[int]:
    """Return the order in which to draw: steps of no length last, or neighbours would hide them."""
    return sorted(range(len(bar.segments)), key=lambda nth: bar.segments[nth].length == 0)
