"""Pages of the life of datasets: gaps by department, one matrix, naming, entering, taking in."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.exports import Sheet
from shixiao.ledger import vocabulary
from shixiao.records.models import CatalogueItem, LeafRow, Organisation
from shixiao.sharing.catalogue import words as catalogue_words
from shixiao.sharing.lifecycle import controls
from shixiao.terms import BadInput, Text
from shixiao.web.catalogue.views import found
from shixiao.web.lifecycle.forms import Custodian, Filter, Proof, Run
from shixiao.web.lifecycle.showing import rows_of
from shixiao.web.requests.showing import line as copy_line
from shixiao.web.results.filters import departments
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import FORMATS, cut, download, page_of
from shixiao.web.shell.pages import language, say
from shixiao.workflows import files
from shixiao.workflows.actors import Actor
from shixiao.workflows.catalogue.keeping import LISTED
from shixiao.workflows.lifecycle import proving
from shixiao.workflows.lifecycle.standing import Total, gaps_of, required, total, totals
from shixiao.workflows.permissions import check, may
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing
from shixiao.workflows.roles import Scope

NAMED = Text("已写明由谁负责。", "It is said who answers.")
ENTERED = Text("已登记，写入存证账本。", "Entered, and on record.")
TAKEN = Text("已导入 {n} 项证据。", "{n} pieces of evidence were taken in.")
NOTHING_NEW = Text("没有新的证据，此前已经导入。", "Nothing is new: it was taken in before.")
GRADES = {grade for grade in ("", *catalogue_words("grades")) if not required(grade)}
HEADS = (
    Text("数据集", "dataset"),
    Text("标识", "dataset_id"),
    Text("部门", "department"),
    Text("级别", "grade"),
    Text("要求的控制", "controls required"),
    Text("缺口", "gaps"),
)


def visible(actor: Actor) -> QuerySet[CatalogueItem]:
    """Return datasets whose controls the person may see."""
    rows = CatalogueItem.objects.filter(state__in=LISTED)
    if actor.reach("life.read") is Scope.ANY:
        return rows
    return rows.filter(department__in=actor.below)


def listing(request: HttpRequest) -> HttpResponse:
    """List datasets with the number of their gaps, with sums by department; or give a file."""
    actor = actor_on(request)
    form = Filter(request.GET, departments=departments())
    asked = form.asked(department="department__code")
    some = asked.pop("gaps", "")
    rows = visible(actor).filter(**asked)
    if some:
        without = Q(life__gaps=0) | Q(life__isnull=True, grade__in=GRADES)
        rows = rows.filter(without) if some == "no" else rows.exclude(without)
    shown = rows.select_related("department", "life")
    wanted = request.GET.get("form", "")
    if wanted in FORMATS:
        lines = [_cells(item) for item in cut(shown.iterator(2_000))]
        return download(Sheet("life-gaps", HEADS, lines), wanted)
    page = page_of(request, shown)
    context = {
        "filters": form,
        "page": page,
        "rows": [(item, gaps_of(item)) for item in page],
        "total": total(totals(rows).values()),
        "by_department": _by_department(totals(visible(actor))),
    }
    return render(request, "lifecycle/list.html.j2", context)


def _by_department(sums: dict[UUID, Total]) -> list[dict[str, Any]]:
    """Return departments with their sums, those with most gaps first."""
    rows = Organisation.objects.filter(pk__in=sums)
    lines = [{"row": row, "total": sums[row.pk]} for row in rows]
    return sorted(lines, key=lambda each: (-each["total"].gaps, each["row"].code))


def _cells(item: CatalogueItem) -> tuple[Any, ...]:
    grades, needed = catalogue_words("grades"), required(item.grade)
    grade = grades.name(item.grade).in_language(language()) if item.grade in grades else None
    name = Text.of(item.name).in_language(language())
    of = Text.of(item.department.name).in_language(language())
    return (name, item.identifier, of, grade, needed, gaps_of(item))


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show the matrix of a dataset, its gaps, and its copies."""
    actor = actor_on(request)
    item = found(actor, code)
    check(actor, "life.read", item)
    today = timezone.localdate()
    rows, gaps = rows_of(item, today)
    copies = item.copies.select_related("holder", "item__department")
    grades = catalogue_words("grades")
    context = {
        "item": item,
        "rows": rows,
        "gaps": gaps,
        "needed": required(item.grade),
        "grade": grades.name(item.grade) if item.grade in grades else None,
        "may_manage": may(actor, "life.manage", item),
        "copies": [copy_line(copy) for copy in copies],
        "leaves": [
            (leaf, vocabulary().events[leaf.event].name)
            for leaf in LeafRow.objects.filter(
                subject=item.code, event__startswith="life."
            ).order_by("-id")[:20]
        ],
    }
    return render(request, "lifecycle/one.html.j2", context)


