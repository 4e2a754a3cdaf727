"""Pages of appraisals: the list, a new round, one round, and what can be done with it."""

from __future__ import annotations

import json
from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import Appraisal
from shixiao.terms import BadInput, Text
from shixiao.web.appraisals.doing import carry_out
from shixiao.web.appraisals.forms import NewAppraisal, VerbForm
from shixiao.web.appraisals.showing import line, quoted, shown, tongue
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import page_of
from shixiao.web.shell.pages import language, say
from shixiao.workflows import files
from shixiao.workflows.actors import Actor
from shixiao.workflows.appraisals import making
from shixiao.workflows.appraisals.life import life
from shixiao.workflows.appraisals.moving import doable
from shixiao.workflows.appraisals.rounds import round_of
from shixiao.workflows.appraisals.seeing import may_see_results, visible
from shixiao.workflows.moving import Act
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing, Stale

DONE = Text("已办理：{verb}。", "Done: {verb}.")
MADE = Text(
    "考核办法已读入并做过体检，哈希写入存证账本。看过体检结果，再冻结并公开征求意见。",
    "The scheme is read and on the scales, and its hash on record. Look at the critique, then"
    " freeze it and open it to criticism.",
)
NOT_NOW = Text(
    "这一步现在不能办：考核已进入别的环节。请看过现状再办。",
    "This cannot be done now: the round has moved on. Look at how it stands, then go on.",
)
BY_DEFAULT = "application/octet-stream"


def listing(request: HttpRequest) -> HttpResponse:
    """List the rounds that the person may see."""
    page = page_of(request, visible(actor_on(request)).select_related("appraiser"))
    context = {"page": page, "rows": [line(row) for row in page]}
    return render(request, "appraisals/list.html.j2", context)


def add(request: HttpRequest) -> HttpResponse:
    """Enter a round with its scheme."""
    form = NewAppraisal(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = making.make(form.terms(), actor=actor_on(request), at=timezone.now())
        except (Incomplete, BadInput) as error:
            refuse(form, error, field="scheme")
        else:
            messages.success(request, say(MADE))
            return HttpResponseRedirect(reverse("appraisal", args=[made.code]))
    status = 422 if request.method == "POST" else 200
    return render(request, "appraisals/add.html.j2", {"form": form}, status=status)


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a round: what the scheme rewards, what was said of it, what was found."""
    actor = actor_on(request)
    return render(request, "appraisals/one.html.j2", shown(found(actor, code), actor))


def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Show the form of a verb, and carry it out."""
    actor = actor_on(request)
    appraisal = found(actor, code)
    known = life().verbs.get(verb)
    if known is None:
        raise Missing(NOT_FOUND)
    check(actor, known.right)
    if known not in doable(appraisal, actor):
        raise Stale(NOT_NOW)
    asked = {name: request.GET.get(name, "") for name in ("comment", "contest", "indicator")}
    form = VerbForm(
        appraisal, verb, actor, request.POST or None, request.FILES or None, initial=asked
    )
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        done = Act(actor, timezone.now(), given.pop("seen"))
        try:
            carry_out(appraisal, verb, done, given)
        except (Incomplete, BadInput) as error:
            refuse(form, error, field="scores" if "scores" in form.fields else "scheme")
        else:
            messages.success(request, say(DONE.format(verb=known.name)))
            return HttpResponseRedirect(reverse("appraisal", args=[appraisal.code]))
    about = quoted(appraisal, comment=asked["comment"], contest=asked["contest"])
    context = {"appraisal": appraisal, "verb": known, "form": form}
    context |= {"about": about, "tongue": tongue}
    status = 422 if request.method == "POST" else 200
    return render(request, "appraisals/act.html.j2", context, status=status)


def file(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """Give the scheme as it was uploaded, or the table of values to those who see the result."""
    actor = actor_on(request)
    appraisal = found(actor, code)
    kept = {
        "scheme": (appraisal.scheme, appraisal.scheme_name),
        "scores": (appraisal.scores, appraisal.scores_name),
    }.get(name)
    if (
        kept is None
        or kept[0] is None
        or (name == "scores" and not may_see_results(actor, appraisal))
    ):
        raise Missing(NOT_FOUND)
    response = HttpResponse(files.load(kept[0]), content_type=BY_DEFAULT)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(kept[1])}"
    return response


def document(request: HttpRequest, code: str) -> HttpResponse:
    """Give the round as ``shixiao appraise --round`` reads it, to check the scheme against it."""
    actor = actor_on(request)
    appraisal = found(actor, code)
    if appraisal.frozen is None:
        raise Missing(NOT_FOUND)
    kept = round_of(appraisal, results=may_see_results(actor, appraisal))
    text = json.dumps(kept.to_json(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="round-{appraisal.code}.json"'
    return response


def found(actor: Actor, code: str) -> Appraisal:
    """Return an appraisal that the person may see.

    Raises:
        Missing: there is none.
    """
    rows = visible(actor).filter(code=code)
    row = rows.select_related("appraiser", "scheme", "scores", "evaluation").first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row


def refuse(form: forms.Form, refused: Incomplete | BadInput, *, field: str) -> None:
    """Show at its field what is missing, or what is wrong in the file, with row and column."""
    if isinstance(refused, BadInput):
        form.add_error(field, refused.in_language(language()))
    else:
        named = refused.field if refused.field in form.fields else None
        form.add_error(named, say(refused.text))
