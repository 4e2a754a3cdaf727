"""The life of a training, as ``data/trainings.yaml`` draws it."""

from __future__ import annotations

from shixiao.workflows.lives import Life, read_life


def life() -> Life:
    """Return the life of a training."""
    return read_life("trainings")
