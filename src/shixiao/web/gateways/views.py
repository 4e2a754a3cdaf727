"""Pages of gateways: the register, and one with its logs and what passed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import ExchangeTotal, Gateway, Organisation
from shixiao.terms import Text
from shixiao.web.gateways.exchanges import shown
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import page_of
from shixiao.web.shell.pages import say, words
from shixiao.workflows.actors import Actor
from shixiao.workflows.gateways import figures, keeping, reading
from shixiao.workflows.permissions import check, may
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing
from shixiao.workflows.roles import Scope

REGISTERED = Text(
    "已登记，一分钟之内开始读取它的分账本。", "Registered; its logs are read within a minute."
)
ENDED = Text("已停用；已经取证的交换记录保留。", "Ended; what its logs proved stays.")
FAULTS = {
    "": (Text("正常", "In order"), "green"),
    "unreached": (Text("连不上", "Does not answer"), "amber"),
    "diverged": (Text("分账本不一致", "Log has diverged"), "red"),
    "waiting": (Text("尚未读取", "Not read yet"), "grey"),
    "ended": (Text("已停用", "Ended"), "grey"),
}


class NewGateway(forms.Form):
    """A gateway and who runs it."""

    department = forms.ChoiceField(label=words("运行它的部门", "Department that runs it"))
    address = forms.CharField(
        label=words("对外地址", "Address"),
        max_length=180,
        help_text=words(
            "与网关配置里的 public_url 相同，如 https://data.example.gov.cn",
            "As public_url in its configuration, such as https://data.example.org",
        ),
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        rows = Organisation.objects.filter(active=True, kind="department").order_by("code")
        choices = [(str(row.pk), say(row.name)) for row in rows]
        fields: dict[str, Any] = self.fields
        fields["department"].choices = choices


def listing(request: HttpRequest) -> HttpResponse:
    """List gateways with their state."""
    rows = visible(actor_on(request)).prefetch_related("logs")
    context = {"rows": [_line(row) for row in rows]}
    return render(request, "gateways/list.html.j2", context)


def add(request: HttpRequest) -> HttpResponse:
    """Register a gateway."""
    form = NewGateway(request.POST or None)
    if request.method == "POST" and form.is_valid():
        department = Organisation.objects.get(pk=form.cleaned_data["department"])
        try:
            made = keeping.register(
                department,
                form.cleaned_data["address"],
                actor=actor_on(request),
                at=timezone.now(),
            )
        except Incomplete as error:
            form.add_error(error.field, say(error.text))
        else:
            messages.success(request, say(REGISTERED))
            return HttpResponseRedirect(reverse("gateway", args=[made.code]))
    status = 422 if request.method == "POST" else 200
    return render(request, "gateways/add.html.j2", {"form": form}, status=status)


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a gateway: its logs and what passed."""
    actor = actor_on(request)
    row = _found(actor, code)
    rows = reading.proven().filter(log__gateway=row)
    totals = ExchangeTotal.objects.filter(log__gateway=row)
    page = page_of(request, rows.select_related("grant__item", "grant__recipient", "item"))
    context = {
        **_line(row),
        "logs": row.logs.all(),
        "figures": figures.figures_of(totals, now=timezone.now()),
        "page": page,
        "exchanges": [shown(each) for each in page],
        "may_end": may(actor, "gateway.manage", row) and row.ended is None,
    }
    return render(request, "gateways/one.html.j2", context)


def end(request: HttpRequest, code: str) -> HttpResponse:
    """Ask a gateway no longer."""
    actor = actor_on(request)
    row = _found(actor, code)
    try:
        keeping.end(row, reason=request.POST.get("reason", ""), actor=actor, at=timezone.now())
    except Incomplete as error:
        messages.warning(request, say(error.text))
    else:
        messages.success(request, say(ENDED))
    return HttpResponseRedirect(reverse("gateway", args=[code]))


def visible(actor: Actor) -> QuerySet[Gateway]:
    """Return the gateways that the person may see."""
    rows = Gateway.objects.select_related("department")
    if actor.reach("gateway.read") is Scope.ANY:
        return rows
    return rows.filter(department__in=actor.below)


def _found(actor: Actor, code: str) -> Gateway:
    row = visible(actor).filter(code=code).first()
    if row is None:
        raise Missing(NOT_FOUND)
    check(actor, "gateway.read", row)
    return row


def _line(row: Gateway) -> dict[str, Any]:
    state = "ended" if row.ended else row.fault or ("" if row.heard else "waiting")
    text, tone = FAULTS[state]
    return {"gateway": row, "state": text, "tone": tone, "logs": row.logs.all()}
