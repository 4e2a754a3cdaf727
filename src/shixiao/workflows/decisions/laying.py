"""Laying down: a department says what its system decides, and registers the table of a version."""

from __future__ import annotations

import json
from datetime import datetime

from django.db import IntegrityError, transaction

from shixiao.fairness.decisions import RuleTable, Scheme, read_scheme, read_table
from shixiao.records.models import DecisionScheme, DecisionTable, System
from shixiao.seals import canonical_json, sha256_of
from shixiao.terms import BadInput, Text
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import needed
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import Incomplete

LARGEST = 1 << 20
NO_VERSION = Text("请写明是哪个版本的决策表。", "Say of which version the table is.")
NO_JSON = Text("这不是 JSON。", "It is no JSON.")
STANDS = Text(
    "这个版本已登记过另一张决策表；规则变了，就是另一个版本。",
    "Another table is registered for this version; other rules are another version.",
)
STRANGE = Text(
    "决策表的结果“{value}”不在登记的结果之中：{there}。",
    "The table's result “{value}” is none of those laid down: {there}.",
)


@transaction.atomic
def lay_down(system: System, data: bytes, *, actor: Actor, at: datetime) -> DecisionScheme:
    """Lay down the scheme of a system's decisions; the one before stays on record.

    Raises:
        Forbidden: it is another department's.
        BadInput: the scheme lacks something.
    """
    held = moving.locked(system)
    check(actor, "decision.manage", held)
    if len(data) > LARGEST:
        raise BadInput(Text("超过 1 MB。", "it is larger than 1 MB"))
    try:
        given = json.loads(data)
    except (ValueError, RecursionError):
        raise BadInput(NO_JSON) from None
    content = read_scheme(given).to_json()
    newest = held.decision_schemes.first()
    if newest is not None and newest.sha256 == sha256_of(content):
        return newest
    made = DecisionScheme.objects.create(
        system=held, content=content, sha256=sha256_of(content), at=at, by=signed_in(actor)
    )
    facts = {"sha256": made.sha256}
    put("decision.scheme", held.code, at=at, facts=facts, sealed={"actor": actor.account})
    return made


@transaction.atomic
def register_table(
    system: System, version: str, data: bytes, *, actor: Actor, at: datetime
) -> DecisionTable:
    """Register the decision table of a version; the same one again is the same one.

    Raises:
        Forbidden: it is another department's.
        BadInput: it is no table of the form, or has results that are not laid down.
        Incomplete: no version, or the version has another table.
    """
    held = moving.locked(system)
    check(actor, "decision.manage", held)
    named = needed(version, field="version", missing=NO_VERSION)[:100]
    table = read_table(data)
    terms = scheme_of(held)
    strange = {rule.result for rule in table.rules} - set(terms.outcomes if terms else ())
    if terms is not None and strange:
        there = ", ".join(terms.outcomes)
        raise BadInput(STRANGE.format(value=sorted(strange)[0], there=there))
    try:
        with transaction.atomic():
            made = DecisionTable.objects.create(
                system=held,
                version=named,
                content=dict(table.content),
                rules=len(table.rules),
                sha256=table.sha256,
                at=at,
                by=signed_in(actor),
            )
    except IntegrityError:
        known = held.decision_tables.get(version=named)
        if known.sha256 == table.sha256:
            return known
        raise Incomplete(STANDS, field="version") from None
    facts = {"version": named, "sha256": made.sha256, "records": made.rules}
    put("decision.table", held.code, at=at, facts=facts, sealed={"actor": actor.account})
    return made


def scheme_of(system: System, *, at: datetime | None = None) -> Scheme | None:
    """Return what is laid down for a system now, or was at a time; None where nothing is.

    A decision is named and counted by what was laid down when it was received: results may have
    been renamed since, or burden people no longer.
    """
    rows = system.decision_schemes.all()
    found = (rows.filter(at__lte=at).first() if at else None) or rows.first()
    return read_scheme(found.content) if found else None


def tables_of(system: System) -> dict[str, RuleTable]:
    """Return the registered tables of a system, by version."""
    return {
        row.version: read_table(canonical_json(row.content)) for row in system.decision_tables.all()
    }
