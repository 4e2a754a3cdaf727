"""The page of a receipt, and the proof to take away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shixiao.ledger import Leaf, vocabulary
from shixiao.terms import Text
from shixiao.web.results.words import kind_name
from shixiao.web.shell.pages import say, t
from shixiao.workflows.cases.life import life
from shixiao.workflows.receipts import NO_RECEIPT, find_receipt
from shixiao.workflows.refusals import Missing
from shixiao.workflows.roles import table

STATES = {state.id: state.name for state in life().states.values()}
# Facts whose values are codes of ours.
CODES: dict[str, Mapping[str, Text]] = {
    "state": STATES,
    "from_state": STATES,
    "origin": life().origins,
    "decision": life().decisions,
    "role": {role.id: role.name for role in table().roles.values()},
}


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show what the ledger holds under a number."""
    proof = find_receipt(code)
    leaf = Leaf.from_bytes(bytes(proof.leaf.entry))
    known = vocabulary()
    return render(
        request,
        "receipts/one.html.j2",
        {
            "row": proof.leaf,
            "proof": proof,
            "event": known.events.get(leaf.event),
            "fields": known.fields,
            "leaf": leaf,
            "said": said,
            "entry": bytes(proof.leaf.entry).decode(),
        },
    )


def said(name: str, value: Any) -> str:
    """Return a fact of a leaf in words where it is a code of ours; else as it stands there."""
    if isinstance(value, list):
        return t("、", ", ").join(str(each) for each in value)
    if name == "kind":
        return f"{say(kind_name(value))} ({value})"
    words = CODES.get(name, {}).get(value) if isinstance(value, str) else None
    return str(value) if words is None else f"{say(words)} ({value})"


def proof(request: HttpRequest, code: str) -> HttpResponse:
    """Give the proof as a file of C2SP tlog-proof."""
    del request
    found = find_receipt(code)
    if found.receipt is None:
        raise Missing(NO_RECEIPT)
    response = HttpResponse(found.receipt.to_bytes(), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.leaf.code}.tlog-proof"'
    return response
