"""Bar 7: our own bars reward no show; the report's pictures are taken for a person to judge."""

from __future__ import annotations

from bars.outcome import Outcome
from bars.own_bars import outcomes


def measure(*, full: bool) -> list[Outcome]:
    measured = outcomes()
    if full:
        from tests.shots import SHOTS, main

        main()
        taken = len(list(SHOTS.glob("*.png")))
        measured.append(
            Outcome("pictures in build/shots", taken, "looked at by a person", met=taken > 0)
        )
    return measured
