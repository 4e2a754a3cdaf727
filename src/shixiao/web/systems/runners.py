"""Runners near the target: which there are, a new one, and the end of one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import Organisation
from shixiao.terms import Text
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.pages import say, words
from shixiao.workflows.actors import Actor
from shixiao.workflows.organisations import offices
from shixiao.workflows.permissions import may
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing, Stale
from shixiao.workflows.systems import runners

REGISTERED = Text(
    "已登记，编号 {code}；在测试机上用这个编号运行 shixiao probe runner。",
    "Registered as {code}; run shixiao probe runner there with this number.",
)
ENDED = Text("已停用，不再派给它任务。", "Ended; it is handed no more jobs.")


class NewRunner(forms.Form):
    """A runner, whose it is, and its public key."""

    department = forms.ChoiceField(label=words("哪个部门的", "Department"))
    name = forms.CharField(label=words("叫什么", "Name"), max_length=100)
    key = forms.CharField(
        label=words("公钥", "Public key"),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "class": "keys"}),
        help_text=words(
            "在测试机上用 shixiao sign new-key 生成；私钥不离开那台机器。",
            "Made there by shixiao sign new-key; the private key does not leave that machine.",
        ),
    )

    def __init__(self, known: list[Organisation], *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields["department"].choices = [(row.code, say(row.name)) for row in known]


def listing(request: HttpRequest) -> HttpResponse:
    """List the runners, and register one."""
    actor = actor_on(request)
    known = [row for row in offices() if may(actor, "runner.manage", row)]
    form = NewRunner(known, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        place = next(each for each in known if each.code == given["department"])
        try:
            made = runners.register(
                place, given["name"], given["key"], actor=actor, at=timezone.now()
            )
        except Incomplete as error:
            form.add_error(error.field or None, say(error.text))
        else:
            messages.success(request, say(REGISTERED.format(code=made.code)))
            return HttpResponseRedirect(reverse("runners"))
    return _page(request, actor, form if known else None)


def end(request: HttpRequest, code: str) -> HttpResponse:
    """Hand a runner no more jobs."""
    actor = actor_on(request)
    found = runners.visible(actor).filter(code=code).first()
    if found is None:
        raise Missing(NOT_FOUND)
    try:
        reason = request.POST.get("reason", "")
        runners.end(found, reason=reason, actor=actor, at=timezone.now())
        messages.success(request, say(ENDED))
    except (Incomplete, Stale) as error:
        messages.warning(request, say(error.text))
    return HttpResponseRedirect(reverse("runners"))


def _page(request: HttpRequest, actor: Actor, form: NewRunner | None) -> HttpResponse:
    rows = [
        {"row": row, "may_end": row.ended is None and may(actor, "runner.manage", row)}
        for row in runners.visible(actor)
    ]
    status = 422 if request.method == "POST" else 200
    context = {"rows": rows, "form": form}
    return render(request, "systems/runners.html.j2", context, status=status)
