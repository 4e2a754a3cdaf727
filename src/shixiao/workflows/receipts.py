"""Receipts: what a person takes home, and the proof once the ledger holds it."""

from __future__ import annotations

from dataclasses import dataclass

from shixiao.ledger import Receipt
from shixiao.records.models import LeafRow, LogHead
from shixiao.seals import read_code
from shixiao.terms import Text
from shixiao.workflows.log import log_folder
from shixiao.workflows.refusals import Missing

NO_RECEIPT = Text(
    "没有这个回执编号。编号形如 K7Q2-M9XD-4，请核对后再输入。",
    "There is no receipt of this number. Numbers look like K7Q2-M9XD-4; check and enter it again.",
)


@dataclass(frozen=True, slots=True)
class Proof:
    """A leaf and, once the tree holds it, its receipt; None while it is pending."""

    leaf: LeafRow
    receipt: Receipt | None


def proof_of(leaf: LeafRow) -> Proof:
    """Return the proof of a leaf as far as there is one."""
    if leaf.position is None:
        return Proof(leaf, None)
    sealed = LogHead.objects.filter(size__gt=leaf.position).exists()
    return Proof(leaf, log_folder().now().receipt(leaf.position) if sealed else None)


def find_receipt(text: str) -> Proof:
    """Return the proof under a number that a person typed.

    Raises:
        Missing: it is mistyped, or there is none.
    """
    code = read_code(text)
    leaf = LeafRow.objects.filter(code=code).first() if code else None
    if leaf is None:
        raise Missing(NO_RECEIPT)
    return proof_of(leaf)
