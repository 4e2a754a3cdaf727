"""Items in words: by which way and as whom they are tested."""

from __future__ import annotations

from shixiao.effect.fieldtests import Audience, Mode
from shixiao.effect.fieldtests.kinds import AUDIENCE_NAMES, MODE_NAMES
from shixiao.records.models import Assignment
from shixiao.terms import Text
from shixiao.web.shell.pages import say, t


def way_of(assignment: Assignment) -> str:
    """Return by which way and as whom an item is tested."""
    item = assignment.item
    mode, audience = MODE_NAMES[Mode(item.mode)], AUDIENCE_NAMES[Audience(item.audience)]
    way = Text(f"{mode.zh}，{audience.zh}", f"{mode.en}, {audience.en}")
    case = t("，回访办件", ", call-back on a case") if item.case_id else ""
    return say(way) + case
