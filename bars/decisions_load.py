"""Decisions taken in by a site, batch by batch, as the interface takes them: from bytes of JSON.

What the database's own server works for them counts; SQLite works within the site's process.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from itertools import islice
from typing import Any

import psutil
from django.db import connection

from bars import decisions_world as world
from bars.sites import cpu_of
from shixiao.fairness.decisions import read_row
from shixiao.records.models import Account, DecisionCell, LoggedDecision, Organisation
from shixiao.workflows.decisions import laying, taking
from tests.cast import NOW, Cast
from tests.systems import made

BATCH = 1_000
BOTH = {"zh": "例", "en": "an example"}


def deliver(count: str, now: Callable[[], float] = time.process_time) -> dict[str, Any]:
    """Deliver so many decisions in batches; return CPU seconds of this process and the server."""
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
    before, served = now(), _served()
    for batch in batches:
        rows = (
            (number, read_row(row, now=NOW, zone=taking.zone()))
            for number, row in enumerate(json.loads(batch), 1)
        )
        delivery = taking.begin(system, name="batch", actor=actor, at=NOW)
        for _ in taking.take(delivery, rows, actor=actor, at=NOW):
            pass
    used, served = now() - before, _served() - served
    counted = sum(cell.counts["n"] for cell in DecisionCell.objects.all())
    rows = LoggedDecision.objects.count()
    return {"cpu_s": used, "server_cpu_s": served, "rows": rows, "counted": counted}


def _served() -> float:
    """Return the CPU seconds of the database's server so far; none where there is no server."""
    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = psutil.Process(cursor.fetchone()[0])
    top = backend.parent()
    return cpu_of((top or backend).pid)
