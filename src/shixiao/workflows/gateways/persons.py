"""Who used a person's data, for which matter: every gateway is asked, and each proof is checked.

The site keeps nothing of it: the list is asked for when the person wants to see it, and goes to
that person alone. A gateway that does not answer is named, so that a short list is no false calm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shixiao.gateway.client import Client
from shixiao.gateway.records import MOST_USES
from shixiao.ledger import Leaf, Malformed, Trust, opens, verify_receipt
from shixiao.records.models import Account, CatalogueItem, Gateway, Grant, Organisation
from shixiao.terms import BadInput, Text, Unavailable
from shixiao.workflows import identities
from shixiao.workflows.gateways.keeping import client_of
from shixiao.workflows.gateways.reading import DONE
from shixiao.workflows.refusals import Incomplete

AT_ONCE = 8
MODES: Mapping[str, Text] = {
    "lookup": Text("查询", "looked up"),
    "verify": Text("核验（只答是否一致）", "verified (yes or no only)"),
    "batch": Text("批量提供", "given in a batch"),
}
UNPROVEN = Text(
    "请先核验身份：谁用过您的数据，只能告诉您本人。",
    "Prove first who you are: who used your data is told to you alone.",
)


NEWEST = Text(
    "记录太多，只列出最近的 {most} 条；需要全部的，请向提供数据的部门查询。",
    "There are too many; the newest {most} are listed. Ask the department that holds the data for"
    " all of them.",
)
SAID = ("dataset", "department", "grant", "mode", "purpose")  # facts that proofs confirm


@dataclass(frozen=True, slots=True)
class Told:
    """One use of a person's data.

    Attributes:
        at: when.
        department: that used them.
        dataset: what they are part of; None where the catalogue has it no more.
        grant: by which right; None where the site knows it no more.
        purpose: for what.
        mode: how.
        case: id of the matter.
        fields: which data.
        gateway: that let them through.
        receipt: id.
        proven: True where the proof holds, is about this very person, and says the same.
        pending: True where there is no proof yet: its leaf waits for the tree.
    """

    at: datetime
    department: Text
    dataset: CatalogueItem | None
    grant: Grant | None
    purpose: str
    mode: Text
    case: str
    fields: tuple[str, ...]
    gateway: Gateway
    receipt: str
    proven: bool
    pending: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person is told.

    Attributes:
        uses: the newest first.
        remarks: what gateways say of uses that may appear later, each once.
        silent: gateways that did not answer, by name of their department.
        asked: how many gateways were asked.
    """

    uses: tuple[Told, ...]
    remarks: tuple[Text, ...]
    silent: tuple[Text, ...]
    asked: int


def uses_of(account: Account, *, client: Callable[[Gateway], Client] = client_of) -> Answer:
    """Ask every gateway who used a person's data.

    Args:
        account: of the person, who asks for himself.
        client: makes the client of a gateway.

    Raises:
        Incomplete: it is not proven who the person is.
    """
    number = identities.number_of(account)
    if not number:
        raise Incomplete(UNPROVEN)
    rows = Gateway.objects.filter(ended__isnull=True).select_related("department")
    asked = list(rows.prefetch_related("logs"))
    clients = [client(row) for row in asked]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda each: _ask(each, number), clients))
    uses: list[Told] = []
    remarks: dict[str, Text] = {}
    silent: list[Text] = []
    for gateway, answer in zip(asked, answers, strict=True):
        try:
            told, said = _told(gateway, answer), [Text.of(answer["remark"])]
            if int(answer["all"]) > len(told):
                said.append(NEWEST.format(most=len(told)))
        except (KeyError, TypeError, ValueError, AttributeError):
            silent.append(Text.of(gateway.department.name))
            continue
        uses += told
        remarks |= {remark.zh: remark for remark in said}
    uses.sort(key=lambda use: (use.at, use.receipt), reverse=True)
    return Answer(tuple(uses), tuple(remarks.values()), tuple(silent), len(asked))


def proof_of(gateway: Gateway, receipt: str, *, client: Client | None = None) -> bytes | None:
    """Return the ``.tlog-proof`` of a receipt; None while it waits, or nobody answers."""
    asking = client or client_of(gateway)
    try:
        return asking.proof(receipt)
    except (BadInput, Unavailable):
        return None
    finally:
        asking.close()


def _ask(client: Client, number: str) -> Mapping[str, Any]:
    """Return what a gateway says; nothing where it does not answer."""
    try:
        return client.uses(number)
    except (BadInput, Unavailable):
        return {}
    finally:
        client.close()


def _told(gateway: Gateway, answer: Mapping[str, Any]) -> list[Told]:
    uses: Sequence[Mapping[str, Any]] = answer["uses"][:MOST_USES]
    grants = _by_code(
        Grant.objects.select_related("recipient", "item__department", "item__source_place"),
        {str(use["grant"]) for use in uses},
    )
    items = _by_code(
        CatalogueItem.objects.select_related("department"), {str(use["dataset"]) for use in uses}
    )
    codes = {str(use["department"]) for use in uses}
    names = {row.code: Text.of(row.name) for row in Organisation.objects.filter(code__in=codes)}
    trust = Trust.parse([log.vkey for log in gateway.logs.all()])
    return [_one(gateway, use, grants, items, names, trust, str(answer["person"])) for use in uses]


def _by_code(rows: Any, codes: set[str]) -> dict[str, Any]:
    return {row.code: row for row in rows.filter(code__in=codes)}


def _one(
    gateway: Gateway,
    use: Mapping[str, Any],
    grants: Mapping[str, Grant],
    items: Mapping[str, CatalogueItem],
    names: Mapping[str, Text],
    trust: Trust,
    person: str,
) -> Told:
    grant, code = grants.get(use["grant"]), str(use["department"])
    item = items.get(use["dataset"]) or (grant.item if grant else None)
    named = {column: name for name, column in _columns(item).items()}
    at = datetime.fromisoformat(use["at"])
    return Told(
        at=at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC),
        department=names.get(code, Text(code, code)),
        dataset=item,
        grant=grant,
        purpose=grant.purpose if grant else str(use["purpose"]),
        mode=MODES[use["mode"]],
        case=str(use["case"]),
        fields=tuple(named.get(column, column) for column in use["fields"]),
        gateway=gateway,
        receipt=str(use["receipt"]),
        proven=_holds(use, trust, person),
        pending=not use["proof"],
    )


def _columns(item: CatalogueItem | None) -> Mapping[str, str]:
    place = getattr(item, "source_place", None)
    return place.columns if place else {}


def _holds(use: Mapping[str, Any], trust: Trust, person: str) -> bool:
    """Say whether a proof holds, and its leaf is about this person and says what the list says."""
    if not use["proof"]:
        return False
    checked = verify_receipt(str(use["proof"]).encode(), trust, file=str(use["receipt"]))
    if not checked.valid or checked.entry is None:
        return False
    try:
        leaf = Leaf.from_bytes(checked.entry)
        salts = {name: bytes.fromhex(salt) for name, salt in use["salts"].items()}
        about = opens(leaf.sealed["person"], person, salt=salts["person"])
        matter = opens(leaf.sealed["case"], use["case"], salt=salts["case"])
        same = all(leaf.facts[name] == use[name] for name in (*SAID, "fields"))
        when = datetime.fromisoformat(use["at"]) == leaf.at
    except (Malformed, KeyError, TypeError, ValueError):
        return False
    return (
        leaf.event == DONE and leaf.subject == use["receipt"] and about and matter and same and when
    )
