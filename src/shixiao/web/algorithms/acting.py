"""What can be done with an entry, on one page for all: a form, what it brings, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.fairness.algorithms.fields import form as entry_form
from shixiao.fairness.algorithms.questions import Part
from shixiao.records.models import Algorithm
from shixiao.terms import BadInput, Text
from shixiao.web.algorithms.forms import (
    Authorities,
    Fields,
    Log,
    Papers,
    Privacy,
    Questions,
    Reason,
)
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.pages import language, say
from shixiao.workflows.actors import Actor
from shixiao.workflows.algorithms import drafting, logs, privacy, publishing
from shixiao.workflows.algorithms.drafting import MANAGE
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing, Stale

SAVED = Text("已保存：{name}。", "Saved: {name}.")
Done = Callable[[Algorithm, Any, int, Actor, datetime], object]


@dataclass(frozen=True, slots=True)
class Doing:
    """Something that can be done with an entry; see ``web.systems.acting.Doing``."""

    name: Text
    lead: Text
    form: Callable[..., forms.Form]
    do: Done
    upload: bool = False


def _fields(row: Algorithm, form: Fields, seen: int, actor: Actor, at: datetime) -> object:
    del at
    return drafting.save_fields(row, form.told(), seen=seen, actor=actor)


def _chain(row: Algorithm, form: Authorities, seen: int, actor: Actor, at: datetime) -> object:
    del at
    return drafting.save_authorities(row, form.cleaned_data["chain"], seen=seen, actor=actor)


def _answers(row: Algorithm, form: Questions, seen: int, actor: Actor, at: datetime) -> object:
    del at
    answers, references = form.told()
    kept = {**row.draft.get("answers", {}), **answers}
    said = {**row.draft.get("references", {}), **references}
    return drafting.save_answers(row, kept, said, seen=seen, actor=actor)


def _papers(row: Algorithm, form: Papers, seen: int, actor: Actor, at: datetime) -> object:
    del at
    return drafting.save_papers(row, form.cleaned_data, seen=seen, actor=actor)


def _log(row: Algorithm, form: Log, seen: int, actor: Actor, at: datetime) -> object:
    del seen
    given = form.cleaned_data
    factors = given.get("factors")
    return logs.take_in(
        row,
        (given["counts"].name, given["counts"].read()),
        (factors.name, factors.read()) if factors else None,
        first=given["first"],
        last=given["last"],
        actor=actor,
        at=at,
    )


def _privacy(row: Algorithm, form: Privacy, seen: int, actor: Actor, at: datetime) -> object:
    del seen
    return privacy.assess(row.system, form.told(), actor=actor, at=at)


def _propose(row: Algorithm, form: Reason, seen: int, actor: Actor, at: datetime) -> object:
    reason = form.cleaned_data["reason"]
    return publishing.propose(row, reason=reason, seen=seen, actor=actor, at=at)


def _section(name: str) -> Doing:
    return Doing(
        entry_form().sections[name],
        Text(
            "写给群众看，不用术语；公布之前只有本部门和监督的人看得到。",
            "Written for people, without jargon. Until it is published it is seen by the department"
            " and those who oversee it.",
        ),
        partial(Fields, section=name),
        _fields,
    )


DOINGS: Mapping[str, Doing] = {
    **{name: _section(name) for name in entry_form().sections},
    "authority": Doing(
        Text("授权链", "Chain of authority"),
        Text(
            "哪部法律允许自动办理，哪个基准约束裁量；自动行使裁量而没有依据的，一票否决。",
            "Which law lets this be automated, and which standard binds the discretion. Automated"
            " discretion without authority is a veto.",
        ),
        Authorities,
        _chain,
    ),
    "questions": Doing(
        Text("影响问卷：风险", "Questionnaire: risk"),
        Text("回答决定影响等级，随登记公布。", "The answers decide the level and are public."),
        partial(Questions, part=Part.RISK),
        _answers,
    ),
    "mitigation": Doing(
        Text("影响问卷：措施", "Questionnaire: what is done"),
        Text(
            "多数措施由日志和台账测出，不用填；这里只填测不出来的。",
            "Most of it is measured from logs and records; only what cannot be measured is asked.",
        ),
        partial(Questions, part=Part.MITIGATION),
        _answers,
    ),
    "papers": Doing(
        Text("义务文件", "Documents of duties"),
        Text("按影响等级须有的文件。", "Documents that the level of impact asks for."),
        Papers,
        _papers,
    ),
    "log": Doing(
        Text("登记决定日志的计数", "Enter counts of the log"),
        Text(
            "与登记逐项核对，不符之处公开；只收计数，不收任何人的信息。",
            "They are held against the entry, and where they disagree is public. Counts only; no"
            " person is in them.",
        ),
        Log,
        _log,
        upload=True,
    ),
    "privacy": Doing(
        Text("个人信息保护影响评估", "Impact assessment on personal data"),
        Text(
            "个人信息保护法第五十五、五十六条；须另一人确认，至少保存三年。确认以后随登记公布，"
            "不要写个人信息和安全细节。",
            "Arts. 55 and 56 of the Personal Information Protection Law. Another person confirms"
            " it; it is kept for three years at least. Once confirmed it is public with the entry;"
            " name no persons and no details of safeguards.",
        ),
        Privacy,
        _privacy,
    ),
    "propose": Doing(
        Text("提出公布", "Propose to publish"),
        Text(
            "须另一人确认；公布以后这一版永久保留，人人可以比较前后版本。",
            "Another person has to confirm. Once it is published this edition stays for good, and"
            " anybody may compare editions.",
        ),
        Reason,
        _propose,
    ),
}


def act(request: HttpRequest, code: str, doing: str) -> HttpResponse:
    """Show the form of something that can be done with an entry, and do it."""
    actor, row, known = actor_on(request), found(code), DOINGS.get(doing)
    if known is None:
        raise Missing(NOT_FOUND)
    check(actor, MANAGE, row)
    form = known.form(row, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            known.do(row, form, _seen(request, row), actor, timezone.now())
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        except BadInput as error:
            _blame(form, error)
        except Stale as error:
            form.add_error(None, say(error.text))
        else:
            messages.success(request, say(SAVED.format(name=known.name)))
            return HttpResponseRedirect(reverse("algorithm_draft", args=[row.code]))
    status = 422 if request.method == "POST" else 200
    context = {"row": row, "doing": known, "form": form, "saw": row.version}
    return render(request, "algorithms/act.html.j2", context, status=status)


def found(code: str) -> Algorithm:
    """Return an entry.

    Raises:
        Missing: there is none.
    """
    row = Algorithm.objects.select_related("system__department").filter(code=code).first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row


def _blame(form: forms.Form, error: BadInput) -> None:
    """Put the fault of an input to the field it stands in."""
    names = [error.column or "", f"{error.column}_zh", *(("chain",) if error.row else ())]
    named = next((name for name in names if name in form.fields), None)
    form.add_error(named, error.in_language(language()) if error.file else say(error.text))


def _seen(request: HttpRequest, row: Algorithm) -> int:
    """Return the version that the person saw."""
    given = request.POST.get("seen", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else row.version
