"""Pages for those who handle matters: the list, one matter, its verbs, groups, imports, policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import (
    Organisation,
    RoutingFile,
    RoutingModel,
    Voice,
    VoiceDelivery,
    VoiceFile,
    VoicePolicy,
)
from shixiao.terms import BadInput, Text
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import page_of
from shixiao.web.shell.pages import say
from shixiao.web.voices.entries import entry_of, papers_of
from shixiao.web.voices.forms import Act as ActForm
from shixiao.web.voices.forms import Enter, Import, Policy, Teach
from shixiao.web.voices.showing import MARKS, TONES, line, shown, suggestion, way_of
from shixiao.workflows import files
from shixiao.workflows.actors import Actor
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
from shixiao.workflows.roles import Scope
from shixiao.workflows.voices import (
    answering,
    handling,
    importing,
    learning,
    linking,
    policies,
    routing,
    taking,
)
from shixiao.workflows.voices.moving import doable, life
from shixiao.workflows.voices.taking import Came

QUEUES = {
    "route": (Text("待分派", "To be routed"), Q(state="received")),
    "handle": (Text("办理中", "Being handled"), Q(state__in=("assigned", "paused"))),
    "decide": (Text("待裁定、复核", "To be decided"), Q(state__in=("escalated", "appealed"))),
    "call": (Text("已答复、待回访", "Replied"), Q(state="replied")),
    "over": (Text("已办结", "Closed"), Q(state__in=("closed", "declined", "withdrawn"))),
}
DONE = Text("已办理：{verb}。", "Done: {verb}.")
ACCEPTED = Text("已交{name}办理。", "Routed to {name}.")
ANSWERED = Text("已答复 {n} 件。", "{n} were answered.")
CHOSEN = Text("已选用预设，新的诉求按它计时。", "The preset is used for matters from now on.")
TAUGHT = Text("已收下 {n} 条，今夜学习。", "{n} messages were taken; routing learns tonight.")
LINK, PART = Text("并入一组", "Link to another"), Text("从组中分开", "Take out of the group")
NEEDS = {"link": ("to",), "part": ("reason",), "assign": ("department",), "resume": ()}
OPTIONAL = {"reply": ("anyway",), "assign": ("reason",)}
SIMILAR = 8


def listing(request: HttpRequest) -> HttpResponse:
    """List matters by days left, urgency and size of the group, one queue at a time."""
    actor = actor_on(request)
    rows = visible(actor)
    asked = request.GET.get("queue", "")
    queue = asked if asked in QUEUES else _first_queue(actor)
    counts = {key: rows.filter(q).count() for key, (_, q) in QUEUES.items() if key != "over"}
    chosen = rows.filter(QUEUES[queue][1]).select_related("department")
    order = F("due").asc(nulls_last=True)
    page = page_of(request, chosen.order_by(order, "-urgent", "-size", "-received"))
    names = dict(routing.choices())
    context = {
        "page": page,
        "rows": [line(row, names) for row in page],
        "queues": [(key, name, counts.get(key)) for key, (name, _) in QUEUES.items()],
        "queue": queue,
        "here": request.get_full_path(),
    }
    return render(request, "voices/list.html.j2", context)


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a matter to those who handle it: text, suggestion, similar ones, history, verbs."""
    row, actor = _row(code, actor_on(request)), actor_on(request)
    names = dict(routing.choices())
    verbs = [(verb.id, verb.name) for verb in doable(row, actor)]
    if may(actor, "voice.link", row):
        verbs.append(("part", PART) if row.size > 1 else ("link", LINK))
    marks = [MARKS[each] for each in row.marks.split(",")] if row.marks else []
    in_group = may(actor, "voice.handle", row) and row.state == "assigned" and row.size > 1
    context = shown(row) | {
        "verbs": verbs,
        "way": way_of(row, list(row.steps.all())),
        "marks": marks,
        "folded": "insult" in row.marks,
        "suggestion": suggestion(row, names) if row.state == "received" else None,
        "may_accept": row.state == "received" and may(actor, "voice.route", row),
        "accept": (row.suggested or {}).get("department"),
        "similar": _similar(row, actor),
        "files": row.files.all(),
        "may_reach": bool(row.contact) and may(actor, "voice.reach", row),
        "in_group": in_group,
        "again": _others_of(row, actor),
    }
    return render(request, "voices/one.html.j2", context)


