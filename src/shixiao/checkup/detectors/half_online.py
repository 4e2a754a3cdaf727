"""Half-online services: people apply online and then still run to the counter.

Looked at are cases begun online; flagged are those that reach a counter within the window of rule
E-07. The law asks for one entry and for data to travel instead of people (国务院令第716号).
"""

from __future__ import annotations

from collections.abc import Iterable

from shixiao.checkup.detectors.cases import case_rows
from shixiao.checkup.detectors.rates import Rate, screen_rates
from shixiao.checkup.detectors.registry import detector
from shixiao.checkup.detectors.trial import Screening
from shixiao.checkup.scene import Scene


@detector("half_online")
def half_online(scene: Scene) -> Iterable[Screening]:
    """Compare the share of online cases that still go to a counter."""
    measure = "counter_after_online"
    rows = case_rows(scene, {measure: "dropout"})
    if not isinstance(rows, Screening):
        minimum = int(scene.rules.number("F-10", "cases"))
        rows = screen_rates(scene, rows, [Rate(measure, "dropout", minimum)])
    yield rows
