"""Checking: each system's decisions are replayed, counted and grouped, and what is found is kept.

What was replayed once is not replayed again. The rest is grouped by the database: what explanations
lack, how replays came out, and equal inputs with several results. Where groups were sent, the cube
is audited beside it; its leads say what to look into and are no verdict.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Count, F, OuterRef, Subquery

from shixiao.fairness import Asked, Cube, audit
from shixiao.fairness.decisions import (
    MOST_NAMED,
    Place,
    Record,
    Replayed,
    Replayer,
    Seen,
    completeness,
    consistency,
    cube_of,
    faithfulness,
    findings,
    read_record,
)
from shixiao.records.models import Case, DecisionCheck, LoggedDecision, System
from shixiao.seals import sha256_of
from shixiao.terms import Subject, SubjectKind, Text
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.cases.opening import observe
from shixiao.workflows.clock import pack
from shixiao.workflows.decisions.laying import scheme_of, tables_of
from shixiao.workflows.decisions.taking import zone
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import NOT_FOUND, Missing

CASE = Text("{what}：{name}", "{what}: {name}")
PART = 2_000
SEED = 20260101
DAILY, ASKED, OBJECTION = "daily", "asked", "objection"


def ask(system: System, *, actor: Actor, at: datetime) -> DecisionCheck:
    """Check a system's decisions now.

    Raises:
        Forbidden: the person may not.
    """
    check(actor, "decision.check", system)
    return look(system, cause=ASKED, reference="", at=at)


def open_case(made: DecisionCheck, measure: str, *, actor: Actor, at: datetime) -> Case:
    """Open a case on a breach that a check found.

    Raises:
        Forbidden: the person opens no cases.
        Missing: the check found no such breach.
    """
    found = next((f for f in made.detail["findings"] if f["measure"] == measure), None)
    if found is None:
        raise Missing(NOT_FOUND)
    system, name, text = made.system, Text.of(found["name"]), Text.of(found["text"])
    title = CASE.format(what=name, name=system.name)
    return observe(
        name=title.zh[:200],
        story=f"{text.zh}\n{text.en}\n{made.code}",
        department=system.department,
        subject=("system", system.identifier),
        actor=actor,
        at=at,
    )


def look_at_all(*, now: datetime) -> int:
    """Check every system with decisions that its last check did not see; return how many.

    What a check saw is how many there were, for a delivery may begin before it and end after it;
    what came in while it ran, or got its table since, is not replayed yet.
    """
    counted = LoggedDecision.objects.order_by().values_list("system").annotate(n=Count("id"))
    there = dict(counted)
    newest = DecisionCheck.objects.filter(system=OuterRef("pk")).values("n")[:1]
    systems = System.objects.filter(pk__in=there).annotate(seen=Subquery(newest))
    left = LoggedDecision.objects.order_by().filter(
        replayed="", system__decision_tables__version=F("version")
    )
    open_ = set(left.values_list("system", flat=True).distinct())
    due = [
        each
        for each in systems
        if each.seen is None or there[each.pk] > each.seen or each.pk in open_
    ]
    for system in due:
        look(system, cause=DAILY, reference="", at=now)
    return len(due)


def look(system: System, *, cause: str, reference: str, at: datetime) -> DecisionCheck:
    """Check a system's decisions and keep what was found.

    Args:
        system: whose decisions.
        cause: ``daily``, ``asked`` or ``objection``.
        reference: code of the objection; "" for none.
        at: when.
    """
    replay(system)
    seen = seen_of(system)
    subject = Subject(SubjectKind.SYSTEM, system.identifier, system.name)
    digest = sha256_of([[d.code, d.sha256] for d in system.decision_deliveries.order_by("id")])
    found = [each.to_json() for each in findings(seen, subject, rules=pack(), sha256=digest)]
    detail: dict[str, Any] = {
        "completeness": completeness(seen).to_json(),
        "faithfulness": faithfulness(seen).to_json(),
        "consistency": consistency(seen).to_json(),
        "missing": dict(seen.missing.most_common()),
        "replayed": dict(seen.replayed),
        "findings": found,
        "leads": _leads(system, subject),
        "rules": pack().hash,
    }
    with transaction.atomic():
        held = moving.locked(system)
        made = DecisionCheck.objects.create(
            system=held, cause=cause, reference=reference, n=seen.n, detail=detail, at=at
        )
        facts = {
            "records": seen.n,
            "kind": cause,
            "sha256": sha256_of(detail),
            "concerns": made.code,
            "outcome": "findings" if found else "none",
        }
        put("decision.checked", held.code, at=at, facts=facts)
    return made


def replay(system: System) -> int:
    """Replay what was not replayed yet and has a table; return how many decisions."""
    tables = tables_of(system)
    rows = LoggedDecision.objects.filter(system=system, replayed="", version__in=tables)
    engine, n = Replayer(tables), 0
    waiting: Iterator[LoggedDecision] = rows.order_by("id").iterator(PART)
    while part := list(islice(waiting, PART)):
        for row, replayed in zip(part, engine.replay(map(record_of, part)), strict=True):
            row.replayed = replayed.state
        LoggedDecision.objects.bulk_update(part, ["replayed"])
        n += len(part)
    return n


def record_of(row: LoggedDecision) -> Record:
    """Return the record that a row holds."""
    return read_record(row.sealed, now=row.received, zone=zone())


def seen_of(system: System) -> Seen:
    """Return what the database says of a system's decisions, in four queries."""
    rows, seen = LoggedDecision.objects.filter(system=system).order_by(), Seen()
    for missing, n in rows.values_list("missing").annotate(n=Count("id")):
        seen.n += n
        seen.whole += 0 if missing else n
        for part in filter(None, missing.split(",")):
            seen.missing[part] += n
    for state, n in rows.values_list("replayed").annotate(n=Count("id")):
        seen.replayed[state or "no_table"] += n
    for row in rows.filter(replayed__in=("different", "no_result")).order_by("id")[:MOST_NAMED]:
        told = Replayed(row.number, row.version, row.replayed, row.result, "", "")
        seen.breaches.append(told)
    alike = rows.exclude(inputs_hash="").values("version", "inputs_hash")
    alike = alike.annotate(n=Count("id"), results=Count("result", distinct=True)).filter(n__gt=1)
    seen.repeated = alike.count()
    apart = alike.filter(results__gt=1)
    seen.apart = apart.count()
    for each in apart.order_by("version", "inputs_hash")[:MOST_NAMED]:
        seen.unlike.append((each["version"], each["inputs_hash"], ()))
    return seen


def cube(system: System) -> Cube | None:
    """Return the count cube of a system; None where nothing is laid down or counted."""
    scheme = scheme_of(system)
    if scheme is None:
        return None
    cells = [
        (
            Place(
                cell.version,
                cell.period,
                cell.arm,
                tuple(cell.groups.get(name, "") for name in scheme.groups),
            ),
            cell.counts,
        )
        for cell in system.decision_cells.all()
    ]
    return cube_of(cells, system=system.identifier, groups=scheme.groups) if cells else None


def _leads(system: System, subject: Subject) -> list[dict[str, Any]]:
    """Return the leads of an audit of the cube; none where there are no groups to compare."""
    found = cube(system)
    if found is None or not found.groups:
        return []
    drawn = "random" if "random" in found.values("arm") else None
    asked = Asked(subject, outcome=bool(found.total("tp", "fp")), random=drawn, seed=SEED)
    return [each.to_json() for each in audit(found, asked, rules=pack()).findings]
