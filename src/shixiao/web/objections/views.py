"""Pages of objections: file, follow, join, and what can be done with one inside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.fairness.decisions import read_scheme
from shixiao.fairness.objections import ended
from shixiao.records.models import (
    AlikeDecision,
    Draw,
    Objection,
    ObjectionNotice,
    PanelMember,
    System,
)
from shixiao.terms import BadInput, Text
from shixiao.web.cases.forms import WRONG_CODE
from shixiao.web.decisions.letters import REMEDIES
from shixiao.web.objections.forms import Follow, Join, OfDecision, OfSystem, Verb
from shixiao.web.objections.showing import TONES, line
from shixiao.web.results.clocks import clock
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.limits import forgive, limit
from shixiao.web.shell.lists import page_of
from shixiao.web.shell.pages import say
from shixiao.web.shell.qr import qr
from shixiao.workflows.actors import Actor
from shixiao.workflows.decisions import codes
from shixiao.workflows.decisions.explaining import FIXED, explain
from shixiao.workflows.decisions.remedies import WARNING
from shixiao.workflows.draws import Public
from shixiao.workflows.moving import Act
from shixiao.workflows.objections import carrying, filing, handling, judging
from shixiao.workflows.objections.filing import Said
from shixiao.workflows.objections.moving import doable, life
from shixiao.workflows.permissions import may
from shixiao.workflows.refusals import (
    CHANGED,
    NOT_FOUND,
    NOT_YOURS,
    Forbidden,
    Incomplete,
    Missing,
    Stale,
)

MOST_SHOWN = 200
MOST_FILED, MOST_TRIES = 20, 20  # an hour from one address
FILING, COUNTER, LOOK_UP = "objection", "objection-counter", "decision.look_up"
"""Counters file for many from one address: of who looks up receipts there wrong codes count."""
TOO_MANY = Text(
    "一小时内提交得太多，请稍后再试，或到窗口提出。",
    "Too much was sent within an hour. Try again later, or file it at a counter.",
)
DONE = Text("已办理：{verb}。", "Done: {verb}.")
JOINED = Text(
    "已附议，现在自报共 {n:,} 人。", "You joined; {n:,} people object by their own account."
)
OPINE, LEAVE = (
    Text("提出评审意见", "Give your opinion"),
    Text("退出评审小组", "Leave the panel"),
)
LEADS = Text("对“{name}”提出异议", "Object to “{name}”")
REPLACE = Text("替换没有提出意见的专家", "Replace a member who gives no opinion")
NEEDS = {"carry": ("result", "reason"), "opine": ("vote", "opinion"), "leave": ("reason",),
         "replace": ("member", "reason")}  # fmt: skip


def listing(request: HttpRequest) -> HttpResponse:
    """List objections: to which system, how far, until when; never what people wrote."""
    rows = Objection.objects.select_related("system__department")
    page = page_of(request, rows)
    return render(request, "objections/list.html.j2", {"page": page, "rows": map(line, page)})


def to_decision(request: HttpRequest) -> HttpResponse:
    """File an objection to a decision by receipt number and query code."""
    initial = {name: request.POST.get(name, "") for name in ("number", "code")}
    begun = request.method == "POST" and "statement" not in request.POST
    form = OfDecision(initial=initial) if begun else OfDecision(request.POST or None)
    if request.method == "POST" and not begun and form.is_valid():
        at_counter = may(actor_on(request), LOOK_UP)
        limit(request, COUNTER if at_counter else FILING, MOST_FILED, TOO_MANY)
        row = codes.found(form.cleaned_data["number"], form.cleaned_data["code"])
        if row is None:
            form.add_error("code", say(WRONG_CODE))
        else:
            if at_counter:
                forgive(request, COUNTER)
            said = _said(form.cleaned_data)
            file = filing.against_decision
            done = _filed(request, form, lambda actor, at: file(row, said, actor=actor, at=at))
            if done is not None:
                return done
    status = 422 if request.method == "POST" and not begun else 200
    context = {"form": form, "whole": False, "warning": WARNING}
    return render(request, "objections/add.html.j2", context, status=status)


def to_system(request: HttpRequest) -> HttpResponse:
    """File an objection to a system itself; an address with its code is for posters at counters."""
    form = OfSystem(request.POST or None, initial={"system": request.GET.get("system", "")})
    if request.method == "POST" and form.is_valid():
        if not may(actor_on(request), LOOK_UP):
            limit(request, FILING, MOST_FILED, TOO_MANY)
        system = System.objects.get(code=form.cleaned_data["system"])
        said = _said(form.cleaned_data)
        file = filing.against_system
        done = _filed(request, form, lambda actor, at: file(system, said, actor=actor, at=at))
        if done is not None:
            return done
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "whole": True}
    return render(request, "objections/add.html.j2", context, status=status)


def sheet(request: HttpRequest, code: str) -> HttpResponse:
    """Show a sheet for counters, whose QR picture leads to an objection to this system."""
    system = System.objects.select_related("department").filter(code=code).first()
    if system is None or system.state == "retired":
        raise Missing(NOT_FOUND)
    address = request.build_absolute_uri(f"{reverse('objection_add')}?system={system.code}")
    picture = qr(address, say(LEADS.format(name=system.name)))
    context = {"system": system, "leads_to": address, "picture": picture}
    return render(request, "objections/sheet.html.j2", context)


def follow(request: HttpRequest) -> HttpResponse:
    """Show whoever objected how far it is and what he was told."""
    form = Follow(request.POST or None)
    if request.method == "POST" and form.is_valid():
        row = _followed(request, form)
        if row is not None:
            notices = [(each, _named(each)) for each in row.notices.all()]
            context = _shown(row) | {
                "notices": notices,
                "codes": form.cleaned_data,
                "open": not ended(row.state) and row.state != "decided",
            }
            return render(request, "objections/followed.html.j2", context)
    status = 422 if request.method == "POST" else 200
    return render(request, "objections/follow.html.j2", {"form": form}, status=status)


def withdraw(request: HttpRequest) -> HttpResponse:
    """Take an objection back, by number and query code."""
    form = Follow(request.POST)
    row = _followed(request, form) if form.is_valid() else None
    if row is None:
        return render(request, "objections/follow.html.j2", {"form": form}, status=422)
    handling.withdraw(row, at=timezone.now())
    messages.success(request, say(DONE.format(verb=life().verbs["withdraw"].name)))
    return HttpResponseRedirect(reverse("objection_follow"))


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show an objection: how far it is to everybody, what it says to those inside."""
    return _page(request, _row(code), Join())


