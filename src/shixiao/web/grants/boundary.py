"""The boundary of responsibility on the page of a grant: a picture, and its table twin."""

from __future__ import annotations

from typing import Any

from shixiao.checkup.report.cells import Figure
from shixiao.pictures import HandBox, hands_svg
from shixiao.records.models import Grant
from shixiao.terms import Text
from shixiao.web.shell.pages import language, say
from shixiao.workflows.grants.boundary import legs_of

NARROW = 190  # px; half as wide again in large print, which fits a phone at the largest
DRAWN = 4  # places that fit beside one another; the table has them all
TITLE = Text("数据从谁手里到谁手里", "From whose hands to whose")
CAPTION = Text(
    "虚线是交接处：数据在谁手中，谁负责（政务数据共享条例第三十四、三十六条）。",
    "The data change hands at a dashed line; whoever has them answers (Decree 809 arts. 34 and"
    " 36).",
)


def boundary_of(grant: Grant) -> dict[str, Any]:
    """Return the places on the way of a grant's data, and the picture of them."""
    legs = legs_of(grant)
    boxes = [
        HandBox(leg.name, leg.holder, leg.answers, leg.place.hand.value) for leg in legs[:DRAWN]
    ]
    wide, narrow = (
        hands_svg(
            boxes,
            title=TITLE,
            language=language(),
            upright=upright,
            wide=size,
            id_prefix=name,
        )
        for upright, size, name in ((False, 640, "hands"), (True, NARROW, "hands-narrow"))
    )
    return {"legs": legs, "boundary": Figure(wide, narrow, say(CAPTION), say(TITLE))}
