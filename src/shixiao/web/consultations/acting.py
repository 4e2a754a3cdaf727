"""Pages of officers: propose, take a step, enter letters, judge what is shown, reply to groups."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import (
    DecisionMatter,
    DraftComment,
    OpinionGroup,
    Organisation,
    System,
)
from shixiao.terms import BadInput, Text
from shixiao.voice.decree713 import table
from shixiao.web.consultations.forms import Act as ActForm
from shixiao.web.consultations.forms import EnterForm, ExpertForm, Propose, ReplyForm
from shixiao.web.consultations.showing import group_line
from shixiao.web.consultations.views import EXPERT, FREEZE, found
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import page_of
from shixiao.web.shell.pages import say
from shixiao.workflows.actors import Actor
from shixiao.workflows.consultations import (
    deciding,
    hearings,
    judging,
    making,
    replying,
    taking,
)
from shixiao.workflows.consultations.deciding import Opinion
from shixiao.workflows.consultations.hearings import Notice
from shixiao.workflows.consultations.making import Draft, Proposal
from shixiao.workflows.consultations.moving import BY_TIME, doable
from shixiao.workflows.consultations.replying import Reply
from shixiao.workflows.draws import Public
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

JUDGED_AT_ONCE = 20
DONE = Text("已办理：{verb}。", "Done: {verb}.")
ENTERED = Text("录入 {new} 条，{known} 条先前已有。", "{new} entered, {known} known before.")
NOTHING = Text("请写下意见，或者选择文件。", "Write what was said, or choose a file.")
NO_PLACE = Text("您的岗位没有所属部门。", "Your post belongs to no department.")
HINTS: Mapping[str, Text] = {
    "draft": Text(
        "分歧较大的可以提出两个以上方案：每个方案以“方案一”“方案二”单独一行开头，公众可以对各方案的每一条提意见。",
        "Where opinions differ widely there may be two drafts or more: each begins with a line of"
        " its own (Option 1, Option 2), and people comment on the articles of each.",
    ),
    "open": Text(
        "公布以后，草案、说明和期限人人可查；期内不能改草案。",
        "The draft, its explanation and the period are public then; the draft stays as it is.",
    ),
    "stop": Text(
        "终止以后不能恢复，理由公开；公告了的听证会不再举行。",
        "It cannot be taken up again, and the reason is public; a hearing announced is not held.",
    ),
    "suspend": Text(
        "只用于执行中情况紧急；理由公开，以此为据的系统不能准入。要作重大调整的，须重新履行决策程序。",
        "For urgent cases only: the reason is public, and no system is admitted by it. A major"
        " change is a decision of its own.",
    ),
    "choose": Text(
        "由公开数值抽出参加人，名单随即公布。",
        "The value draws the participants; the list is public.",
    ),
    "settle": Text(
        "每组意见都有答复以后才能公布；参与码的网络来源随即删除。",
        "It takes a reply to every group; the sources of codes are then forgotten.",
    ),
    "revise": Text(
        "改后的草案和原草案逐条对照公开。", "Old and new text are public side by side, by article."
    ),
}


def add(request: HttpRequest) -> HttpResponse:
    """Propose a matter for a decision."""
    actor = actor_on(request)
    department = _department(actor)
    systems = list(System.objects.filter(department=department).exclude(state="retired"))
    form = Propose(systems, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        proposal = Proposal(
            Text(given["name_zh"].strip(), given["name_en"].strip()),
            given["kind"],
            given["origin"],
            given["about"],
            next((each for each in systems if each.code == given["system"]), None),
        )
        try:
            made = making.propose(proposal, department=department, actor=actor, at=timezone.now())
        except Incomplete as error:
            _refuse(form, error)
        else:
            return HttpResponseRedirect(reverse("consultation", args=[made.code]))
    status = 422 if request.method == "POST" else 200
    return render(request, "consultations/add.html.j2", {"form": form}, status=status)


def act(request: HttpRequest, code: str, event: str) -> HttpResponse:
    """Take a step of the course with a matter."""
    row, actor = found(code), actor_on(request)
    name, needs = _asked(row, event, actor)
    form = ActForm(row, event, needs, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        done = Act(actor, timezone.now(), given.pop("seen"))
        try:
            _do(row, event, done, given)
        except (Incomplete, BadInput) as error:
            _refuse(form, error)
        else:
            messages.success(request, say(DONE.format(verb=name)))
            return HttpResponseRedirect(reverse("consultation", args=[code]))
    status = 422 if request.method == "POST" else 200
    context = {
        "row": row,
        "form": form,
        "name": name,
        "hint": HINTS.get(event),
        "upload": "draft" in needs,
        "articles": table().events[event].articles if event in table().events else (16,),
    }
    return render(request, "consultations/act.html.j2", context, status=status)


def expert(request: HttpRequest, code: str) -> HttpResponse:
    """Enter the opinion of an expert."""
    row, actor = found(code), actor_on(request)
    check(actor, "consultation.manage", row)
    form = ExpertForm(row, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        done = Act(actor, timezone.now(), given.pop("seen"))
        try:
            deciding.enter_opinion(row, done, Opinion(**given))
        except Incomplete as error:
            _refuse(form, error)
        else:
            messages.success(request, say(DONE.format(verb=EXPERT)))
            return HttpResponseRedirect(reverse("consultation", args=[code]))
    status = 422 if request.method == "POST" else 200
    context = {
        "row": row,
        "form": form,
        "name": EXPERT,
        "hint": None,
        "upload": False,
        "articles": (19, 20),
    }
    return render(request, "consultations/act.html.j2", context, status=status)


def enter(request: HttpRequest, code: str) -> HttpResponse:
    """Enter what came by letter, telephone or at a counter: one, or a list."""
    row, actor, now = found(code), actor_on(request), timezone.now()
    check(actor, "consultation.manage", row)
    form = EnterForm(taking.labels_of(row), request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            if given["file"]:
                new, known = _from_file(row, given["file"], given["channel"], actor)
            elif given["text"].strip():
                taking.enter(row, given["text"], channel=given["channel"],
                             article=given["article"], actor=actor, at=now)  # fmt: skip
                new, known = 1, 0
            else:
                raise Incomplete(NOTHING, field="text")
        except (Incomplete, BadInput) as error:
            _refuse(form, error)
        else:
            messages.success(request, say(ENTERED.format(new=new, known=known)))
            return HttpResponseRedirect(reverse("consultation_enter", args=[code]))
    status = 422 if request.method == "POST" else 200
    context = {"row": row, "form": form}
    return render(request, "consultations/enter.html.j2", context, status=status)


def judge(request: HttpRequest, code: str) -> HttpResponse:
    """Show what waits to be looked at, and show it or not, each with its ground."""
    row, actor = found(code), actor_on(request)
    check(actor, "consultation.moderate", row)
    if row.department_id in actor.below:
        raise Forbidden(NOT_YOURS)
    if request.method == "POST":
        kind, number = request.POST.get("kind", ""), request.POST.get("number", "")
        rows = row.comments if kind == "comment" else row.statements
        one = rows.filter(number=int(number)).first() if number.isdecimal() and len(
            number
        ) < 9 else None  # fmt: skip
        if one is None:
            raise Missing(NOT_FOUND)
        judging.judge(one, ground=request.POST.get("ground", ""), actor=actor, at=timezone.now())
        return HttpResponseRedirect(reverse("consultation_judge", args=[code]))
    statements = list(row.statements.filter(state="waiting")[:JUDGED_AT_ONCE])
    comments = list(row.comments.filter(state="waiting")[:JUDGED_AT_ONCE])
    context = {
        "row": row,
        "waiting": [("statement", each) for each in statements]
        + [("comment", each) for each in comments],
        "left": row.comments.filter(state="waiting").count()
        + row.statements.filter(state="waiting").count(),
        "grounds": judging.grounds(),
    }
    return render(request, "consultations/judge.html.j2", context)


def group(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Show a group of opinion with what each said, and reply to it."""
    row, actor = found(code), actor_on(request)
    check(actor, "consultation.read", row)
    one = _group(row, number)
    newest = row.drafts.first()
    labels = [each["label"] for each in newest.articles] if newest else []
    manages = may(actor, "consultation.manage", row)
    form = ReplyForm(one, labels, request.POST or None)
    if request.method == "POST":
        check(actor, "consultation.manage", row)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        done = Act(actor, timezone.now(), given["seen"])
        said = Reply(given["outcome"], given["reason"], tuple(given["articles"]))
        try:
            replying.reply(one, done, said)
        except Incomplete as error:
            _refuse(form, error)
        else:
            return HttpResponseRedirect(reverse("consultation_results", args=[code]) + "#groups")
    page = page_of(request, one.comments.all())
    settled = row.events.filter(event="settle").exists()
    context = {
        "row": row,
        "line": group_line(one, shown=True, inside=True),
        "form": form if manages and not settled else None,
        "page": page,
        "comments": list(page),
        "alone": one.comments.count() < 2 or settled or not manages,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "consultations/group.html.j2", context, status=status)


