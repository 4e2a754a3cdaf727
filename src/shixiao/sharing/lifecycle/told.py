"""The answer of a run as a file: written by ``sharing lifecycle --json``, read by the site.

Only what was looked at counts as evidence when it is read: a control without any stays without.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shixiao.sharing.lifecycle.controls import controls
from shixiao.sharing.lifecycle.matrix import Cell, Evidence
from shixiao.terms import BadInput, Text

SCHEMA = "shixiao/lifecycle/1"
LARGEST = 4 << 20  # bytes
LONGEST = 1_000  # signs of what is said of one control
NO_RUN = Text(
    "这不是 shixiao sharing lifecycle --json 的输出。",
    "This is not what shixiao sharing lifecycle --json prints.",
)


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
    try:
        answer = json.loads(data) if len(data) <= LARGEST else None
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict) or answer.get("schema") != SCHEMA:
        raise BadInput(NO_RUN, file=file)
    cells = answer.get("cells")
    if not isinstance(cells, list) or not all(isinstance(each, dict) for each in cells):
        raise BadInput(NO_RUN, file=file)
    evidence = tuple(
        _evidence(each, file, number)
        for number, each in enumerate(cells, 1)
        if each.get("said") is not None
    )
    return Told(str(answer.get("dataset", "")), str(answer.get("grade", "")), evidence)


def _evidence(cell: Mapping[str, Any], file: str, number: int) -> Evidence:
    control, passed = str(cell.get("control")), cell.get("passed")
    try:
        day = date.fromisoformat(str(cell.get("day")))
        said = Text.of(cell["said"])
    except (ValueError, TypeError, KeyError):
        raise _wrong(file, number, control) from None
    known = {each.id for each in controls()}
    if control not in known or not isinstance(passed, bool) or len(said.zh) > LONGEST:
        raise _wrong(file, number, control)
    return Evidence(control, day, passed, said, str(cell.get("reference") or "")[:200])


def _wrong(file: str, number: int, control: str) -> BadInput:
    return BadInput(
        Text(
            f"第 {number} 项“{control[:60]}”不是已知的控制，或没有写日期、结果和说明。",
            f"Entry {number}, “{control[:60]}”, is no control that is known, or lacks its day, what"
            " came out or what is said.",
        ),
        file=file,
    )
