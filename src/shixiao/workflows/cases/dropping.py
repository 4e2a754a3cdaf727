"""Dropping: a lead that is not filed, or a case that the check did not confirm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shixiao.records.models import Account, Case, Finding, Step
from shixiao.workflows.cases.life import life
from shixiao.workflows.cases.moving import Act, move
from shixiao.workflows.leaves import put
from shixiao.workflows.register import is_public


def before_dropping(case: Case, detail: Mapping[str, Any]) -> None:
    """Nothing more is needed than the reason."""
    del case, detail


def drop(case: Case, act: Act, second: Account, detail: Mapping[str, Any]) -> Step:
    """Drop the case; the finding it was about is dismissed with it."""
    del detail
    case.closed = act.at
    if case.state != "lead":
        case.outcome = Case.Outcome.UNSUBSTANTIATED
    step = move(case, life().verbs["drop"], act, second=second)
    if case.finding is not None:
        case.finding.state = Finding.State.DISMISSED
        case.finding.save(update_fields=["state"])
        if is_public(case.finding):  # the ledger names no finding of a draft
            people = {"actor": act.by, "second_actor": second, "reason": act.reason}
            put("finding.dismissed", case.finding.code, at=act.at, sealed=people)
    return step
