"""Reading logs of gateways: every entry is held against the signed checkpoint that covers it.

The site trusts no list of exchanges: it takes the entries of each worker's log in their order,
grows the tree over them and compares its root with the checkpoint that the worker signed. A log
that shrinks, changes what it had said, or is signed by another key has diverged; it is read no
further, and the auditors are told.
"""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from shixiao.gateway.client import Client
from shixiao.ledger import Checkpoint, Leaf, Malformed, Note, Trust, opens
from shixiao.ledger.growth import Edge
from shixiao.records.models import CatalogueItem, Exchange, Gateway, GatewayLog, Grant
from shixiao.terms import BadInput, Text, Unavailable
from shixiao.workflows.gateways.counting import count
from shixiao.workflows.gateways.keeping import client_of
from shixiao.workflows.leaves import put
from shixiao.workflows.notices import holders, tell

MOST_PARTS = 50  # of one log in one run: some ten thousand exchanges
MOST_LOGS = 1_000  # of one gateway
MOST_RECORDS = 1 << 53
RECEIPT = re.compile(r"[0-9a-f]{32}", re.ASCII)
DONE, REFUSED = "exchange.done", "exchange.refused"
UNREACHED, DIVERGED = "unreached", "diverged"
TELL = Text(
    "网关 {address} 的分账本与先前所见不一致，已停止读取，请核查。",
    "The log of the gateway {address} differs from what it said before. It is read no further.",
)
logger = logging.getLogger("shixiao.gateways")


def proven() -> QuerySet[Exchange]:
    """Return the exchanges that a checkpoint covers; no other counts."""
    return Exchange.objects.filter(ordinal__lt=F("log__size"))


def read_all(*, now: datetime) -> int:
    """Read every gateway that is asked; return how many entries came."""
    return sum(read(row, now=now) for row in Gateway.objects.filter(ended__isnull=True))


def read(gateway: Gateway, *, now: datetime, client: Client | None = None) -> int:
    """Read the logs of one gateway; return how many entries came.

    Args:
        gateway: which.
        now: when.
        client: that asks it; None makes one.
    """
    asking = client or client_of(gateway)
    came, fault = 0, ""
    try:
        known = {log.number: log for log in gateway.logs.all()}
        there = _numbers(asking)
        for number in sorted(there | known.keys()):
            if number in known and known[number].diverged is not None:
                continue
            if number in there:
                came += _read_log(gateway, number, asking, now)
            else:
                _diverge(gateway, number, {}, Malformed("root_differs"), now)
    except (BadInput, Unavailable) as problem:
        fault = UNREACHED
        logger.warning("gateway %s: %s", gateway.code, problem.text.en)
    finally:
        if client is None:
            asking.close()
    if gateway.logs.filter(diverged__isnull=False).exists():
        fault = DIVERGED
    heard = gateway.heard if fault == UNREACHED else now
    Gateway.objects.filter(pk=gateway.pk).update(asked=now, heard=heard, fault=fault)
    return came


def _numbers(client: Client) -> set[int]:
    """Return the numbers of the workers' logs."""
    try:
        found = {int(each["origin"].rpartition("/w")[2]) for each in client.checkpoints()}
    except (KeyError, TypeError, ValueError, AttributeError):
        found = {MOST_LOGS}
    if not all(0 <= number < MOST_LOGS for number in found):
        raise Unavailable(Text("网关的应答看不懂。", "the answer makes no sense"))
    return found


def _read_log(gateway: Gateway, number: int, client: Client, now: datetime) -> int:
    came = 0
    for _ in range(MOST_PARTS):
        log = gateway.logs.filter(number=number).first()
        told = client.entries(number, log.taken if log else 0)
        try:
            part = _part(told, log)
            with transaction.atomic():
                held = _take(gateway, number, part, now)
        except Malformed as problem:
            _diverge(gateway, number, told, problem, now)
            return came
        came += len(part.entries)
        if held.taken >= part.checkpoint.size:
            return came
    return came


@dataclass(frozen=True, slots=True)
class _Part:
    """Entries of a log that fit what was seen before."""

    vkey: str
    note: str
    checkpoint: Checkpoint
    entries: tuple[bytes, ...]
    cases: tuple[str, ...]
    edge: Edge


def _part(told: Mapping[str, Any], log: GatewayLog | None) -> _Part:
    """Hold what a gateway says against what it said before.

    Raises:
        Malformed: the log has diverged, or what came is no log.
    """
    try:
        entries = tuple(base64.b64decode(e, validate=True) for e in told["entries"])
        vkey, note, cases = str(told["vkey"]), str(told["note"]), list(told["cases"])
        shifted = told["from"] != (log.taken if log else 0) or len(cases) != len(entries)
        told_note = Note.parse(note.encode())
    except (KeyError, TypeError, ValueError):
        raise Malformed("leaf_form") from None
    if shifted:
        raise Malformed("leaf_form")
    checkpoint = Trust.parse([log.vkey if log else vkey]).check(told_note)
    start = _edge(log)
    edge = start.grown(entries)[0]
    whole = edge.size == checkpoint.size
    if edge.size > checkpoint.size or (whole and edge.root != checkpoint.root):
        raise Malformed("root_differs")
    if not whole and not entries:
        raise Malformed("root_differs")
    opened = tuple(_case(e, c) for e, c in zip(entries, cases, strict=True))
    return _Part(vkey, note, checkpoint, entries, opened, edge)


