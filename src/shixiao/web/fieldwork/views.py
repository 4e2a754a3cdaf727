"""Pages of fieldwork: an evaluator's items, the form of each, withdrawing, reporting pressure."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.effect.fieldtests import Audience, Mode
from shixiao.records.models import Assignment, Sheet
from shixiao.terms import Text
from shixiao.web.fieldwork.forms import Why
from shixiao.web.fieldwork.questions import steps_of
from shixiao.web.fieldwork.words import way_of
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.pages import day, say, t
from shixiao.workflows.actors import Actor
from shixiao.workflows.commissions import marking
from shixiao.workflows.commissions.protocols import protocol_for
from shixiao.workflows.commissions.seeing import complete
from shixiao.workflows.fieldwork import answering, pressure
from shixiao.workflows.fieldwork.keys import key_of
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing

STATES = {
    "open": (Text("待体验", "To be tested"), "amber"),
    "signed": (Text("已签字", "Signed"), "green"),
    "withdrawn": (Text("已退出", "Withdrawn"), "grey"),
    "void": (Text("作废，不计入", "Void, not counted"), "grey"),
}
WITHDRAWN = Text(
    "您已退出这一项，由抽签次序的下一人接替。",
    "You withdrew from this item; the next in rank takes it over.",
)
REPORTED = Text(
    "已收下，只有审计员看得到。编号 {code}。",
    "Received; only auditors can read it. Number {code}.",
)
OVER = Text("已另起一份，原来那台设备上的答案作废。", "A new form is begun; the other one is void.")


def listing(request: HttpRequest) -> HttpResponse:
    """List the evaluator's items."""
    actor = actor_on(request)
    rows = own_assignments(actor).order_by("item__commission__ends", "item__service", "given")
    context = {
        "rows": [_line(row) for row in rows],
        "key": key_of(actor.account) if actor.account else None,
    }
    return render(request, "fieldwork/list.html.j2", context)


def one(request: HttpRequest, item: str) -> HttpResponse:
    """Show the form of an item; it goes on working without a connection."""
    assignment = found(actor_on(request), item)
    return render(request, "fieldwork/one.html.j2", shown(assignment))


def shown(assignment: Assignment) -> dict[str, Any]:
    """Return what the form of an item shows."""
    item = assignment.item
    protocol = protocol_for(item)
    draft = assignment.sheets.filter(state=Sheet.State.DRAFT).first()
    signed = assignment.sheets.filter(state=Sheet.State.SIGNED).first()
    mode, audience = Mode(item.mode), Audience(item.audience)
    return {
        "assignment": assignment,
        "item": item,
        "commission": item.commission,
        "way": way_of(assignment),
        "protocol": protocol,
        "steps": steps_of(protocol, mode, audience, draft),
        "draft": draft,
        "signed": signed,
        "state": STATES[assignment.state],
        "works": assignment.state == "open" and item.commission.state == "testing",
        "complete": complete(item_id=item.pk),
        "once": token_hex(16),
        "photos": list(draft.photos.select_related("file")) if draft else [],
    }


def withdraw(request: HttpRequest, item: str) -> HttpResponse:
    """Withdraw from an item."""
    actor = actor_on(request)
    assignment = found(actor, item)
    form = Why(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["why"]
        try:
            marking.withdraw(assignment, reason=given, actor=actor, at=timezone.now())
        except Incomplete as error:
            form.add_error(None, say(error.text))
        else:
            messages.success(request, say(WITHDRAWN))
            return HttpResponseRedirect(reverse("fieldwork"))
    status = 422 if request.method == "POST" else 200
    context = shown(assignment) | {"form": form}
    return render(request, "fieldwork/withdraw.html.j2", context, status=status)


def report_pressure(request: HttpRequest, item: str) -> HttpResponse:
    """Take a report of pressure, which only the auditor reads."""
    actor = actor_on(request)
    assignment = found(actor, item)
    form = Why(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = pressure.report(
            assignment, given["why"], once=given["once"], actor=actor, at=timezone.now()
        )
        messages.success(request, say(REPORTED.format(code=made.code)))
        return HttpResponseRedirect(reverse("fieldwork_item", args=[item]))
    status = 422 if request.method == "POST" else 200
    context = shown(assignment) | {"form": form}
    return render(request, "fieldwork/pressure.html.j2", context, status=status)


def over(request: HttpRequest, item: str) -> HttpResponse:
    """Begin a form anew, giving up the one on another device."""
    actor = actor_on(request)
    answering.start_over(found(actor, item), actor=actor, at=timezone.now())
    messages.success(request, say(OVER))
    return HttpResponseRedirect(reverse("fieldwork_item", args=[item]))


def own_assignments(actor: Actor) -> Any:
    """Return the assignments of the person."""
    return Assignment.objects.filter(evaluator__account=actor.account).select_related(
        "item__commission", "item__department", "evaluator__account"
    )


def found(actor: Actor, item: str) -> Assignment:
    """Return the person's assignment of an item.

    Raises:
        Missing: it is not his.
    """
    row = own_assignments(actor).filter(item__code=item).first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row  # type: ignore[no-any-return]


def _line(row: Assignment) -> dict[str, Any]:
    state, tone = STATES[row.state]
    commission = row.item.commission
    return {
        "title": row.item.name,
        "to": reverse("fieldwork_item", args=[row.item.code]),
        "about": way_of(row),
        "from": f"{say(commission.name)} · {t('截止 ', 'by ')}{day(commission.ends)}",
        "tag": state,
        "tone": tone,
    }
