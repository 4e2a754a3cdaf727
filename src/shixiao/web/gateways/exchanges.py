"""Exchanges on pages: what was exchanged under a grant, as a table and a file, with its proofs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from shixiao.exports import Sheet
from shixiao.records.models import Exchange, Gateway, Grant
from shixiao.terms import Text
from shixiao.web.grants.views import found as found_grant
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import FORMATS, cut, download, page_of
from shixiao.web.shell.pages import moment, say
from shixiao.workflows import stepping
from shixiao.workflows.gateways import figures, persons, reading
from shixiao.workflows.permissions import may
from shixiao.workflows.refusals import NOT_FOUND, NOT_YOURS, Forbidden, Missing

NOT_NOW = Text(
    "网关现在没有给出证明，请过一会儿再取。",
    "The gateway gives no proof now; try again in a while.",
)
NONE = Text("—", "—")
HEADS = (
    Text("时间", "Time"),
    Text("回执", "Receipt"),
    Text("方式", "Mode"),
    Text("办件", "Case"),
    Text("条数", "Records"),
    Text("结果", "Outcome"),
)


def of_grant(request: HttpRequest, code: str) -> HttpResponse:
    """Show what was exchanged under a grant, to both sides and to who supervises."""
    row = found_grant(code)
    if not stepping.may_read(actor_on(request), "grant.read", row):
        raise Forbidden(NOT_YOURS)
    rows = reading.proven().filter(grant=row).select_related("log__gateway")
    form = request.GET.get("form", "")
    if form in FORMATS:
        return download(_sheet(row, rows), form)
    page = page_of(request, rows)
    context = {
        "row": row,
        "figures": figures.figures_of(row.totals.all(), now=timezone.now()),
        "page": page,
        "exchanges": [shown(each) for each in page],
    }
    return render(request, "gateways/of_grant.html.j2", context)


def proof(request: HttpRequest, receipt: str) -> HttpResponse:
    """Give the proof of an exchange, as its gateway has it.

    Raises:
        Missing: there is no such exchange, or the gateway does not answer now.
    """
    actor = actor_on(request)
    row = Exchange.objects.filter(pk=receipt).select_related(
        "log__gateway", "grant__item__department"
    )
    found = row.first()
    if found is None:
        raise Missing(NOT_FOUND)
    grant = found.grant
    if not (
        may(actor, "gateway.read", found.log.gateway)
        or (grant and stepping.may_read(actor, "grant.read", grant))
    ):
        raise Forbidden(NOT_YOURS)
    return proof_file(found.log.gateway, found.pk.hex)


def proof_file(gateway: Gateway, receipt: str) -> HttpResponse:
    """Return a ``.tlog-proof`` as a file.

    Raises:
        Missing: the gateway does not answer now.
    """
    data = persons.proof_of(gateway, receipt)
    if data is None:
        raise Missing(NOT_NOW)
    response = HttpResponse(data, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{receipt}.tlog-proof"'
    return response


def shown(row: Exchange) -> dict[str, Any]:
    """Return an exchange as a line of a table."""
    return {
        "row": row,
        "outcome": figures.outcome_text(row.outcome),
        "tone": "red" if row.outcome else "green",
        "mode": persons.MODES.get(row.mode, NONE),
    }


def _sheet(grant: Grant, rows: QuerySet[Exchange]) -> Sheet:
    lines = [
        (
            moment(row.at),
            row.pk.hex,
            say(persons.MODES.get(row.mode, NONE)),
            row.case,
            row.records,
            say(figures.outcome_text(row.outcome)),
        )
        for row in cut(rows)
    ]
    return Sheet(f"exchanges-{grant.code}", HEADS, lines)
