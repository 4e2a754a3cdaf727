"""Speakers of a collective discussion: one a line, in the order in which they spoke.

Source: Decree 713 art. 30: the head speaks last, and dissent is written down as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shixiao.terms import BadInput, Text

MOST = 100
WIDE = "\uff5c"  # the bar as Chinese keyboards type it
SAYS = {"赞成": "for", "同意": "for", "for": "for", "反对": "against", "不同意": "against",
        "against": "against", "弃权": "abstain", "abstain": "abstain"}  # fmt: skip
WRONG_LINE = Text(
    "第 {n} 行应为“姓名 | 职务 | 赞成、反对或弃权 | 发言要点”。",
    "Line {n} should read “name | post | for, against or abstain | what was said”.",
)
SILENT = Text("第 {n} 行：反对意见须如实载明。", "Line {n}: dissent is written down as it was.")
TOO_MANY = Text("发言人不能超过 100 名。", "There are at most 100 speakers.")


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who spoke: name, post, ``for``, ``against`` or ``abstain``, and what was said."""

    name: str
    post: str
    says: str
    words: str


def read_speakers(text: str) -> tuple[Speaker, ...]:
    """Read speakers, one a line; the last one is the head.

    Raises:
        BadInput: a line is not of that form, or dissent has no words (``row``).
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MOST:
        raise BadInput(TOO_MANY, column="speakers")
    found = []
    for n, line in enumerate(lines, 1):
        parts = [part.strip() for part in line.replace(WIDE, "|").split("|", 3)]
        says = SAYS.get(parts[2].lower()) if len(parts) >= 3 else None
        if says is None or not parts[0]:
            raise BadInput(WRONG_LINE.format(n=n), column="speakers", row=n)
        words = parts[3] if len(parts) > 3 else ""
        if says == "against" and not words:
            raise BadInput(SILENT.format(n=n), column="speakers", row=n)
        found.append(Speaker(parts[0], parts[1], says, words))
    return tuple(found)


def against_most(speakers: Sequence[Speaker], *, adopted: bool) -> bool:
    """Say whether the decision is other than what most members are for."""
    for_it = sum(each.says == "for" for each in speakers)
    return (2 * for_it > len(speakers)) != adopted
