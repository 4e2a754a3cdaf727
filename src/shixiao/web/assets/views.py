"""Pages of the asset books: the register with its roll-forward, one card, making and entering."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from shixiao.exports import delimited_files, workbook
from shixiao.exports.archive import archive
from shixiao.ledger import vocabulary
from shixiao.records.models import AssetEntry, CatalogueItem, DataAsset, LeafRow, Organisation
from shixiao.sharing.assets import (
    Asset,
    Placement,
    Regime,
    checklist,
    months_of,
    roll_forward,
    sheets_of,
)
from shixiao.sharing.assets.book import COMPONENTS
from shixiao.sharing.assets.rollforward import RollForward, total
from shixiao.sharing.assets.sheets import METHODS, ORIGINS, PARTS, PLACEMENTS
from shixiao.terms import BadInput, Text
from shixiao.web.assets.forms import REGIMES, Entry, NewCard, Period
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import page_of
from shixiao.web.shell.pages import language, say
from shixiao.workflows import assets
from shixiao.workflows.actors import Actor
from shixiao.workflows.gateways import figures
from shixiao.workflows.gateways.figures import Figures
from shixiao.workflows.permissions import check, may
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing
from shixiao.workflows.roles import Scope

KINDS = {
    "cost": Text("登记成本", "Enter a cost"),
    "use": Text("登记使用量", "Enter units used"),
    "impairment": Text("登记减值", "Enter an impairment"),
    "disposal": Text("登记处置", "Enter a disposal"),
    "income": Text("登记收益", "Enter income"),
}
MADE = Text("已作出结论：{placement}。", "Decided: {placement}.")
ENTERED = Text("已登记，写入存证账本。", "Entered, and on record.")
CANCELLED = Text("已撤销，原分录保留。", "Cancelled; the entry stays to be seen.")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def visible(actor: Actor) -> QuerySet[DataAsset]:
    """Return the cards that the person may see."""
    rows = DataAsset.objects.select_related("organisation", "item")
    if actor.reach("asset.read") is Scope.ANY:
        return rows
    return rows.filter(organisation__in=actor.below)


def listing(request: HttpRequest) -> HttpResponse:
    """Show the register and the roll-forward of a period, or give the books as files."""
    actor = actor_on(request)
    rows = list(visible(actor))
    start, end = _period(request)
    books = assets.books_of(rows)
    form = request.GET.get("form", "")
    if form in {"xlsx", "csv"}:
        sheets = sheets_of(list(books.values()), start=start, end=end, language=language())
        data = workbook(sheets) if form == "xlsx" else archive(delimited_files(sheets).items())
        name = "data-assets.xlsx" if form == "xlsx" else "data-assets.zip"
        response = HttpResponse(data, content_type=XLSX if form == "xlsx" else "application/zip")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    table = roll_forward(books.values(), start=start, end=end)
    page = page_of(request, rows)
    context = {
        "page": page,
        "rows": [_line(row, books.get(row.pk), end) for row in page],
        "filters": Period(initial={"start": start, "end": end}),
        "parts_": _parts(total(table)),
        "origins": [(ORIGINS[origin], each.cost.closing) for origin, each in table.items()],
        "start": start,
        "end": end,
    }
    return render(request, "assets/list.html.j2", context)


def _period(request: HttpRequest) -> tuple[date, date]:
    """Return the period that the address asks for; this year where it asks for none."""
    today = timezone.localdate()
    form = Period(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    start = given.get("start") or date(today.year, 1, 1)
    end = given.get("end") or date(today.year, 12, 31)
    return (start, end) if start <= end else (end, start)


def _parts(table: RollForward) -> list[tuple[Text, list[Decimal | None]]]:
    found: list[tuple[Text, list[Decimal | None]]] = []
    for part, name in PARTS.items():
        moved = getattr(table, part)
        found.append((name, [moved.opening, moved.increase, moved.decrease, moved.closing]))
    opening, closing = table.carrying
    found.append((Text("账面价值", "Carrying amount"), [opening, None, None, closing]))
    return found


def _line(row: DataAsset, book: Asset | None, end: date) -> dict[str, Any]:
    months = list(months_of(book, until=end)) if book is not None else []
    return {
        "row": row,
        "placement": PLACEMENTS[Placement(row.placement)],
        "carrying": months[-1].end.carrying if months else None,
    }


def add(request: HttpRequest, regime: Regime) -> HttpResponse:
    """Answer the checklist and make a card."""
    actor = actor_on(request)
    own = _own(actor)
    items = CatalogueItem.objects.filter(department=own, state__in=("published", "updating"))
    form = NewCard(regime, request.POST or None, items=items)
    if request.method == "POST" and form.is_valid():
        item = items.filter(code=form.cleaned_data["item"]).first()
        try:
            made = assets.recognise_asset(
                replace(form.card, item=item), organisation=own, actor=actor, at=timezone.now()
            )
        except BadInput as error:
            form.add_error(None, error.in_language(language()))
        else:
            placement = PLACEMENTS[Placement(made.placement)]
            messages.success(request, say(MADE.format(placement=placement)))
            return HttpResponseRedirect(reverse("asset", args=[made.code]))
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "regime": REGIMES[regime], "own": own}
    return render(request, "assets/add.html.j2", context, status=status)


def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a card: the checklist, the book by months, the entries, who uses the data."""
    actor, row = actor_on(request), found(actor_on(request), code)
    today = timezone.localdate()
    on_books = Placement(row.placement) in assets.ON_BOOKS
    months = assets.months(row, until=today) if on_books else []
    texts = {question.id: question.text for question in checklist(Regime(row.regime))}
    context = {
        "asset": row,
        "placement": PLACEMENTS[Placement(row.placement)],
        "regime": REGIMES[Regime(row.regime)],
        "origin": next(name for o, name in ORIGINS.items() if o.value == row.origin),
        "method": next(name for m, name in METHODS.items() if m.value == row.method),
        "answers": [(texts[q], holds, why) for q, (holds, why) in row.answers.items()],
        "now": months[-1].end if months else None,
        "charged": [month for month in months if month.charged][-12:],
        "entries": [_entry(entry) for entry in row.entries.all()],
        "kinds": KINDS.items() if on_books and may(actor, "asset.manage", row) else (),
        "may_cancel": may(actor, "asset.manage", row),
        "grants": row.item.grants.filter(state="active").count() if row.item else None,
        "exchanged": _exchanged(row),
        "leaves": [
            (leaf, vocabulary().events[leaf.event].name)
            for leaf in LeafRow.objects.filter(subject=row.code).order_by("id")
        ],
    }
    return render(request, "assets/one.html.j2", context)


