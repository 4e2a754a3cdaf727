"""Network: who asks whom for data, and what becomes of it, as lines between two columns of names.

Those who ask stand at the left, those who provide at the right, so that no arrow has to say which
way a line runs. Colour and dashes say the same: what runs is a full line, a refusal is dashed, and
silence is dotted. Names are put in the order that lets lines cross least (barycentres of
neighbours; K. Sugiyama, S. Tagawa and M. Toda 1981, IEEE Trans. Syst. Man Cybern. 11, 109-125).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shixiao.pictures.palette import BLUE, CINNABAR, EDGE, GREEN, INK, SOFT
from shixiao.pictures.svg import circle, document, group, label, line
from shixiao.pictures.text import shorten, width, wrap
from shixiao.terms import Text

SIZE, SMALL, STEP, ROW, NOTE = 14, 13, 18, 26, 6  # px
# Below this width in px, the part of it that names take at each side, and their lines.
PARTS = ((300, 0.42, 3), (480, 0.36, 2), (math.inf, 0.32, 2))
THIN, THICK = 1.5, 5.0
SWEEPS = 4  # after a few rounds the order stays
HEADS = (Text("谁来要", "Who asks"), Text("谁提供", "Who provides"))
NOTHING = Text("没有部门之间的申请和交换。", "No requests or exchanges between departments.")


class Became(StrEnum):
    """What became of what was asked for."""

    RUNS = "runs"
    GRANTED = "granted"
    REFUSED = "refused"
    SILENT = "silent"
    WAITING = "waiting"


#: colour, dashes and words of each, in the order of the key
LOOKS: Mapping[Became, tuple[str, str, Text]] = {
    Became.RUNS: (BLUE, "", Text("数据在走", "data flow")),
    Became.GRANTED: (GREEN, "12 3", Text("同意了，还没有交换", "granted, nothing exchanged yet")),
    Became.REFUSED: (CINNABAR, "6 4", Text("多数被拒", "mostly refused")),
    Became.SILENT: (INK, "1.5 4", Text("过期没有答复", "no answer in time")),
    Became.WAITING: (EDGE, "2 6", Text("还在期限内", "still within its time")),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A department: its name, and a few words below it where it provides."""

    name: Text
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A line from one that asks to one that provides; ``says`` is shown on pointing."""

    asker: str
    provider: str
    weight: float
    became: Became
    says: Text

    def __post_init__(self) -> None:
        if not (math.isfinite(self.weight) and self.weight >= 0):
            raise ValueError(f"A weight is a number and not below 0: {self}")


def network_svg(
    places: Mapping[str, Place],
    links: Sequence[Link],
    *,
    title: Text,
    language: str,
    wide: int = 640,
    id_prefix: str = "network",
) -> str:
    """Draw links between who asks and who provides.

    Args:
        places: id → name of every department that a link names.
        links: at most some thirty can be told apart; the caller chooses.
        title: read aloud for the picture.
        language: ``zh`` or ``en``.
        wide: width in px; names take two lines where they must.
        id_prefix: makes the ids unique on a page with several pictures.

    Returns:
        SVG text; every link is told in words in its description.
    """
    said = "; ".join(link.says.in_language(language) for link in links)
    if not links:
        empty = label(0, 20, shorten(NOTHING.in_language(language), wide, SIZE), fill=SOFT)
        drawn, high = [empty], 30.0
    else:
        drawn, high = _drawn(places, links, language, wide)
    return document(
        wide,
        high,
        drawn,
        title=title.in_language(language),
        description=said or NOTHING.in_language(language),
        language=language,
        id_prefix=id_prefix,
    )


def _drawn(
    places: Mapping[str, Place], links: Sequence[Link], language: str, wide: int
) -> tuple[list[str], float]:
    part, most_lines = next((part, lines) for below, part, lines in PARTS if wide < below)
    room = wide * part
    left, right = _orders(links)
    columns = [
        [
            _Name.of(places[name], room - 14, language, most_lines, provides=side is right)
            for name in side
        ]
        for side in (left, right)
    ]
    heights = [sum(name.high for name in column) for column in columns]
    most = max(heights)
    drawn = [
        label(0, SIZE, HEADS[0].in_language(language), bold=True),
        label(wide, SIZE, HEADS[1].in_language(language), anchor="end", bold=True)
        if wide < PARTS[0][0]
        else label(wide - room + 14, SIZE, HEADS[1].in_language(language), bold=True),
    ]
    ends: list[dict[str, float]] = []
    for place, (side, column) in enumerate(zip((left, right), columns, strict=True)):
        x = wide - room + 14 if place else 0.0
        top = ROW + (most - heights[place]) / 2
        at = {}
        for name, words in zip(side, column, strict=True):
            drawn += words.drawn(x, top)
            at[name] = top + words.high / 2
            top += words.high
        ends.append(at)
    drawn += _lines(links, ends, room, wide, language)
    for place, at in enumerate(ends):
        x = wide - room if place else room
        drawn += [circle((x, y), 4, fill=INK) for y in at.values()]
    key, below = _key(links, ROW + most + ROW, wide, language)
    return drawn + key, below + SIZE / 2


@dataclass(frozen=True, slots=True)
class _Name:
    """A name as it stands: its lines, and how much height they take."""

    lines: tuple[str, ...]
    notes: tuple[str, ...]

    @classmethod
    def of(cls, place: Place, room: float, language: str, lines: int, *, provides: bool) -> _Name:
        told = place.note if provides else None
        note = told.in_language(language) if told is not None else ""
        name = wrap(place.name.in_language(language), room, SIZE, lines=lines)
        return cls(name, wrap(note, room, SMALL) if note else ())

    @property
    def high(self) -> float:
        return STEP * (len(self.lines) + len(self.notes)) + NOTE

    def drawn(self, x: float, top: float) -> list[str]:
        parts = [label(x, top + SIZE + STEP * n, words) for n, words in enumerate(self.lines)]
        below = top + SIZE + STEP * len(self.lines)
        return parts + [
            label(x, below + STEP * n, words, size=SMALL, fill=SOFT)
            for n, words in enumerate(self.notes)
        ]


def _lines(
    links: Sequence[Link],
    ends: Sequence[Mapping[str, float]],
    room: float,
    wide: int,
    language: str,
) -> list[str]:
    """Draw the heaviest first, so that thin lines stay seen where they cross."""
    heaviest = max(link.weight for link in links) or 1.0
    drawn = []
    for link in sorted(links, key=lambda one: (-one.weight, one.asker, one.provider)):
        colour, dash, _ = LOOKS[link.became]
        thick = THIN + (THICK - THIN) * math.sqrt(link.weight / heaviest)
        start, end = (room, ends[0][link.asker]), (wide - room, ends[1][link.provider])
        stroke = line(start, end, stroke=colour, width=thick, dash=dash)
        drawn.append(group([stroke], title=link.says.in_language(language)))
    return drawn


def _orders(links: Sequence[Link]) -> tuple[list[str], list[str]]:
    """Return both columns in the order in which lines cross least."""
    to_right: dict[str, list[str]] = defaultdict(list)
    to_left: dict[str, list[str]] = defaultdict(list)
    for link in links:
        to_right[link.asker].append(link.provider)
        to_left[link.provider].append(link.asker)
    left, right = sorted(to_right), sorted(to_left)
    for _ in range(SWEEPS):
        right = _by_neighbours(to_left, left)
        left = _by_neighbours(to_right, right)
    return left, right


def _by_neighbours(to: Mapping[str, Sequence[str]], others: Sequence[str]) -> list[str]:
    """Return names in the order of the middle of their neighbours."""
    at = {name: place for place, name in enumerate(others)}
    middle = {name: sum(at[other] for other in found) / len(found) for name, found in to.items()}
    return sorted(to, key=lambda name: (middle[name], name))


def _key(links: Sequence[Link], base: float, wide: int, language: str) -> tuple[list[str], float]:
    """Return the key of the lines that are there, and the base of its last row."""
    drawn: list[str] = []
    left = 0.0
    present = {link.became for link in links}
    for became, (colour, dash, name) in LOOKS.items():
        if became not in present:
            continue
        words = shorten(name.in_language(language), wide - 36, SIZE)
        across = 36 + width(words, SIZE)
        if left and left + across > wide:
            left, base = 0.0, base + ROW
        middle = base - SIZE / 2 + 2
        drawn.append(line((left, middle), (left + 30, middle), stroke=colour, width=3, dash=dash))
        drawn.append(label(left + 36, base, words, fill=SOFT))
        left += across + 18
    return drawn, base
