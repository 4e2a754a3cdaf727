"""Pages of rulings on public interest: confirmed by two, contested by anybody, answered."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import InterestContest
from shixiao.terms import Text
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.limits import limit
from shixiao.web.shell.pages import say, words
from shixiao.web.systems.acting import found
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing, Stale
from shixiao.workflows.systems import interest

MOST_AN_HOUR = 10
TOO_MANY = Text("一小时内提得太多，请稍后再提。", "Too many within an hour; try again later.")
CONTESTED = Text(
    "异议已收到；答复之前，这项认定不生效。",
    "Received; until it is answered the ruling does not hold.",
)
DONE = Text("已办理。", "Done.")


class Contest(forms.Form):
    """Why a system is of public interest after all."""

    statement = forms.CharField(
        label=words("为什么涉及公共利益", "Why it is of public interest"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=5_000,
    )


def decide(request: HttpRequest, code: str) -> HttpResponse:
    """Confirm the ruling that waits, or end the one that stands."""
    actor = actor_on(request)
    row = found(actor, code)
    ruling = interest.standing(row)
    if ruling is None:
        raise Missing(NOT_FOUND)
    try:
        if request.POST.get("confirmed") == "yes":
            interest.confirm(ruling, actor=actor, at=timezone.now())
        else:
            reason = request.POST.get("reason", "")
            interest.end(ruling, reason=reason, actor=actor, at=timezone.now())
        messages.success(request, say(DONE))
    except (Incomplete, Stale) as error:
        messages.warning(request, say(error.text))
    return HttpResponseRedirect(reverse("registered", args=[row.code]))


def contest(request: HttpRequest, code: str) -> HttpResponse:
    """Contest a ruling; it takes no account."""
    actor = actor_on(request)
    row = found(actor, code)
    ruling = interest.standing(row)
    if ruling is None or ruling.confirmed is None:
        raise Missing(NOT_FOUND)
    form = Contest(request.POST or None)
    if request.method == "POST" and form.is_valid():
        limit(request, "contest", MOST_AN_HOUR, TOO_MANY)
        try:
            interest.contest(ruling, **form.cleaned_data, actor=actor, at=timezone.now())
        except Incomplete as error:
            form.add_error("statement", say(error.text))
        except Stale as error:
            form.add_error(None, say(error.text))
        else:
            messages.success(request, say(CONTESTED))
            return HttpResponseRedirect(reverse("registered", args=[row.code]))
    status = 422 if request.method == "POST" else 200
    context = {"row": row, "ruling": ruling, "form": form}
    return render(request, "systems/contest.html.j2", context, status=status)


def answer(request: HttpRequest, code: str, entry: str) -> HttpResponse:
    """Answer a contest."""
    actor = actor_on(request)
    row = found(actor, code)
    kept = InterestContest.objects.filter(ruling__system=row, pk=entry).first()
    if kept is None:
        raise Missing(NOT_FOUND)
    try:
        interest.answer(
            kept,
            upheld=request.POST.get("upheld") == "yes",
            text=request.POST.get("answer", ""),
            actor=actor,
            at=timezone.now(),
        )
        messages.success(request, say(DONE))
    except (Incomplete, Stale) as error:
        messages.warning(request, say(error.text))
    return HttpResponseRedirect(reverse("registered", args=[row.code]))
