"""Pages of incidents: the list, a report, one incident, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import Incident, Organisation, System
from shixiao.terms import Text
from shixiao.web.incidents import showing
from shixiao.web.incidents.forms import ActForm, NewIncident
from shixiao.web.incidents.papers import notice_paper
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import page_of
from shixiao.web.shell.pages import say
from shixiao.workflows.actors import Actor
from shixiao.workflows.incidents import affected, ending, reporting, telling
from shixiao.workflows.incidents.affected import Scope
from shixiao.workflows.incidents.moving import doable, life, visible
from shixiao.workflows.incidents.reporting import Judgement, Report
from shixiao.workflows.incidents.telling import PersonalNotice
from shixiao.workflows.moving import Act
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import (
    NOT_FOUND,
    NOT_YOURS,
    Forbidden,
    Incomplete,
    Missing,
    Stale,
)

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
REPORTED = Text(
    "已报告，并通知了责任部门和数据局。",
    "Reported; the department and the bureau were told.",
)
DONE = Text("已办理：{verb}。", "Done: {verb}.")
NOT_NOW = Text("这一步现在不能办：它已进入别的环节。", "This cannot be done now: it has moved on.")
EFFECTS = {
    "classify": Text(
        "定级以后各项时限从发现时起算，系统须提前复测。",
        "Once graded, every clock runs from when it became known, and the system has to be tested"
        " again.",
    ),
    "trace": Text(
        "按网关的收据列出受影响的个人，只有假名；网关会记下这次查询。",
        "The persons affected are listed from receipts of gateways, by pseudonym alone; gateways"
        " put on record that this was asked.",
    ),
    "notify": Text(
        "通知写明个人信息保护法第五十七条的各项，出现在每个受影响的人“谁用过我的数据”里；"
        "也可下载后逐人送达。",
        "The notice has the items of art. 57 of the law on personal information. It stands where"
        " each person affected reads who used the own data, and can be downloaded for delivery.",
    ),
    "open": Text(
        "同意以后，处置人可以下载假名名单，交提供部门对出本人。",
        "Once you consent, those who handle it download the list of pseudonyms for the provider,"
        " who knows the persons.",
    ),
    "spare": Text(
        "只有采取的措施能够有效避免危害时，才可以不通知（个人信息保护法第五十七条）。",
        "Only where what was done keeps harm from persons may notices be left out (art. 57).",
    ),
    "settle": Text("从现在起 30 日内报送总结。", "The summary is due within 30 days from now."),
}
DRILL_EFFECT = Text(
    "这是演练：不对外通知，不暂停系统，不要求复测。",
    "This is a drill: nobody outside is notified, nothing is shut, no new test is forced.",
)


def listing(request: HttpRequest) -> HttpResponse:
    """List the incidents that the person may know of, the newest first."""
    page = page_of(request, visible(actor_on(request)))
    context = {"page": page, "rows": [showing.line(row) for row in page]}
    return render(request, "incidents/list.html.j2", context)


def add(request: HttpRequest) -> HttpResponse:
    """Report an incident."""
    actor = actor_on(request)
    form = NewIncident(actor, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = reporting.report(_told(form.cleaned_data), actor=actor, at=timezone.now())
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        else:
            messages.success(request, say(REPORTED))
            return HttpResponseRedirect(reverse("incident", args=[made.code]))
    status = 422 if request.method == "POST" else 200
    return render(request, "incidents/add.html.j2", {"form": form}, status=status)


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show an incident."""
    actor = actor_on(request)
    context = showing.shown(_found(actor, code), actor, timezone.now())
    return render(request, "incidents/one.html.j2", context)


def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Show the form of a verb on an incident, and carry it out."""
    actor = actor_on(request)
    row, known = _found(actor, code), life().verbs.get(verb)
    if known is None:
        raise Missing(NOT_FOUND)
    check(actor, known.right, row)
    if known not in doable(row, actor):
        raise Stale(NOT_NOW)
    form = ActForm(row, verb, actor, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        done = Act(actor, timezone.now(), given.pop("seen"))
        try:
            ACTS[verb](row, done, given)
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        else:
            messages.success(request, say(DONE.format(verb=known.name)))
            return HttpResponseRedirect(reverse("incident", args=[code]))
    status = 422 if request.method == "POST" else 200
    effect = DRILL_EFFECT if row.drill else EFFECTS.get(verb)
    context = {"row": row, "verb": known, "form": form, "effect": effect}
    return render(request, "incidents/act.html.j2", context, status=status)


def persons(request: HttpRequest, code: str) -> HttpResponse:
    """Give the list of pseudonyms as a file, once two people consented."""
    actor = actor_on(request)
    row = _found(actor, code)
    check(actor, "incident.handle", row)
    if row.opened is None:
        raise Forbidden(NOT_YOURS)
    response = JsonResponse(affected.listed(row), json_dumps_params={"ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="affected-{row.code}.json"'
    response["Cache-Control"] = "no-store"
    return response


def notice(request: HttpRequest, code: str) -> HttpResponse:
    """Give the notice to persons as DOCX."""
    row = _found(actor_on(request), code)
    if row.notice is None:
        raise Missing(NOT_FOUND)
    response = HttpResponse(notice_paper(row), content_type=DOCX)
    response["Content-Disposition"] = f'attachment; filename="notice-{row.code}.docx"'
    return response


def _classify(row: Incident, done: Act, given: dict[str, Any]) -> Incident:
    judged = Judgement(
        given["grade"],
        given["operator"],
        given["personal"] == "yes",
        given["public"],
        given["persons"],
    )
    return reporting.classify(row, done, judged)


def _trace(row: Incident, done: Act, given: dict[str, Any]) -> Incident:
    grants, items = tuple(given.get("grants", ())), tuple(given.get("items", ()))
    return affected.trace(row, done, Scope(grants, items, given["since"], given["until"]))


ACTS: Mapping[str, Callable[[Incident, Act, dict[str, Any]], Any]] = {
    "contain": lambda row, done, given: reporting.contain(
        row, done, contained=given["contained"], shut=bool(given.get("shut"))
    ),
    "classify": _classify,
    "inform": lambda row, done, given: telling.inform(row, done, **given),
    "trace": _trace,
    "notify": lambda row, done, given: telling.notify(row, done, PersonalNotice(**given)),
    "spare": lambda row, done, given: telling.spare(row, done, **given),
    "ask_open": lambda row, done, given: affected.ask_open(row, done, **given),
    "open": lambda row, done, given: affected.consent(row, done, **given),
    "settle": lambda row, done, given: ending.settle(row, done, **given),
    "close": lambda row, done, given: ending.close(row, done, **given),
    "dismiss": lambda row, done, given: reporting.dismiss(row, done, **given),
}


def _told(given: dict[str, Any]) -> Report:
    return Report(
        kind=given["kind"],
        title=given["title"],
        story=given["story"],
        known=given["known"],
        system=System.objects.filter(code=given["system"]).first(),
        department=Organisation.objects.filter(code=given["department"]).first(),
        drill=bool(given.get("drill")),
    )


def _found(actor: Actor, code: str) -> Incident:
    row = visible(actor).filter(code=code).first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row
