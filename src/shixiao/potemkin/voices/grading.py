"""Grading: of what was planted in voices, how much was found, and how much of what was found is so.

A need counts as found when most messages of a topic without a service are its own. A topic of
several matters, or of one that has a service, is a false one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MOST = 0.5  # share of a topic's messages that have to be of one matter


@dataclass(frozen=True, slots=True)
class Grade:
    """Planted and found, and what was found without being so.

    Attributes:
        planted, found: needs; reported: topics that were called needs; false: those that are none.
        missed: names of what was not found; wrong: what the false ones are of.
    """

    planted: int
    found: int
    reported: int
    false: int
    missed: tuple[str, ...]
    wrong: tuple[str, ...]


def grade(needs: Mapping[str, Iterable[str]], topics: Iterable[Iterable[str]]) -> Grade:
    """Hold topics that were called needs against the planted ones.

    Args:
        needs: ids of the messages of each planted need.
        topics: ids of the messages of each topic that was called a need.
    """
    of = {number: name for name, numbers in needs.items() for number in numbers}
    found: set[str] = set()
    wrong: list[str] = []
    reported = 0
    for topic in topics:
        numbers = list(topic)
        reported += 1
        name, count = Counter(of.get(number, "") for number in numbers).most_common(1)[0]
        if name and count > MOST * len(numbers):
            found.add(name)
        else:
            wrong.append(" ".join(numbers[:3]))
    missed = tuple(sorted(set(needs) - found))
    return Grade(len(needs), len(found), reported, len(wrong), missed, tuple(wrong))
