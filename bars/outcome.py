"""One measured figure and the bar it is held to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


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

    @classmethod
    def at_most(
        cls,
        what: str,
        value: float,
        limit: float,
        unit: str = "",
        *,
        cost: Mapping[str, Any] | None = None,
    ) -> Self:
        """Hold a figure to an upper limit; ``cost`` has ``cpu_s`` and ``peak_mb`` of the work."""
        return cls(what, value, f"≤ {_plain(limit)}", value <= limit, unit, **_cost(cost))

    @classmethod
    def at_least(
        cls,
        what: str,
        value: float,
        limit: float,
        unit: str = "",
        *,
        cost: Mapping[str, Any] | None = None,
    ) -> Self:
        """Hold a figure to a lower limit."""
        return cls(what, value, f"≥ {_plain(limit)}", value >= limit, unit, **_cost(cost))

    @classmethod
    def recorded(
        cls,
        what: str,
        value: float | str,
        unit: str = "",
        *,
        cost: Mapping[str, Any] | None = None,
    ) -> Self:
        """Keep a figure that is held to nothing."""
        return cls(what, value, "recorded", met=True, unit=unit, **_cost(cost))

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


def _plain(limit: float) -> str:
    return f"{limit:,}" if isinstance(limit, int) else f"{limit:.3g}"


def _cost(cost: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: cost[name] for name in ("cpu_s", "peak_mb")} if cost else {}
