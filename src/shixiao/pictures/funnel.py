"""Funnel plot: which services differ from the mean by more than their size explains.

Spiegelhalter (2005), Funnel plots for comparing institutional performance, Statistics in
Medicine 24, 1185-1202: values against their precision, with control limits instead of a ranking.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from shixiao.pictures.funnel_drawing import INNER, OUTER, Drawn, drawn_funnel
from shixiao.pictures.palette import SOFT
from shixiao.pictures.svg import document, label
from shixiao.pictures.text import wrap
from shixiao.terms import Text

__all__ = ["FunnelPoint", "funnel_limits", "funnel_svg", "standing"]

Kind = Literal["share", "mean"]
Standing = Literal["inside", "beyond_95", "beyond_998"]
_BEYOND: tuple[tuple[float, Standing], ...] = ((INNER, "beyond_95"), (OUTER, "beyond_998"))
_TITLE = Text("漏斗图", "Funnel plot")
_NOTHING = Text("还没有可以画的服务。", "There are no services to draw yet.")
_SAID = Text(
    "{n} 项中，{far} 项超出 99.8% 界限，{near} 项介于 95% 与 99.8% 界限之间",
    "Of {n}, {far} lie beyond the 99.8% limits and {near} between the 95% and 99.8% limits",
)


@dataclass(frozen=True, slots=True)
class FunnelPoint:
    """One service: a share in [0, 1] or a mean, and the cases behind it.

    With a ``standard_error`` (clustered or adjusted values) the point stands at the number of
    plain cases that would give this error; without one, at ``n``.
    """

    name: Text
    value: float
    n: int
    standard_error: float | None = None

    def __post_init__(self) -> None:
        if self.n < 1 or not math.isfinite(self.value):
            raise ValueError(f"A point needs a finite value and at least 1 case: {self}")
        if self.standard_error is not None and not 0 < self.standard_error < math.inf:
            raise ValueError(f"A standard error is positive and finite: {self}")


def funnel_limits(
    n: float, *, kind: Kind, centre: float, sd: float | None, level: float
) -> tuple[float, float]:
    """Return the control limits of a service with ``n`` cases that is no different from the mean.

    Args:
        n: cases, positive; need not be whole.
        kind: ``share``: centre ± z sqrt(centre (1 - centre) / n), cut at 0 and 1. These are
            Wilson's limits turned round: a share lies outside exactly if its Wilson interval of
            the same level excludes the centre. ``mean``: centre ± z sd / sqrt(n).
        centre: overall mean.
        sd: pooled standard deviation of single cases, for means.
        level: 0.95 or 0.998.

    Raises:
        ValueError: without cases, without an sd for means, or with a centre that is no share.
    """
    spread = _spread(kind, centre, sd)
    if not n > 0:
        raise ValueError(f"Limits need cases, not {n}")
    half = NormalDist().inv_cdf((1 + level) / 2) * spread / math.sqrt(n)
    if kind == "share":
        return max(0.0, centre - half), min(1.0, centre + half)
    return centre - half, centre + half


def standing(point: FunnelPoint, *, kind: Kind, centre: float, sd: float | None) -> Standing:
    """Say whether a point lies inside the 95 % limits, beyond them, or beyond those of 99.8 %."""
    n = _effective_n(point, _spread(kind, centre, sd))
    found: Standing = "inside"
    for level, beyond in _BEYOND:
        low, high = funnel_limits(n, kind=kind, centre=centre, sd=sd, level=level)
        if not low <= point.value <= high:
            found = beyond
    return found


def funnel_svg(
    points: Sequence[FunnelPoint],
    *,
    kind: Kind,
    centre: float,
    sd: float | None = None,
    unit: Text,
    language: str,
    title: Text = _TITLE,
    width: int = 640,
    id_prefix: str = "funnel",
) -> str:
    """Draw services against their number of cases, with limits at 95 % and 99.8 %.

    Args:
        points: one for each service.
        kind: ``share`` (values and centre in [0, 1], drawn in percent) or ``mean``.
        centre: overall mean, in the unit of the values.
        sd: pooled standard deviation of single cases; needed for means.
        unit: what stands on the upright axis (“% 一次办成”, “days”).
        language: ``zh`` or ``en``.
        title: read aloud for the picture.
        width: 640 for desktops, 340 for phones.
        id_prefix: makes the ids unique on a page with several pictures.

    Returns:
        SVG text; points outside the limits differ in shape and carry their names.

    Raises:
        ValueError: as ``funnel_limits``, or when a share lies outside [0, 1].
    """
    scale = 100.0 if kind == "share" else 1.0
    marks = _marks(points, kind, centre, sd, language)

    def limits(n: float, level: float) -> tuple[float, float]:
        low, high = funnel_limits(n, kind=kind, centre=centre, sd=sd, level=level)
        return scale * low, scale * high

    if marks:
        parts, height = drawn_funnel(
            marks,
            limits,
            centre=scale * centre,
            unit=unit.in_language(language),
            language=language,
            wide=width,
        )
    else:
        rows = wrap(_NOTHING.in_language(language), width, 14)
        parts = [label(0, 20 + 20 * nth, row, fill=SOFT) for nth, row in enumerate(rows)]
        height = 10.0 + 20 * len(rows)
    return document(
        width,
        height,
        parts,
        title=title.in_language(language),
        description=_said(marks).in_language(language),
        language=language,
        id_prefix=id_prefix,
    )


def _marks(
    points: Sequence[FunnelPoint], kind: Kind, centre: float, sd: float | None, language: str
) -> list[Drawn]:
    """Judge every point and turn shares into percent."""
    if kind == "share" and any(not 0 <= point.value <= 1 for point in points):
        raise ValueError("Shares lie in [0, 1]")
    spread = _spread(kind, centre, sd)
    return [
        Drawn(
            point.name.in_language(language),
            point.value * (100.0 if kind == "share" else 1.0),
            _effective_n(point, spread),
            point.n,
            standing(point, kind=kind, centre=centre, sd=sd),
            abs(point.value - centre) * math.sqrt(_effective_n(point, spread)),
        )
        for point in points
    ]


def _said(marks: Sequence[Drawn]) -> Text:
    """Say in one sentence how many points lie where."""
    if not marks:
        return _NOTHING
    return _SAID.format(
        n=len(marks),
        far=sum(mark.standing == "beyond_998" for mark in marks),
        near=sum(mark.standing == "beyond_95" for mark in marks),
    )


def _spread(kind: Kind, centre: float, sd: float | None) -> float:
    """Return the standard deviation of one case under no difference."""
    if kind == "share":
        if not 0 <= centre <= 1:
            raise ValueError(f"The centre of shares lies in [0, 1], not {centre}")
        return math.sqrt(centre * (1 - centre))
    if sd is None or not 0 <= sd < math.inf:
        raise ValueError(f"Limits for means need a pooled sd of 0 or more, not {sd}")
    return sd


def _effective_n(point: FunnelPoint, spread: float) -> float:
    if point.standard_error is None or spread == 0:
        return float(point.n)
    return max((spread / point.standard_error) ** 2, 1e-3)
