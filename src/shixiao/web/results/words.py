"""Kinds of finding by their names."""

from __future__ import annotations

from functools import cache

from shixiao.checkup.detectors.registry import Detector, detectors
from shixiao.terms import Text


@cache
def kinds() -> dict[str, Detector]:
    """Return the kinds of finding by id, in documented order."""
    return {detector.kind: detector for detector in detectors()}


def kind_name(kind: str) -> Text:
    """Return the name of a kind; its id where no detector of this version knows it."""
    known = kinds().get(kind)
    return Text.of(kind) if known is None else Text.of(known.name)
