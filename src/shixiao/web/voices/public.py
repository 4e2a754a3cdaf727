"""Pages for everybody: bring a matter, follow it, say whether it is solved, see how channels do."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.cache import cache
from django.db.models import Count, F, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import ChannelRound, Draw, Standing, Voice, VoicePolicy, VoiceRefusal
from shixiao.seals import read_code
from shixiao.statistics import wilson_bounds
from shixiao.terms import Estimate, Text
from shixiao.voice.handling import Shares, ended
from shixiao.voice.handling.testing import OUTCOMES
from shixiao.web.cases.forms import WRONG_CODE
from shixiao.web.cases.reports import followed as followed_case
from shixiao.web.shell.limits import forgive, limit
from shixiao.web.shell.pages import language, say
from shixiao.web.shell.qr import qr
from shixiao.web.voices.entries import entry_of, papers_of
from shixiao.web.voices.forms import Bring, Follow
from shixiao.web.voices.showing import FEWEST, few, shown, way_of
from shixiao.workflows.evaluations import current
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing, Stale
from shixiao.workflows.voices import channels, saying, taking
from shixiao.workflows.voices.moving import life
from shixiao.workflows.voices.taking import Came

COUNTED, MINUTE = "voice-channels", 60  # seconds for which a count is told
LONGEST_COUNTER = 40  # signs of the name of a counter: more makes the picture too fine to scan
TELL = Text("说说您的事", "Tell us what you need")
RATE = Text("评价服务", "Rate a service")
MOST_TRIES = 30  # an hour from one address
TOO_MANY = Text(
    "一小时内查询得太多，请稍后再试，或拨打 12345。",
    "Too many tries within an hour. Try again later, or call 12345.",
)
SAID = Text("已登记，下面是现在的情况。", "Entered. This is how it stands now.")
NAMES = {
    "lost": Text("丢失", "Lost"),
    "misrouted": Text("送错", "Misrouted"),
    "unanswered": Text("没有答复", "Unanswered"),
    "wrong": Text("答非所问", "Wrong answer"),
    "right": Text("办对了", "Right"),
}


def bring(request: HttpRequest) -> HttpResponse:
    """Take a matter in; the address names service, place and kind where a poster has them."""
    asked = request.GET
    service = _service(asked.get("service", ""))
    scanned = asked.get("channel") == "qr" or (asked.get("place") and asked.get("service"))
    initial = {
        "service": service.subject if service else "",
        "place": asked.get("place", "")[:200],
        "kind": asked.get("kind", ""),
        "channel": "qr" if scanned else "web",
    }
    if request.method != "POST":
        return _asked(request, Bring(initial=initial), service)
    came = Came(
        timezone.now(),
        address=request.META.get("REMOTE_ADDR", ""),
        once=request.POST.get("once", "")[:64],
    )
    try:
        # The form itself is made only to show what is wrong: taking one in stays cheap.
        attached = papers_of(request)
        row, query = taking.bring(entry_of(request.POST), came, attached=attached)
    except (Incomplete, Stale) as error:
        form = Bring(request.POST, request.FILES, initial=initial)
        form.refuse(error)
        return _asked(request, form, _service(request.POST.get("service", "")), status=422)
    context = {"row": row, "query": query, "state": life().states[row.state]}
    return render(request, "voices/brought.html.j2", context)


def sheet(request: HttpRequest) -> HttpResponse:
    """Show a sheet for a counter, whose QR picture leads to the form with what it names filled in.

    The address may name a service, the counter, and that it is for ratings.
    """
    service = _service(request.GET.get("service", ""))
    place = " ".join(request.GET.get("place", "").split())[:LONGEST_COUNTER]
    rating = request.GET.get("kind") == "rating"
    filled = {
        "channel": "qr",
        "service": service.slug if service else "",
        "place": place,
        "kind": "rating" if rating else "",
    }
    query = urlencode({name: value for name, value in filled.items() if value})
    address = request.build_absolute_uri(reverse("voice"))
    context = {
        "service": service,
        "place": place,
        "rating": rating,
        "most": LONGEST_COUNTER,
        "leads_to": address,
        "picture": qr(f"{address}?{query}", say(RATE if rating else TELL)),
    }
    return render(request, "voices/sheet.html.j2", context)


def follow(request: HttpRequest) -> HttpResponse:
    """Show a person the own matter, or the own report that became a case."""
    form = Follow(request.POST or None)
    if request.method == "POST" and form.is_valid():
        row = _followed(request, form)
        if row is not None:
            return _show(request, row, form)
        case = followed_case(request, form.cleaned_data["number"], form.cleaned_data["code"])
        if case is not None:
            return case
        form.add_error("code", say(WRONG_CODE))
    status = 422 if request.method == "POST" else 200
    return render(request, "voices/follow.html.j2", {"form": form}, status=status)


def say_so(request: HttpRequest) -> HttpResponse:
    """Do what only the person can: solved, not solved, withdraw, take out of a group."""
    form = Follow(request.POST)
    row = _followed(request, form) if form.is_valid() else None
    if row is None:
        return render(request, "voices/follow.html.j2", {"form": form}, status=422)
    verb, reason, now = request.POST.get("verb", ""), request.POST.get("reason", ""), timezone.now()
    problem: Text | None = None
    try:
        if verb == "solved":
            saying.solved(row, at=now)
        elif verb == "reopen":
            saying.not_solved(row, reason, at=now)
        elif verb == "differ":
            saying.differ(row, reason, at=now)
        elif verb == "withdraw":
            saying.withdraw(row, at=now)
        else:
            raise Missing(NOT_FOUND)
    except (Incomplete, Stale) as error:
        problem = error.text
    else:
        messages.success(request, say(SAID))
    fresh = Voice.objects.select_related("department", "lead").get(pk=row.pk)
    return _show(request, fresh, form, problem)


def numbers(request: HttpRequest) -> HttpResponse:
    """Show how the channels do: what came, what was answered in time, and what tests found."""
    rounds = ChannelRound.objects.filter(state="published")[:20]
    drawn = Draw.objects.filter(subject__in=[each.code for each in rounds])
    refusals = VoiceRefusal.objects.values("channel", "why").annotate(total=Sum("n"))
    names = channels.channel_names()
    counts = cache.get_or_set(COUNTED, _counts, MINUTE)
    context = {
        "tests": [_test_row(each, names) for each in channels.published_shares()],
        "outcomes": [NAMES[name] for name in OUTCOMES],
        "channels": _channel_rows(names, counts or {}),
        "ratings": _rating_rows((counts or {}).get("ratings", {})),
        "rounds": rounds,
        "draws": drawn,
        "refusals": [
            (names.get(row["channel"], Text.of(row["channel"])), row["why"], few(row["total"]))
            for row in refusals.order_by("channel", "why")
        ],
        "policy": VoicePolicy.objects.first(),
        "presets": life().words["presets"],
    }
    return render(request, "voices/channels.html.j2", context)


def _asked(
    request: HttpRequest, form: Bring, service: Standing | None, status: int = 200
) -> HttpResponse:
    rating = "level" in form.fields
    context = {"form": form, "service": service, "rating": rating}
    return render(request, "voices/bring.html.j2", context, status=status)


def _followed(request: HttpRequest, form: Follow) -> Voice | None:
    limit(request, "voice-follow", MOST_TRIES, TOO_MANY)
    row = saying.found(form.cleaned_data["number"], form.cleaned_data["code"])
    if row is not None:
        forgive(request, "voice-follow")
    return row


def _show(
    request: HttpRequest, row: Voice, form: Follow, problem: Text | None = None
) -> HttpResponse:
    context = shown(row) | {
        "way": way_of(row, list(row.steps.all())),
        "codes": {"number": row.code, "code": read_code(form.cleaned_data["code"])},
        "open": not ended(row.state),
        "next": life().words["next"][row.state],
        "may_judge": row.state == "replied",
        "may_reopen": row.state in {"replied", "closed"},
        "others": row.size - 1,
        "problem": problem,
    }
    return render(request, "voices/followed.html.j2", context, status=422 if problem else 200)


def _service(subject: str) -> Standing | None:
    evaluation = current() if subject else None
    if evaluation is None:
        return None
    rows = Standing.objects.filter(evaluation=evaluation, kind="service")
    return rows.filter(Q(subject=subject) | Q(slug=subject)).first()


def _test_row(found: Shares, names: Any) -> dict[str, Any]:
    return {
        "name": names[found.channel],
        "n": found.n,
        "cells": [_told(found.of[name]) for name in OUTCOMES],
    }


def _told(estimate: Estimate) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return say(estimate.reason or Text("没有测试", "not tested"))
    low, high = 100 * estimate.low, 100 * estimate.high
    between = "—" if language() == "zh" else "–"
    return f"{100 * estimate.value:.0f}% ({low:.0f}{between}{high:.0f}%)"


def _counts() -> dict[str, dict[str, Any]]:
    """Count what came by each channel, without tests; many readers share one count a minute.

    What waits past its day counts as owed like what was answered; replies that came with a file of
    the hotline are not this site's, and count in neither.
    """
    elsewhere = Q(delivery__isnull=False, replied__lte=F("delivery__at"))
    done = Q(replied__isnull=False) & ~elsewhere
    waits = Q(replied__isnull=True) & (Q(late=True) | Q(state="received", overdue=True))
    rows = (
        Voice.objects.filter(test=False)
        .values("channel")
        .annotate(
            n=Count("pk"),
            answered=Count("pk", filter=done),
            owed=Count("pk", filter=done | waits),
            intime=Count("pk", filter=done & Q(late=False)),
            again=Count("pk", filter=done & Q(reopened__gt=0)),
        )
    )
    found: dict[str, dict[str, Any]] = {row["channel"]: dict(row) for row in rows}
    rated = Voice.objects.filter(kind="rating", test=False, excluded=False)
    levels = dict(rated.values_list("level").annotate(n=Count("pk")))
    bad = rated.filter(level__in=(1, 2), replied__isnull=False).exclude(person="")
    asked = bad.aggregate(n=Count("pk"), called=Count("pk", filter=Q(called__isnull=False)))
    return found | {"ratings": {str(key): n for key, n in levels.items()} | asked}


def _rating_rows(counted: dict[str, int]) -> dict[str, Any]:
    """Return levels and the share of named negative ratings whose person was called (RAT-NEG)."""
    levels = [(name, few(counted.get(key, 0))) for key, name in life().words["levels"].items()]
    n, called = counted.get("n", 0), counted.get("called", 0)
    share = _told(_share(called, n)) if n >= FEWEST else "—"
    return {"levels": levels, "called": share}


def _channel_rows(names: Any, counted: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what is told of each channel; what tells of too few is not told."""
    found = []
    for channel, name in names.items():
        row = counted.get(channel, dict.fromkeys(("n", "answered", "owed", "intime", "again"), 0))
        shares = [_told(_share(row[key], row[whole])) if row[whole] >= FEWEST else "—"
                  for key, whole in (("intime", "owed"), ("again", "answered"))]  # fmt: skip
        found.append({"name": name, "n": few(row["n"]), "shares": shares})
    return found


def _share(hits: int, n: int) -> Estimate:
    low, high = wilson_bounds(hits, n)
    return Estimate(hits / n, float(low), float(high), n)
