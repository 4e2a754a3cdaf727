"""Pages of test contacts: planned, drawn, brought and published by the inspectors."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import ChannelRound, ChannelTest, Draw
from shixiao.terms import BadInput, Text
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.pages import say
from shixiao.web.voices.forms import Announce, Round
from shixiao.web.voices.public import NAMES
from shixiao.workflows.draws import Public
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing
from shixiao.workflows.voices import channels, weekly

STATES = {
    "planned": (Text("名单已冻结，待抽签", "Pool frozen, to be drawn"), "amber"),
    "drawn": (Text("测试中", "Being tested"), "amber"),
    "published": (Text("已公布", "Published"), "green"),
}
PLANNED = Text("已冻结名单，揭晓后抽签。", "The pool is frozen; it is drawn by the value.")
DONE = Text("已登记。", "Entered.")


def listing(request: HttpRequest) -> HttpResponse:
    """List rounds, and plan one."""
    form = Round(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            items = channels.read_items(given["file"].read(channels.LARGEST + 1))
            public = Public(given["source"], given["source_day"])
            made = channels.plan(
                items,
                public=public,
                ends=given["ends"],
                weekly=given["weekly"],
                actor=actor_on(request),
                at=timezone.now(),
            )
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        except BadInput as error:
            row = f"{error.row}: " if error.row else ""
            form.add_error("file", row + say(error.text))
        else:
            messages.success(request, say(PLANNED))
            return HttpResponseRedirect(reverse("channel_round", args=[made.code]))
    status = 422 if request.method == "POST" else 200
    rows = [(row, *STATES[row.state]) for row in ChannelRound.objects.all()[:50]]
    context = {"form": form, "rows": rows}
    return render(request, "voices/rounds.html.j2", context, status=status)


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a round: what to bring, and what became of it."""
    row = _row(code)
    tests = list(row.tests.select_related("voice"))
    name, tone = STATES[row.state]
    context = {
        "row": row,
        "name": name,
        "tone": tone,
        "tests": tests,
        "outcomes": NAMES,
        "channels": channels.channel_names(),
        "form": Announce() if row.state == "planned" else None,
        "draws": Draw.objects.filter(subject=row.code),
        "over": timezone.localdate() > row.ends,
    }
    return render(request, "voices/round.html.j2", context)


def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Draw or publish a round, or plan none after it."""
    row, actor, now = _row(code), actor_on(request), timezone.now()
    try:
        if verb == "draw":
            channels.draw(
                row, announced=request.POST.get("announced", "")[:200], actor=actor, at=now
            )
        elif verb == "publish":
            channels.publish(row, actor=actor, at=now)
        elif verb == "stop":
            weekly.stop(row, actor=actor)
        else:
            raise Missing(NOT_FOUND)
    except Incomplete as error:
        messages.error(request, say(error.text))
    else:
        messages.success(request, say(DONE))
    return HttpResponseRedirect(reverse("channel_round", args=[code]))


def carry(request: HttpRequest, code: str, test: UUID) -> HttpResponse:
    """Enter the receipt of a contact, or send it by the form of the site."""
    row, actor, now = _row(code), actor_on(request), timezone.now()
    held = ChannelTest.objects.filter(pk=test, round=row).select_related("round").first()
    if held is None:
        raise Missing(NOT_FOUND)
    try:
        if "send" in request.POST:
            channels.send(held, actor=actor, at=now)
        else:
            channels.carry(held, receipt=request.POST.get("receipt", ""), actor=actor, at=now)
    except Incomplete as error:
        messages.error(request, say(error.text))
    else:
        messages.success(request, say(DONE))
    return HttpResponseRedirect(reverse("channel_round", args=[code]))


def _row(code: str) -> ChannelRound:
    row = ChannelRound.objects.filter(code=code).first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row
