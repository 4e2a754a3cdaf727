"""Bar 4: matching on the held-out part, and what an inventory finds in departments' databases."""

from __future__ import annotations

from bars import sharing_inventory, sharing_matching
from bars.outcome import Outcome


def measure(*, full: bool) -> list[Outcome]:
    return [*sharing_matching.measure(full=full), *sharing_inventory.measure(full=full)]
