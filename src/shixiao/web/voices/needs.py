"""Needs: what many people need and no service gives, proposals, answers, and what changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import NeedProposal, Standing, System, VoiceTopic
from shixiao.statistics import wilson_bounds
from shixiao.terms import Text
from shixiao.voice.needs import NAMES
from shixiao.web.results.clocks import clock
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import page_of
from shixiao.web.shell.pages import say
from shixiao.web.voices.forms import Propose, Respond
from shixiao.web.voices.showing import FEWEST, few
from shixiao.workflows.evaluations import current
from shixiao.workflows.moving import Act
from shixiao.workflows.permissions import check, may
from shixiao.workflows.refusals import (
    CHANGED,
    NOT_FOUND,
    NOT_YOURS,
    Forbidden,
    Incomplete,
    Missing,
    Stale,
)
from shixiao.workflows.voices import proposals, routing
from shixiao.workflows.voices.proposals import kept_waiting, life
from shixiao.workflows.voices.topics import Vain, in_vain, spoken_of

TONES = {"proposed": "amber", "adopted": "amber", "declined": "grey", "changed": "green",
         "measured": "green"}  # fmt: skip
TRENDS = {
    "rising": Text("升温", "Rising"),
    "falling": Text("降温", "Falling"),
    "steady": Text("平稳", "Steady"),
}
MADE = Text(
    "已送{name}，并告知 {n} 位反映的人。", "Sent to {name}; {n} people who spoke were told."
)
DONE = Text("已登记：{verb}，并告知 {n} 位。", "Entered: {verb}; {n} people were told.")
FILED = Text("已为“{name}”建立需求说明。", "The need file of “{name}” was made.")
FELL = Text("确实少了", "it did fall")
ROSE = Text("反而多了", "it rose instead")
SAME = Text("还看不出变化", "no change can be told yet")


def listing(request: HttpRequest) -> HttpResponse:
    """List needs, the weightiest first; topics of fewer than eleven people are only counted."""
    newest = VoiceTopic.objects.order_by("-seen").values_list("seen", flat=True).first()
    rows = VoiceTopic.objects.filter(seen=newest) if newest else VoiceTopic.objects.none()
    many = rows.filter(people__gte=FEWEST, weight__gt=0).select_related("department")
    page = page_of(request, many.prefetch_related("proposals"))
    context = {
        "page": page,
        "rows": [_line(row) for row in page],
        "small": rows.filter(people__lt=FEWEST).count(),
        "others": rows.filter(people__gte=FEWEST, weight=0).count(),
        "vain": _searched(request, many),
        "newest": newest,
        "proposals": NeedProposal.objects.select_related("department", "topic")[:20],
        "states": life().states,
        "tones": TONES,
    }
    return render(request, "voices/needs.html.j2", context)


def _searched(request: HttpRequest, shown: Iterable[VoiceTopic]) -> list[Vain]:
    """Return what was searched in vain: all of it to whoever makes proposals, else what is said."""
    found = [each for each in in_vain(now=timezone.now()) if each.n >= FEWEST]
    inside = may(actor_on(request), "proposal.make")
    return found if inside else spoken_of(found, shown)


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a need: how many, since when, the nearest service, proposals and answers."""
    row, actor = _topic(code, request), actor_on(request)
    made = [_shown(each, actor) for each in row.proposals.select_related("department")]
    open_ = any(each["row"].state in {"proposed", "adopted"} for each in made)
    systems = System.objects.exclude(state="retired").select_related("department")
    own = [each for each in systems if may(actor, "system.manage", each)][:200]
    context = _line(row) | {
        "row": row,
        "people": few(row.people),
        "places": [(place, n) for place, n in row.places if n >= FEWEST],
        "nearest": _service(row.nearest),
        "proposals": made,
        "may_propose": may(actor, "proposal.make") and not open_,
        "systems": own,
    }
    return render(request, "voices/need.html.j2", context)


