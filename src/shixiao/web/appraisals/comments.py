"""Criticism on the page: by anybody, with or without an account, answered with a receipt."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from shixiao.records.models import Appraisal
from shixiao.terms import Text
from shixiao.web.appraisals.forms import TEXT, field_of
from shixiao.web.appraisals.views import found, refuse
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.limits import limit
from shixiao.web.shell.pages import words
from shixiao.workflows.appraisals.commenting import (
    LONGEST_NAME,
    NOT_THE_BUREAU,
    OVER,
    criticise,
)
from shixiao.workflows.appraisals.indicators import lines_of
from shixiao.workflows.appraisals.moving import in_time
from shixiao.workflows.moving import LONGEST, Act
from shixiao.workflows.permissions import may
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale

MOST = 20  # comments an hour from one address
TOO_MANY = Text(
    "一小时内提的意见太多，请稍后再来。",
    "Too many comments were sent within an hour. Come again later.",
)


class CommentForm(forms.Form):
    """What somebody has to say; ``once`` is of one form, so that sending it twice says it once."""

    once = forms.RegexField(
        r"^[0-9a-f]{32}$", widget=forms.HiddenInput, initial=lambda: token_hex(16), required=False
    )
    indicator = forms.ChoiceField(label=words("对哪一项", "On what"), required=False)
    text = forms.CharField(
        label=words("意见", "What you have to say"),
        widget=TEXT,
        max_length=LONGEST,
        help_text=words(
            "会原文公开。请不要写姓名、电话等个人信息。",
            "It is published as you write it. Please leave out names and telephone numbers.",
        ),
    )
    name = forms.CharField(
        label=words("怎么称呼您", "Your name"),
        required=False,
        max_length=LONGEST_NAME,
        help_text=words(
            "可不填；填了也不公开，加密保存。",
            "Optional; it is kept encrypted and never published.",
        ),
    )

    def __init__(self, appraisal: Appraisal, *args: Any, known: bool, **given: Any) -> None:
        super().__init__(*args, **given)
        whole = words("整份考核办法", "The scheme as a whole")
        rows = [(str(line.row), line.name) for line in lines_of(appraisal)]
        field_of(self, "indicator").choices = [("", whole), *rows]
        if known:  # who has signed in speaks under his account
            del self.fields["name"]


def comment(request: HttpRequest, code: str) -> HttpResponse:
    """Take a comment; the answer shows its number in the ledger."""
    actor = actor_on(request)
    appraisal = found(actor, code)
    act = Act(actor, timezone.now(), appraisal.version)
    if may(actor, "appraisal.manage"):
        raise Forbidden(NOT_THE_BUREAU)
    if appraisal.state != "open" or not in_time(appraisal, act):
        raise Stale(OVER)
    initial = {"indicator": request.GET.get("indicator", "")}
    known = actor.account is not None
    form = CommentForm(appraisal, request.POST or None, initial=initial, known=known)
    if request.method == "POST" and form.is_valid():
        limit(request, "appraisal", MOST, TOO_MANY)
        given = form.cleaned_data
        row = int(given["indicator"]) if given["indicator"] else None
        said = {"text": given["text"], "name": given.get("name", ""), "once": given["once"]}
        try:
            made = criticise(appraisal, act, row=row, **said)
        except Incomplete as error:
            refuse(form, error, field="text")
        else:
            taken = {"appraisal": appraisal, "comment": made}
            return render(request, "appraisals/commented.html.j2", taken)
    context = {"appraisal": appraisal, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "appraisals/comment.html.j2", context, status=status)
