"""Heat: how much a topic moves people now. Likes alone are no measure of need.

Heat is people × reactions × recency: different persons (messages where nobody is named), one and a
share of the logarithm of the reactions each of them drew, and how recent the messages are against
the last one in the file. A thousand likes on one message never outweigh a hundred people.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from shixiao.rules import RulePack
from shixiao.statistics import growth_p
from shixiao.voice.reading import Message

HALVED, REACTING, GROWING = "VOI-19", "VOI-20", "VOI-21"
RECENT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Heat:
    """What heat is made of.

    Attributes:
        value: people × reactions × recency.
        people: different persons, or messages where the source names nobody.
        likes: reactions in favour; dislikes: against.
        recency: mean of 2^(-age / half-life) over the messages with a time; 1 without times.
        first, last: when it was spoken of.
        trend: ``rising``, ``steady`` or ``falling`` in the last 30 days; None without times.
    """

    value: float
    people: int
    likes: int
    dislikes: int
    recency: float
    first: datetime | None
    last: datetime | None
    trend: str | None

    def to_json(self) -> dict[str, Any]:
        """Return the parts of heat."""
        return {
            "people": self.people,
            "likes": self.likes,
            "dislikes": self.dislikes,
            "recency": round(self.recency, 4),
            "first": self.first.isoformat() if self.first else None,
            "last": self.last.isoformat() if self.last else None,
        }


def heat_of(
    messages: Sequence[Message], members: Sequence[npt.NDArray[np.int64]], *, rules: RulePack
) -> list[Heat]:
    """Return the heat of each topic; ages are counted from the last message of all."""
    times = [message.time for message in messages if message.time]
    now = max(times) if times else None
    recent = sum(time > now - RECENT for time in times) if now else 0
    return [
        _heat([messages[i] for i in group], now, (recent, len(times)), rules) for group in members
    ]


def _heat(
    own: Sequence[Message], now: datetime | None, whole: tuple[int, int], rules: RulePack
) -> Heat:
    named = {message.person for message in own if message.person}
    people = len(named) or len(own)
    likes = sum(message.likes or 0 for message in own)
    dislikes = sum(message.dislikes or 0 for message in own)
    times = sorted(message.time for message in own if message.time)
    half = rules.number(HALVED)
    ages = [(now - time).total_seconds() / 86_400 for time in times] if now else []
    recency = float(np.mean([2 ** (-age / half) for age in ages])) if ages else 1.0
    moved = 1 + rules.number(REACTING) * math.log1p((likes + dislikes) / len(own))
    return Heat(
        value=people * moved * recency,
        people=people,
        likes=likes,
        dislikes=dislikes,
        recency=recency,
        first=times[0] if times else None,
        last=times[-1] if times else None,
        trend=_trend(times, now, whole, rules.number(GROWING)) if now and times else None,
    )


def _trend(times: Sequence[datetime], now: datetime, whole: tuple[int, int], level: float) -> str:
    """Compare the topic's last 30 days with its time before, at the pace of all messages."""
    recent = sum(time > now - RECENT for time in times)
    before, all_recent, all_before = len(times) - recent, whole[0], whole[1] - whole[0]
    if not all_before:
        return "steady"
    if growth_p(recent, all_recent, before, all_before) <= level:
        return "rising"
    if growth_p(before, all_before, recent, all_recent) <= level:
        return "falling"
    return "steady"