def propose(request: HttpRequest, code: str) -> HttpResponse:
    """Make a proposal from a need."""
    row = _topic(code, request)
    initial = {"department": row.department.code} if row.department else {}
    form = Propose(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        department = routing.department_of(given["department"])
        try:
            made = proposals.propose(
                row,
                department=department,
                text=given["text"],
                actor=actor_on(request),
                at=timezone.now(),
            )
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        else:
            said = MADE.format(name=made.department.name, n=few(made.told))
            messages.success(request, say(said))
            return HttpResponseRedirect(reverse("need", args=[code]))
    status = 422 if request.method == "POST" else 200
    context = _line(row) | {"row": row, "form": form, "name": PROPOSE}
    return render(request, "voices/propose.html.j2", context, status=status)


def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Answer a proposal, or enter what changed."""
    actor = actor_on(request)
    rows = NeedProposal.objects.select_related("topic", "department")
    row = rows.filter(code=code).first()
    known = life().verbs.get(verb)
    if row is None or known is None:
        raise Missing(NOT_FOUND)
    if not may(actor, known.right, row):
        raise Forbidden(NOT_YOURS)
    if row.state not in known.sources:
        raise Stale(CHANGED)
    dated = "promised" in known.needs
    form = Respond(request.POST or None, version=row.version, dated=dated, change=verb == "change")
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        done = Act(actor, timezone.now(), given.pop("seen"))
        try:
            if verb == "change":
                held = proposals.change(row, done, reason=given["reason"])
            else:
                held = proposals.answer(row, done, verb=verb, **given)
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        else:
            messages.success(request, say(DONE.format(verb=known.name, n=few(held.told))))
            return HttpResponseRedirect(reverse("need", args=[row.topic.code]))
    status = 422 if request.method == "POST" else 200
    context = _line(row.topic) | {"row": row.topic, "form": form, "name": known.name}
    return render(request, "voices/propose.html.j2", context, status=status)


def need_file(request: HttpRequest, code: str) -> HttpResponse:
    """Make the need file of a system from a need, by one click."""
    row, actor = _topic(code, request), actor_on(request)
    system = System.objects.filter(code=request.POST.get("system", "")).first()
    if system is None:
        raise Missing(NOT_FOUND)
    check(actor, "system.manage", system)
    proposals.file_for(row, system, actor=actor, at=timezone.now())
    messages.success(request, say(FILED.format(name=system.name)))
    return HttpResponseRedirect(reverse("need", args=[code]))


PROPOSE = Text("提出施策建议", "Make a proposal")


def _line(row: VoiceTopic) -> dict[str, Any]:
    return {
        "code": row.code,
        "title": Text("、".join(row.terms[:4]), " · ".join(row.terms[:4])),
        "people": few(row.people),
        "size": few(row.size),
        "signs": [(NAMES[kind], few(n)) for kind, n in row.signs.items()],
        "trend": TRENDS.get(row.trend),
        "weight": round(row.weight),
        "harm": row.harm,
        "factor": row.factor,
        "stability": row.stability,
        "department": row.department,
    }


def _shown(row: NeedProposal, actor: Any) -> dict[str, Any]:
    verbs = [verb for verb in life().verbs_from(row.state) if may(actor, verb.right, row)]
    return {
        "row": row,
        "state": life().states[row.state],
        "tone": TONES[row.state],
        "clock": clock(row.due, row.due_rule) if row.due else None,
        "outcome": life().outcomes.get(row.outcome),
        "verbs": [(verb.id, verb.name) for verb in verbs],
        "effect": _effect(row),
        "kept_waiting": kept_waiting(row),
        "people": few(row.people),
        "told": few(row.told),
    }


def _effect(row: NeedProposal) -> tuple[str, str, Text] | None:
    """Return counts before and after the change, and what they say (interval of the share after).

    Counts under eleven are not shown; then nothing is said of them either.
    """
    if row.before is None or row.after is None:
        return None
    verdict = SAME
    total = row.before + row.after
    if total >= FEWEST:
        low, high = wilson_bounds(row.after, total)
        verdict = FELL if high < 0.5 else ROSE if low > 0.5 else SAME
    return few(row.before), few(row.after), verdict


def _service(subject: str) -> Standing | None:
    evaluation = current() if subject else None
    if evaluation is None:
        return None
    rows = Standing.objects.filter(evaluation=evaluation, kind="service", subject=subject)
    return rows.first()


def _topic(code: str, request: HttpRequest) -> VoiceTopic:
    """Return the topic of a code; one of fewer than eleven people only to those inside.

    Raises:
        Missing: there is none that the person may know of.
    """
    row = VoiceTopic.objects.select_related("department").filter(code=code).first()
    small = row is not None and row.people < FEWEST and not row.proposals.exists()
    if row is None or (small and not may(actor_on(request), "proposal.make")):
        raise Missing(NOT_FOUND)
    return row
