"""Drawing a process map that has been chosen, layered and laid out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from shixiao.pictures.palette import BLUE, EDGE, INK, MIST, PAPER, SOFT
from shixiao.pictures.process_choice import END, START, Arc, Choice, ProcessMap
from shixiao.pictures.process_layers import Layers, Place, Route, layered
from shixiao.pictures.process_layout import Extent, Layout, laid_out
from shixiao.pictures.scale import duration, shown
from shixiao.pictures.svg import group, label, number, polygon, rect
from shixiao.pictures.text import shorten, width, wrap
from shixiao.terms import Text

_BEGIN, _FINISH = Text("开始", "Start"), Text("结束", "End")
_EVENTS, _EVENT = Text("{n} 次", "{n} events"), Text("{n} 次", "{n} event")
_BOX, _NARROW_BOX, _HIGH = 152.0, 124.0, 64.0
_PILL, _PILL_HIGH = 104.0, 30.0
_LABEL_LINE = 15.0
_LOOP = 22.0
_HEAD = 8.0


@dataclass(frozen=True, slots=True)
class _Style:
    """What the drawing functions share: the map, the language, sizes, and the busiest arc."""

    process: ProcessMap
    language: str
    box: float
    stacked: bool
    most: int

    def words(self, arc: Arc) -> tuple[str, ...]:
        """Return an arc's label: how many, and the median wait where it is known."""
        count = shown(arc.count, self.language, 0)
        if arc.seconds is None:
            return (count,)
        wait = duration(arc.seconds, self.language)
        return (count, wait) if self.stacked else (f"{count} · {wait}",)

    def reach(self, arc: Arc) -> float:
        """Return the width of an arc's label in px."""
        return max(width(row, 12) for row in self.words(arc))

    def thickness(self, arc: Arc) -> float:
        """Return the line width: 1 px for a single case, 5 px for the busiest arc, log between."""
        return 1 + 4 * math.log1p(arc.count - 1) / max(math.log1p(self.most - 1), 1e-9)


