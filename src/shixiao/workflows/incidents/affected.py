"""Affected: whose data an incident touches, by the receipts of gateways, and exactly those.

What left, under which grant and when, is on the logs that the site holds proofs of. Whose data it
was only the gateway knows, and it tells a pseudonym of its own. Who is behind a pseudonym the
provider alone can tell, and gets the list once two people consent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from shixiao.gateway.affected import AT_ONCE, SCHEMA, Touched, read_persons
from shixiao.gateway.client import Client
from shixiao.ledger import Trust
from shixiao.records.models import (
    Exchange,
    Gateway,
    Incident,
    IncidentPerson,
    IncidentReceipt,
)
from shixiao.seals import sha256_of
from shixiao.terms import BadInput, Text, Unavailable
from shixiao.workflows.gateways.keeping import client_of
from shixiao.workflows.gateways.reading import proven
from shixiao.workflows.incidents.moving import begin, go, leaf
from shixiao.workflows.moving import Act, needed
from shixiao.workflows.permissions import signed_in
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale

NO_SCOPE = Text(
    "请指定授权或数据集：事件涉及哪些交换。",
    "Name grants or datasets: which exchanges the incident touches.",
)
WRONG_TIME = Text("结束时间不早于开始时间。", "The end is not before the beginning.")
NOT_ASKED = Text(
    "没有人申请打开名单，或已经打开。", "Nobody asked to open the list, or it is open already."
)
ASKED = Text("已经有人申请打开名单。", "Somebody asked to open the list already.")
SAME = Text("须由另一人同意，申请的人不能自己同意。", "Another person has to consent.")
NONE = Text("还没有列出受影响的个人。", "The persons affected were not listed yet.")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which exchanges an incident touches; an empty tuple narrows nothing.

    Attributes:
        grants: codes.
        items: codes of datasets.
        since, until: both included.
    """

    grants: tuple[str, ...]
    items: tuple[str, ...]
    since: datetime
    until: datetime


def exchanges(scope: Scope) -> QuerySet[Exchange]:
    """Return the proven exchanges that gave data within a scope."""
    rows = proven().filter(outcome="", records__gt=0, at__gte=scope.since, at__lte=scope.until)
    if scope.grants:
        rows = rows.filter(grant__code__in=scope.grants)
    if scope.items:
        rows = rows.filter(item__code__in=scope.items)
    return rows.order_by("at", "id")


def trace(
    incident: Incident,
    act: Act,
    scope: Scope,
    *,
    client: Callable[[Gateway], Client] = client_of,
) -> Incident:
    """List the persons whose data left within a scope; a list before is put aside.

    Gateways are asked before anything is held, so that a slow one holds nobody up. One that does
    not answer is named: the list is not complete then.

    Raises:
        Forbidden: it is another department's.
        Stale: it moved on.
        Incomplete: the scope names nothing, or ends before it begins.
    """
    with transaction.atomic():
        begin(incident, "trace", act)
    if not scope.grants and not scope.items:
        raise Incomplete(NO_SCOPE, field="grants")
    if scope.until < scope.since:
        raise Incomplete(WRONG_TIME, field="until")
    by_gateway: dict[Any, list[str]] = defaultdict(list)
    for row in exchanges(scope).select_related("log"):
        by_gateway[row.log.gateway_id].append(row.pk.hex)
    gateways = Gateway.objects.filter(pk__in=by_gateway).prefetch_related("logs")
    found = {
        gateway: _ask(gateway, by_gateway[gateway.pk], client)
        for gateway in gateways.order_by("registered", "id")
    }
    receipts = [receipt for each in by_gateway.values() for receipt in each]
    return _listed(incident, act, scope, receipts, found)


