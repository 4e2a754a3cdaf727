"""Figures on those who handle cases: for themselves first, for inspectors afterwards."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.checkup.report.cells import Cell
from shixiao.checkup.report.speech import Speech, Unit
from shixiao.pictures import interval_svg
from shixiao.records.models import HandlerFigures
from shixiao.terms import Estimate, Text
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.pages import language, say, words
from shixiao.workflows.clock import rule
from shixiao.workflows.handlers import reviews
from shixiao.workflows.handlers.signs import SIGNS
from shixiao.workflows.refusals import Incomplete, Missing

TIMES = Unit(1.0, Text("倍", "times"))
COLUMNS: tuple[tuple[Text, str, bool], ...] = (
    (Text("看什么", "What is looked at"), "", False),
    (Text("可比的工作 n", "Comparable work, n"), "", True),
    (Text("实际", "Seen"), "", True),
    (Text("预期", "Expected"), "", True),
    (Text("实际与预期之比", "Seen over expected"), "", True),
)
KEPT = Text(
    "您的说明已经记入，督查员将与数字一并看到。",
    "Your answer is kept; inspectors see it beside the figures.",
)
NO_FIGURES = Text(
    "还没有关于您的统计，没有可以说明的。", "There are no figures on you yet to answer."
)
FURTHEST = 4.0  # times the expected: what lies beyond ends in an arrow


class Answer(forms.Form):
    """What the person says to the figures."""

    answer = forms.CharField(
        label=words("您的说明", "Your answer"),
        help_text=words(
            "例如案情特殊、系统故障、补录的原因。提交后不能改。",
            "For example unusual cases, a failure of the system, why steps were entered later."
            " It cannot be changed once sent.",
        ),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=20_000,
    )


def listing(request: HttpRequest) -> HttpResponse:
    """Show inspectors the figures that were answered, or whose time to answer is over."""
    found = reviews.for_inspectors(actor_on(request), today=timezone.localdate())
    context = {"people": [_shown(made) for made in found], "columns": COLUMNS} | _rules()
    return render(request, "cases/handlers.html.j2", context)


def mine(request: HttpRequest) -> HttpResponse:
    """Show a person the figures on himself, and take his answer."""
    actor = actor_on(request)
    made = reviews.newest(actor.account) if actor.account else None
    form = Answer(request.POST or None)
    if request.method == "POST" and made is None:
        raise Missing(NO_FIGURES)
    if made is not None and form.is_valid():
        try:
            text = form.cleaned_data["answer"]
            reviews.answer(made, text=text, actor=actor, at=timezone.now())
        except Incomplete as error:
            form.add_error(error.field, say(error.text))
        else:
            messages.success(request, say(KEPT))
            return HttpResponseRedirect(reverse("handling"))
    context = {"own": _shown(made) if made else None, "form": form, "columns": COLUMNS} | _rules()
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/handling.html.j2", context, status=status)


def _rules() -> dict[str, Any]:
    return {"minimum": rule("CASE-20").value, "days": rule("CASE-25").value}


def _shown(made: HandlerFigures) -> dict[str, Any]:
    return {
        "made": made,
        "rows": [_row(name, made) for name in SIGNS if name in made.detail],
        "hidden_until": reviews.hidden_until(made),
        "open": reviews.is_open(made, today=timezone.localdate()),
    }


def _row(name: str, made: HandlerFigures) -> tuple[Cell, ...]:
    speech, found, sign = Speech(language()), made.detail[name], SIGNS[name]
    ratio = Estimate.from_json(found["ratio"])
    picture = interval_svg(
        ratio,
        low_end=0.0,
        high_end=FURTHEST,
        target=1.0,
        language=language(),
        id_prefix=f"{made.code}-{name}",
    )
    expected = "—" if found["expected"] is None else speech.number(found["expected"], 1)
    return (
        Cell(speech.say(sign.name), note=speech.say(sign.about)),
        Cell(speech.count(found["n"])),
        Cell(speech.count(found["observed"])),
        Cell(expected),
        speech.estimate(ratio, TIMES)._replace(svg=picture),
    )
