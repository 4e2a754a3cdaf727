"""Pages of a hearing: the notice, registration, who was drawn, the record and who signed it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import DecisionMatter, Draw, Hearing, HearingSeat
from shixiao.terms import Text
from shixiao.web.consultations.people_forms import RegisterForm, SeatForm
from shixiao.web.consultations.showing import shown_count
from shixiao.web.consultations.taking_part import counted
from shixiao.web.consultations.views import found, inside
from shixiao.web.results.clocks import clock
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.limits import forgive, limit
from shixiao.web.shell.pages import say
from shixiao.workflows.actors import NOBODY
from shixiao.workflows.consultations import hearings, leaving
from shixiao.workflows.consultations.hearings import SIGNED, Registration
from shixiao.workflows.consultations.moving import ENDED
from shixiao.workflows.moving import Act
from shixiao.workflows.permissions import check, may
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing, Stale

MOST_SENT, MOST_TRIES = 30, 30  # an hour from one address
TOO_MANY = Text(
    "一小时内提交得太多，请稍后再试，或到窗口报名。",
    "Too much was sent within an hour. Try again later, or register at a counter.",
)
DONE = Text("已记下。", "Noted.")
LEFT = Text("您已退出，由下一名递补。", "You left; the next in order follows.")
EMPTY = Text("您已退出，席位空缺。", "You left; the seat stays empty.")


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a hearing: when, where, who speaks for whom, and what came of it."""
    row, actor = found(code), actor_on(request)
    hearing = of(row)
    within, today = inside(actor, row), timezone.localdate()
    seats = list(hearings.participants(row))
    note_from = hearings.first_note(row)
    names = {each["id"]: each["name"] for each in hearing.sides}
    events = {each.event: each for each in row.events.all()}
    counts = dict.fromkeys(names, 0)
    for side in row.seats.values_list("side", flat=True):
        counts[side] = counts.get(side, 0) + 1
    context = {
        "row": row,
        "hearing": hearing,
        "registering": (open_ := hearings.registering(hearing, today)),
        "clock": clock(hearing.until, "", today) if open_ else None,
        "sides": [(names[i], shown_count(n) if not within else str(n)) for i, n in counts.items()],
        "seats": [(seat, names.get(seat.side, ""), SIGNED.get(seat.signed)) for seat in seats],
        "draws": Draw.objects.filter(subject=row.code, tag=hearings.TAG).order_by("frozen_at"),
        "events": events,
        "minutes": hearing.minutes if "conclude" in events or within else "",
        "empty": leaving.empty_seats(row),
        "may_release": may(actor, "hearing.convene", row) and not {"hold", "stop"} & {*events},
        "may_note": may(actor, "hearing.convene", row)
        and note_from is not None
        and "confirm" not in events,
        "note_from": note_from if note_from and today < note_from else None,
        "inside": within,
        "all": row.seats.all()[:500] if may(actor, "hearing.convene", row) else (),
    }
    return render(request, "consultations/hearing.html.j2", context)


def register(request: HttpRequest, code: str) -> HttpResponse:
    """Take a registration; the answer shows number and query code, once."""
    row = found(code)
    hearing = of(row)
    if row.state == ENDED:
        raise Stale(hearings.NOT_OPEN)
    actor = actor_on(request)
    clerk = actor if may(actor, "hearing.convene", row) else None
    form = RegisterForm(hearing, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with counted(row, "register"):
            if clerk is None:
                limit(request, "hearing", MOST_SENT, TOO_MANY)
            try:
                said = Registration(**form.cleaned_data)
                seat, query = hearings.register(row, said, at=timezone.now(), clerk=clerk)
            except Incomplete as error:
                form.add_error(error.field if error.field in form.fields else None, say(error.text))
            else:
                context = {"row": row, "hearing": hearing, "seat": seat, "query": query}
                return render(request, "consultations/registered.html.j2", context)
    status = 422 if request.method == "POST" else 200
    over = not hearings.registering(hearing, timezone.localdate())
    context = {"row": row, "hearing": hearing, "form": form, "over": over, "clerk": clerk}
    return render(request, "consultations/register.html.j2", context, status=status)


def mine(request: HttpRequest, code: str) -> HttpResponse:
    """Show who registered whether he was drawn, and let him sign the record, object or leave."""
    row = found(code)
    hearing = of(row)
    form = SeatForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        limit(request, "hearing-code", MOST_TRIES, TOO_MANY)
        given = form.cleaned_data
        try:
            seat = hearings.seat_of(row, given["number"], given["query"])
            forgive(request, "hearing-code")
            done = _do(request, row, seat)
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        else:
            seat.refresh_from_db()
            if done:
                messages.success(request, say(done))
            events = {each.event for each in row.events.all()}
            context = {
                "row": row,
                "hearing": hearing,
                "seat": seat,
                "side": next((s["name"] for s in hearing.sides if s["id"] == seat.side), ""),
                "signed": SIGNED.get(seat.signed),
                "codes": given,
                "held": "hold" in events,
                "stopped": "stop" in events,
                "chosen": "choose" in events,
                "closed": "confirm" in events,
            }
            return render(request, "consultations/seat.html.j2", context)
    status = 422 if request.method == "POST" else 200
    context = {"row": row, "hearing": hearing, "form": form}
    return render(request, "consultations/seat_code.html.j2", context, status=status)


def note(request: HttpRequest, code: str, seat: str) -> HttpResponse:
    """Note that a participant did not sign, or withdrew; by whoever convenes the hearing."""
    row, actor = found(code), actor_on(request)
    check(actor, "hearing.convene", row)
    one_ = row.seats.filter(code=seat).first()
    if one_ is None:
        raise Missing(NOT_FOUND)
    act = Act(actor, timezone.now(), row.version)
    reason = request.POST.get("reason", "")[:5_000]
    try:
        if request.POST.get("what") == "leave":
            leaving.leave(one_, act, reason=reason)
        else:
            hearings.not_signed(one_, act, reason=reason)
    except Incomplete as error:
        messages.error(request, say(error.text))
    else:
        messages.success(request, say(DONE))
    return HttpResponseRedirect(reverse("hearing", args=[code]))


def of(row: DecisionMatter) -> Hearing:
    """Return the hearing of a matter.

    Raises:
        Missing: none was announced.
    """
    hearing = Hearing.objects.filter(matter=row).first()
    if hearing is None:
        raise Missing(NOT_FOUND)
    return hearing


def _do(request: HttpRequest, row: DecisionMatter, seat: HearingSeat) -> Text | None:
    """Do what the participant asks; None where he only looks."""
    what, now = request.POST.get("what", ""), timezone.now()
    if what == "sign":
        hearings.sign(seat, agrees=True, at=now)
    elif what == "object":
        said: Any = request.POST.get("objection", "")
        hearings.sign(seat, agrees=False, objection=said, at=now)
    elif what == "leave":
        said = request.POST.get("reason", "")
        follower = leaving.leave(seat, Act(NOBODY, now, row.version), reason=said)
        return LEFT if follower else EMPTY
    else:
        return None
    return DONE
