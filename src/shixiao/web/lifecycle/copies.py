"""Pages of copies: registering one, one with its certificate, and the verbs of its end."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import CatalogueItem, DataCopy, LeafRow, Organisation
from shixiao.terms import Text
from shixiao.web.catalogue.views import found as found_dataset
from shixiao.web.lifecycle.forms import NewCopy
from shixiao.web.requests.acting import act_on
from shixiao.web.requests.showing import shown
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.pages import say
from shixiao.workflows.actors import Actor
from shixiao.workflows.lifecycle import copying
from shixiao.workflows.permissions import may
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing

REGISTERED = Text(
    "已登记；过期未销毁会列入待办。", "Registered; once it is overdue it stands in your inbox."
)


def add(request: HttpRequest, code: str) -> HttpResponse:
    """Register a copy of the own department."""
    actor = actor_on(request)
    item = found_dataset(actor, code)
    holder = _holder(actor, item)
    form = NewCopy(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = copying.register(
                item, holder=holder, **form.cleaned_data, actor=actor, at=timezone.now()
            )
        except Incomplete as error:
            form.add_error(error.field or None, say(error.text))
        else:
            messages.success(request, say(REGISTERED))
            return HttpResponseRedirect(reverse("copy", args=[made.code]))
    status = 422 if request.method == "POST" else 200
    context = {"item": item, "form": form, "title": Text("登记副本", "Register a copy")}
    return render(request, "lifecycle/form.html.j2", context, status=status)


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a copy; once it is destroyed, its certificate with the receipt."""
    actor = actor_on(request)
    row = found(actor, code)
    leaf = LeafRow.objects.filter(subject=row.code, event="copy.destroyed").first()
    context = shown(row, actor, "life.read") | {"certificate": leaf}
    return render(request, "lifecycle/copy.html.j2", context)


def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Show the form of a verb, and carry it out."""
    row = found(actor_on(request), code)
    back = reverse("copy", args=[code])
    room = (Text("数据目录", "Data catalogue"), reverse("datasets"))
    return act_on(request, row, verb, title=Text.of(row.item.name), room=room, back=back)


def found(actor: Actor, code: str) -> DataCopy:
    """Return a copy that the person may read of.

    Raises:
        Missing: there is none.
    """
    rows = DataCopy.objects.select_related(
        "item__department", "holder", "grant", "proposed_by", "confirmed_by"
    )
    row = rows.filter(code=code).first()
    if row is None or not copying.may_see(actor, row):
        raise Missing(NOT_FOUND)
    return row


def _holder(actor: Actor, item: CatalogueItem) -> Organisation:
    """Return the department for which the person registers copies of a dataset.

    Raises:
        Missing: it neither provides the dataset nor has a grant on it.
    """
    if may(actor, "life.manage", item):
        return item.department
    grant = item.grants.filter(recipient__in=actor.below).select_related("recipient").first()
    if grant is None or not may(actor, "life.manage", grant):
        raise Missing(NOT_FOUND)
    return grant.recipient
