"""Grouping cases of one cause, linking reports of the same thing, and undoing it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import Case
from shixiao.terms import Text
from shixiao.web.cases.seen import visible_cases
from shixiao.web.cases.showing import case_line, title_of
from shixiao.web.cases.views import found_case
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.pages import say, words
from shixiao.workflows.actors import Actor
from shixiao.workflows.cases import grouping
from shixiao.workflows.cases.suggesting import suggestions
from shixiao.workflows.refusals import Incomplete

GROUPED = Text(
    "已并案，共同的原因和各案编号已经记入账本。",
    "The cases are one matter now; the cause and their numbers are in the ledger.",
)
APART = Text(
    "已撤销并案，理由已经记入账本。", "The case is on its own again; the reason is in the ledger."
)
UNKNOWN = Text("没有编号为“{code}”的案件。", "There is no case with the number “{code}”.")
REASON = forms.Textarea(attrs={"rows": 3})


class GroupForm(forms.Form):
    """Which cases become one matter, and what they have in common."""

    cases = forms.MultipleChoiceField(
        label=words("可能同因的案件", "Cases that may share the cause"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    others = forms.CharField(
        label=words("其他案件的编号", "Numbers of other cases"),
        help_text=words("用空格隔开。", "Put blanks between them."),
        required=False,
        max_length=400,
    )
    reason = forms.CharField(
        label=words("共同的原因", "The common cause"), widget=REASON, max_length=20_000
    )

    def __init__(self, case: Case, among: Any, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self._case, self._among = case, among
        fields: dict[str, Any] = self.fields
        fields["cases"].choices = [
            (each.case.code, _said(each.case, each.why)) for each in suggestions(case, among)
        ]
        if not fields["cases"].choices:
            del self.fields["cases"]

    def chosen(self) -> list[Case]:
        """Return the case itself with those that were chosen.

        Raises:
            Incomplete: a number is of no case that the person sees.
        """
        typed = self.cleaned_data["others"].replace("，", " ").replace(",", " ").upper().split()
        codes = {*self.cleaned_data.get("cases", ()), *typed}
        known = {case.code: case for case in self._among.filter(code__in=codes)}
        for code in sorted(codes - known.keys()):
            raise Incomplete(UNKNOWN.format(code=code), field="others")
        return [self._case, *known.values()]


class UngroupForm(forms.Form):
    """Why a case is taken out of its matter."""

    reason = forms.CharField(
        label=words("撤销并案的理由", "Why it is taken out"), widget=REASON, max_length=20_000
    )


def group(request: HttpRequest, code: str) -> HttpResponse:
    """Group a case with others, or take it out of its matter."""
    actor = actor_on(request)
    case = found_case(actor, code)
    among = visible_cases(actor)
    undo = request.method == "POST" and "undo" in request.POST
    given = request.POST if request.method == "POST" else None
    form = GroupForm(case, among, None if undo else given)
    apart = UngroupForm(given if undo else None, prefix="apart")
    if (apart if undo else form).is_valid():
        try:
            done = _take_apart(case, apart, actor) if undo else _group(form, actor)
        except Incomplete as error:
            wrong: forms.Form = apart if undo else form
            wrong.add_error(error.field if error.field in wrong.fields else None, say(error.text))
        else:
            messages.success(request, say(done))
            return HttpResponseRedirect(reverse("case", args=[case.code]))
    context = {"case": case, "title": title_of(case), "form": form, "apart": apart}
    context |= {"same": _same(case, among), "case_line": case_line}
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/group.html.j2", context, status=status)


def _group(form: GroupForm, actor: Actor) -> Text:
    reason = form.cleaned_data["reason"]
    grouping.group(form.chosen(), reason=reason, actor=actor, at=timezone.now())
    return GROUPED


def _take_apart(case: Case, form: UngroupForm, actor: Actor) -> Text:
    reason = form.cleaned_data["reason"]
    grouping.ungroup(case, reason=reason, actor=actor, at=timezone.now())
    return APART


def _same(case: Case, among: Any) -> list[Case]:
    if case.matter_id is None:
        return []
    return list(among.filter(matter=case.matter_id).exclude(pk=case.pk))


def _said(case: Case, why: Text) -> str:
    place = say(case.department.name) if case.department else ""
    return " · ".join(part for part in (case.code, say(title_of(case)), place, say(why)) if part)
