"""Pages of grants: the list, one with its terms and its use, and writing use down."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import Grant
from shixiao.sharing.catalogue import words as catalogue_words
from shixiao.terms import Text
from shixiao.web.grants.boundary import boundary_of
from shixiao.web.requests.acting import act_on
from shixiao.web.requests.showing import line, shown
from shixiao.web.results.filters import OfDepartment, departments
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import page_of
from shixiao.web.shell.pages import say, words
from shixiao.workflows.gateways import figures
from shixiao.workflows.grants import giving, keeping, publishing
from shixiao.workflows.grants.keeping import Use
from shixiao.workflows.lives import read_life
from shixiao.workflows.moving import LONGEST
from shixiao.workflows.permissions import check, may
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing

ROOM = Text("共享授权", "Grants")
TEXT = forms.Textarea(attrs={"rows": 3})
KEPT = Text("已登记，至少保存三年。", "Written down; it is kept for three years at least.")


class Filter(OfDepartment):
    """Which grants to show; the department is either side."""

    state = forms.ChoiceField(label=words("状态", "State"), required=False)
    field_order = ("state", "department")

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.offer("state", {s.id: s.name for s in read_life("grants").states.values()})


class Usage(forms.Form):
    """What is written down of the use of shared data (Decree 809 art. 29)."""

    scenario = forms.CharField(
        label=words("使用场景", "Situation"), widget=TEXT, max_length=LONGEST
    )
    process = forms.CharField(
        label=words("使用过程", "How they were used"), widget=TEXT, max_length=LONGEST
    )
    effect = forms.CharField(
        label=words("应用成效", "What came of it"), widget=TEXT, max_length=LONGEST
    )
    storage = forms.CharField(
        label=words("存储情况", "Where they are stored"), widget=TEXT, max_length=LONGEST
    )
    destroyed = forms.CharField(
        label=words("销毁情况", "What was destroyed"),
        widget=TEXT,
        max_length=LONGEST,
        required=False,
    )


def listing(request: HttpRequest) -> HttpResponse:
    """List grants, the newest first."""
    form = Filter(request.GET, departments=departments())
    asked = form.asked()
    rows = Grant.objects.select_related("item__department", "recipient")
    rows = rows.filter(**{k: v for k, v in asked.items() if k == "state"})
    if side := asked.get("department"):
        rows = rows.filter(Q(recipient__code=side) | Q(item__department__code=side))
    page = page_of(request, rows)
    context = {"filters": form, "page": page, "rows": [line(row) for row in page]}
    return render(request, "grants/list.html.j2", context)


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a grant: to everybody who may have what for what; in full to both sides."""
    actor, row = actor_on(request), found(code)
    context = shown(row, actor, "grant.read")
    masked = set(row.terms.get("masked", ()))
    why = publishing.bound_or_why(row, timezone.now())
    context |= {
        "exchanged": figures.figures_of(row.totals.all(), now=timezone.now()),
        "mode": catalogue_words("modes").name(row.mode),
        "fields": [(field, field in masked) for field in row.fields],
        **boundary_of(row),
        "in_force": giving.in_force(row, timezone.now()),
        "why_not": why if isinstance(why, Text) else None,
        "may_key": may(actor, "grant.use", row) and row.state in {"waiting", "active"},
        "usage": list(row.usage.all()[:50]) if context["inside"] else [],
        "may_write": may(actor, "grant.use", row) and row.state in {"active", "suspended"},
    }
    return render(request, "grants/one.html.j2", context)


def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Show the form of a verb, and carry it out."""
    row = found(code)
    back, room = reverse("grant", args=[code]), (ROOM, reverse("grants"))
    return act_on(request, row, verb, title=Text.of(row.item.name), room=room, back=back)


def use(request: HttpRequest, code: str) -> HttpResponse:
    """Write down how shared data were used."""
    actor, row = actor_on(request), found(code)
    check(actor, "grant.use", row)
    form = Usage(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            keeping.record_use(row, Use(**form.cleaned_data), actor=actor, at=timezone.now())
        except Incomplete as error:
            form.add_error(error.field, say(error.text))
        else:
            messages.success(request, say(KEPT))
            return HttpResponseRedirect(reverse("grant", args=[code]))
    status = 422 if request.method == "POST" else 200
    return render(request, "grants/use.html.j2", {"form": form, "row": row}, status=status)


def found(code: str) -> Grant:
    """Return a grant.

    Raises:
        Missing: there is none.
    """
    rows = Grant.objects.select_related("item__department", "item__source_place", "recipient")
    row = rows.filter(code=code).first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row
