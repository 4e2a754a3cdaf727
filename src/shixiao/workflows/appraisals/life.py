"""The life of an appraisal round, as ``data/appraisals.yaml`` draws it."""

from __future__ import annotations

from shixiao.workflows.lives import Life, read_life


def life() -> Life:
    """Return the life of an appraisal round."""
    return read_life("appraisals")
