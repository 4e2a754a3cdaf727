"""Pages of standards: the registry and its files, one, drafting, verbs, comments, conflicts."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import Organisation, Standard
from shixiao.sharing.standards.conflicts import sheets_of as conflict_sheets
from shixiao.sharing.standards.registry import Element, read_elements, sheets_of
from shixiao.terms import BadInput, Text
from shixiao.web.results.filters import departments
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import FORMATS, cut, download, page_of
from shixiao.web.shell.pages import language, say
from shixiao.web.standards.forms import ElementForm, Filter, Importing, RemarkForm, VerbForm
from shixiao.web.standards.showing import conflict_line, line, shown, visible
from shixiao.workflows.actors import Actor
from shixiao.workflows.moving import Act
from shixiao.workflows.organisations import offices_of
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing, Stale
from shixiao.workflows.standards import comparing, deciding, drafting, importing
from shixiao.workflows.standards.drafting import element_of, life

ACTS: Mapping[str, Callable[..., Standard]] = {
    "open": drafting.put_to_comments,
    "withdraw": drafting.withdraw,
    "adopt": deciding.adopt,
    "retire": deciding.retire,
}
EFFECTS = {
    "open": Text(
        "任何人都能看到，登录的人都能提意见；期满以后才能发布。",
        "Everybody sees it and whoever signs in may comment; it can be adopted afterwards.",
    ),
    "adopt": Text(
        "发布以后目录可以引用，表按它核验；同一数据元的上一版同时废止。",
        "Once adopted the catalogue cites it and tables are measured by it; the edition before is"
        " retired at once.",
    ),
    "retire": Text("废止以后仍可查看，但不再引用。", "It stays to be read, and is cited no more."),
}
DRAFTED = Text("已存为草案。", "Kept as a draft.")
DONE = Text("已办理：{verb}。", "Done: {verb}.")
NOT_NOW = Text("这一步现在不能办：它已进入别的环节。", "This cannot be done now: it has moved on.")
REMARKED = Text("意见已收到并公开。", "Your comment is received and public.")
READ_IN = Text(
    "共读入 {seen} 个数据元：新增 {added}，变更 {changed}。",
    "{seen} elements were read: {added} new, {changed} changed.",
)
MOST_SHOWN = 50  # conflicts on the page of one standard


def listing(request: HttpRequest) -> HttpResponse:
    """List the registry, filtered by the address, or give it as a file."""
    actor = actor_on(request)
    form = Filter(request.GET, departments=departments())
    asked = form.asked(department="department__code")
    query = asked.pop("q", "").strip()
    rows = visible(actor).filter(**asked)
    if query:
        rows = rows.filter(Q(identifier__icontains=query) | Q(element__name__zh__icontains=query))
    wanted = request.GET.get("form", "")
    if wanted in FORMATS:
        return download(sheets_of(map(element_of, cut(rows)))[0], wanted)
    page = page_of(request, rows)
    context = {"filters": form, "page": page, "rows": [line(row) for row in page]}
    return render(request, "standards/list.html.j2", context)


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a standard: its fields, editions, comments, and the conflicts it is in."""
    actor = actor_on(request)
    row = found(actor, code)
    conflicts = comparing.conflicts_about(row, visible(actor))
    context = shown(row, actor) | {
        "conflicts": [conflict_line(each) for each in conflicts[:MOST_SHOWN]],
        "more": max(0, len(conflicts) - MOST_SHOWN),
    }
    return render(request, "standards/one.html.j2", context)


def conflicts(request: HttpRequest) -> HttpResponse:
    """List conflicts between departments' definitions, the surest first."""
    rows = comparing.standing(visible(actor_on(request)))
    found_ = comparing.conflicts_of(rows)
    wanted = request.GET.get("form", "")
    if wanted in FORMATS:
        sheet = conflict_sheets([each for each, _, _ in found_], language=language())[0]
        return download(sheet, wanted)
    page = page_of(request, found_)
    context = {
        "page": page,
        "rows": [conflict_line(each) for each in page],
        "total": len(found_),
        "compared": len(rows),
        "most": comparing.MOST,
    }
    return render(request, "standards/conflicts.html.j2", context)


def add(request: HttpRequest) -> HttpResponse:
    """Draft a standard of the own department."""
    actor = actor_on(request)
    department = owners(actor)[0]
    form = ElementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = drafting.draft(
                form.element, department=department, actor=actor, at=timezone.now()
            )
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        else:
            messages.success(request, say(DRAFTED))
            return HttpResponseRedirect(reverse("standard", args=[made.code]))
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "department": department, "row": None}
    return render(request, "standards/edit.html.j2", context, status=status)