def _exchanged(row: DataAsset) -> Figures | None:
    if row.item is None:
        return None
    return figures.figures_of(row.item.totals.all(), now=timezone.now())


def found(actor: Actor, code: str) -> DataAsset:
    """Return a card that the person may see.

    Raises:
        Missing: there is none.
    """
    row = visible(actor).filter(code=code).first()
    if row is None:
        raise Missing(NOT_FOUND)
    return row


def enter(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """Enter something in the book."""
    actor = actor_on(request)
    row = found(actor, code)
    check(actor, "asset.manage", row)
    if kind not in KINDS:
        raise Missing(NOT_FOUND)
    form = Entry(kind, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            assets.enter(
                row,
                kind,
                day=form.cleaned_data["day"],
                amount=form.amount,
                detail=form.detail,
                actor=actor,
                at=timezone.now(),
            )
        except (BadInput, Incomplete) as error:
            form.add_error(None, say(error.text))
        except InvalidOperation:
            wrong = Text("百分数写错了，例如：国库 60", "Write per cents as: Treasury 60")
            form.add_error("shares", say(wrong))
        else:
            messages.success(request, say(ENTERED))
            return HttpResponseRedirect(reverse("asset", args=[code]))
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "asset": row, "title": KINDS[kind]}
    return render(request, "assets/enter.html.j2", context, status=status)


def cancel(request: HttpRequest, code: str, entry: str) -> HttpResponse:
    """Cancel a wrong entry."""
    actor = actor_on(request)
    kept = AssetEntry.objects.filter(pk=entry, asset=found(actor, code)).first()
    if kept is None:
        raise Missing(NOT_FOUND)
    try:
        assets.cancel(kept, reason=request.POST.get("reason", ""), actor=actor, at=timezone.now())
    except (BadInput, Incomplete) as error:
        messages.warning(request, say(error.text))
    else:
        messages.success(request, say(CANCELLED))
    return HttpResponseRedirect(reverse("asset", args=[code]))


def _entry(entry: AssetEntry) -> dict[str, Any]:
    detail = dict(entry.detail)
    component = detail.pop("component", "")
    said = [say(COMPONENTS[component][0])] if component else []
    said += [f"{p} {s}" for p, s in detail.pop("shares", {}).items()]
    said += [str(value) for value in detail.values()]
    return {"entry": entry, "name": KINDS[entry.kind], "said": " · ".join(said)}


def _own(actor: Actor) -> Organisation:
    rows = Organisation.objects.filter(active=True, kind="department")
    if actor.account is not None:
        rows = rows.filter(posts__account=actor.account)
    own = next((o for o in rows.order_by("code") if may(actor, "asset.manage", o)), None)
    if own is None:
        raise Missing(NOT_FOUND)
    return own
