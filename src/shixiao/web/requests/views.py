"""Pages of requests: the list, writing one, one with its clock and its way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import CatalogueItem, Organisation, SharingRequest
from shixiao.sharing.catalogue import words as catalogue_words
from shixiao.terms import Text
from shixiao.web.catalogue.views import found_elsewhere
from shixiao.web.requests.acting import act_on
from shixiao.web.requests.showing import line, shown
from shixiao.web.results.filters import OfDepartment, departments
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.dates import DayInput
from shixiao.web.shell.lists import page_of
from shixiao.web.shell.pages import say, words
from shixiao.workflows.actors import Actor
from shixiao.workflows.evaluations import current
from shixiao.workflows.lives import read_life
from shixiao.workflows.moving import LONGEST
from shixiao.workflows.permissions import may
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing
from shixiao.workflows.requests import making
from shixiao.workflows.requests.making import Wanted
from shixiao.workflows.silos import fields_of, silos_of

ROOM = Text("共享申请", "Sharing requests")
TEXT = forms.Textarea(attrs={"rows": 4})
DAY = DayInput()
WRITTEN = Text(
    "申请已写好，由本部门共享工作机构负责人提出。",
    "The request is written; the head of the sharing office files it.",
)


# What is written into a draft goes to the provider, in the language of the records.
PURPOSE = Text("办理“{service}”时核对“{name}”", "To check “{name}” in “{service}”")
SCENARIO = Text(
    "办理“{service}”时按申请人逐件核对“{name}”，不再要求申请人提供。",
    "“{name}” is checked case by case in “{service}” and no longer asked of applicants.",
)


class Filter(OfDepartment):
    """Which requests to show; the department is either side."""

    state = forms.ChoiceField(label=words("办理情况", "State"), required=False)
    field_order = ("state", "department")

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        states = read_life("requests").states.values()
        self.offer("state", {state.id: state.name for state in states})


class NewRequest(forms.Form):
    """What is asked for (Decree 809 art. 20)."""

    kind = forms.ChoiceField(label=words("申请什么", "What is asked"), widget=forms.RadioSelect)
    fields_ = forms.MultipleChoiceField(
        label=words("要用的数据项", "Data items"),
        widget=forms.CheckboxSelectMultiple,
        help_text=words("只选履行职责必需的。", "Only what the duty needs."),
    )
    purpose = forms.CharField(label=words("用途（公开）", "Purpose (public)"), max_length=200)
    basis = forms.CharField(
        label=words("使用依据", "Legal basis"),
        widget=TEXT,
        max_length=LONGEST,
        help_text=words("法律法规及条款。", "Law and article."),
    )
    scenario = forms.CharField(
        label=words("使用场景", "Situation of use"), widget=TEXT, max_length=LONGEST
    )
    scope = forms.CharField(
        label=words("使用范围", "Scope of use"),
        max_length=500,
        required=False,
        help_text=words(
            "例如“本区低保申请人”；不写即不限。", "Such as “applicants of this district”."
        ),
    )
    case_types = forms.CharField(
        label=words("在哪些业务的办件中使用", "In which kinds of case"),
        max_length=500,
        required=False,
        help_text=words(
            "用分号隔开；每次使用都要对应一件这类办件。",
            "Separated by semicolons; every use has to name such a case.",
        ),
    )
    mode = forms.ChoiceField(label=words("共享方式", "Mode of sharing"), widget=forms.RadioSelect)
    starts = forms.DateField(label=words("从哪天起", "From"), widget=DAY)
    ends = forms.DateField(label=words("到哪天止", "Until"), widget=DAY)

    def __init__(self, *args: Any, items: list[str], **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields["fields_"].choices = [(name, name) for name in items]
        modes = catalogue_words("modes").names.items()
        fields["mode"].choices = [(mode, say(name)) for mode, name in modes]
        kinds = read_life("requests").words["kinds"].items()
        fields["kind"].choices = [(kind, say(name)) for kind, name in kinds]

    @property
    def wanted(self) -> Wanted:
        """What was filled in."""
        given = dict(self.cleaned_data)
        types = given.pop("case_types").replace("；", ";").split(";")
        return Wanted(fields=given.pop("fields_"), case_types=types, **given)


def listing(request: HttpRequest) -> HttpResponse:
    """List the requests that were filed, the newest first, and count what runs late."""
    actor = actor_on(request)
    form = Filter(request.GET, departments=departments())
    asked = form.asked()
    rows = visible(actor).filter(**{k: v for k, v in asked.items() if k == "state"})
    if side := asked.get("department"):
        rows = rows.filter(Q(requester__code=side) | Q(item__department__code=side))
    page = page_of(request, rows)
    today = timezone.localdate()
    late = Q(due__lt=today)
    context = {
        "filters": form,
        "page": page,
        "rows": [line(row) for row in page],
        "counts": visible(actor)
        .order_by()
        .aggregate(
            open=Count("pk", filter=Q(state__in=("asked", "incomplete", "agreed", "disputed"))),
            late=Count("pk", filter=late),
            delivered=Count("pk", filter=Q(state="delivered")),
            refused=Count("pk", filter=Q(state__in=("refused", "closed"))),
        ),
    }
    return render(request, "requests/list.html.j2", context)


def visible(actor: Actor) -> Any:
    """Return requests that the person may see: what is not filed yet, its own department alone."""
    rows = SharingRequest.objects.select_related("item__department", "requester", "made_by")
    return rows.filter(~Q(state="drafted") | Q(requester__in=actor.below))


def found(actor: Actor, code: str) -> SharingRequest:
    """Return a request.

    Raises:
        Missing: there is none that the person may see.
    """
    row: SharingRequest | None = visible(actor).filter(code=code).first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row


def add(request: HttpRequest, code: str) -> HttpResponse:
    """Write a request for a dataset."""
    actor = actor_on(request)
    item = found_elsewhere(actor, code)
    requester = own_department(actor, "request.draft")
    today = timezone.localdate()
    initial = {"kind": "share", "starts": today, "ends": today + timedelta(days=364)}
    initial |= _from_silo(request.GET.get("silo", ""), item, requester)
    names = [each[0] for each in item.listed["items"]]
    form = NewRequest(request.POST or None, items=names, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = making.write(
                item, form.wanted, requester=requester, actor=actor, at=timezone.now()
            )
        except Incomplete as error:
            field = {"fields": "fields_"}.get(error.field, error.field)
            form.add_error(field if field in form.fields else None, say(error.text))
        else:
            messages.success(request, say(WRITTEN))
            return HttpResponseRedirect(reverse("request", args=[made.code]))
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "item": item, "requester": requester}
    return render(request, "requests/add.html.j2", context, status=status)


def _from_silo(key: str, item: CatalogueItem, requester: Organisation) -> dict[str, Any]:
    """Return what a silo that the request is to end says already: items, purpose, kind of case."""
    evaluation = current() if key else None
    found = silos_of(evaluation)[0] if evaluation is not None else []
    silo = next(
        (s for s in found if s.key == key and s.item == item and s.department == requester.code),
        None,
    )
    if silo is None:
        return {}
    return {
        "fields_": fields_of(silo),
        "purpose": PURPOSE.format(service=silo.service, name=silo.name).zh[:200],
        "scenario": SCENARIO.format(service=silo.service, name=silo.name).zh,
        "case_types": silo.service.zh,
        "mode": item.listed["mode"],
    }


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a request: its clock, its way, who delayed it; in full to both sides."""
    actor = actor_on(request)
    row = found(actor, code)
    mode = catalogue_words("modes").name(row.mode)
    context = shown(row, actor, "request.read") | {
        "mode": mode,
        "kind": read_life("requests").words["kinds"][row.kind],
        "grant": getattr(row, "grant", None),
        "disputes": list(row.disputes.all()),
    }
    return render(request, "requests/one.html.j2", context)


def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Show the form of a verb, and carry it out."""
    row = found(actor_on(request), code)
    back, room = reverse("request", args=[code]), (ROOM, reverse("requests"))
    return act_on(request, row, verb, title=Text.of(row.item.name), room=room, back=back)


def own_department(actor: Actor, verb: str) -> Organisation:
    """Return the department for which the person acts.

    Raises:
        Missing: the person acts for none.
    """
    rows = Organisation.objects.filter(kind="department", active=True)
    if actor.account is not None:
        rows = rows.filter(posts__account=actor.account)
    own = next((row for row in rows.order_by("code") if may(actor, verb, row)), None)
    if own is None:
        raise Missing(NOT_FOUND)
    return own