def _page(request: HttpRequest, row: Objection, form: Join, *, status: int = 200) -> HttpResponse:
    actor, panel = actor_on(request), judging.panel(row)
    mine = _mine(row, actor)
    inside = may(actor, "objection.read", row) or mine is not None
    today = timezone.localdate(timezone.now())
    verbs = [(verb.id, verb.name) for verb in doable(row, actor, today=today)]
    if mine is not None and row.state == "sitting" and mine.given is None:
        verbs += [("opine", OPINE), ("leave", LEAVE)]
    reach = may(actor, "objection.handle", row)
    if reach and row.state == "sitting" and any(member.given is None for member in panel):
        verbs.append(("replace", REPLACE))
    carries = may(actor, "objection.carry", row) and row.state == "decided"
    context = _shown(row) | {
        "inside": inside,
        "may_reach": reach,
        "fixed": FIXED,
        "told": explain(row.decision) if row.decision and _needs_facts(row, actor, mine) else None,
        "verbs": verbs,
        "panel": panel,
        "joined": row.joined.all()[:MOST_SHOWN] if inside else (),
        "left_out": row.members.exclude(ground=None) if inside else (),
        "draws": [each.code for each in _draws(row)],
        "notices": row.notices.all() if inside else (),
        "alike": _alike(row) if inside else (),
        "alike_open": row.alike.filter(state="open").count(),
        "may_carry": carries,
        "form": form if row.kind == "system" and not ended(row.state) else None,
        "outcomes": life().outcomes,
        "show_opinions": inside and all(m.given for m in panel),
    }
    return render(request, "objections/one.html.j2", context, status=status)


def _needs_facts(row: Objection, actor: Actor, mine: PanelMember | None) -> bool:
    """Say whether a person needs the whole decision for what he has to do with the objection now.

    Everybody else needs the two codes of its receipt, as the citizen does.
    """
    judging_now = mine is not None and row.state == "sitting"
    rights = ("objection.handle", "objection.carry")
    return judging_now or (not ended(row.state) and any(may(actor, r, row) for r in rights))


def _alike(row: Objection) -> list[tuple[AlikeDecision, list[tuple[str, Text]]]]:
    """Return alike decisions, each with the results that were laid down when it was received."""
    known = [(each.at, read_scheme(each.content)) for each in row.system.decision_schemes.all()]
    found = []
    for each in row.alike.select_related("decision")[:MOST_SHOWN]:
        then = (scheme for at, scheme in known if at <= each.decision.received)
        scheme = next(then, known[0][1] if known else None)
        outcomes = scheme.outcomes if scheme else {}
        found.append((each, [(value, one.name) for value, one in outcomes.items()]))
    return found


def join(request: HttpRequest, code: str) -> HttpResponse:
    """Join an objection to a system."""
    limit(request, FILING, MOST_FILED, TOO_MANY)
    form, row = Join(request.POST), _row(code)
    if not form.is_valid():
        return _page(request, row, form, status=422)
    held = filing.join(row, form.cleaned_data["statement"], at=timezone.now())
    messages.success(request, say(JOINED.format(n=held.voices)))
    return HttpResponseRedirect(reverse("objection", args=[code]))