def take_out(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Take a comment out of its group, for a reply of its own."""
    row, actor = found(code), actor_on(request)
    check(actor, "consultation.manage", row)
    one = DraftComment.objects.filter(matter=row, number=number).first()
    if one is None:
        raise Missing(NOT_FOUND)
    made = replying.take_out(one, Act(actor, timezone.now(), row.version))
    return HttpResponseRedirect(reverse("consultation_group", args=[code, made.number]))


def _asked(row: DecisionMatter, event: str, actor: Actor) -> tuple[Text, tuple[str, ...]]:
    """Return what a step is called and what it needs, where the person may take it now.

    Raises:
        Missing: there is no such step.
        Forbidden: it is not his.
        Stale: not now.
    """
    if event == "freeze":
        check(actor, "hearing.convene", row)
        return FREEZE, ("source",)
    known = table().events.get(event)
    if known is None or event in BY_TIME:
        raise Missing(NOT_FOUND)
    check(actor, known.right, row)
    now = {each.event.id: each for each in doable(row, actor, timezone.localdate())}
    if event not in now:
        raise Stale(CHANGED)
    return known.name, known.needs


def _do(row: DecisionMatter, event: str, done: Act, given: dict[str, Any]) -> None:
    if event in {"draft", "revise"}:
        text = given["draft"] or given["upload"]
        making.lay_down(row, done, Draft(text, given["summary"], given["explanation"]))
    elif event == "announce":
        hearings.announce(row, done, Notice(**given))
    elif event == "freeze":
        hearings.freeze(row, done, public=Public(given["source"], given["source_day"]))
    elif event == "hold":
        absent = tuple(given["absent"].split())
        hearings.hold(row, done, minutes=given["minutes"], absent=absent)
    elif event in ACTS:
        ACTS[event](row, done, **given)
    else:
        deciding.step(row, event, done, given)


ACTS: Mapping[str, Callable[..., Any]] = {
    "open": making.open_up,
    "postpone": hearings.postpone,
    "choose": hearings.choose,
    "confirm": hearings.confirm,
    "conclude": hearings.conclude,
    "settle": replying.settle,
}


def _from_file(row: DecisionMatter, upload: Any, channel: str, actor: Actor) -> tuple[int, int]:
    with tempfile.TemporaryDirectory() as folder:
        suffix = Path(upload.name).suffix.lower()
        path = Path(folder) / f"list{suffix if suffix in {'.csv', '.xlsx'} else '.csv'}"
        with path.open("wb") as target:
            for chunk in upload.chunks():
                target.write(chunk)
        return taking.enter_file(row, path, channel=channel, actor=actor, at=timezone.now())


def _department(actor: Actor) -> Organisation:
    """Return the department for which somebody proposes: that of his post."""
    posts = [held.organisation for held in actor.held if held.role in {"officer", "head"}]
    place = Organisation.objects.filter(pk__in=posts).order_by("code").first()
    if place is None:
        raise Incomplete(NO_PLACE)
    return place


def _group(row: DecisionMatter, number: int) -> OpinionGroup:
    one = row.groups.filter(number=number).first()
    if one is None:
        raise Missing(NOT_FOUND)
    return one


def _refuse(form: Any, error: Incomplete | BadInput) -> None:
    field = error.field if isinstance(error, Incomplete) else error.column or ""
    text = error.text
    form.add_error(field if field in form.fields else None, say(text))
