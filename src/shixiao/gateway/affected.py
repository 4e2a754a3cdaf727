"""Whose data left under receipts, as a gateway tells it: held against its log, person by person.

A gateway knows persons by pseudonyms of its own. A look-up or verification is proven to be about
its person: the leaf commits to the pseudonym. The leaf of a batch commits to the whole answer, so
that the proof shows that the batch left, and the gateway alone says whose rows were in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shixiao.gateway.receipts import Keys
from shixiao.ledger import Leaf, Malformed, Trust, opens, verify_receipt
from shixiao.terms import BadInput, Text

DONE = "exchange.done"
AT_ONCE = 200  # receipts in one question, which has to fit a request's 16 KiB
SCHEMA = "shixiao/affected/1"
PSEUDONYM = re.compile(r"[0-9a-f]{32}", re.ASCII)
NO_LIST = Text(
    "这不是从安全事件页面下载的名单。", "this is no list that was downloaded from an incident"
)


@dataclass(slots=True)
class Touched:
    """The receipts of one person, and whether the log bears each of them out."""

    receipts: list[str]
    proven: bool = True


def read_persons(
    told: Mapping[str, Any], asked: Sequence[str], trust: Trust
) -> dict[str, Touched] | None:
    """Return persons by pseudonym; None where the answer is not about the very receipts asked.

    Args:
        told: answer of ``/persons``.
        asked: receipts that were asked for.
        trust: keys of the gateway's logs.
    """
    try:
        by_receipt = {str(each["receipt"]): each for each in told["persons"]}
        if set(by_receipt) != set(asked):
            return None
        found: dict[str, Touched] = {}
        for receipt in asked:
            holds = _holds(by_receipt[receipt], trust)
            for person in by_receipt[receipt]["persons"]:
                one = found.setdefault(str(person), Touched([]))
                one.receipts.append(receipt)
                one.proven &= holds
    except (KeyError, TypeError, AttributeError):
        return None
    return found


@dataclass(frozen=True, slots=True)
class Opened:
    """A list of pseudonyms as the provider reads it.

    Attributes:
        incident: number.
        drill: whether it is of a drill.
        persons: identifiers of those on the list, in the order of the register.
        unknown: how many pseudonyms are of nobody in the register that was given.
    """

    incident: str
    drill: bool
    persons: tuple[str, ...]
    unknown: int


def open_list(data: bytes, people: Iterable[str], keys: Keys, *, file: str) -> Opened:
    """Find who is behind the pseudonyms of a list, among the persons of a register.

    Args:
        data: content of the list.
        people: identifiers, as they are looked up.
        keys: of the gateway that gave the pseudonyms.
        file: for messages.

    Raises:
        BadInput: it is no such list.
    """
    try:
        told = json.loads(data)
        incident, drill = told["incident"], told["drill"]
        wanted = {str(each["pseudonym"]) for each in told["persons"]}
        fits = told["schema"] == SCHEMA and isinstance(incident, str) and isinstance(drill, bool)
    except (ValueError, RecursionError, KeyError, TypeError):
        raise BadInput(NO_LIST, file=file) from None
    if not fits or not all(PSEUDONYM.fullmatch(each) for each in wanted):
        raise BadInput(NO_LIST, file=file)
    found = {
        person: pseudonym
        for person in people
        if (pseudonym := keys.pseudonym(person).hex()) in wanted
    }
    return Opened(incident, drill, tuple(found), len(wanted - set(found.values())))


def _holds(told: Mapping[str, Any], trust: Trust) -> bool:
    """Say whether a proof holds, and, where one person was looked up, is about that person."""
    if not told["proof"]:
        return False
    checked = verify_receipt(str(told["proof"]).encode(), trust, file=str(told["receipt"]))
    if not checked.valid or checked.entry is None:
        return False
    try:
        leaf = Leaf.from_bytes(checked.entry)
        same = leaf.event == DONE and leaf.subject == told["receipt"]
        if "person" not in leaf.sealed:  # a batch
            return same and not told["salt"]
        (person,) = told["persons"]
        salt = bytes.fromhex(str(told["salt"]))
        return same and opens(leaf.sealed["person"], str(person), salt=salt)
    except (Malformed, KeyError, TypeError, ValueError):
        return False
