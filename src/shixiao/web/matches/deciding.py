"""Pages of one wording: what is offered, what was decided and by whom, and deciding it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import MatchItem
from shixiao.terms import Text
from shixiao.web.matches.showing import history, line, names_of
from shixiao.web.matches.views import found
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.pages import say
from shixiao.workflows.actors import Actor
from shixiao.workflows.matches import deciding
from shixiao.workflows.permissions import check, may
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing

MOST_PLACES = 200
CONFIRMED = Text("“{name}”已确认为“{element}”。", "“{name}” is confirmed as “{element}”.")
REJECTED = Text(
    "已记下：“{name}”的候选都不是所要的，以后不再给出。",
    "Kept: none of those offered for “{name}” is meant; they are not offered again.",
)
WITHDRAWN = Text("“{name}”的决定已撤回，等待确认。", "The word on “{name}” is withdrawn.")


def item(request: HttpRequest, code: str, asked: str) -> HttpResponse:
    """Show a wording: where it stands, what is offered, who decided what and when."""
    actor = actor_on(request)
    row = _item(actor, code, asked)
    names = names_of({each[2] for each in row.candidates if each[2]})
    context = {
        "run": row.run,
        "line": line(row, names),
        "places": row.places[:MOST_PLACES],
        "steps": history(row),
        "may_decide": may(actor, "match.confirm", row.run),
    }
    return render(request, "matches/item.html.j2", context)


def decide(request: HttpRequest, code: str, asked: str) -> HttpResponse:
    """Confirm a candidate, reject all, or withdraw what was decided; then go back to the page."""
    actor = actor_on(request)
    row = _item(actor, code, asked)
    check(actor, "match.confirm", row.run)
    try:
        said = _done(row, request, actor)
    except Incomplete as error:
        messages.warning(request, say(error.text))
    else:
        messages.success(request, say(said))
    top, back = reverse("match", args=[code]), request.POST.get("back", "")
    return HttpResponseRedirect(back if back.startswith(top) else top)


def _done(row: MatchItem, request: HttpRequest, actor: Actor) -> Text:
    """Carry out what a button asks for; return what was done."""
    seen, at = request.POST.get("seen", ""), timezone.now()
    verb, name = request.POST.get("verb", ""), row.name
    if verb == "withdraw":
        deciding.withdraw(row, seen=seen, actor=actor, at=at)
        return WITHDRAWN.format(name=name)
    if verb == "none":
        deciding.reject(row, seen=seen, actor=actor, at=at)
        return REJECTED.format(name=name)
    element = request.POST.get("element", "")
    made = deciding.confirm(row, element, seen=seen, actor=actor, at=at)
    return CONFIRMED.format(name=name, element=made.element_name)


def _item(actor: Actor, code: str, asked: str) -> MatchItem:
    rows = found(actor, code).items.select_related("run__department", "decision__by")
    row = rows.filter(pk=asked).first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row
