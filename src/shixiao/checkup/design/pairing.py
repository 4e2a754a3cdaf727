"""Pairing: what becomes online of each item that the counter asks for?

Items are held against each other one to one, so that together they are most alike; the order in
which a channel lists them says nothing. What is then left over on both sides stands in each other's
place kind by kind: a document that replaces a document takes nothing away, and a signature by any
other name is a signature. What a law demands in the original is set apart, for nobody could have
taken it away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.optimize import linear_sum_assignment

from shixiao.checkup.design.asking import Kind, Required
from shixiao.sharing.matching import alike

SAME_ELEMENT = 0.95
SAME_ID = 0.3  # ids may be shared by channels, and may as well be counted anew in each
OTHER_KIND = 0.05  # taken off, so that an item finds its like of the same kind first


class Fate(StrEnum):
    """What became of an item."""

    REPEATED = "repeated"
    REPLACED = "replaced"
    LIGHTER = "lighter"
    DROPPED = "dropped"
    ADDED = "added"
    LAWFUL = "lawful"


@dataclass(frozen=True, slots=True)
class Pair:
    """An item of the counter beside what it became online; either may be missing."""

    fate: Fate
    counter: Required | None
    online: Required | None

    @property
    def item(self) -> Required:
        """The item to name: that of the counter where there is one."""
        found = self.counter or self.online
        if found is None:
            raise ValueError("A pair has at least one side")
        return found


def paired(
    counter: Sequence[Required], online: Sequence[Required], *, threshold: float
) -> tuple[Pair, ...]:
    """Say of every item what became of it; items of the counter come first.

    Args:
        counter: what the counter asks for.
        online: what is asked for online.
        threshold: likeness from which two wordings are one item (rule DSN-02).
    """
    ours, theirs = sorted(counter, key=_order), sorted(online, key=_order)
    kept = _assigned(ours, theirs, threshold, lighter=False)
    rest, left = _without(ours, kept, 0), _without(theirs, kept, 1)
    lighter = _assigned(rest, left, threshold, lighter=True)
    rest, left = _without(rest, lighter, 0), _without(left, lighter, 1)
    instead = _in_place(rest, left)
    rest, left = _without(rest, instead, 0), _without(left, instead, 1)
    return (
        *(Pair(_lawful(a, b, Fate.REPEATED), a, b) for a, b in kept),
        *(Pair(_lawful(a, b, _instead(a)), a, b) for a, b in instead),
        *(Pair(_lawful(a, b, Fate.LIGHTER), a, b) for a, b in lighter),
        *(Pair(Fate.DROPPED, a, None) for a in rest),
        *(Pair(Fate.LAWFUL if b.basis else Fate.ADDED, None, b) for b in left),
    )


def likeness(one: Required, other: Required) -> float:
    """Return how sure two items of a service are the same, 0 to 1."""
    found = max(alike(one.name.zh, other.name.zh), _alike_in_english(one, other))
    if one.element_id and one.element_id == other.element_id:
        found = max(found, SAME_ELEMENT)
    if one.item_id == other.item_id:
        found = min(found + SAME_ID, 1.0)
    return found - OTHER_KIND * (one.kind is not other.kind)


def _alike_in_english(one: Required, other: Required) -> float:
    """Return the likeness of the English wordings, where both have one of their own."""
    if one.name.en == one.name.zh or other.name.en == other.name.zh:
        return 0.0
    return alike(one.name.en, other.name.en)


Twosome = tuple[Required, Required]


def _order(item: Required) -> tuple[str, str, str]:
    return (item.kind.value, item.name.zh, item.item_id)


def _assigned(
    ours: Sequence[Required], theirs: Sequence[Required], threshold: float, *, lighter: bool
) -> list[Twosome]:
    """Pair items that are alike, each once, so that the sum of likenesses is greatest."""
    if not ours or not theirs:
        return []
    table = np.zeros((len(ours), len(theirs)))
    for row, one in enumerate(ours):
        for column, other in enumerate(theirs):
            if _fits(one.kind, other.kind, lighter=lighter):
                near = likeness(one, other)
                table[row, column] = near if near >= threshold else 0.0
    rows, columns = linear_sum_assignment(table, maximize=True)
    return [
        (ours[row], theirs[column])
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        if table[row, column] > 0
    ]


def _fits(one: Kind, other: Kind, *, lighter: bool) -> bool:
    """Say whether an item may have become one of another kind: no visit becomes a document."""
    if lighter:
        return other.weight < one.weight and one is not Kind.VISIT
    return other is one or (other.weight >= one.weight and other is not Kind.VISIT)


def _in_place(ours: Sequence[Required], theirs: Sequence[Required]) -> list[Twosome]:
    """Pair what is left over of the same kind, in order."""
    found: list[Twosome] = []
    waiting: dict[Kind, list[Required]] = defaultdict(list)
    for item in theirs:
        waiting[item.kind].append(item)
    for item in ours:
        if waiting[item.kind]:
            found.append((item, waiting[item.kind].pop(0)))
    return found


def _instead(item: Required) -> Fate:
    """Say what it is when one of a kind stands for another: acts are the same by any name."""
    return Fate.REPLACED if item.kind.data else Fate.REPEATED


def _without(items: Sequence[Required], pairs: Sequence[Twosome], side: int) -> list[Required]:
    taken = {id(pair[side]) for pair in pairs}
    return [item for item in items if id(item) not in taken]


def _lawful(one: Required, other: Required, fate: Fate) -> Fate:
    return Fate.LAWFUL if one.basis or other.basis else fate
