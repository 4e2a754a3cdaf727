"""From the service guide: documents asked for that government already holds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from shixiao.checkup.index.components import Peers, means
from shixiao.checkup.index.groundwork import COUNTER, ONLINE, Groundwork
from shixiao.checkup.index.sources import source


@source("materials_held")
def materials_held(ground: Groundwork) -> Iterator[Peers]:
    """Documents held elsewhere that the guide asks for, online where it knows online."""
    asked = ground.scene.asked
    counts: dict[str, int] = {}
    for service in ground.services:
        for channel in (ONLINE, COUNTER):
            guide = asked.get((service, channel))
            held = None if guide is None else guide.fact("materials_held")
            if held is not None:
                counts[service] = held
                break
    values = np.array(list(counts.values()), dtype=np.float64)
    yield from means(
        "materials_held",
        list(counts),
        values,
        np.zeros(len(values)),
        np.ones(len(values)),
        level=ground.level,
    )
