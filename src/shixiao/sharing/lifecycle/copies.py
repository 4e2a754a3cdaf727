"""Retention: copies that stand beyond their time, found where they lie.

The register says which copies there are, where, and until when they may be kept; what lies there
after that day is overdue, whatever the register says of its destruction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of a dataset.

    Attributes:
        id: its number in the register.
        place: file or folder where it lies.
        keep_until: last day on which it may be there.
        destroyed: day of its certificate of destruction; None while there is none.
    """

    id: str
    place: Path
    keep_until: date
    destroyed: date | None = None


@dataclass(frozen=True, slots=True)
class Overdue:
    """A copy that should be gone.

    Attributes:
        copy: which.
        days: how many days beyond its time.
        certified: True where a certificate says that it was destroyed, and it lies there still.
    """

    copy: Copy
    days: int
    certified: bool


def copies_overdue(copies: Iterable[Copy], *, today: date) -> list[Overdue]:
    """Return copies that lie there beyond their time, or in spite of a certificate."""
    return [
        Overdue(copy, max((today - copy.keep_until).days, 0), copy.destroyed is not None)
        for copy in copies
        if copy.place.exists() and (copy.keep_until < today or copy.destroyed is not None)
    ]