@transaction.atomic
def _listed(
    incident: Incident,
    act: Act,
    scope: Scope,
    receipts: list[str],
    found: Mapping[Gateway, dict[str, Touched] | None],
) -> Incident:
    """Keep receipts and persons, and put on record how many there are."""
    held = begin(incident, "trace", act)
    held.persons.all().delete()
    held.receipts.all().delete()
    IncidentReceipt.objects.bulk_create(
        IncidentReceipt(incident=held, receipt=receipt) for receipt in receipts
    )
    for gateway, persons in found.items():
        _keep(held, gateway, persons or {})
    digests = sorted(sha256_of([str(p.pseudonym), p.receipts]) for p in held.persons.all())
    changed: dict[str, Any] = {
        "scope": {
            "grants": list(scope.grants),
            "items": list(scope.items),
            "since": scope.since.isoformat(),
            "until": scope.until.isoformat(),
        },
        "listed": act.at,
        "silent": [gateway.code for gateway, persons in found.items() if persons is None],
        "open_asked": None,
        "open_asked_by": None,
        "opened": None,
        "opened_by": None,
    }
    go(held, "trace", act, **changed)
    facts = {"records": len(digests), "rows": len(receipts), "sha256": sha256_of(digests)}
    leaf(held, "incident.traced", act, facts)
    return held


@transaction.atomic
def ask_open(incident: Incident, act: Act, *, reason: str) -> Incident:
    """Ask that the list of pseudonyms goes to the provider, who knows the persons.

    Raises:
        Forbidden: it is another department's.
        Stale: it moved on, or was asked for.
        Incomplete: no reason, or there is no list.
    """
    held = begin(incident, "ask_open", act)
    said = needed(reason, field="reason")
    if held.open_asked is not None:
        raise Stale(ASKED)
    if not held.persons.exists():
        raise Incomplete(NONE)
    go(held, "ask_open", act, open_asked=act.at, open_asked_by=signed_in(act.actor))
    facts = {"outcome": "asked", "records": held.persons.count()}
    leaf(held, "incident.opened", act, facts, reason=said)
    return held


@transaction.atomic
def consent(incident: Incident, act: Act) -> Incident:
    """Consent as the second person.

    Raises:
        Forbidden: the person may not, or asked for it himself.
        Stale: nobody asked, or it is open.
    """
    held = begin(incident, "open", act)
    if held.open_asked is None or held.opened is not None:
        raise Stale(NOT_ASKED)
    if held.open_asked_by_id == signed_in(act.actor).pk:
        raise Forbidden(SAME)
    go(held, "open", act, opened=act.at, opened_by=signed_in(act.actor))
    facts = {"outcome": "consented", "records": held.persons.count()}
    leaf(held, "incident.opened", act, facts, second_actor=held.open_asked_by)
    return held


def listed(incident: Incident) -> dict[str, Any]:
    """Return the list as a provider gets it; a drill says so in it."""
    return {
        "schema": SCHEMA,
        "incident": incident.code,
        "drill": incident.drill,
        "persons": [
            {
                "gateway": row.gateway.code,
                "pseudonym": str(row.pseudonym),
                "receipts": row.receipts,
                "proven": row.proven,
            }
            for row in incident.persons.select_related("gateway")
        ],
    }


def touched(receipts: Iterable[str]) -> dict[str, Incident]:
    """Return the incidents of which persons were notified, by receipt of the exchange."""
    rows = IncidentReceipt.objects.filter(
        receipt__in=list(receipts), incident__notified__isnull=False, incident__drill=False
    )
    found = rows.exclude(incident__notice__isnull=True).select_related("incident__department")
    return {row.receipt: row.incident for row in found}


def _ask(
    gateway: Gateway, receipts: list[str], client: Callable[[Gateway], Client]
) -> dict[str, Touched] | None:
    """Return the persons of receipts by pseudonym; None where the gateway gives no fit answer."""
    asking, trust = client(gateway), Trust.parse([log.vkey for log in gateway.logs.all()])
    found: dict[str, Touched] = {}
    try:
        for start in range(0, len(receipts), AT_ONCE):
            asked = receipts[start : start + AT_ONCE]
            part = read_persons(asking.persons(asked), asked, trust)
            if part is None:
                return None
            for person, one in part.items():
                known = found.setdefault(person, Touched([]))
                known.receipts += one.receipts
                known.proven &= one.proven
    except (BadInput, Unavailable):
        return None
    finally:
        asking.close()
    return found


def _keep(held: Incident, gateway: Gateway, found: Mapping[str, Touched]) -> None:
    start = held.persons.count()
    IncidentPerson.objects.bulk_create(
        IncidentPerson(
            incident=held,
            gateway=gateway,
            pseudonym=person,
            receipts=one.receipts,
            proven=one.proven,
            place=start + n,
        )
        for n, (person, one) in enumerate(sorted(found.items()))
    )
