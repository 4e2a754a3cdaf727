"""Decisions taken in by a site, batch by batch, as the interface takes them: from bytes of JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from itertools import islice
from typing import Any

from bars import decisions_world as world
from shixiao.fairness.decisions import read_row
from shixiao.records.models import Account, DecisionCell, LoggedDecision, Organisation
from shixiao.workflows.decisions import laying, taking
from tests.cast import NOW, Cast
from tests.systems import made

BATCH = 1_000
BOTH = {"zh": "例", "en": "an example"}


def deliver(count: str, now: Callable[[], float] = time.process_time) -> dict[str, Any]:
    """Deliver so many decisions in batches; return the CPU seconds of this process."""
    accounts = {each.login: each for each in Account.objects.all()}
    cast = Cast(accounts, {each.code: each for each in Organisation.objects.all()})
    actor, n = cast.actor("wei"), int(count)
    system = made(cast, world.SYSTEM)
    outcomes = {
        value: {"name": BOTH, "adverse": value == world.REFUSE}
        for value in (world.GRANT, world.REFUSE, world.VISIT)
    }
    factors = {"income": {"name": BOTH, "register": BOTH, "can": "correct", "how": BOTH}}
    whom = dict.fromkeys(("about", "people", "reconsideration", "court"), BOTH)
    scheme = {"outcomes": outcomes, "factors": factors, "groups": ["age", "sex"], **whom}
    laying.lay_down(
        system, json.dumps(scheme | {"irreversible": False}).encode(), actor=actor, at=NOW
    )
    left = world.sent(n, 3)
    batches = []
    while batch := list(islice(left, BATCH)):
        batches.append(json.dumps(batch).encode())
    before = now()
    for batch in batches:
        rows = (
            (number, read_row(row, now=NOW, zone=taking.zone()))
            for number, row in enumerate(json.loads(batch), 1)
        )
        delivery = taking.begin(system, name="batch", actor=actor, at=NOW)
        for _ in taking.take(delivery, rows, actor=actor, at=NOW):
            pass
    used = now() - before
    counted = sum(cell.counts["n"] for cell in DecisionCell.objects.all())
    return {"cpu_s": used, "rows": LoggedDecision.objects.count(), "counted": counted}