def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Carry a verb out on a matter; a reply first shows what to look at again."""
    actor = actor_on(request)
    row = _row(code, actor)
    name = _name_of(row, verb, actor)
    needs = NEEDS.get(verb) or (life().verbs[verb].needs if verb in life().verbs else ())
    form = ActForm(row, needs, request.POST or None, optional=OPTIONAL.get(verb, ()))
    hints = []
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        done = Act(actor, timezone.now(), given.pop("seen"))
        if verb == "reply":
            hints = handling.hints_on(row, given["reply"], done)
        try:
            _do(row, verb, done, given)
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        else:
            messages.success(request, say(DONE.format(verb=name)))
            still = visible(actor).filter(code=code).exists()  # not what went to others
            there = reverse("matter", args=[code]) if still else reverse("matters")
            return HttpResponseRedirect(there)
    status = 422 if request.method == "POST" else 200
    context = shown(row) | {"form": form, "name": name, "hints": hints, "verb": verb}
    return render(request, "voices/act.html.j2", context, status=status)


def accept(request: HttpRequest, code: str) -> HttpResponse:
    """Accept where routing would send a matter, by one key."""
    actor = actor_on(request)
    row = _row(code, actor)
    department = routing.department_of(request.POST.get("department", ""))
    done = Act(actor, timezone.now(), _seen(request))
    routing.assign(row, done, department=department)
    if department is not None:
        messages.success(request, say(ACCEPTED.format(name=department.name)))
    return HttpResponseRedirect(f"{reverse('matters')}?queue=route")


def group(request: HttpRequest, code: str) -> HttpResponse:
    """Answer a group: one text, and a line for each."""
    actor = actor_on(request)
    row = _row(code, actor)
    check(actor, "voice.handle", row)
    there = answering.answerable(row)
    problems: list[tuple[str, Text]] = []
    given = request.POST
    if request.method == "POST":
        lines = {each.voice.code: given.get(f"line_{each.voice.code}", "") for each in there}
        lines = {key: text for key, text in lines.items() if f"use_{key}" in given}
        done = Act(actor, timezone.now(), _seen(request))
        try:
            answered = answering.reply_to_all(
                row,
                done,
                reply=given.get("reply", ""),
                lines=lines,
                anyway=given.get("anyway", ""),
            )
        except Incomplete as error:
            problems.append((error.field, error.text))
        else:
            messages.success(request, say(ANSWERED.format(n=len(answered))))
            return HttpResponseRedirect(reverse("matters"))
    hints = []
    if problems and given.get("reply"):
        done = Act(actor, timezone.now(), row.version)
        hints = handling.hints_on(row, given["reply"], done)
    context = shown(row) | {"there": there, "given": given, "problems": problems, "hints": hints}
    return render(request, "voices/group.html.j2", context, status=422 if problems else 200)


def contact(request: HttpRequest, code: str) -> HttpResponse:
    """Open how the person is reached; that somebody looked goes on record."""
    actor = actor_on(request)
    row = _row(code, actor)
    said = handling.open_contact(row, Act(actor, timezone.now(), row.version))
    return render(request, "voices/contact.html.j2", {"row": row, "contact": said})


def paper(request: HttpRequest, code: str, kept: UUID) -> HttpResponse:
    """Give a file that came with a matter."""
    row = _row(code, actor_on(request))
    found = VoiceFile.objects.filter(pk=kept, voice=row).select_related("file").first()
    if found is None:
        raise Missing(NOT_FOUND)
    response = HttpResponse(files.load(found.file), content_type=found.media_type)
    response["Content-Disposition"] = "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def enter(request: HttpRequest) -> HttpResponse:
    """Enter a matter for somebody on the phone or at the counter."""
    if request.method != "POST":
        return render(request, "voices/enter.html.j2", {"form": Enter()})
    once = request.POST.get("once", "")[:64]
    came = Came(timezone.now(), actor_on(request), once=once)
    try:
        attached = papers_of(request)
        row, query = taking.bring(entry_of(request.POST, clerk=True), came, attached=attached)
    except (Incomplete, Stale) as error:
        form = Enter(request.POST, request.FILES)
        form.refuse(error)
        return render(request, "voices/enter.html.j2", {"form": form}, status=422)
    context = {"row": row, "query": query, "state": life().states[row.state]}
    return render(request, "voices/brought.html.j2", context)


def bring_in(request: HttpRequest) -> HttpResponse:
    """Take a file of the hotline in, and show what became of earlier ones."""
    form, done = Import(request.POST or None, request.FILES or None), None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            done = importing.import_file(
                given["file"].name,
                given["file"].read(),
                source=given["source"],
                actor=actor_on(request),
                at=timezone.now(),
            )
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        except BadInput as error:
            form.add_error("file", say(error.text))
    status = 422 if request.method == "POST" and done is None else 200
    context = {"form": form, "done": done, "deliveries": VoiceDelivery.objects.all()[:20]}
    return render(request, "voices/import.html.j2", context, status=status)


def govern(request: HttpRequest) -> HttpResponse:
    """Choose the preset of the clocks; give routing a file; show what it has learnt."""
    actor, now = actor_on(request), timezone.now()
    teaching = request.method == "POST" and "file" in request.FILES
    choosing = request.method == "POST" and not teaching
    policy, teach = (
        Policy(request.POST if choosing else None),
        Teach(request.POST if teaching else None, request.FILES if teaching else None),
    )
    try:
        if choosing and policy.is_valid():
            policies.choose(**policy.cleaned_data, actor=actor, at=now)
            messages.success(request, say(CHOSEN))
            return HttpResponseRedirect(reverse("matter_govern"))
        if teaching and teach.is_valid():
            given = teach.cleaned_data["file"]
            made = learning.give_file(given.name, given.read(), actor=actor, at=now)
            messages.success(request, say(TAUGHT.format(n=f"{made.rows:,}")))
            return HttpResponseRedirect(reverse("matter_govern"))
    except Incomplete as error:
        policy.add_error(error.field or None, say(error.text))
    except BadInput as error:
        teach.add_error("file", say(error.text))
    model = RoutingModel.objects.first()
    context = {
        "policy": policy,
        "teach": teach,
        "chosen": VoicePolicy.objects.select_related("by").first(),
        "presets": life().words["presets"],
        "model": model,
        "unmatched": [label for label, code in model.labels.items() if not code] if model else [],
        "file": RoutingFile.objects.first(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "voices/govern.html.j2", context, status=status)


def visible(actor: Actor) -> QuerySet[Voice]:
    """Return the matters that a person may read: of the own department, or all."""
    rows = Voice.objects.all()
    scope = actor.reach("voice.read")
    if scope is Scope.ANY:
        return rows
    return rows.filter(department__in=actor.below) if scope is Scope.OWN else rows.none()


def _seen(request: HttpRequest) -> int:
    """Return which version the person saw; none that a matter has where nothing was sent."""
    text = request.POST.get("seen", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def _others_of(row: Voice, actor: Actor) -> int:
    """Count what else came from the same telephone or mail, of what this officer may read."""
    if not row.person:
        return 0
    return visible(actor).filter(person=row.person).exclude(pk=row.pk).count()


def _first_queue(actor: Actor) -> str:
    if may(actor, "voice.route"):
        return "route"
    return "decide" if may(actor, "voice.settle") else "handle"


def _similar(row: Voice, actor: Actor) -> list[dict[str, Any]]:
    """Return matters linked with it or suggested, with what each says besides."""
    head = row.lead or row
    pairs = Q(lead=head) | Q(pk=head.pk) | Q(links__lead=row, links__state="suggested")
    pairs |= Q(pk__in=row.links.filter(state="suggested").values("lead"))
    found = visible(actor).filter(pairs).exclude(pk=row.pk).distinct().order_by("-received")
    rows = list(found.select_related("department")[:SIMILAR])
    return [
        {
            "code": each.code,
            "linked": head.pk in {each.lead_id, each.pk},
            "text": each.text,
            "reply": each.reply,
            "state": life().states[each.state].name,
            "tone": TONES[each.state],
        }
        for each in rows
    ]


def _do(row: Voice, verb: str, done: Act, given: dict[str, Any]) -> None:
    if verb == "assign":
        department = Organisation.objects.filter(code=given.pop("department")).first()
        routing.assign(row, done, department=department, **given)
    elif verb in {"keep", "exclude"}:
        handling.judge(row, done, stands=verb == "keep", **given)
    else:
        ACTS[verb](row, done, **given)


ACTS: dict[str, Callable[..., Voice]] = {
    "decline": routing.decline,
    "transfer": handling.transfer,
    "settle": handling.settle,
    "pause": handling.pause,
    "resume": handling.resume,
    "extend": handling.extend,
    "reply": handling.reply,
    "dispute": handling.dispute,
    "call": handling.call,
    "link": linking.link,
    "part": linking.part,
}


def _name_of(row: Voice, verb: str, actor: Actor) -> Text:
    """Return what a verb is called, of those that the person can carry out now.

    Raises:
        Missing: there is no such verb for officers.
        Forbidden: it is not his.
        Stale: not now.
    """
    if verb in {"link", "part"}:
        check(actor, "voice.link", row)
        return LINK if verb == "link" else PART
    if verb not in ACTS and verb not in {"assign", "keep", "exclude"}:
        raise Missing(NOT_FOUND)
    known = life().verbs[verb]
    if not may(actor, known.right, row):
        raise Forbidden(NOT_YOURS)
    if known.id not in {each.id for each in doable(row, actor)}:
        raise Stale(CHANGED)
    return known.name


def _row(code: str, actor: Actor) -> Voice:
    """Return the matter of a number.

    Raises:
        Missing: there is none that the person may know of.
    """
    rows = visible(actor).select_related("department", "lead")
    row = rows.filter(code=code).first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row
