"""Heat: how much a topic moves people now. Likes alone are no measure of need.

Heat is people × reactions × recency: different persons (messages where nobody is named), one and a
share of the logarithm of the reactions each of them drew, and how recent the messages are against
a given day. A thousand likes on one message never outweigh a hundred people.

Source: the formula is our own; Y. Benjamini and Y. Hochberg (1995), JRSS B 57, 289-300, for trends
of many topics at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from shixiao.rules import RulePack
from shixiao.statistics import benjamini_hochberg, growth_p
from shixiao.voice.reading import Message

HALVED, REACTING, GROWING = "VOI-19", "VOI-20", "VOI-21"
RECENT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Heat:
    """What heat is made of.

    Attributes:
        value: people × reactions × recency.
        people: different persons; a message that names nobody is one of its own.
        likes: reactions in favour; dislikes: against.
        recency: mean of 2^(-age / half-life) over the messages with a time; 1 without times.
        first, last: when it was spoken of.
        trend: ``rising``, ``steady`` or ``falling`` in the last 30 days; None without times.
        trend_p: p-value that it changed at all, adjusted for the number of topics; None where
            there is no time before to hold it against.
    """

    value: float
    people: int
    likes: int
    dislikes: int
    recency: float
    first: datetime | None
    last: datetime | None
    trend: str | None
    trend_p: float | None

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


def last_known(messages: Sequence[Message], *, until: datetime) -> tuple[datetime | None, int]:
    """Return the last time that is not after ``until``, and how many lie after it.

    A wrong year in one row must not make all other messages old.
    """
    times = [message.time for message in messages if message.time]
    past = [time for time in times if time <= until]
    return max(past, default=None), len(times) - len(past)


def heat_of(
    messages: Sequence[Message],
    members: Sequence[npt.NDArray[np.int64]],
    *,
    rules: RulePack,
    now: datetime | None = None,
) -> list[Heat]:
    """Return the heat of each topic.

    Args:
        messages: all messages.
        members: positions of the messages of each topic.
        rules: half-life, weight of reactions, level of trends.
        now: from when ages are counted, later times are none; by default the last time of all.
    """
    now = now or max((message.time for message in messages if message.time), default=None)
    known = [m.time for m in messages if now and m.time and m.time <= now]
    recent = sum(time > now - RECENT for time in known) if now else 0
    found, changes = [], []
    for place, group in enumerate(members):
        own = [messages[i] for i in group]
        times = sorted(m.time for m in own if now and m.time and m.time <= now)
        found.append(_heat(own, times, now, rules))
        if now and times and recent < len(known):
            changes.append((place, *_change(times, now, (recent, len(known)))))
    if not changes:
        return found
    sure = benjamini_hochberg([p for _, _, p in changes])
    for (place, way, _), p in zip(changes, sure.tolist(), strict=True):
        told = way if p <= rules.number(GROWING) else "steady"
        found[place] = replace(found[place], trend=told, trend_p=p)
    return found


def _heat(
    own: Sequence[Message],
    times: Sequence[datetime],
    now: datetime | None,
    rules: RulePack,
) -> Heat:
    people = len({message.person or message.id for message in own})
    likes = sum(message.likes or 0 for message in own)
    dislikes = sum(message.dislikes or 0 for message in own)
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
        trend="steady" if times else None,
        trend_p=None,
    )


def _change(times: Sequence[datetime], now: datetime, whole: tuple[int, int]) -> tuple[str, float]:
    """Return which way a topic went in the last 30 days at the pace of all, and its p-value."""
    recent = sum(time > now - RECENT for time in times)
    before, all_recent, all_before = len(times) - recent, whole[0], whole[1] - whole[0]
    ways = {
        "rising": growth_p(recent, all_recent, before, all_before),
        "falling": growth_p(before, all_before, recent, all_recent),
    }
    way = min(ways, key=lambda name: ways[name])
    return way, min(2 * ways[way], 1.0)
