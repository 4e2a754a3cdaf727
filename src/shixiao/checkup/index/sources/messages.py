"""From messages: what writers say was solved, and complaints for each case."""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import numpy as np

from shixiao.checkup.index.components import Peers, shares
from shixiao.checkup.index.components import rates as shrunken_rates
from shixiao.checkup.index.groundwork import Groundwork
from shixiao.checkup.index.sources import source
from shixiao.terms import SubjectKind

OF = {SubjectKind.SERVICE: "service_id", SubjectKind.DEPARTMENT: "department_id"}


@source("solved")
def solved(ground: Groundwork) -> Iterator[Peers]:
    """Messages solved, by service and by department."""
    scene, least = ground.scene, ground.number("I-19", "messages")
    for kind, column in OF.items():
        if not scene.has("messages", column):
            continue
        messages = scene.table("messages")
        known = messages.filter(messages[column].notnull() & messages.solved.notnull())
        rows = scene.engine.rows(
            known.group_by(column).agg(n=ibis._.count(), x=ibis._.solved.cast("int64").sum())
        )
        counts = {
            str(subject): (int(n), int(x))
            for subject, n, x in zip(rows[column], rows["n"], rows["x"], strict=True)
        }
        ids = sorted({*counts, *_with_cases(ground, kind)})
        n, x = zip(*(counts.get(i, (0, 0)) for i in ids), strict=True) if ids else ((), ())
        yield from shares("solved", ids, x, n, level=ground.level, least=least, kind=kind)


def _with_cases(ground: Groundwork, kind: SubjectKind) -> list[str]:
    """Return the services that have cases; of departments only those with messages count."""
    if kind is not SubjectKind.SERVICE:
        return []
    cases = ground.cases.sum(axis=1)
    return [service for i, service in enumerate(ground.services) if cases[i] > 0]


@source("complaints")
def complaints(ground: Groundwork) -> Iterator[Peers]:
    """Complaints about a service divided by its cases."""
    kinds = ground.scene.rules.value("I-18", "kinds")
    messages = ground.scene.table("messages")
    chosen = messages.filter(
        messages.service_id.notnull()
        & messages["kind"].isin(kinds if isinstance(kinds, list) else [])
    )
    rows = ground.scene.engine.rows(chosen.group_by("service_id").agg(n=ibis._.count()))
    counts = dict(zip(rows["service_id"], rows["n"], strict=True))
    cases = ground.cases.sum(axis=1)
    events = np.array([counts.get(s, 0) for s in ground.services], dtype=np.float64)
    events = np.where(cases > 0, events, 0.0)
    if not cases.any():
        return
    yield from shrunken_rates("complaints", ground.services, events, cases, level=ground.level)
