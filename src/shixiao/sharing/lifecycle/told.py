"""The answer of a run as a file: written by ``sharing lifecycle --json``, read by the site.

Only what was looked at counts as evidence when it is read: a control without any stays without.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shixiao.sharing.answers import Answer, read_answer
from shixiao.sharing.lifecycle.controls import controls
from shixiao.sharing.lifecycle.matrix import Cell, Evidence

SCHEMA = "shixiao/lifecycle/1"
MOST_CELLS = 1_000
LONGEST_REFERENCE = 200


@dataclass(frozen=True, slots=True)
class Told:
    """What a run told of a dataset."""

    dataset: str
    grade: str
    evidence: tuple[Evidence, ...]


def told(dataset: str, grade: str, cells: Sequence[Cell]) -> dict[str, Any]:
    """Return how a dataset stands as plain values (CONTRACTS: sharing lifecycle)."""
    return {
        "schema": SCHEMA,
        "dataset": dataset,
        "grade": grade,
        "cells": [_cell(cell) for cell in cells],
        "gaps": sum(cell.gap for cell in cells),
    }


def _cell(cell: Cell) -> dict[str, Any]:
    seen = cell.evidence
    return {
        "control": cell.control.id,
        "name": cell.control.name.to_json(),
        "state": cell.state.value,
        "gap": cell.gap,
        "responsible": cell.responsible or None,
        "valid_until": cell.valid_until.isoformat() if cell.valid_until else None,
        "said": seen.said.to_json() if seen else None,
        "day": seen.day.isoformat() if seen else None,
        "passed": seen.passed if seen else None,
        "reference": (seen.reference or None) if seen else None,
    }


def read_told(data: bytes, *, file: str) -> Told:
    """Read the answer of a run.

    Raises:
        BadInput: it is none, or a control in it is unknown or lacks its day or what came out.
    """
    answer = read_answer(data, schema=SCHEMA, command="shixiao sharing lifecycle", file=file)
    cells = answer.each("cells", most=MOST_CELLS)
    evidence = tuple(_evidence(cell) for cell in cells if cell.values.get("said") is not None)
    return Told(answer.text("dataset"), answer.text("grade"), evidence)


def _evidence(cell: Answer) -> Evidence:
    control = cell.text("control")
    if control not in {each.id for each in controls()}:
        cell.refuse("control")
    try:
        day = date.fromisoformat(cell.text("day"))
    except ValueError:
        cell.refuse("day")
    reference = cell.text("reference", longest=LONGEST_REFERENCE)
    return Evidence(control, day, cell.truth("passed"), cell.both("said"), reference)
