"""What results hold as JSON, in words: estimates, and kinds of finding by their names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from shixiao.checkup.detectors.registry import Detector, detectors
from shixiao.terms import Estimate, Status, Text


def estimate_of(data: Mapping[str, Any]) -> Estimate:
    """Return an estimate that was kept as JSON."""
    reason = data["reason"]
    return Estimate(
        data["value"],
        data["low"],
        data["high"],
        data["n"],
        level=data["level"],
        status=Status(data["status"]),
        reason=Text.of(reason) if reason else None,
    )


@cache
def kinds() -> dict[str, Detector]:
    """Return the kinds of finding by id, in documented order."""
    return {detector.kind: detector for detector in detectors()}


def kind_name(kind: str) -> Text:
    """Return the name of a kind; its id where no detector of this version knows it."""
    known = kinds().get(kind)
    return Text.of(kind) if known is None else Text.of(known.name)
