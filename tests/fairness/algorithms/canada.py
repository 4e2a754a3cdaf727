"""Canada's AIA in the form of our questionnaire, from its SurveyJS file (not in this repository).

Points are the suffix of an answer ``itemN-P``; a panel ``…-RS`` is raw risk, ``…-MS`` mitigation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shixiao.fairness.algorithms.questions import Clause, Option, Part, Question, Questionnaire
from shixiao.terms import Text
from tests.conftest import SHARED

FILE = SHARED / "governance" / "aia_survey-enfr_v1.0.1.json"
POINTS = re.compile(r"item\d+-(\d+)")
CONDITION = re.compile(r'\{(\w[\w-]*)\}\s*(?:contains|=)\s*\[?"([\w-]+)"\]?')
NAME = Text("问题", "Question")


def survey(path: Path) -> dict[str, Any]:
    """Return the survey as it was published."""
    read: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return read


def questionnaire_of(path: Path) -> Questionnaire:
    """Return the questions that have answers to choose from."""
    found = [q for page in survey(path)["pages"] for q in _page(page)]
    known = {q.id for q in found}
    assert all(n in known for q in found for clause in q.shown_if for n, _ in clause)
    return Questionnaire(tuple(found), {"all": NAME})


def _page(page: dict[str, Any]) -> Iterator[Question]:
    for panel in page.get("elements", ()):
        yield from _elements(panel, (*_clauses(page), *_clauses(panel)), panel["name"])


def _elements(element: dict[str, Any], above: tuple[Clause, ...], panel: str) -> Iterator[Question]:
    for each in element.get("elements", ()):
        shown = (*above, *_clauses(each))
        if "elements" in each:
            yield from _elements(each, shown, each["name"])
        elif each.get("choices"):
            yield _question(each, shown, panel)


def _question(each: dict[str, Any], shown: tuple[Clause, ...], panel: str) -> Question:
    values = [c["value"] if isinstance(c, dict) else c for c in each["choices"]]
    counts = panel.endswith(("-RS", "-MS")) and not each["name"].endswith("-NS")
    options = tuple(Option(v, NAME, _points(v) if counts else 0) for v in map(str, values))
    part = Part.MITIGATION if panel.endswith("-MS") else Part.RISK
    return Question(each["name"], "all", NAME, part, each["type"] == "checkbox", options, shown)


def _points(value: str) -> int:
    found = POINTS.fullmatch(value)
    return int(found[1]) if found else 0


def _clauses(element: dict[str, Any]) -> tuple[Clause, ...]:
    text = element.get("visibleIf", "")
    return tuple(
        tuple((name, option) for name, option in CONDITION.findall(part))
        for part in text.split(" and ")
        if part.strip()
    )
