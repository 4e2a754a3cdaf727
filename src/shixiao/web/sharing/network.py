"""The page of the network: who asks whom for data, who answers or refuses, how long, what runs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from shixiao.checkup.report.cells import Cell, Table
from shixiao.checkup.report.sharing_network import (
    department_table,
    link_table,
    network_figure,
)
from shixiao.checkup.report.speech import Speech
from shixiao.checkup.sharing_state import SharingState
from shixiao.exports import Sheet
from shixiao.sharing.silos import Network
from shixiao.terms import Text
from shixiao.web.shell.lists import FORMATS, download
from shixiao.web.shell.pages import language
from shixiao.workflows.clock import pack
from shixiao.workflows.network import names, network_of

HEADS = (
    Text("谁来要", "Who asks"),
    Text("谁提供", "Who provides"),
    Text("申请", "Requests"),
    Text("同意", "Granted"),
    Text("不同意", "Refused"),
    Text("过期没有答复", "No answer in time"),
    Text("还在期限内", "Within its time"),
    Text("答复中位（工作日）", "Median working days"),
    Text("交换次数", "Exchanges"),
)
WIDTHS = (640, 210)  # px; half as wide again in large print, which still fits a phone
FILE = Text("下载的表格", "the file below")


def show(request: HttpRequest) -> HttpResponse:
    """Show the network of a year, or give its links as a file."""
    net, called = network_of(timezone.localdate()), names()
    state, speech = SharingState(net=net, departments=called), Speech(language())
    wanted = request.GET.get("form", "")
    if wanted in FORMATS:
        return download(_sheet(net, state), wanted)
    context = {
        "asked": sum(edge.asked for edge in net.edges),
        "granted": sum(edge.granted for edge in net.edges),
        "refused": sum(edge.refused for edge in net.edges),
        "silent": sum(edge.silent for edge in net.edges),
        "waiting": sum(edge.waiting for edge in net.edges),
        "figure": network_figure(speech, state, widths=WIDTHS) if net.edges else None,
        "departments": _listed(department_table(speech, state, pack())),
        "links": _listed(link_table(speech, state, file=FILE)),
    }
    return render(request, "sharing/network.html.j2", context)


def _listed(table: Table) -> dict[str, Any]:
    """Return a table of the report as the lists of the site take it."""
    rows: tuple[tuple[Cell, ...], ...] = table.rows
    return {
        "caption": table.caption,
        "columns": [(column.head, "", column.number) for column in table.columns],
        "rows": rows,
        "note": table.note,
    }


def _sheet(net: Network, state: SharingState) -> Sheet:
    rows = [
        (
            state.department(edge.asker).in_language(language()),
            state.department(edge.provider).in_language(language()),
            edge.asked,
            edge.granted,
            edge.refused,
            edge.silent,
            edge.waiting,
            edge.days,
            edge.used,
        )
        for edge in net.edges
    ]
    return Sheet("network", HEADS, rows)