def drawn(
    process: ProcessMap, choice: Choice, wide: float, language: str
) -> tuple[list[str], float, float]:
    """Draw the chosen arcs; return the elements, the width and the height."""
    box = _NARROW_BOX if wide < 480 else _BOX
    per_row = max(1, int((wide + 12) // (box + 24)))
    layers = layered(choice.arcs, per_row=per_row)
    most = max(arc.count for arc in choice.arcs)
    # Labels go on one line where the rows have room for it, else on two.
    for stacked in (False, True):
        style = _Style(process, language, box, stacked, most)
        layout = _laid_out(layers, style, wide)
        if layout.width <= wide:
            break
    parts = [
        _arc(route, ports, layout, style)
        for route, ports in zip(layers.routes, layout.ports, strict=True)
    ]
    for row in layers.rows:
        for place in row:
            if place.node in (START, END):
                parts.append(_pill(place, layout, style))
            elif place.node is not None:
                parts.append(_node(place.node, place, layers, layout, style))
    return parts, layout.width, layout.bottom[-1] + 2


def _laid_out(layers: Layers, style: _Style, wide: float) -> Layout:
    labels = [route.arc for route in layers.routes if len(route.places) > 2]
    tall = _LABEL_LINE * max((len(style.words(arc)) for arc in labels), default=1)
    arcs = {
        place: route.arc
        for route in layers.routes
        for place in route.places
        if place.arc is not None
    }

    def extent(place: Place) -> Extent:
        if place.node in (START, END):
            return Extent(_PILL / 2, _PILL / 2, _PILL_HIGH)
        if place.node is not None:
            loop = layers.loops.get(place.node)
            beside = _LOOP + 8 + style.reach(loop) if loop else 0.0
            return Extent(style.box / 2, style.box / 2 + beside, _HIGH)
        if place.labelled:
            return Extent(3, 7 + style.reach(arcs[place]), tall)
        return Extent(3, 3, tall)

    return laid_out(layers, extent, width=wide, port_room=_PILL - 28)


def _pill(place: Place, layout: Layout, style: _Style) -> str:
    """Draw the start or the end of a case."""
    x, top = layout.x[place], layout.top[place.row]
    word = (_BEGIN if place.node == START else _FINISH).in_language(style.language)
    pill = rect(x - _PILL / 2, top, _PILL, _PILL_HIGH, fill=INK, radius=_PILL_HIGH / 2)
    return group([pill, label(x, top + 20, word, anchor="middle", fill=PAPER)])


def _node(nth: int, place: Place, layers: Layers, layout: Layout, style: _Style) -> str:
    """Draw an activity's box with its name and its number of events."""
    x, top = layout.x[place], layout.top[place.row]
    node = style.process.nodes[nth]
    name = node.name.in_language(style.language)
    left = x - style.box / 2
    parts = [rect(left, top, style.box, _HIGH, fill=MIST, stroke=EDGE, radius=4)]
    rows = wrap(name, style.box - 14, 13, bold=True)
    y = top + (20 if len(rows) > 1 else 28)
    for row in rows:
        parts.append(label(x, y, row, size=13, anchor="middle", bold=True))
        y += 17
    events = (_EVENT if node.events == 1 else _EVENTS).format(
        n=shown(node.events, style.language, 0)
    )
    count = shorten(events.in_language(style.language), style.box - 14, 12)
    parts.append(label(x, y + 1, count, size=12, anchor="middle", fill=SOFT))
    if nth in layers.loops:
        parts += _loop(layers.loops[nth], x + style.box / 2, top, style)
    return group(parts, title=name)


def _loop(arc: Arc, x: float, top: float, style: _Style) -> list[str]:
    """Draw an activity that follows itself as a loop at its right side."""
    upper, lower = top + 18, top + _HIGH - 18
    curve = (
        f"M{number(x)} {number(upper)}C{number(x + _LOOP)} {number(upper - 6)} "
        f"{number(x + _LOOP)} {number(lower + 6)} {number(x + _HEAD)} {number(lower)}"
    )
    words = style.words(arc)
    middle = (upper + lower) / 2 + 4 - _LABEL_LINE * (len(words) - 1) / 2
    head = [(x, lower), (x + _HEAD, lower - 4), (x + _HEAD, lower + 4)]
    return [
        _curve(curve, BLUE, style.thickness(arc), dashed=False),
        polygon(head, fill=BLUE),
        *_words(words, x + _LOOP + 2, middle),
    ]


def _arc(route: Route, ports: tuple[float, float], layout: Layout, style: _Style) -> str:
    """Draw an arc through its places, with the arrow at its true target and its label beside."""
    thick = style.thickness(route.arc)
    colour = SOFT if route.back else BLUE
    first, *between, last = route.places
    head = _HEAD + thick / 2
    x, y = ports[0], layout.bottom[first.row] + (head - 1 if route.back else 0)
    steps = [f"M{number(x)} {number(y)}"]
    for place in between:
        steps.append(_bend(x, y, layout.x[place], layout.top[place.row]))
        x, y = layout.x[place], layout.bottom[place.row]
        steps.append(f"V{number(y)}")
    end = layout.top[last.row] - (0 if route.back else head - 1)
    steps.append(_bend(x, y, ports[1], end))
    parts = [_curve("".join(steps), colour, thick, dashed=route.back)]
    half = 3 + thick / 2
    if route.back:
        tip, base = layout.bottom[first.row], layout.bottom[first.row] + head
        parts.append(
            polygon(
                [(ports[0], tip), (ports[0] + half, base), (ports[0] - half, base)], fill=colour
            )
        )
    else:
        tip, base = layout.top[last.row], layout.top[last.row] - head
        parts.append(
            polygon(
                [(ports[1], tip), (ports[1] - half, base), (ports[1] + half, base)], fill=colour
            )
        )
    for place in between:
        if place.labelled:
            words = style.words(route.arc)
            parts += _words(words, layout.x[place] + 6, layout.top[place.row] + 12)
    return group(parts)


def _bend(x0: float, y0: float, x1: float, y1: float) -> str:
    """Return a curve that leaves and arrives upright."""
    middle = (y0 + y1) / 2
    return f"C{number(x0)} {number(middle)} {number(x1)} {number(middle)} {number(x1)} {number(y1)}"


def _curve(path: str, colour: str, thick: float, *, dashed: bool) -> str:
    dash = ' stroke-dasharray="5 3"' if dashed else ""
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{number(thick)}"{dash}/>'


def _words(rows: Sequence[str], x: float, y: float) -> list[str]:
    return [
        label(x, y + nth * _LABEL_LINE, row, size=12, fill=SOFT if nth else INK)
        for nth, row in enumerate(rows)
    ]
