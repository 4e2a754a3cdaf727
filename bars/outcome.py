"""One measured figure and the bar it is held to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was measured, whether it met the bar, and what the measuring took."""

    what: str
    value: float | int | str | bool
    bar: str
    met: bool
    unit: str = ""
    cpu_s: float | None = None
    peak_mb: float | None = None

    def __str__(self) -> str:
        shown = f"{self.value:.3g}" if isinstance(self.value, float) else str(self.value)
        cost = "" if self.cpu_s is None else f"  [{self.cpu_s:.2f} CPU s"
        cost += "" if self.peak_mb is None else f", {self.peak_mb:.0f} MB peak"
        return f"{self.what}: {shown} {self.unit} (bar: {self.bar}){cost}{']' if cost else ''}"

    def to_json(self) -> dict[str, Any]:
        """Return the record of build/bars.json."""
        return {
            "what": self.what,
            "value": self.value,
            "unit": self.unit,
            "bar": self.bar,
            "met": self.met,
            "cpu_s": self.cpu_s,
            "peak_mb": self.peak_mb,
        }
