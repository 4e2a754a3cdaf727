"""The page of parts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shixiao.checkup.report.speech import Speech
from shixiao.web.parts import examples
from shixiao.web.parts.forms import Report, Search
from shixiao.web.shell.pages import language, words

STORY = words(
    "网上提交后又到窗口交了一遍。", "After applying online I had to hand it all in again."
)
WRONG = {"service": "", "story": STORY, "channel": "online", "day": "2026-02-30"}


def show(request: HttpRequest) -> HttpResponse:
    """Show every part in every state."""
    speech = Speech(language())
    return render(
        request,
        "parts/parts.html.j2",
        {
            "examples": examples,
            "numbers": examples.numbers(speech),
            "table": examples.table(speech),
            "ribbon": examples.ribbon(speech),
            "clean": Report(auto_id="clean_%s"),
            "wrong": Report(WRONG, auto_id="wrong_%s"),
            "search": Search(request.GET, auto_id="search_%s"),
            "sort": request.GET.get("sort", "-share"),
        },
    )
