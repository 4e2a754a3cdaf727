"""The parts that both forms of the ribbon share: legend, materials line, saved sentence."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from shixiao.pictures.flow import ROW, Flow, Run
from shixiao.pictures.palette import (
    CINNABAR,
    EDGE,
    INK,
    LINE,
    OFFICE,
    PAPER,
    SOFT,
    WAITING,
    YOU,
)
from shixiao.pictures.ribbon_steps import WHOSE, Material, Ribbon, Segment, Who
from shixiao.pictures.svg import group, label, line, rect, triangle
from shixiao.pictures.text import shorten, width, wrap
from shixiao.terms import Text

TONE: dict[Who, str] = {"you": YOU, "office": OFFICE, "waiting": WAITING}
INK_ON: dict[Who, str] = {"you": PAPER, "office": INK, "waiting": INK}
EMPTY = Text(
    "还没有步骤可画：导入带时间的办件事件以后，办事长卷就出现在这里。",
    "No steps to draw yet: import case events with times and the ribbon will appear here.",
)
EMPTY_BAR = Text("没有步骤记录", "No steps recorded")
_WHOSE_TIME = Text("谁的时间", "Whose time")
_VISIT = Text("要跑一次", "Needs a visit")
_ASKED = Text("要交 {n} 份材料：", "Documents to hand in ({n}): ")
_ASKED_HELD = Text(
    "要交 {n} 份材料，其中 {held} 份政府已有：",
    "Documents to hand in ({n}, of which government already holds {held}): ",
)
_HELD_ZH = "（{}已有）"
_HELD_EN = " (held by {})"
_MORE_MATERIALS = Text("另有 {n} 份", "and {n} more")
_MOST_MATERIALS = 24


def segment_box(
    segment: Segment, x: float, y: float, wide: float, high: float, *, title: str
) -> str:
    """Draw one step in its tone; waiting has a dashed outline, a step of no length a stroke."""
    if segment.length == 0:
        return group([rect(x, y, max(wide, 1.5), max(high, 1.5), fill=INK)], title=title)
    wide, high = max(wide, 1.0), max(high, 1.0)
    if segment.who == "waiting" and min(wide, high) >= 4:
        inner = rect(x + 0.5, y + 0.5, wide - 1, high - 1, fill=WAITING, stroke=EDGE, dashed=True)
        return group([inner], title=title)
    outline = PAPER if min(wide, high) >= 4 else None
    return group([rect(x, y, wide, high, fill=TONE[segment.who], stroke=outline)], title=title)


@cache
def legend(right: float, language: str) -> tuple[tuple[str, ...], float]:
    """Draw the legend from the top left corner.

    Returns:
        The elements and the y where the legend ends.
    """
    head = _WHOSE_TIME.in_language(language)
    parts = [label(0, 18, head, bold=True)]
    x, y = width(head, 14, bold=True) + 16, 18.0
    for who, name in (*WHOSE.items(), (None, _VISIT)):
        word = name.in_language(language)
        wide = 24 + width(word, 14)
        if x + wide > right:
            x, y = 0.0, y + ROW
        if who is None:
            parts.append(triangle(x + 9, y, fill=CINNABAR))
        else:
            parts.append(segment_box(Segment(name, 1, who), x, y - 12, 18, 14, title=""))
        parts.append(label(x + 24, y, word))
        x += wide + 18
    return tuple(parts), y + 8


def materials(ribbon: Ribbon, top: float, right: float, language: str) -> tuple[list[str], float]:
    """Draw what must be handed in; what government already holds is struck through.

    Returns:
        The elements and the y where they end (``top`` when nothing is asked for).
    """
    if not ribbon.materials:
        return [], top
    flow = Flow(right)
    held = sum(material.held_by is not None for material in ribbon.materials)
    head = (_ASKED_HELD if held else _ASKED).format(n=len(ribbon.materials), held=held)
    flow.put(Run(head.in_language(language), SOFT))
    shown = ribbon.materials[:_MOST_MATERIALS]
    left_out = len(ribbon.materials) - len(shown)
    separator, stop = ("、", "。") if language == "zh" else (", ", ".")
    for nth, material in enumerate(shown):
        last = nth == len(shown) - 1 and not left_out
        flow.put(*_material(material, stop if last else separator, 2 * right, language))
    if left_out:
        words = _MORE_MATERIALS.format(n=left_out).in_language(language)
        flow.put(Run(words + stop, SOFT))
    parts, end = flow.drawn(top)
    names = [material.name.in_language(language) for material in ribbon.materials]
    return [group(parts, title=separator.join(names))], end


def _material(material: Material, after: str, room: float, language: str) -> list[Run]:
    """Return the runs of one document; a name or holder beyond ``room`` px is cut."""
    name = shorten(material.name.in_language(language), room, 14)
    if material.held_by is None:
        return [Run(name + after)]
    holder = shorten(material.held_by.in_language(language), room, 14)
    held = (_HELD_ZH if language == "zh" else _HELD_EN).format(holder)
    return [Run(name, SOFT, struck=True), Run(held + after, SOFT)]


def saved(ribbon: Ribbon, top: float, right: float, language: str) -> tuple[list[str], float]:
    """Draw the closing sentence, what would be saved, below a thin line.

    Returns:
        The elements and the y where they end (``top`` without a sentence).
    """
    if ribbon.saved is None:
        return [], top
    parts = [
        line((0, top + 8), (right, top + 8), stroke=LINE),
        line((2, top + 20), (2, top + 42), stroke=INK, width=4),
    ]
    y = top + 37.0
    sentence = ribbon.saved.in_language(language)
    for row in wrap(sentence, right - 14, 16, bold=True, lines=3):
        parts.append(label(14, y, row, size=16, bold=True))
        y += ROW
    return [group(parts, title=sentence)], y - 12


def bar_head(name: str, note: str, x: float, top: float, room: float) -> tuple[list[str], float]:
    """Draw a bar's name and note; return the elements and the y where they end."""
    parts, y = [], top + 14.0
    for text, bold, fill in ((name, True, INK), (note, False, SOFT)):
        for row in wrap(text, room, 14, bold=bold):
            parts.append(label(x, y, row, bold=bold, fill=fill))
            y += 20
    return [group(parts, title=f"{name} {note}")], y - 14


def running(lengths: list[float]) -> Iterator[tuple[float, float]]:
    """Yield where each step begins and ends when they follow one another from 0."""
    at = 0.0
    for length in lengths:
        yield at, at + length
        at += length