def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change a draft."""
    actor = actor_on(request)
    row = found(actor, code)
    check(actor, "standard.manage", row)
    initial = ElementForm.initial_of(Element.from_json(row.element)) | {"seen": row.version}
    form = ElementForm(request.POST or None, fixed=row.identifier, initial=initial)
    if request.method == "POST" and form.is_valid():
        act = Act(actor, timezone.now(), form.cleaned_data["seen"] or 0)
        try:
            drafting.rewrite(row, form.element, act)
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        else:
            messages.success(request, say(DRAFTED))
            return HttpResponseRedirect(reverse("standard", args=[code]))
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "department": row.department, "row": row}
    return render(request, "standards/edit.html.j2", context, status=status)


def revise(request: HttpRequest, code: str) -> HttpResponse:
    """Draft the next edition of an adopted standard."""
    actor = actor_on(request)
    row = found(actor, code)
    check(actor, "standard.manage", row)
    try:
        made = drafting.revise(row, actor=actor, at=timezone.now())
    except Incomplete as error:
        messages.warning(request, say(error.text))
        return HttpResponseRedirect(reverse("standard", args=[code]))
    messages.success(request, say(DRAFTED))
    return HttpResponseRedirect(reverse("standard", args=[made.code]))


def act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Show the form of a verb, and carry it out."""
    actor = actor_on(request)
    row = found(actor, code)
    known = life().verbs.get(verb)
    if known is None:
        raise Missing(NOT_FOUND)
    check(actor, known.right, row)
    if known not in drafting.doable(row, actor, timezone.now()):
        raise Stale(NOT_NOW)
    form = VerbForm(row, verb, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        done = Act(actor, timezone.now(), given.pop("seen"))
        try:
            ACTS[verb](row, done, **given)
        except Incomplete as error:
            form.add_error(error.field if error.field in form.fields else None, say(error.text))
        else:
            messages.success(request, say(DONE.format(verb=known.name)))
            return HttpResponseRedirect(reverse("standard", args=[code]))
    status = 422 if request.method == "POST" else 200
    context = {"row": row, "form": form, "title": known.name, "effect": EFFECTS.get(verb)}
    return render(request, "standards/act.html.j2", context, status=status)


def remark(request: HttpRequest, code: str) -> HttpResponse:
    """Comment on a standard."""
    actor = actor_on(request)
    row = found(actor, code)
    form = RemarkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            drafting.remark(row, form.cleaned_data["text"], actor=actor, at=timezone.now())
        except Incomplete as error:
            form.add_error(error.field, say(error.text))
        else:
            messages.success(request, say(REMARKED))
            return HttpResponseRedirect(reverse("standard", args=[code]))
    status = 422 if request.method == "POST" else 200
    title = Text("提意见", "Comment")
    context: dict[str, Any] = {"row": row, "form": form, "title": title, "effect": None}
    return render(request, "standards/act.html.j2", context, status=status)


def read_in(request: HttpRequest) -> HttpResponse:
    """Read in a registry that exists."""
    actor = actor_on(request)
    known = owners(actor)
    form = Importing(request.POST or None, request.FILES or None, owners=known)
    if request.method == "POST" and form.is_valid():
        own = next(each for each in known if each.code == form.cleaned_data["own"])
        try:
            done = _imported(form.cleaned_data["file"], own, actor)
        except BadInput as error:
            form.add_error("file", error.in_language(language()))
        else:
            numbers = {"seen": done.seen, "added": done.added, "changed": done.changed}
            messages.success(request, say(READ_IN.format(**numbers)))
            return HttpResponseRedirect(reverse("standards"))
    status = 422 if request.method == "POST" else 200
    return render(request, "standards/import.html.j2", {"form": form}, status=status)


def _imported(upload: Any, own: Organisation, actor: Actor) -> importing.Imported:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"elements{Path(upload.name).suffix.lower()[:8]}"
        path.write_bytes(upload.read())
        elements = read_elements(path, file=upload.name)
    return importing.import_elements(
        elements, file=upload.name, own=own, actor=actor, at=timezone.now()
    )


def found(actor: Actor, code: str) -> Standard:
    """Return a standard that the person may see.

    Raises:
        Missing: there is none.
    """
    row = visible(actor).filter(code=code).first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row


def owners(actor: Actor) -> list[Organisation]:
    """Return the organisations for which the person drafts, his own first.

    Raises:
        Missing: the person drafts for none.
    """
    mine = offices_of(actor, "standard.manage")
    return sorted(mine, key=lambda row: row.pk not in actor.below)
