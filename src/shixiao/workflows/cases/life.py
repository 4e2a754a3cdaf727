"""The life of a case, as ``data/cases.yaml`` draws it."""

from __future__ import annotations

from shixiao.workflows.lives import Life, read_life


def life() -> Life:
    """Return the life of a case."""
    return read_life("cases")