def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Carry a verb out on an objection."""
    row, actor = _row(code), actor_on(request)
    name = _name_of(row, verb, actor)
    needs = NEEDS.get(verb) or life().verbs[verb].needs
    if verb == "carry" and (row.decision is None or row.outcome not in carrying.CHANGES):
        needs = ("reason",)
    form = Verb(row, needs, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        done = Act(actor, timezone.now(), given.pop("seen"))
        try:
            _do(row, verb, done, given)
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        except BadInput as error:
            form.add_error(None, say(error.text))
        else:
            messages.success(request, say(DONE.format(verb=name)))
            return HttpResponseRedirect(reverse("objection", args=[code]))
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "row": row, "name": name}
    return render(request, "objections/act.html.j2", context, status=status)


def look_again(request: HttpRequest, code: str, alike: UUID) -> HttpResponse:
    """Answer a decision like the one that was wrong."""
    row = AlikeDecision.objects.filter(pk=alike, objection__code=code).first()
    if row is None:
        raise Missing(NOT_FOUND)
    done = Act(actor_on(request), timezone.now(), row.objection.version)
    result, reason = (request.POST.get(name, "")[:5_000] for name in ("result", "reason"))
    try:
        carrying.look_again(row, done, result=result, reason=reason)
    except Incomplete as error:
        messages.error(request, say(error.text))
    return HttpResponseRedirect(reverse("objection", args=[code]))


def _do(row: Objection, verb: str, done: Act, given: dict[str, Any]) -> None:
    if verb == "freeze":
        judging.freeze(row, done, public=Public(given["source"], given["source_day"]))
    elif verb == "opine":
        upholds = given["vote"] != "reject"
        outcome = given["vote"] if upholds else ""
        judging.opine(row, done, upholds=upholds, outcome=outcome, opinion=given["opinion"])
    elif verb == "leave":
        member = _mine(row, done.actor)
        if member is None:
            raise Forbidden(NOT_YOURS)
        judging.leave(member, done, reason=given["reason"])
    elif verb == "replace":
        silent = next((m for m in judging.panel(row) if m.code == given["member"]), None)
        if silent is None:
            raise Stale(CHANGED)
        judging.leave(silent, done, reason=given["reason"])
    elif verb == "carry":
        result = given.get("result", "")
        carrying.carry(row, done, result=result, reason=given["reason"])
    else:
        ACTS[verb](row, done, **given)


ACTS: dict[str, Callable[..., Objection]] = {
    "accept": handling.accept,
    "refuse": handling.refuse,
    "extend": handling.extend,
    "draw": judging.draw,
    "uphold": judging.uphold,
    "reject": judging.reject,
}


def _name_of(row: Objection, verb: str, actor: Actor) -> Text:
    """Return what a verb is called, of those that the person can carry out now.

    Raises:
        Missing: there is no such verb.
        Forbidden: it is not his.
        Stale: not now.
    """
    if verb in {"opine", "leave"}:
        if _mine(row, actor) is None:
            raise Forbidden(NOT_YOURS)
        return OPINE if verb == "opine" else LEAVE
    if verb == "replace":
        if not may(actor, "objection.handle", row):
            raise Forbidden(NOT_YOURS)
        if row.state != "sitting":
            raise Stale(CHANGED)
        return REPLACE
    known = life().verbs.get(verb)
    if known is None or verb in {"deem", "withdraw"}:
        raise Missing(NOT_FOUND)
    if not may(actor, known.right, row):
        raise Forbidden(NOT_YOURS)
    if row.state not in known.sources:
        raise Stale(CHANGED)
    return known.name


def _filed(
    request: HttpRequest, form: Any, file: Callable[[Actor, Any], tuple[Objection, str]]
) -> HttpResponse | None:
    try:
        row, query = file(actor_on(request), timezone.now())
    except Incomplete as error:
        form.add_error(error.field if error.field in form.fields else None, say(error.text))
    except Stale as error:
        form.add_error(None, say(error.text))
    else:
        context = _shown(row) | {"query": query, "warning": WARNING}
        return render(request, "objections/filed.html.j2", context)
    return None


def _said(given: dict[str, Any]) -> Said:
    same = ("statement", "contact", "helper", "once")
    return Said(**{name: given[name] for name in same}, voices=given.get("voices") or 1)


def _followed(request: HttpRequest, form: Follow) -> Objection | None:
    limit(request, "objection-follow", MOST_TRIES, TOO_MANY)
    row = handling.found(form.cleaned_data["number"], form.cleaned_data["code"])
    if row is None:
        form.add_error("code", say(WRONG_CODE))
    else:
        forgive(request, "objection-follow")
    return row


def _named(notice: ObjectionNotice) -> list[tuple[Text, date]]:
    return [(REMEDIES[r["rule"]], date.fromisoformat(r["due"])) for r in notice.remedies]


def _shown(row: Objection) -> dict[str, Any]:
    state = life().states[row.state]
    return {
        "row": row,
        "state": state,
        "tone": TONES[row.state],
        "place": state.place,
        "clock": clock(row.due, row.due_rule) if row.due else {"state": "none"},
        "outcome": life().outcomes.get(row.outcome),
    }


def _mine(row: Objection, actor: Actor) -> PanelMember | None:
    me = actor.account
    return next((m for m in judging.panel(row) if me and m.account_id == me.pk), None)


def _draws(row: Objection) -> QuerySet[Draw]:
    return Draw.objects.filter(subject=row.code)


def _row(code: str) -> Objection:
    rows = Objection.objects.select_related("system__department", "decision", "check_made")
    row = rows.filter(code=code).first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row
