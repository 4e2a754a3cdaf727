"""The life of a commission, as ``data/commissions.yaml`` draws it."""

from __future__ import annotations

from shixiao.workflows.lives import Life, read_life


def life() -> Life:
    """Return the life of a commission."""
    return read_life("commissions")
