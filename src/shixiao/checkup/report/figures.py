"""Figures: the pictures of the house in the two widths of a page, with unique ids."""

from __future__ import annotations

from collections.abc import Sequence

from shixiao.checkup.report.cells import Figure
from shixiao.checkup.report.speech import Speech, Unit
from shixiao.pictures import IntervalRow, Ribbon, interval_plot, interval_svg, ribbon_svg
from shixiao.terms import Estimate, Text

WIDE, NARROW = 640, 340
LESS_MORE = (Text("更少", "less"), Text("更多", "more"))
FASTER_SLOWER = (Text("更快", "faster"), Text("更慢", "slower"))


def intervals(
    speech: Speech,
    rows: Sequence[IntervalRow],
    unit: Unit,
    *,
    title: str,
    caption: str,
    ratio: bool = False,
    sides: tuple[Text, Text] = LESS_MORE,
) -> Figure:
    """Draw estimates below one another; ratios on a logarithmic axis around 1.

    ``sides`` are the words for both sides of the 1.
    """
    scaled = [
        IntervalRow(Text.of(speech.name(row.name)), unit.of(row.estimate), row.group, row.reference)
        for row in rows
    ]
    wide, narrow = (
        interval_plot(
            scaled,
            unit=unit.name,
            language=speech.language,
            title=Text.of(title),
            reference_line=1.0 if ratio else None,
            log=ratio,
            sides=sides if ratio else None,
            width=width,
            id_prefix=speech.id("plot"),
        )
        for width in (WIDE, NARROW)
    )
    return Figure(wide, narrow, caption, title)


def ribbons(speech: Speech, ribbon: Ribbon, *, title: str, caption: str) -> Figure:
    """Draw a ribbon across the page, and upright for phones and paper."""
    wide, narrow = (
        ribbon_svg(ribbon, language=speech.language, upright=upright, id_prefix=speech.id("ribbon"))
        for upright in (False, True)
    )
    return Figure(wide, narrow, caption, title)


def axis_of(estimates: Sequence[Estimate]) -> tuple[float, float] | None:
    """Return the ends of the axis that the cells of a column share; None when nothing is drawn."""
    ok = [e for e in estimates if e.ok and e.value is not None]
    ends = [n for e in ok for n in (e.value, e.low, e.high) if n is not None]
    if not ends or max(ends) <= 0:
        return None
    return 0.0, max(ends) * 1.04


def cell_picture(speech: Speech, estimate: Estimate, axis: tuple[float, float] | None) -> str:
    """Draw one estimate for a table cell; "" when it is not ok."""
    if axis is None:
        return ""
    low, high = axis
    return interval_svg(
        estimate,
        low_end=low,
        high_end=high,
        language=speech.language,
        id_prefix=speech.id("cell"),
    )
