"""The clock of a period as the parts of pages take it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from shixiao.workflows.clock import days_left, rule, soon


def clock(due: date | None, due_rule: str, today: date | None = None) -> dict[str, Any]:
    """Return the clock of a state, as ``parts.deadline`` takes it; none where nothing runs."""
    if due is None:
        return {"state": "none"}
    left = days_left(due, today or timezone.localdate())
    state = "overdue" if left < 0 else "soon" if left <= soon() else "running"
    article = rule(due_rule).name if due_rule else None
    return {"state": state, "days": abs(left), "due": due, "article": article}
