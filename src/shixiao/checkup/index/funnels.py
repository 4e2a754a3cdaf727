"""Funnels of the index: raw shares of services against their n, with 95 % and 99.8 % limits.

Source: D. J. Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shixiao.checkup.index.catalogue import indicators
from shixiao.checkup.index.knowledge import Known
from shixiao.checkup.index.result import Funnel, FunnelDot
from shixiao.checkup.scene import Scene
from shixiao.pictures import FunnelPoint, funnel_limits, standing
from shixiao.terms import SubjectKind

SHARES = (
    "completion",
    "first_time_right",
    "repeat_contact",
    "promise_kept",
    "field_pass",
    "solved",
)
FEWEST = 5


def funnels(scene: Scene, known: Mapping[str, Mapping[str, Known]]) -> tuple[Funnel, ...]:
    """Return a funnel for every share that at least five services have."""
    found = (_funnel(scene, known, item.id) for item in indicators() if item.id in SHARES)
    return tuple(funnel for funnel in found if len(funnel.dots) >= FEWEST)


def _funnel(scene: Scene, known: Mapping[str, Mapping[str, Known]], name: str) -> Funnel:
    seen = {
        service: found[name].raw
        for service, found in sorted(known.items())
        if name in found and found[name].raw.ok
    }
    centre = centre_of([(e.value or 0.0, e.n) for e in seen.values()])
    dots = []
    for service, estimate in seen.items():
        subject = scene.subject(SubjectKind.SERVICE, service)
        point = FunnelPoint(subject.name, estimate.value or 0.0, estimate.n)
        limits = [
            funnel_limits(estimate.n, kind="share", centre=centre, sd=None, level=level)
            for level in (0.95, 0.998)
        ]
        place = standing(point, kind="share", centre=centre, sd=None)
        dots.append(FunnelDot(subject, point.value, point.n, place, limits[0], limits[1]))
    return Funnel(name, centre, tuple(dots))


def centre_of(shares: Sequence[tuple[float, int]]) -> float:
    """Return the share of all together, of (share, n) each; 0 where there is nobody."""
    total = sum(n for _, n in shares)
    return sum(value * n for value, n in shares) / total if total else 0.0
