"""Follow: one field for every number and code; it is recognised, and leads to its own page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from shixiao.seals import read_code
from shixiao.terms import Text
from shixiao.web.cases import reports
from shixiao.web.decisions import views as decisions
from shixiao.web.follow.forms import FollowAny
from shixiao.web.objections import views as objections
from shixiao.web.shell.limits import forgive, limit
from shixiao.web.shell.pages import say
from shixiao.web.voices import public as voices
from shixiao.workflows.recognising import Kind, Recognised, recognise

MOST_TRIES = 30  # numbers an hour from one address that are of nothing
LIMIT = "follow-any"
TOO_MANY = Text(
    "一小时内查询得太多，请稍后再试，或拨打 12345。",
    "Too many tries within an hour. Try again later, or call 12345.",
)
MISTYPED = Text(
    "编号抄错了。编号形如 K7Q2-M9XD-4，请对照回执再输一次。",
    "The number is mistyped. Numbers look like K7Q2-M9XD-4; compare it with your receipt.",
)
UNKNOWN = Text(
    "没有这个编号。请对照回执再输一次；在别处办的事，请到那里查。",
    "There is no such number. Compare it with your receipt; what was brought elsewhere is followed"
    " there.",
)
NEEDS_CODE = Text(
    "这是{what}的编号。请再填回执上的查询码。",
    "This is the number of {what}. Enter the query code of your receipt, too.",
)
# What is shown here by number and query code: what it is called, and its own page.
SHOWN: Mapping[Kind, tuple[Text, Callable[[HttpRequest], HttpResponse]]] = {
    Kind.MATTER: (Text("一件诉求", "a matter"), voices.follow),
    Kind.REPORT: (Text("一件反映的问题", "a report of a problem"), reports.follow),
    Kind.OBJECTION: (Text("一件异议", "an objection"), objections.follow),
    Kind.DECISION: (Text("一个对您的决定", "a decision about you"), decisions.own),
}
# What has a page of its own: the name of its address, and what to say there.
LEADS: Mapping[Kind, tuple[str, Text | None]] = {
    Kind.PARTICIPATION: (
        "consultation_mine",
        Text(
            "这是征求意见的参与码，请在这里输入。",
            "This is the code of a consultation; enter it here.",
        ),
    ),
    Kind.SEAT: (
        "hearing_mine",
        Text(
            "这是听证报名的编号，请在这里填编号和查询码。",
            "This is the number of a registration for a hearing; enter it with its query code.",
        ),
    ),
    Kind.CONSULTATION: ("consultation", None),
    Kind.CASE: ("case", None),
    Kind.RECEIPT: ("receipt", None),
}


def follow(request: HttpRequest) -> HttpResponse:
    """Recognise a number, and show what it is of or lead there."""
    form = FollowAny(request.POST or None)
    if request.method == "POST" and form.is_valid():
        limit(request, LIMIT, MOST_TRIES, TOO_MANY)
        found = recognise(form.cleaned_data["number"])
        if found is not None:
            forgive(request, LIMIT)
            return _led(request, form, found)
        known = read_code(form.cleaned_data["number"]) is not None
        form.add_error("number", say(UNKNOWN if known else MISTYPED))
    status = 422 if request.method == "POST" else 200
    return render(request, "follow/follow.html.j2", {"form": form}, status=status)


def _led(request: HttpRequest, form: FollowAny, found: Recognised) -> HttpResponse:
    if found.kind in LEADS:
        name, words = LEADS[found.kind]
        if words is not None:
            messages.info(request, say(words))
        return HttpResponseRedirect(reverse(name, args=[found.about]))
    what, page = SHOWN[found.kind]
    if form.cleaned_data["code"]:
        return page(request)
    form.add_error("code", say(NEEDS_CODE.format(what=what)))
    return render(request, "follow/follow.html.j2", {"form": form}, status=422)
