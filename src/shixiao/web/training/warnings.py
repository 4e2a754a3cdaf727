"""Pages of warning cases: drafting from a closed case, approving, reading, and the questions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.checkup.training import lesson
from shixiao.records.models import Case, WarningCase
from shixiao.terms import Text
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.pages import say
from shixiao.web.training.forms import Draft, Questions
from shixiao.workflows.actors import Actor
from shixiao.workflows.permissions import may
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing
from shixiao.workflows.trainings import warnings

DRAFTED = Text(
    "草稿已写成，须由另一人核对认不出任何人之后才公开。",
    "The draft is made. It becomes public once a second person has seen that it names nobody.",
)
APPROVED = Text("已公开，写入存证账本。", "It is public now, and on record.")
SENT_BACK = Text("已退回起草人，理由已封存。", "Sent back to whoever drafted it.")


def draft(request: HttpRequest, case: str) -> HttpResponse:
    """Draft the warning case of a closed case."""
    row = Case.objects.filter(code=case).select_related("finding", "department").first()
    if row is None:
        raise Missing(NOT_FOUND)
    form = Draft(request.POST or None, initial=_initial(row))
    if request.method == "POST" and form.is_valid():
        try:
            made = warnings.draft(
                row,
                facts=form.both("facts"),
                correction=form.both("correction"),
                actor=actor_on(request),
                at=timezone.now(),
            )
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        else:
            messages.success(request, say(DRAFTED))
            return HttpResponseRedirect(reverse("warning", args=[made.code]))
    status = 422 if request.method == "POST" else 200
    former = WarningCase.objects.filter(case=row).first()
    context = {"case": row, "form": form, "former": former}
    return render(request, "training/draft.html.j2", context, status=status)


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a warning case; before it is public, what was taken out and what is doubtful."""
    actor = actor_on(request)
    row = _found(actor, code)
    inside = row.approved is None or may(actor, "warning.approve")
    own = actor.account is not None and row.drafted_by_id == actor.account.pk
    context = {
        "warning": row,
        "topic": lesson(row.topic),
        "paragraphs": say(row.text).split("\n"),
        "inside": inside,
        "replaced": [_shown(each) for each in row.replaced] if inside else [],
        "doubts": [(Text.of(d["why"]), d["shown"]) for d in row.doubts] if inside else [],
        "may_approve": row.approved is None and may(actor, "warning.approve") and not own,
        "may_redraft": row.approved is None and may(actor, "warning.draft"),
    }
    return render(request, "training/warning.html.j2", context)


def approve(request: HttpRequest, code: str) -> HttpResponse:
    """Make a warning case public."""
    actor = actor_on(request)
    row = _found(actor, code)
    sha256 = request.POST.get("sha256", "")
    warnings.approve(row, sha256=sha256, actor=actor, at=timezone.now())
    messages.success(request, say(APPROVED))
    return HttpResponseRedirect(reverse("warning", args=[code]))


def refuse(request: HttpRequest, code: str) -> HttpResponse:
    """Send a draft back."""
    actor = actor_on(request)
    row = _found(actor, code)
    reason = request.POST.get("reason", "")
    warnings.refuse(row, reason=reason, actor=actor, at=timezone.now())
    messages.success(request, say(SENT_BACK))
    return HttpResponseRedirect(reverse("warning", args=[code]))


def questions(request: HttpRequest, code: str) -> HttpResponse:
    """Ask the check questions, and say which answers are right; nothing is kept of who answered."""
    row = _found(actor_on(request), code)
    form = Questions(row.questions, request.POST or None)
    answers = []
    if request.method == "POST" and form.is_valid():
        answers = [
            _answer(each, int(form.cleaned_data[f"q{n}"])) for n, each in enumerate(row.questions)
        ]
    status = 422 if request.method == "POST" and not answers else 200
    context = {"warning": row, "form": form, "answers": answers}
    return render(request, "training/questions.html.j2", context, status=status)


def _answer(question: dict[str, Any], chosen: int) -> dict[str, Any]:
    right = next(choice for choice in question["choices"] if choice["right"])
    return {
        "question": Text.of(question["question"]),
        "said": Text.of(question["choices"][chosen]["text"]),
        "right": question["choices"][chosen]["right"],
        "answer": Text.of(right["text"]),
    }


def _initial(case: Case) -> dict[str, str]:
    """Return what the steps of the case say, from which the draft begins."""
    reasons = {step.verb: str(step.reason) for step in case.steps.order_by("at")}
    return {
        "facts": reasons.get("propose", ""),
        "correction": reasons.get("report", "") or reasons.get("correct", ""),
    }


def _shown(each: dict[str, Any]) -> tuple[Text, str, str, bool]:
    return Text.of(each["name"]), each["original"], each["instead"], each["certain"]


def _found(actor: Actor, code: str) -> WarningCase:
    row = WarningCase.objects.filter(code=code).select_related("case", "drafted_by").first()
    inside = may(actor, "warning.draft") or may(actor, "warning.approve")
    if row is None or (row.approved is None and not inside):
        raise Missing(NOT_FOUND)
    return row
