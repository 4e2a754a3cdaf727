"""Ratios as people read them: two decimals below ten, and no digits that nobody can trust."""

from __future__ import annotations

MOST = 1000


def times(ratio: float) -> str:
    """Write a ratio with two decimals below ten, one below a hundred; huge ones are not exact."""
    if ratio >= MOST:
        return f"≥ {MOST:,}"
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.1f}" if ratio < 100 else f"{ratio:,.0f}"
