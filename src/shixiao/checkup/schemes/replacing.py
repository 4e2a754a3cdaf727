"""What should be measured instead? The effect indicator in place of show or mere activity."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from shixiao.checkup.schemes.cues import IndicatorClass, folded
from shixiao.datafiles import load_yaml
from shixiao.terms import Text

REPLACED = (IndicatorClass.OUTPUT, IndicatorClass.VANITY, IndicatorClass.BANNED)


@dataclass(frozen=True, slots=True)
class Replacement:
    """One entry of data/replacements.yaml."""

    id: str
    classes: tuple[IndicatorClass, ...]
    when: re.Pattern[str]
    text: Text


@cache
def replacements() -> tuple[Replacement, ...]:
    """Return all replacements in the order in which they are tried."""
    content = files("shixiao.checkup.schemes").joinpath("data/replacements.yaml").read_text("utf-8")
    return tuple(
        Replacement(
            entry["id"],
            tuple(IndicatorClass(name) for name in entry.get("for", REPLACED)),
            re.compile(entry["when"], re.IGNORECASE),
            Text.of(entry["text"]),
        )
        for entry in load_yaml(content)
    )


def replacement(indicator_class: IndicatorClass, name: str, description: str) -> Text | None:
    """Return what to measure instead; None for what already speaks of people.

    The name is asked before the description, which often speaks of much else.
    """
    fitting = [item for item in replacements() if indicator_class in item.classes]
    by_topic = [item for item in fitting if item.when.pattern]
    for text in (folded(name), folded(description)):
        found = next((item for item in by_topic if item.when.search(text)), None)
        if found is not None:
            return found.text
    return fitting[-1].text if fitting else None
