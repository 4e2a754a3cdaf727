"""What a reader's eye would check: parse a picture and look for what is clipped or collides."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from itertools import combinations

from shixiao.pictures import palette
from shixiao.pictures.geometry import Box, text_box

SVG = "{http://www.w3.org/2000/svg}"
COLOURS = {value for name, value in vars(palette).items() if name.isupper()}
CJK = re.compile("[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")


@dataclass(frozen=True)
class Seen:
    """One visible line of text, its box and its size."""

    text: str
    box: Box
    size: float


def parse(svg):
    return ET.fromstring(svg)  # noqa: S314 (our own output)


def page_of(root):
    left, top, width, height = map(float, root.get("viewBox").split())
    return Box(left, top, left + width, top + height)


def texts(root):
    found = []
    for element in root.iter(f"{SVG}text"):
        words, size = "".join(element.itertext()), float(element.get("font-size"))
        box = text_box(
            float(element.get("x")),
            float(element.get("y")),
            words.rstrip(),
            size,
            anchor=element.get("text-anchor", "start"),
            bold=element.get("font-weight") == "600",
        )
        found.append(Seen(words, box, size))
    return found


def words_of(root):
    return [seen.text for seen in texts(root)]


def boxes(root, **attributes):
    """Return the boxes of all rectangles with these attributes."""
    return [
        Box(x, y, x + float(rect.get("width")), y + float(rect.get("height")))
        for rect in root.iter(f"{SVG}rect")
        if all(rect.get(key) == value for key, value in attributes.items())
        for x, y in [(float(rect.get("x")), float(rect.get("y")))]
    ]


def collisions(items):
    # Coordinates are rounded to 0.1 px, so a tenth may be shared.
    return [(a, b) for a, b in combinations(items, 2) if a.box.meets(b.box, gap=-0.2)]


def assert_sound(svg, *, prefix):
    """Well-formed, self-contained, legible, inside its frame, and nothing on top of another."""
    root = parse(svg)
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text.strip()
    assert root[1].tag == f"{SVG}desc"
    assert root[1].text.strip()
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert all(one.startswith(prefix) for one in ids)
    assert root.get("aria-labelledby").split() == ids
    assert_drawn_with_house_means(root)
    page = page_of(root)
    wide = Box(page.left - 0.2, page.top - 0.2, page.right + 0.2, page.bottom + 0.2)
    seen = texts(root)
    assert [one for one in seen if not one.box.inside(wide)] == []
    assert [one for one in seen if one.size < 12] == []
    assert collisions(seen) == []
    return root


def assert_drawn_with_house_means(root):
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in {
            *("svg", "title", "desc", "g", "text", "tspan", "rect", "line"),
            *("polyline", "polygon", "circle", "path"),
        }
        for name, value in element.attrib.items():
            if name in {"fill", "stroke"}:
                assert value in COLOURS | {"none"}
            if name in {"x", "y", "x1", "y1", "cx", "cy", "points", "d", "width", "height"}:
                assert not re.search(r"\.\d\d|nan|inf|e", value)
            assert not name.startswith("on")
            assert "href" not in name
