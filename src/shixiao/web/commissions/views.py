"""Pages of commissions: the list, commissioning, one commission, and what can be done with it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import Commission, Evaluator, Organisation
from shixiao.terms import BadInput, Text
from shixiao.web.commissions.doing import carry_out
from shixiao.web.commissions.forms import Declaration, NewCommission, VerbForm
from shixiao.web.commissions.showing import line, shown
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import page_of
from shixiao.web.shell.pages import language, say
from shixiao.workflows import files
from shixiao.workflows.actors import Actor
from shixiao.workflows.commissions import declaring, making
from shixiao.workflows.commissions.life import life
from shixiao.workflows.commissions.moving import doable
from shixiao.workflows.commissions.seeing import inside, visible
from shixiao.workflows.moving import Act
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing, Stale

DONE = Text("已办理：{verb}。", "Done: {verb}.")
MADE = Text(
    "委托已登记，委托书和评估方案的哈希写入存证账本。接下来邀请评估员。",
    "The commission is entered; letter and protocol are on record by their hashes. Ask the"
    " evaluators next.",
)
DECLARED = Text(
    "申报已收下，写入存证账本。抽签以后，任务会出现在“我的体验”里。",
    "Your declaration is on record. After the draw, your items stand under “My field tests”.",
)


def listing(request: HttpRequest) -> HttpResponse:
    """List the commissions that the person may see."""
    page = page_of(request, visible(actor_on(request)))
    context = {"page": page, "rows": [line(row) for row in page]}
    return render(request, "commissions/list.html.j2", context)


def add(request: HttpRequest) -> HttpResponse:
    """Commission an evaluation."""
    former = Commission.objects.filter(code=request.GET.get("after", "")).first()
    departments = Organisation.objects.filter(kind="department", active=True).order_by("code")
    form = NewCommission(
        request.POST or None,
        request.FILES or None,
        departments=departments,
        initial=_again(former) if former else None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = making.make(form.terms(former), actor=actor_on(request), at=timezone.now())
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        except BadInput as error:
            form.add_error("own_protocol", error.in_language(language()))
        else:
            messages.success(request, say(MADE))
            return HttpResponseRedirect(reverse("commission", args=[made.code]))
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "former": former}
    return render(request, "commissions/add.html.j2", context, status=status)


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a commission: where it stands, how it was drawn, what was found."""
    actor = actor_on(request)
    commission = found(actor, code)
    return render(request, "commissions/one.html.j2", shown(commission, actor))


def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Show the form of a verb, and carry it out."""
    actor = actor_on(request)
    commission = found(actor, code)
    known = life().verbs.get(verb)
    if known is None:
        raise Missing(NOT_FOUND)
    check(actor, known.right)
    if known not in doable(commission, actor):
        raise Stale(NOT_NOW)
    form = VerbForm(commission, verb, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        done = Act(actor, timezone.now(), given.pop("seen"))
        try:
            carry_out(commission, verb, done, given)
        except Incomplete as error:
            _refuse(form, error)
        else:
            messages.success(request, say(DONE.format(verb=known.name)))
            return HttpResponseRedirect(reverse("commission", args=[commission.code]))
    context = {"commission": commission, "verb": known, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "commissions/act.html.j2", context, status=status)


NOT_NOW = Text(
    "这一步现在不能办：委托已进入别的环节。请看过现状再办。",
    "This cannot be done now: the commission has moved on. Look at how it stands, then go on.",
)


def declare(request: HttpRequest, code: str) -> HttpResponse:
    """Take an evaluator's declaration of ties."""
    actor = actor_on(request)
    evaluator = own(actor, code)
    commission = evaluator.commission
    initial = {"ties": evaluator.ties, "explanation": evaluator.explanation}
    form = Declaration(commission, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            declaring.declare(
                evaluator,
                ties=list(Organisation.objects.filter(pk__in=given["ties"])),
                explanation=given["explanation"],
                actor=actor,
                at=timezone.now(),
            )
        except Incomplete as error:
            _refuse(form, error)
        else:
            messages.success(request, say(DECLARED))
            return HttpResponseRedirect(reverse("commission", args=[commission.code]))
    status = 422 if request.method == "POST" else 200
    context = {"commission": commission, "evaluator": evaluator, "form": form}
    return render(request, "commissions/declare.html.j2", context, status=status)


def letter(request: HttpRequest, code: str) -> HttpResponse:
    """Give the letter of authority to those who act by it, supervise it or are evaluated."""
    actor = actor_on(request)
    commission = found(actor, code)
    if not (inside(actor) or commission.evaluators.filter(account=actor.account).exists()):
        raise Missing(NOT_FOUND)
    response = HttpResponse(files.load(commission.letter), content_type=commission.letter_type)
    name = quote(str(commission.letter_name))
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


def found(actor: Actor, code: str) -> Commission:
    """Return a commission that the person may see.

    Raises:
        Missing: there is none.
    """
    row = visible(actor).filter(code=code).select_related("letter", "evaluation").first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row


def own(actor: Actor, code: str) -> Evaluator:
    """Return the person as an evaluator in a commission.

    Raises:
        Missing: he is none.
    """
    rows = Evaluator.objects.filter(commission__code=code, account=actor.account)
    row = rows.select_related("commission", "engagement").first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row


def _again(former: Commission) -> dict[str, Any]:
    """Return the terms of the round before, from which the next begins."""
    return {
        "kind": former.kind,
        "departments": [str(pk) for pk in former.evaluated.values_list("department", flat=True)],
        "modes": former.modes,
        "audiences": former.audiences,
        "services": former.services,
        "cases_each": former.cases_each,
        "testers": former.testers,
        "by_cases": "cases" if former.by_cases else "equal",
        "budget": former.budget,
    }


def _refuse(form: forms.Form, refused: Incomplete) -> None:
    form.add_error(refused.field if refused.field in form.fields else None, say(refused.text))
