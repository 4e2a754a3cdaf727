"""Which words settle the class of an indicator at once? Regular expressions as data, in order.

What the Measures of January 2026 on government apps forbid as a basis of assessment is named by the
rule (APP-KPI, APP-FUN, APP-BIZ, APP-DUP) that a cue rests on. Cues that shield an indicator come
first: one that *forbids* counting likes is no indicator of likes, and what measures software is no
show.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml
from shixiao.terms import Text


class IndicatorClass(StrEnum):
    """What an indicator rewards (docs/explanation/appraisal-schemes.md)."""

    OUTCOME = "outcome"
    BURDEN = "burden"
    OUTPUT = "output"
    VANITY = "vanity"
    BANNED = "banned"

    @property
    def show(self) -> bool:
        """Whether weight on this class is weight on show (做样子)."""
        return self in (IndicatorClass.VANITY, IndicatorClass.BANNED)


CLASS_NAMES = {
    IndicatorClass.OUTCOME: Text("成效", "outcome"),
    IndicatorClass.BURDEN: Text("负担", "burden"),
    IndicatorClass.OUTPUT: Text("产出", "output"),
    IndicatorClass.VANITY: Text("面子", "vanity"),
    IndicatorClass.BANNED: Text("禁用", "banned"),
}


@dataclass(frozen=True, slots=True)
class Cue:
    """One entry of data/cues.yaml; see there for what the fields mean."""

    id: str
    indicator_class: IndicatorClass
    law: str | None
    anywhere: bool
    when: re.Pattern[str]
    unless: re.Pattern[str] | None
    reason: Text

    def fits(self, name: str, description: str, *, in_description: bool = False) -> bool:
        """Tell whether the cue speaks; both texts must be folded already."""
        whole = f"{name} · {description}"
        of_name = whole if self.anywhere else name
        if not self.when.search(description if in_description else of_name):
            return False
        return self.unless is None or not self.unless.search(whole)


def folded(text: str) -> str:
    """Fold what does not matter: width and case of letters, double spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


@cache
def cues() -> tuple[Cue, ...]:
    """Return all cues in the order in which they are tried."""
    content = files("shixiao.checkup.schemes").joinpath("data/cues.yaml").read_text("utf-8")
    return tuple(_cue(entry) for entry in load_yaml(content))


def deciding_cue(name: str, description: str) -> Cue | None:
    """Return the first cue that fits the name; failing that, the first that fits the description.

    Many schemes put a heading where the name should stand (“宣传工作”) and say what is counted in
    the description alone.
    """
    name, description = folded(name), folded(description)
    by_name = (cue for cue in cues() if cue.fits(name, description))
    by_description = (
        cue
        for cue in cues()
        if description and not cue.anywhere and cue.fits(name, description, in_description=True)
    )
    return next(by_name, None) or next(by_description, None)


def _cue(entry: dict[str, Any]) -> Cue:
    unless = entry.get("unless")
    return Cue(
        id=entry["id"],
        indicator_class=IndicatorClass(entry["class"]),
        law=entry.get("law"),
        anywhere=entry["in"] == "any",
        when=re.compile(entry["when"], re.IGNORECASE),
        unless=re.compile(unless, re.IGNORECASE) if unless else None,
        reason=Text.of(entry["reason"]),
    )