def _edge(log: GatewayLog | None) -> Edge:
    if log is None:
        return Edge()
    return Edge(log.taken, tuple(tuple(map(bytes.fromhex, row)) for row in log.rows))


def _case(entry: bytes, opening: object) -> str:
    """Return the case of an entry, where what was told opens its commitment.

    Raises:
        Malformed: it does not, or the entry is none that can be kept.
    """
    leaf = Leaf.from_bytes(entry)
    if leaf.event in {DONE, REFUSED} and not _can_be_kept(leaf):
        raise Malformed("leaf_form")
    committed = leaf.sealed.get("case")
    if opening is None and committed is None:
        return ""
    try:
        case, salt = str(opening["case"]), bytes.fromhex(opening["salt"])  # type: ignore[index]
        opened = committed is not None and opens(committed, case, salt=salt)
    except (KeyError, TypeError, ValueError):
        raise Malformed("leaf_form") from None
    if not opened or "\x00" in case:
        raise Malformed("leaf_form")
    return case


def _can_be_kept(leaf: Leaf) -> bool:
    """Say whether an entry about an exchange has the form that gateways write."""
    facts = dict(leaf.facts)
    records, fields = facts.pop("records", 0), facts.pop("fields", [])
    if type(records) is not int or not 0 <= records < MOST_RECORDS or not isinstance(fields, list):
        return False
    texts = (*facts.values(), *fields)
    plain = all(isinstance(text, str) and "\x00" not in text for text in texts)
    return plain and RECEIPT.fullmatch(leaf.subject) is not None


def _take(gateway: Gateway, number: int, part: _Part, now: datetime) -> GatewayLog:
    """Keep entries, and the checkpoint where they reach it; the main log anchors it.

    Raises:
        Malformed: an entry says to be of a receipt that another entry has.
    """
    log, _ = GatewayLog.objects.select_for_update().get_or_create(
        gateway=gateway, number=number, defaults={"vkey": part.vkey}
    )
    start = part.edge.size - len(part.entries)
    if log.taken != start:  # another worker of the site was faster
        return log
    leaves = [Leaf.from_bytes(entry) for entry in part.entries]
    known = _Known.of(leaves)
    rows = [
        _row(log, start + n, leaf, case, known)
        for n, (leaf, case) in enumerate(zip(leaves, part.cases, strict=True))
        if leaf.event in {DONE, REFUSED}
    ]
    receipts = {row.pk for row in rows}
    if len(receipts) < len(rows) or Exchange.objects.filter(pk__in=receipts).exists():
        raise Malformed("leaf_form")
    Exchange.objects.bulk_create(rows, batch_size=500)
    log.taken = part.edge.size
    log.rows = [[value.hex() for value in row] for row in part.edge.rows]
    if part.edge.size == part.checkpoint.size and part.checkpoint.size > log.size:
        log.size, log.root = part.checkpoint.size, part.checkpoint.root.hex()
        log.note, log.proven = part.note, now
        facts = {"origin": part.checkpoint.origin, "size": log.size, "root": log.root}
        put("log.anchored", gateway.code, at=now, facts=facts)
    log.save()
    if log.size > log.counted:
        count(log)
    return log


@dataclass(frozen=True, slots=True)
class _Known:
    """Grants and datasets that leaves name, by code."""

    grants: Mapping[str, Grant]
    items: Mapping[str, CatalogueItem]

    @classmethod
    def of(cls, leaves: list[Leaf]) -> _Known:
        grants = {str(leaf.facts.get("grant", "")) for leaf in leaves}
        items = {str(leaf.facts.get("dataset", "")) for leaf in leaves}
        return cls(
            {row.code: row for row in Grant.objects.filter(code__in=grants)},
            {row.code: row for row in CatalogueItem.objects.filter(code__in=items)},
        )


def _row(log: GatewayLog, ordinal: int, leaf: Leaf, case: str, known: _Known) -> Exchange:
    facts = leaf.facts
    return Exchange(
        id=UUID(leaf.subject),
        log=log,
        ordinal=ordinal,
        at=leaf.at,
        grant=known.grants.get(str(facts.get("grant", ""))),
        item=known.items.get(str(facts.get("dataset", ""))),
        caller=str(facts.get("department", ""))[:100],
        purpose=str(facts.get("purpose", ""))[:100],
        mode=str(facts.get("mode", ""))[:20],
        outcome=str(facts.get("outcome", ""))[:30],
        records=int(facts.get("records", 0)),
        case=case[:200],
        fields=list(facts.get("fields", ())),
    )


@transaction.atomic
def _diverge(
    gateway: Gateway, number: int, told: Mapping[str, Any], problem: Malformed, now: datetime
) -> None:
    """Keep that a log has diverged, and tell who audits."""
    logger.error("gateway %s, log %s: %s", gateway.code, number, problem.text.en)
    log, _ = GatewayLog.objects.get_or_create(
        gateway=gateway, number=number, defaults={"vkey": str(told.get("vkey", ""))[:200]}
    )
    log.diverged = now
    log.save(update_fields=["diverged"])
    facts = {"origin": f"{gateway.address}/w{number}", "size": log.size, "root": log.root}
    put("gateway.diverged", gateway.code, at=now, facts=facts)
    today = timezone.localdate(now)
    people = [*holders("auditor", today=today), *holders("analyst", today=today)]
    text = TELL.format(address=gateway.address)
    tell(people, "gateway.diverged", text, link=f"/gateways/{gateway.code}/", at=now)
