"""Period: a span of whole days, both ends included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days from ``start`` up to and including ``end``."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"A period ends on or after its start: {self.start}..{self.end}")

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read ``2026-01-01..2026-06-30``.

        Raises:
            ValueError: in words fit for a user, when the text is no period.
        """
        start, separator, end = text.partition("..")
        if not separator:
            raise ValueError(f"“{text}” is no period; write FROM..TO, e.g. 2026-01-01..2026-06-30")
        try:
            return cls(date.fromisoformat(start.strip()), date.fromisoformat(end.strip()))
        except ValueError as error:
            raise ValueError(f"“{text}” is no period: {error}") from None

    def __str__(self) -> str:
        return f"{self.start}..{self.end}"

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.start <= day <= self.end
