"""Pages of trainings: the list, setting one up, one training, its verbs, and who takes it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.checkup.training import SessionKind, lesson
from shixiao.checkup.training.audiences import session_name
from shixiao.ledger import vocabulary
from shixiao.records.models import Draw, LeafRow, Organisation, Seat, Training, WarningCase
from shixiao.terms import BadInput, Text
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import page_of
from shixiao.web.shell.pages import language, say
from shixiao.web.training.forms import NewTraining, VerbForm
from shixiao.workflows.draws import Public
from shixiao.workflows.moving import Act
from shixiao.workflows.permissions import check, may
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing, Stale
from shixiao.workflows.trainings import making, running
from shixiao.workflows.trainings.life import life

TONES = {"read": "green", "cancelled": "grey", "running": "amber"}
MADE = Text(
    "培训已登记。接下来冻结抽签池，由公开数值决定各部门的开课次序。",
    "The training is set up. Freeze the pool next; a public value decides who starts when.",
)
DONE = Text("已办理：{verb}。", "Done: {verb}.")
NAMED = Text("已指定，写入存证账本。", "Named, and on record.")
NOT_NOW = Text(
    "这一步现在不能办：培训已进入别的环节。",
    "This cannot be done now: the training has moved on.",
)


def listing(request: HttpRequest) -> HttpResponse:
    """List the trainings, each with the one figure that is shown of it, and the warning cases."""
    page = page_of(request, Training.objects.all())
    warnings = WarningCase.objects.filter(approved__isnull=False)
    context = {
        "page": page,
        "rows": [_line(row) for row in page],
        "warnings": [(row, lesson(row.topic).name) for row in warnings],
        "waiting": _waiting(request),
    }
    return render(request, "training/list.html.j2", context)


def add(request: HttpRequest) -> HttpResponse:
    """Set up a training."""
    departments = Organisation.objects.filter(kind="department", active=True).order_by("code")
    warnings = WarningCase.objects.filter(approved__isnull=False)
    form = NewTraining(request.POST or None, departments=departments, warnings=warnings)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = making.make(
                session=given["session"],
                topic=given["topic"],
                name=form.called,
                begins=given["begins"],
                departments=list(departments.filter(pk__in=given["departments"])),
                warnings=list(warnings.filter(pk__in=given.get("warnings", ()))),
                actor=actor_on(request),
                at=timezone.now(),
            )
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        else:
            messages.success(request, say(MADE))
            return HttpResponseRedirect(reverse("training", args=[made.code]))
    status = 422 if request.method == "POST" else 200
    return render(request, "training/add.html.j2", {"form": form}, status=status)


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a training: the one figure, who starts when, the draw; inside, who takes it."""
    actor, training = actor_on(request), found(code)
    plan: dict[str, Any] = training.plan or {}
    names = {o.code: o.name for o in Organisation.objects.filter(code__in=plan.get("days", {}))}
    days = sorted(plan.get("days", {}).items(), key=lambda pair: (pair[1], pair[0]))
    seats = training.seats.select_related("department")
    mine = [seat for seat in seats if may(actor, "training.read", seat)]
    context = {
        "training": training,
        "state": life().states[training.state],
        "session": session_name(SessionKind(training.session)),
        "topic": lesson(training.topic),
        "effect": Text.of(training.effect["says"]) if training.effect else None,
        "plan": Text.of(plan["says"]) if plan else None,
        "days": [(names.get(c, Text.of(c)), date.fromisoformat(d)) for c, d in days],
        "departments": running.departments_of(training),
        "doable": running.doable(training, actor),
        "seats": [(seat, may(actor, "training.name", seat)) for seat in mine],
        "warnings": list(training.warnings.filter(approved__isnull=False)),
        "draws": list(Draw.objects.filter(subject=training.code)),
        "leaves": [
            (leaf, vocabulary().events[leaf.event].name)
            for leaf in LeafRow.objects.filter(subject=training.code).order_by("id")
        ],
    }
    return render(request, "training/one.html.j2", context)


def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Show the form of a verb, and carry it out."""
    actor, training = actor_on(request), found(code)
    known = life().verbs.get(verb)
    if known is None:
        raise Missing(NOT_FOUND)
    check(actor, known.right)
    if known not in running.doable(training, actor):
        raise Stale(NOT_NOW)
    form = VerbForm(training, verb, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        done = Act(actor, timezone.now(), given.pop("seen"))
        try:
            _carry_out(training, verb, done, given)
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        except BadInput as error:
            form.add_error(None, error.in_language(language()))
        else:
            messages.success(request, say(DONE.format(verb=known.name)))
            return HttpResponseRedirect(reverse("training", args=[training.code]))
    status = 422 if request.method == "POST" else 200
    context = {"training": training, "verb": known, "form": form}
    return render(request, "training/act.html.j2", context, status=status)


def name_person(request: HttpRequest, code: str, seat: str) -> HttpResponse:
    """Name who takes a training for a post."""
    row = Seat.objects.filter(pk=seat, training__code=code).select_related("department").first()
    if row is None:
        raise Missing(NOT_FOUND)
    given = request.POST.get("person", "")
    making.name_person(row, given, actor=actor_on(request), at=timezone.now())
    messages.success(request, say(NAMED))
    return HttpResponseRedirect(reverse("training", args=[code]))


def found(code: str) -> Training:
    """Return a training.

    Raises:
        Missing: there is none.
    """
    row = Training.objects.filter(code=code).first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row


def _carry_out(training: Training, verb: str, act: Act, given: dict[str, Any]) -> None:
    if verb == "freeze":
        running.freeze(training, act, public=Public(given["source"], given["source_day"]))
    elif verb == "draw":
        running.draw(training, act, announced=given["announced"])
    else:
        running.cancel(training, act, reason=given["reason"])


def _line(training: Training) -> dict[str, Any]:
    state = life().states[training.state]
    session = session_name(SessionKind(training.session))
    topic = lesson(training.topic).name
    return {
        "title": training.name,
        "to": reverse("training", args=[training.code]),
        "about": Text.of(training.effect["says"]) if training.effect else "",
        "from": Text(f"{session.zh} · {topic.zh}", f"{session.en} · {topic.en}"),
        "tag": state.name,
        "tone": TONES.get(training.state, "plain"),
    }


def _waiting(request: HttpRequest) -> list[WarningCase]:
    """Return the drafts that wait for a second person, for those who draft or approve."""
    actor = actor_on(request)
    if not (may(actor, "warning.draft") or may(actor, "warning.approve")):
        return []
    return list(WarningCase.objects.filter(approved__isnull=True))
