"""Pages of inventories: what was found, table by table, taking a result in, opening a draft."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import FoundTable, Inventory, LeafRow, Organisation
from shixiao.sharing.catalogue import words as catalogue_words
from shixiao.sharing.inventory.copies import NAMES, TableKind
from shixiao.sharing.recognition import kinds
from shixiao.terms import BadInput, Text
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import page_of
from shixiao.web.shell.pages import language, say, words
from shixiao.web.standards.showing import cited
from shixiao.workflows.actors import Actor
from shixiao.workflows.catalogue.compiling import life
from shixiao.workflows.inventories import draft as open_draft
from shixiao.workflows.inventories import missing, take_in, visible
from shixiao.workflows.organisations import offices_of
from shixiao.workflows.permissions import may
from shixiao.workflows.refusals import NOT_FOUND, Missing

TAKEN = Text(
    "已登记：{n} 张表，其中 {missing} 张数据表没有编目。",
    "Entered: {n} tables, {missing} of them data that the catalogue does not list.",
)
KNOWN = Text("这份结果此前已经登记。", "This result was entered before.")
DRAFTED = Text(
    "已由这张表生成草稿，请补全后报送审核。",
    "A draft was opened from this table; complete it and submit it for review.",
)
UNLISTED = Text("没有编目", "not in the catalogue")
LISTED = Text("已编目", "in the catalogue")


class Entering(forms.Form):
    """What an inventory found, and of whose database."""

    department = forms.ChoiceField(label=words("哪个部门的库", "Whose database"))
    file = forms.FileField(
        label=words("结果文件", "Result"),
        help_text=words(
            "shixiao sharing inventory 地址 --json 的输出；里面没有数据值。",
            "What shixiao sharing inventory URL --json prints; it holds no values.",
        ),
    )

    def __init__(self, *args: Any, owners: list[Organisation], **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields["department"].choices = [(each.code, say(each.name)) for each in owners]


class Filter(forms.Form):
    """Which tables to show."""

    show = forms.ChoiceField(
        label=words("显示", "Show"),
        required=False,
        choices=[
            ("", words("未编目", "not catalogued")),
            ("all", words("全部", "all tables")),
        ],
    )


def listing(request: HttpRequest) -> HttpResponse:
    """List the newest inventory of every address, with how much is not catalogued."""
    actor = actor_on(request)
    rows = visible(actor).filter(current=True)
    found = FoundTable.objects.filter(inventory__in=rows)
    page = page_of(
        request,
        rows.annotate(
            found=Count("tables"), unlisted=Count("tables", filter=missing("tables__"))
        ).order_by("-unlisted", "-entered", "-id"),
    )
    context = {
        "page": page,
        "tables": found.filter(counts=True).count(),
        "unlisted": found.filter(missing()).count(),
    }
    return render(request, "inventories/list.html.j2", context)


def add(request: HttpRequest) -> HttpResponse:
    """Take in what an inventory found."""
    actor = actor_on(request)
    known = offices_of(actor, "inventory.add")
    form = Entering(request.POST or None, request.FILES or None, owners=known)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        of = next(each for each in known if each.code == form.cleaned_data["department"])
        try:
            made, new = take_in(
                upload.read(), file=upload.name, department=of, actor=actor, at=timezone.now()
            )
        except BadInput as error:
            form.add_error("file", error.in_language(language()))
        else:
            numbers = {"n": made.tables.count(), "missing": made.tables.filter(missing()).count()}
            messages.success(request, say(TAKEN.format(**numbers) if new else KNOWN))
            return HttpResponseRedirect(reverse("inventory", args=[made.code]))
    status = 422 if request.method == "POST" else 200
    return render(request, "inventories/add.html.j2", {"form": form}, status=status)


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show what an inventory found, what is not catalogued first."""
    actor = actor_on(request)
    row = found(actor, code)
    form = Filter(request.GET)
    everything = form.is_valid() and form.cleaned_data["show"] == "all"
    tables: QuerySet[FoundTable] = row.tables.select_related("item")
    unlisted = row.tables.filter(missing()).count()
    if not everything:
        tables = tables.filter(counts=True, catalogued=False)
    page = page_of(request, tables.order_by(F("item_id").asc(nulls_first=True), "-rows", "name"))
    context = {
        "row": row,
        "filters": form,
        "page": page,
        "lines": [_line(each) for each in page],
        "n": row.tables.count(),
        "unlisted": unlisted,
        "leaf": LeafRow.objects.filter(subject=row.code).first(),
    }
    return render(request, "inventories/one.html.j2", context)


def _line(table: FoundTable) -> dict[str, Any]:
    """Return a table as a line of the list."""
    grades = catalogue_words("grades")
    return {
        "row": table,
        "state": _state(table),
        "grade": grades.name(table.grade),
        "kind": None if table.counts else NAMES[TableKind(table.kind)],
        "elements": sum(bool(column[4]) for column in table.columns),
    }


def _state(table: FoundTable) -> tuple[Text, str]:
    if table.item is not None and not table.catalogued:
        state = life().states[table.item.state]
        return state.name, "green" if table.item.state == "published" else "amber"
    if table.missing:
        return UNLISTED, "red"
    if table.catalogued:
        return LISTED, "green"
    return NAMES[TableKind(table.kind)], "grey"


def table(request: HttpRequest, code: str, entry: str) -> HttpResponse:
    """Show a table that was found: its columns, and what is suggested for each."""
    actor = actor_on(request)
    row = _table(actor, code, entry)
    grades, known = catalogue_words("grades"), kinds()
    context = {
        "row": row,
        "inventory": row.inventory,
        "state": _state(row),
        "grade": grades.name(row.grade),
        "why": [Text.of(each) for each in row.why],
        "remarks": [Text.of(each) for each in row.remarks],
        "columns": [
            (name, comment, kind, known[of].name if of else None, element, grades.name(grade))
            for name, comment, kind, of, element, grade in row.columns
        ],
        "cited": cited({column[4] for column in row.columns if column[4]}),
        "may_draft": row.missing and may(actor, "dataset.manage", row.inventory),
    }
    return render(request, "inventories/table.html.j2", context)


def draft(request: HttpRequest, code: str, entry: str) -> HttpResponse:
    """Open a draft from a table, and go to complete it."""
    actor = actor_on(request)
    made = open_draft(_table(actor, code, entry), actor=actor, at=timezone.now())
    messages.success(request, say(DRAFTED))
    return HttpResponseRedirect(reverse("dataset_edit", args=[made.code]))


def found(actor: Actor, code: str) -> Inventory:
    """Return an inventory that the person may see.

    Raises:
        Missing: there is none.
    """
    row = visible(actor).filter(code=code).first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row


def _table(actor: Actor, code: str, entry: str) -> FoundTable:
    rows = found(actor, code).tables.select_related("item", "inventory__department")
    row = rows.filter(pk=entry).first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row
