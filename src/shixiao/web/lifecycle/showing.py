"""The matrix in words: stage by stage, who answers, what proves it, until when, and each gap."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from shixiao.records.models import CatalogueItem
from shixiao.sharing.lifecycle import Cell, CellState
from shixiao.sharing.lifecycle.controls import STAGES
from shixiao.sharing.lifecycle.matrix import STATES
from shixiao.terms import Text
from shixiao.workflows.lifecycle.standing import cells_of

NOBODY = Text("没有指定责任单位", "nobody answers for it")


def rows_of(item: CatalogueItem, today: date) -> tuple[list[dict[str, Any]], list[Cell]]:
    """Return the matrix as rows of a table, and its gaps."""
    cells = cells_of(item, today)
    files = {str(proof.pk) for proof in item.proofs.all() if proof.file_id}
    return [_row(cell, files) for cell in cells], [cell for cell in cells if cell.gap]


def _row(cell: Cell, files: set[str]) -> dict[str, Any]:
    name, tone = STATES[cell.state]
    needed = cell.state is not CellState.NOT_REQUIRED
    reference = cell.evidence.reference if cell.evidence else ""
    return {
        "control": cell.control,
        "stage": STAGES[cell.control.stage],
        "state": name,
        "tone": tone,
        "nobody": NOBODY if needed and not cell.responsible else None,
        "responsible": cell.responsible,
        "said": cell.evidence.said if cell.evidence else None,
        "day": cell.evidence.day if cell.evidence else None,
        "file": UUID(reference) if reference in files else None,
        "until": cell.valid_until if cell.evidence and cell.evidence.passed else None,
    }
