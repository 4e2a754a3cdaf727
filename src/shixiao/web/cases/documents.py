"""Documents about cases as DOCX: papers on one case, and the weekly briefing of all."""

from __future__ import annotations

from datetime import date

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from shixiao.checkup.report.speech import Speech
from shixiao.terms import Text
from shixiao.web.cases.board import Filter, chosen_cases, looked_at
from shixiao.web.cases.briefing import briefing
from shixiao.web.cases.papers import PAPERS, Issue
from shixiao.web.cases.views import found_case
from shixiao.web.results.filters import departments
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.pages import language
from shixiao.workflows.refusals import Incomplete, Stale

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NOT_YET = Text(
    "案件还没有办到这一步，不能出具{name}。",
    "The case is not that far yet: there is no “{name}” to write.",
)
NUMBER = Text(
    "发文字号的序号应是 1 到 9999 的整数。",
    "The place in the register is a whole number from 1 to 9999.",
)


class Number(forms.Form):
    """The place of a document in the year's register."""

    number = forms.IntegerField(min_value=1, max_value=9999, required=False)


def paper(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """Give a paper on a case.

    Raises:
        Stale: the case is not that far.
        Incomplete: the number is none.
    """
    case = found_case(actor_on(request), code)
    known = PAPERS[name]
    if not known.fits(case):
        raise Stale(NOT_YET.format(name=known.name))
    form = Number(request.GET)
    if not form.is_valid():
        raise Incomplete(NUMBER, field="number")
    issue = Issue(Speech(language()), _today(), form.cleaned_data["number"])
    return _file(known.write(case, issue), f"{case.code}-{name.removeprefix('case_')}")


def week(request: HttpRequest) -> HttpResponse:
    """Give the briefing of the cases that the address asks for."""
    form = Filter(request.GET, departments=departments())
    asked = form.cleaned_data if form.is_valid() else {}
    chosen = chosen_cases(asked)
    cases = looked_at(chosen, asked.get("need", ""))
    issue = Issue(Speech(language()), _today())
    return _file(briefing(cases, chosen, issue), f"cases-{issue.day.isoformat()}")


def _today() -> date:
    return timezone.localdate()


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=DOCX)
    response["Content-Disposition"] = f'attachment; filename="{name}.docx"'
    return response
