"""Whose data left under receipts, as a gateway tells it: held against its log, person by person.

A gateway knows persons by pseudonyms of its own. A look-up or verification is proven to be about
its person: the leaf commits to the pseudonym. The leaf of a batch commits to the whole answer, so
that the proof shows that the batch left, and the gateway alone says whose rows were in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shixiao.ledger import Leaf, Malformed, Trust, opens, verify_receipt

DONE = "exchange.done"


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
