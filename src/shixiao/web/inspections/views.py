"""Pages of inspections by lot: plans, one plan, one inspection, and what can be done with each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import Inspection, InspectionPlan
from shixiao.security.inspecting import FACTORS, least
from shixiao.terms import BadInput, Text
from shixiao.web.inspections import showing
from shixiao.web.inspections.forms import Bare, Excuse, NewPlan, Reason, Result, Value
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import page_of
from shixiao.web.shell.pages import say
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.draws import Public
from shixiao.workflows.inspections import carrying, drawing, planning
from shixiao.workflows.inspections.planning import Period
from shixiao.workflows.moving import Act
from shixiao.workflows.permissions import check, may
from shixiao.workflows.refusals import NOT_FOUND, NOT_YOURS, Forbidden, Incomplete, Missing, Stale

PLANNED = Text(
    "名单、概率和检查员已冻结并存证；公开数值揭晓以后抽签。",
    "Register, chances and inspectors are frozen and on the ledger; draw once the value is known.",
)
DONE = Text("已办理：{verb}。", "Done: {verb}.")
ROOM = Text("双随机抽查", "Inspections by lot")
EFFECTS = {
    "draw": Text(
        "由这个数值抽出系统和检查员，结果封存：每次检查开始时才公开查的是谁。",
        "The value draws systems and inspectors. The result is sealed: which system it is becomes"
        " public when each inspection starts.",
    ),
    "drop": Text("取消以后这份计划不再抽签。", "A plan that is called off is not drawn any more."),
    "excuse": Text(
        "由候补按次序接替；查哪个系统仍然封存。",
        "The next in order takes the place; which system it is stays sealed.",
    ),
    "start": Text(
        "启封以后立即公开查的是哪个系统，并通知建设部门。",
        "Once the seal is broken everybody sees which system it is, and the department is told.",
    ),
    "report": Text("须由另一名检查员确认。", "Another of the inspectors has to confirm it."),
    "confirm": Text(
        "发现问题的，确认以后立案，系统须提前复测；到期没有重新准入的，自动暂停。",
        "Where problems were found a case is opened and the system has to be tested again; one that"
        " is not admitted anew in time is suspended.",
    ),
}


def listing(request: HttpRequest) -> HttpResponse:
    """List the plans, the newest first."""
    page = page_of(request, InspectionPlan.objects.all())
    context = {"page": page, "rows": [showing.plan_line(row) for row in page]}
    return render(request, "inspections/list.html.j2", context)


def add(request: HttpRequest) -> HttpResponse:
    """Freeze a plan; the table as it would be frozen stands beside the form."""
    now = timezone.now()
    rows = planning.table(now, timezone.localdate(now))
    form = NewPlan(least(len(rows), pack()), request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        period = Period(given["starts"], given["ends"], given["size"])
        public = Public(given["source"], given["source_day"])
        try:
            made = planning.plan(period, public=public, actor=actor_on(request), at=now)
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        else:
            messages.success(request, say(PLANNED))
            return HttpResponseRedirect(reverse("inspection_plan", args=[made.code]))
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "systems": len(rows)}
    return render(request, "inspections/add.html.j2", context, status=status)


def plan(request: HttpRequest, code: str) -> HttpResponse:
    """Show a plan: its chances, its inspections, and how to check the draw."""
    context = showing.plan_shown(_plan(code), actor_on(request))
    return render(request, "inspections/plan.html.j2", context | {"factors": FACTORS})


def act_on_plan(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Draw a plan, call it off, or excuse an inspector."""
    actor, row = actor_on(request), _plan(code)
    back = reverse("inspection_plan", args=[code])
    if verb in {"draw", "drop"}:
        check(actor, "inspection.plan")
        form: forms.Form = (Value if verb == "draw" else Reason)(request.POST or None)
        name = planning.plan_life().verbs[verb].name
    elif verb == "excuse":
        if not showing.may_excuse(row, actor):
            raise Forbidden(NOT_YOURS)
        me = None if may(actor, "inspection.plan") else actor.account
        form, name = Excuse(row, me, request.POST or None), Text("有人退出", "Excuse an inspector")
    else:
        raise Missing(NOT_FOUND)
    frame = {"verb": verb, "name": name, "title": showing.called(row), "back": back}
    return _act(request, form, row.version, frame, lambda act, given: _do(row, verb, act, given))


def one(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Show an inspection: sealed, or with all that was sealed."""
    context = showing.inspection_shown(_inspection(code, number), actor_on(request))
    return render(request, "inspections/one.html.j2", context)


def act_on_one(request: HttpRequest, code: str, number: int, verb: str) -> HttpResponse:
    """Break a seal, report, confirm or send back."""
    actor, row = actor_on(request), _inspection(code, number)
    if verb not in ACTS:
        raise Missing(NOT_FOUND)
    if not carrying.is_drawn(row, actor):
        raise Forbidden(NOT_YOURS)
    _check_now(row, actor, verb)
    kind, act = ACTS[verb]
    frame = {
        "verb": verb,
        "name": showing.NAMES[verb],
        "title": showing.numbered(row),
        "back": reverse("inspection", args=[code, number]),
    }
    return _act(
        request,
        kind(request.POST or None),
        row.version,
        frame,
        lambda done, given: act(row, done, **given),
    )


ACTS: dict[str, tuple[type[forms.Form], Callable[..., Any]]] = {
    "start": (Bare, carrying.start),
    "report": (Result, carrying.report),
    "confirm": (Bare, carrying.confirm),
    "send_back": (Reason, carrying.send_back),
}


def _check_now(row: Inspection, actor: Actor, verb: str) -> None:
    """Refuse what cannot be done now.

    Raises:
        Stale: it has moved on, or another of the inspectors has to do it.
    """
    if verb not in {name for name, _ in showing.verbs_of(row, actor)}:
        raise Stale(carrying.SAME if row.state == "reported" else NOT_NOW)


NOT_NOW = Text("这一步现在不能办：它已进入别的环节。", "This cannot be done now: it has moved on.")


def _do(row: InspectionPlan, verb: str, act: Act, given: dict[str, Any]) -> None:
    if verb == "draw":
        drawing.draw(row, act, **given)
    elif verb == "drop":
        planning.drop(row, act, **given)
    else:
        inspector = row.inspectors.get(code=given["inspector"])
        drawing.excuse(inspector, act, reason=given["reason"])


def _act(
    request: HttpRequest,
    form: forms.Form,
    version: int,
    frame: dict[str, Any],
    do: Callable[[Act, dict[str, Any]], Any],
) -> HttpResponse:
    """Show the form of a verb, and carry it out."""
    form.fields["seen"].initial = version
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        act = Act(actor_on(request), timezone.now(), given.pop("seen"))
        try:
            do(act, given)
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        except BadInput as error:
            form.add_error(None, say(error.text))
        else:
            messages.success(request, say(DONE.format(verb=frame["name"])))
            return HttpResponseRedirect(frame["back"])
    status = 422 if request.method == "POST" else 200
    context = frame | {"form": form, "effect": EFFECTS.get(frame["verb"]), "room": ROOM}
    return render(request, "inspections/act.html.j2", context, status=status)


def _plan(code: str) -> InspectionPlan:
    row = InspectionPlan.objects.filter(code=code).first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row


def _inspection(code: str, number: int) -> Inspection:
    rows = Inspection.objects.select_related("plan", "system__department", "case", "run")
    row = rows.filter(plan__code=code, number=number).first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row
