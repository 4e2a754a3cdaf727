"""Pages of the catalogue: the list and its files, one entry, compiling, verbs."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import CatalogueItem, Organisation
from shixiao.sharing.catalogue import Dataset, sheets_of
from shixiao.terms import BadInput, Text
from shixiao.web.catalogue.forms import EntryForm, Filter, VerbForm
from shixiao.web.catalogue.showing import line, shown
from shixiao.web.results.filters import departments
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import FORMATS, cut, download, page_of
from shixiao.web.shell.pages import language, say
from shixiao.workflows import search
from shixiao.workflows.actors import Actor
from shixiao.workflows.catalogue import compiling, keeping
from shixiao.workflows.catalogue.compiling import Faulty
from shixiao.workflows.moving import Act
from shixiao.workflows.organisations import offices
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing, Stale
from shixiao.workflows.roles import Scope

MOST_FOUND = 200
COMPILED = Text("已存为草稿，报送审核后才列入目录。", "Kept as a draft; submit it for review next.")
KEPT = Text("已保存。", "Kept.")
DONE = Text("已办理：{verb}。", "Done: {verb}.")
NOT_NOW = Text(
    "这一步现在不能办：条目已进入别的环节。",
    "This cannot be done now: the entry has moved on.",
)


def visible(actor: Actor) -> QuerySet[CatalogueItem]:
    """Return entries that the person may see: what is listed, and of what is not, his own."""
    rows = CatalogueItem.objects.all()
    scope = actor.reach("dataset.read")
    if scope is Scope.ANY:
        return rows
    listed = rows.filter(state__in=keeping.LISTED)
    return listed if scope is None else listed | rows.filter(department__in=actor.below)


def listing(request: HttpRequest) -> HttpResponse:
    """List the catalogue: searched and filtered by the address, or as a file."""
    actor = actor_on(request)
    form = Filter(request.GET, departments=departments())
    asked = form.asked(department="department__code")
    query, faulty = asked.pop("q", ""), asked.pop("faulty", "")
    rows = visible(actor).filter(**asked).select_related("department", "lead")
    if faulty:
        rows = rows.filter(faults__gt=0) if faulty == "yes" else rows.filter(faults=0)
    wanted = request.GET.get("form", "")
    found: QuerySet[CatalogueItem] | list[CatalogueItem] = rows
    if query:
        found = _found(rows, query)
    if wanted in FORMATS:
        datasets = _without_persons(cut(found if query else rows.iterator(2_000)))
        return download(sheets_of(datasets, language=language())[0], wanted)
    page = page_of(request, found)
    context = {
        "filters": form,
        "page": page,
        "rows": [line(item) for item in page],
        "query": query,
        "domain": asked.get("domain", ""),
    }
    return render(request, "catalogue/list.html.j2", context)


def _found(rows: QuerySet[CatalogueItem], query: str) -> list[CatalogueItem]:
    """Return what fits a query best among these rows, in that order."""
    keys = [entry.key for entry in search.search(query, kind=search.DATASET, most=MOST_FOUND)]
    by_code = {item.code: item for item in rows.filter(code__in=keys)}
    return [by_code[key] for key in keys if key in by_code]


def _without_persons(items: Iterable[CatalogueItem]) -> list[Dataset]:
    return [Dataset.from_json(item.listed) for item in items]


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show an entry."""
    actor = actor_on(request)
    return render(request, "catalogue/one.html.j2", shown(found(actor, code), actor))


def found(actor: Actor, code: str) -> CatalogueItem:
    """Return an entry that the person may see.

    Raises:
        Missing: there is none.
    """
    rows = visible(actor).filter(code=code).select_related("department", "lead")
    item = rows.first()
    if item is None:
        raise Missing(NOT_FOUND)
    return item


def add(request: HttpRequest) -> HttpResponse:
    """Compile an entry of the own department."""
    actor = actor_on(request)
    leads = keeping.departments()
    form = EntryForm(request.POST or None, leads=leads)
    department = _own(actor)
    if request.method == "POST" and form.is_valid():
        try:
            made = compiling.compile_entry(
                form.dataset(department.code),
                department=department,
                actor=actor,
                at=timezone.now(),
            )
        except Incomplete as error:
            form.add_error(error.field or None, say(error.text))
        except BadInput as error:
            form.add_error("items", error.in_language(language()))
        else:
            messages.success(request, say(COMPILED))
            return HttpResponseRedirect(reverse("dataset", args=[made.code]))
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "department": department, "item": None}
    return render(request, "catalogue/edit.html.j2", context, status=status)


def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Rewrite an entry that is being compiled or updated."""
    actor = actor_on(request)
    item = found(actor, code)
    check(actor, "dataset.manage", item)
    dataset = keeping.dataset_of(item)
    initial = EntryForm.initial_of(dataset) | {"seen": item.version}
    form = EntryForm(
        request.POST or None, leads=keeping.departments(), fixed=dataset.id, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        act = Act(actor, timezone.now(), form.cleaned_data["seen"] or 0)
        try:
            compiling.rewrite(item, form.dataset(item.department.code), act)
        except BadInput as error:
            form.add_error("items", error.in_language(language()))
        else:
            messages.success(request, say(KEPT))
            return HttpResponseRedirect(reverse("dataset", args=[code]))
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "department": item.department, "item": item}
    return render(request, "catalogue/edit.html.j2", context, status=status)


def found_elsewhere(actor: Actor, code: str) -> CatalogueItem:
    """Return an entry of another department, for those who ask for its data.

    Raises:
        Missing: there is none, or it is the person's own.
    """
    item = found(actor, code)
    if item.department_id in actor.below and item.state in keeping.LISTED:
        raise Missing(NOT_FOUND)
    return item


def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Show the form of a verb, and carry it out."""
    actor = actor_on(request)
    item = found(actor, code)
    known = compiling.life().verbs.get(verb)
    if known is None:
        raise Missing(NOT_FOUND)
    check(actor, known.right, item)
    if known not in compiling.doable(item, actor):
        raise Stale(NOT_NOW)
    form = VerbForm(item, verb, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        done = Act(actor, timezone.now(), given.pop("seen"))
        try:
            getattr(compiling, verb)(item, done, **given)
        except Faulty as error:
            for fault in error.faults:
                form.add_error(None, say(fault.text))
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        else:
            messages.success(request, say(DONE.format(verb=known.name)))
            return HttpResponseRedirect(reverse("dataset", args=[code]))
    status = 422 if request.method == "POST" else 200
    context = {"item": item, "verb": known, "form": form}
    return render(request, "catalogue/act.html.j2", context, status=status)


def _own(actor: Actor) -> Organisation:
    """Return the organisation for which the person compiles.

    Raises:
        Missing: the person acts for none.
    """
    rows = offices()
    if actor.account is not None:
        rows = rows.filter(posts__account=actor.account)
    own = rows.first()
    if own is None:
        raise Missing(NOT_FOUND)
    return own
