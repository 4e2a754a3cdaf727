"""Rows of an interval plot: a name, a dot with its interval, and the same in numbers."""

from __future__ import annotations

from dataclasses import dataclass

from shixiao.pictures.interval_marks import in_words, marks
from shixiao.pictures.palette import EDGE, LINE, SOFT
from shixiao.pictures.scale import Axis
from shixiao.pictures.svg import group, label, line
from shixiao.pictures.text import shorten, width, wrap
from shixiao.terms import Estimate, Text

_REFERENCE = {"zh": "（参照）", "en": " (reference)"}
_LINE = 19.0


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """One line of a plot; neighbours of one ``group`` stand together below its name.

    The ``reference`` is what the others are compared with: an open diamond instead of a dot.
    """

    name: Text
    estimate: Estimate
    group: Text | None = None
    reference: bool = False


@dataclass(frozen=True, slots=True)
class PlotForm:
    """How a plot is set.

    Attributes:
        width: of the whole plot, px.
        names: width of the column of names; 0 puts each name above its line.
        axis: the shared axis.
        ticks: numbers with a light upright line.
        reference_line: number with a dark upright line.
        digits: decimals of all numbers.
        language: ``zh`` or ``en``.
    """

    width: float
    names: float
    axis: Axis
    ticks: tuple[float, ...]
    reference_line: float | None
    digits: int
    language: str

    def words(self, row: IntervalRow) -> str:
        """Return the numbers of a row, marked when it is the reference."""
        mark = _REFERENCE.get(self.language, _REFERENCE["en"]) if row.reference else ""
        return in_words(row.estimate, self.language, self.digits) + mark

    def name(self, row: IntervalRow) -> str:
        """Return the row's name."""
        return row.name.in_language(self.language)


def group_head(name: str, top: float, form: PlotForm) -> tuple[list[str], float]:
    """Draw the name of a group of rows; return the y where it ends."""
    rows = wrap(name, form.width, 14, bold=True)
    parts = [label(0, top + 22 + nth * _LINE, row, bold=True) for nth, row in enumerate(rows)]
    return [group(parts, title=name)], top + 10 + len(rows) * _LINE


def drawn_row(row: IntervalRow, top: float, form: PlotForm) -> tuple[list[str], float]:
    """Draw one row; return the y where it ends."""
    parts, height = (_beside if form.names else _below)(row, top, form)
    title = form.name(row)
    if row.estimate.reason is not None and not row.estimate.ok:
        colon = "：" if form.language == "zh" else ": "
        title += colon + row.estimate.reason.in_language(form.language)
    return [group(parts, title=title)], top + height


def _beside(row: IntervalRow, top: float, form: PlotForm) -> tuple[list[str], float]:
    """Name at the left, marks in the middle, numbers at the right."""
    names = wrap(form.name(row), form.names - 8, 14)
    reason = _reason(row, form, form.width - form.axis.start)
    high = max(len(names), len(reason), 1) * _LINE + 17
    middle = top + high / 2
    parts = _column(names, 0, middle, "start", 14)
    if not row.estimate.ok:
        return parts + _column(reason, form.width, middle, "end", 13), high
    parts += _guides(form, top, top + high) + _marks(row, form, middle)
    return [*parts, label(form.width, middle + 5, form.words(row), size=13, anchor="end")], high


def _below(row: IntervalRow, top: float, form: PlotForm) -> tuple[list[str], float]:
    """Name on top, then numbers (beside a short name) and marks."""
    names = wrap(form.name(row), form.width, 14)
    parts = [label(0, top + 20 + nth * _LINE, one) for nth, one in enumerate(names)]
    y = top + 20 + (len(names) - 1) * _LINE
    if not row.estimate.ok:
        reason = _reason(row, form, form.width)
        parts += [
            label(0, y + (nth + 1) * _LINE, one, size=13, fill=SOFT)
            for nth, one in enumerate(reason)
        ]
        return parts, y + len(reason) * _LINE + 10 - top
    words = form.words(row)
    if width(names[-1], 14) + width(words, 13) + 12 > form.width:
        y += _LINE
    parts.append(label(form.width, y, shorten(words, form.width, 13), size=13, anchor="end"))
    parts += _guides(form, y + 8, y + 34) + _marks(row, form, y + 20)
    return parts, y + 34 - top


def _reason(row: IntervalRow, form: PlotForm, room: float) -> tuple[str, ...]:
    reason = row.estimate.reason
    if row.estimate.ok or reason is None:
        return ()
    return wrap(reason.in_language(form.language), room, 13, lines=3)


def _column(rows: tuple[str, ...], x: float, middle: float, side: str, size: float) -> list[str]:
    y = middle + 5 - _LINE * (len(rows) - 1) / 2
    return [
        label(x, y + nth * _LINE, row, size=size, anchor="end", fill=SOFT)
        if side == "end"
        else label(x, y + nth * _LINE, row, size=size)
        for nth, row in enumerate(rows)
    ]


def _guides(form: PlotForm, top: float, bottom: float) -> list[str]:
    """Draw the upright lines of one row; rows without a number keep their ground clear."""
    parts = []
    for tick in form.ticks:
        x = form.axis.at(tick)
        parts.append(line((x, top), (x, bottom), stroke=LINE))
    if form.reference_line is not None:
        x = form.axis.at(form.reference_line)
        parts.append(line((x, top), (x, bottom), stroke=SOFT, width=1.5, dash="4 3"))
    return parts


def _marks(row: IntervalRow, form: PlotForm, y: float) -> list[str]:
    ground = line((form.axis.start, y), (form.axis.end, y), stroke=EDGE, width=0.5)
    return [ground, *marks(row.estimate, form.axis, y, reference=row.reference)]
