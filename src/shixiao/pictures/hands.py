"""Whose hands: the places that data pass, one box each, with a line where they change hands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from shixiao.pictures.palette import EDGE, INK, MIST, PAPER, SOFT
from shixiao.pictures.svg import document, label, line, polygon, rect
from shixiao.pictures.text import width, wrap
from shixiao.terms import Text

SIZE, SMALL = 14, 13  # px of names, and of who answers
TALL, AIR, LEAP = 112, 12, 34  # px: a box, its inner edge, the way to the next
LINES = 5  # in a box, of its name and of who answers
ARROW = 6


@dataclass(frozen=True, slots=True)
class HandBox:
    """One place.

    Attributes:
        name: what it is.
        holder: in whose hands it is.
        answers: who answers for what happens there.
        side: what is the same for places in the same hands; where it changes, hands change.
    """

    name: Text
    holder: Text
    answers: Text
    side: str


ANSWERS = Text("由{who}负责", "{who} answers")
CHANGE = Text("交接", "hand-over")


def hands_svg(
    boxes: Sequence[HandBox],
    *,
    title: Text,
    language: str,
    upright: bool = False,
    wide: int = 640,
    id_prefix: str = "hands",
) -> str:
    """Draw the places in their order, across the page or upright.

    Args:
        boxes: the places, from the source on.
        title: read aloud for the picture.
        language: ``zh`` or ``en``.
        upright: one below the other, for phones.
        wide: width in px.
        id_prefix: makes the ids unique on a page with several pictures.

    Returns:
        SVG text; a box on the recipient's side has a grey ground, and a dashed line stands where
        hands change, so that it reads in grey as well.
    """
    count = max(len(boxes), 1)
    step = TALL + LEAP if upright else (wide + LEAP) / count
    long = wide if upright else step - LEAP
    drawn: list[str] = []
    sides = list(dict.fromkeys(box.side for box in boxes))
    for place, box in enumerate(boxes):
        x, y = (0.0, 1 + place * step) if upright else (place * step, SMALL + 6)
        drawn += _box(box, x, y, long, language, shaded=sides.index(box.side) % 2 == 1)
    for place, (one, other) in enumerate(pairwise(boxes)):
        changes = one.side != other.side
        if upright:
            drawn += _down(wide / 2, 1 + place * step + TALL, changes, language)
        else:
            drawn += _across(place * step + long, SMALL + 6, changes, language)
    high = count * step - LEAP + 2 if upright else TALL + SMALL + 8
    said = "; ".join(
        f"{box.name.in_language(language)}: {_answers(box, language)}" for box in boxes
    )
    return document(
        wide,
        high,
        drawn,
        title=title.in_language(language),
        description=said,
        language=language,
        id_prefix=id_prefix,
    )


def _box(
    box: HandBox, x: float, y: float, long: float, language: str, *, shaded: bool
) -> list[str]:
    room = long - 2 * AIR
    drawn = [rect(x, y, long, TALL, fill=MIST if shaded else PAPER, stroke=EDGE, radius=4)]
    below = y + AIR + SIZE - 2
    name = wrap(box.name.in_language(language), room, SIZE, bold=True, lines=2)
    for text in name:
        drawn.append(label(x + AIR, below, text, size=SIZE, bold=True))
        below += SIZE + 4
    for text in wrap(_answers(box, language), room, SMALL, lines=LINES - len(name)):
        drawn.append(label(x + AIR, below, text, size=SMALL, fill=SOFT))
        below += SMALL + 4
    return drawn


def _answers(box: HandBox, language: str) -> str:
    return ANSWERS.format(who=box.answers).in_language(language)


def _across(x: float, top: float, changes: bool, language: str) -> list[str]:
    middle, end = top + TALL / 2, x + LEAP
    drawn = [line((x + 2, middle), (end - ARROW, middle), stroke=INK)]
    drawn.append(polygon([(end, middle), (end - 7, middle - 4), (end - 7, middle + 4)], fill=INK))
    if changes:
        drawn.append(line((x + LEAP / 2, top), (x + LEAP / 2, top + TALL), stroke=INK, dash="4 3"))
        said = CHANGE.in_language(language)
        drawn.append(label(x + LEAP / 2, SMALL, said, size=SMALL, anchor="middle"))
    return drawn


def _down(x: float, top: float, changes: bool, language: str) -> list[str]:
    end = top + LEAP
    drawn = [line((x, top + 2), (x, end - ARROW), stroke=INK)]
    drawn.append(polygon([(x, end), (x - 4, end - 7), (x + 4, end - 7)], fill=INK))
    if changes:
        half, said = top + LEAP / 2, CHANGE.in_language(language)
        drawn.append(line((0, half), (2 * x, half), stroke=INK, dash="4 3"))
        drawn.append(rect(0, half - 9, width(said, SMALL) + 8, 18, fill=PAPER))
        drawn.append(label(0, half + 5, said, size=SMALL))
    return drawn