def custodian(request: HttpRequest, code: str) -> HttpResponse:
    """Name who answers for a stage or a control."""
    item = _managed(request, code)
    given = {"part": request.GET.get("of", "")}
    form = Custodian(request.POST or None, initial=given)
    if request.method == "POST" and form.is_valid():
        try:
            proving.name_custodian(
                item, **form.cleaned_data, actor=actor_on(request), at=timezone.now()
            )
        except Incomplete as error:
            form.add_error(error.field, say(error.text))
        else:
            return _back(request, item, NAMED)
    return _form(request, item, form, Text("指定责任单位", "Name who answers"))


def proof(request: HttpRequest, code: str) -> HttpResponse:
    """Enter what was seen of a control."""
    item = _managed(request, code)
    given = {"control": request.GET.get("of", ""), "day": timezone.localdate()}
    form = Proof(request.POST or None, request.FILES or None, initial=given)
    if request.method == "POST" and form.is_valid():
        try:
            proving.prove(item, form.seen, actor=actor_on(request), at=timezone.now())
        except Incomplete as error:
            field = {"attachment": "file"}.get(error.field, error.field)
            form.add_error(field, say(error.text))
        else:
            return _back(request, item, ENTERED)
    return _form(request, item, form, Text("登记证据", "Enter evidence"))


def run(request: HttpRequest, code: str) -> HttpResponse:
    """Take in what a run told."""
    item = _managed(request, code)
    form = Run(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            made = proving.take_in(
                item,
                upload.read(),
                file=upload.name,
                actor=actor_on(request),
                at=timezone.now(),
            )
        except BadInput as error:
            form.add_error("file", error.in_language(language()))
        else:
            return _back(request, item, TAKEN.format(n=len(made)) if made else NOTHING_NEW)
    return _form(request, item, form, Text("导入检查结果", "Take in the result of a run"))


def proof_file(request: HttpRequest, code: str, entry: str) -> HttpResponse:
    """Give the file of an evidence."""
    actor = actor_on(request)
    item = found(actor, code)
    check(actor, "life.read", item)
    kept = item.proofs.filter(pk=entry, file__isnull=False).select_related("file").first()
    if kept is None or kept.file is None:
        raise Missing(NOT_FOUND)
    response = HttpResponse(files.load(kept.file), content_type=kept.media_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(kept.name)}"
    return response


def _managed(request: HttpRequest, code: str) -> CatalogueItem:
    actor = actor_on(request)
    item = found(actor, code)
    check(actor, "life.manage", item)
    return item


def _back(request: HttpRequest, item: CatalogueItem, said: Text) -> HttpResponse:
    messages.success(request, say(said))
    return HttpResponseRedirect(reverse("dataset_life", args=[item.code]))


def _form(request: HttpRequest, item: CatalogueItem, form: forms.Form, title: Text) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    context = {"item": item, "form": form, "title": title, "controls": len(controls())}
    return render(request, "lifecycle/form.html.j2", context, status=status)
