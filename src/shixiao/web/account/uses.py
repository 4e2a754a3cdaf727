"""谁用过我的数据: the signed-in person asks, every gateway answers, and nothing of it is kept."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shixiao.records.models import Gateway
from shixiao.web.gateways.exchanges import proof_file
from shixiao.web.results.reading import actor_on
from shixiao.workflows import identities
from shixiao.workflows.gateways import persons
from shixiao.workflows.incidents.affected import touched
from shixiao.workflows.incidents.telling import ITEMS
from shixiao.workflows.permissions import signed_in
from shixiao.workflows.refusals import NOT_FOUND, Missing


def mine(request: HttpRequest) -> HttpResponse:
    """Say what the page is for, and on asking who used the person's data.

    Asking is an act of its own: gateways put on record that a person was told.
    """
    account = signed_in(actor_on(request))
    known = bool(identities.number_of(account))
    answer = persons.uses_of(account) if request.method == "POST" and known else None
    receipts = [use.receipt for use in answer.uses] if answer else []
    context = {"known": known, "answer": answer, "touched": touched(receipts), "items": ITEMS}
    response = render(request, "account/uses.html.j2", context)
    response["Cache-Control"] = "no-store"
    return response


def proof(request: HttpRequest, code: str, receipt: str) -> HttpResponse:
    """Give the proof of a use; who has the number of a receipt may have its proof.

    Raises:
        Missing: there is no such gateway, or it does not answer now.
    """
    del request
    gateway = Gateway.objects.filter(code=code).first()
    if gateway is None:
        raise Missing(NOT_FOUND)
    return proof_file(gateway, receipt)
