"""分领域、分层、分级: how much is listed, along any two sides, as table, picture and file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.db.models import Count as Number
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from shixiao.checkup.report.cells import Figure
from shixiao.pictures import CountBar, counts_svg
from shixiao.records.models import CatalogueItem, FoundTable
from shixiao.sharing.catalogue.statistics import SIDES, Count, Pivot, pivot, sheet_of
from shixiao.terms import Text
from shixiao.web.results.filters import departments
from shixiao.web.results.reading import actor_on
from shixiao.web.shell.lists import FORMATS, download
from shixiao.web.shell.pages import asking, language, say, words
from shixiao.workflows.catalogue.keeping import LISTED
from shixiao.workflows.permissions import may

COLUMNS = {
    "domain": "domain",
    "tier": "tier",
    "grade": "grade",
    "sharing": "sharing",
    "department": "department__code",
}
MOST_ROWS, MOST_BARS = 200, 12
NARROW = 210  # px; half as wide again in large print, which still fits a phone
CAPTION = Text(
    "数已发布的条目；点表中的数字看是哪些。",
    "Published entries are counted; the numbers of the table lead to them.",
)


class Sides(forms.Form):
    """Which two sides to count along."""

    down = forms.ChoiceField(label=words("行", "Rows"), required=False)
    across = forms.ChoiceField(label=words("列", "Columns"), required=False)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        down = [(side, say(name)) for side, name in SIDES.items()]
        fields["down"].choices = down
        fields["across"].choices = [c for c in down if c[0] not in {"domain", "department"}]

    @property
    def chosen(self) -> tuple[str, str]:
        """The two sides; domain by grade where nothing else was chosen."""
        given = self.cleaned_data if self.is_valid() else {}
        down, across = given.get("down") or "domain", given.get("across") or "grade"
        return down, ("sharing" if across == down == "grade" else across)


def show(request: HttpRequest) -> HttpResponse:
    """Show counts along two sides, or give them as a file."""
    form = Sides(request.GET or {"down": "domain", "across": "grade"})
    down, across = form.chosen
    inside = may(actor_on(request), "inventory.read")
    table = count(down, across, departments(), found=inside)
    wanted = request.GET.get("form", "")
    if wanted in FORMATS:
        return download(sheet_of(table, language=language()), wanted)
    context = {
        "filters": form,
        "table": table,
        "head": SIDES[down],
        "rows": _rows(table),
        "picture": _picture(table),
        "total": table.total(),
    }
    return render(request, "catalogue/statistics.html.j2", context)


def count(down: str, across: str, names: Mapping[str, Text], *, found: bool) -> Pivot:
    """Count entries along two sides; and what inventories found, for those who may know of it."""
    sides = {down, across}
    listed = CatalogueItem.objects.filter(state__in=LISTED).order_by()
    rows = listed.values(*(COLUMNS[side] for side in sides)).annotate(n=Number("pk"))
    counts = [
        Count({side: row[COLUMNS[side]] or "" for side in sides}, declared=row["n"]) for row in rows
    ]
    tables = _found() if found else ()
    return pivot([*counts, *tables], down=down, across=across, names=dict(names))


def _found() -> Iterator[Count]:
    """Yield what inventories found: with the values of the dataset, or what the table suggests."""
    tables = FoundTable.objects.filter(inventory__current=True, counts=True).order_by()
    named = {side: f"item__{column}" for side, column in COLUMNS.items()}
    own = ("grade", "inventory__department__code", "catalogued", "item__state")
    for row in tables.values(*own, *named.values()).annotate(n=Number("pk")):
        values = {side: row[column] or "" for side, column in named.items()}
        values["grade"] = values["grade"] or row["grade"]
        values["department"] = row["inventory__department__code"]
        listed = row["catalogued"] or row["item__state"] in LISTED
        yield Count(values, declared=0, found=row["n"], unlisted=0 if listed else row["n"])


def _rows(table: Pivot) -> list[dict[str, Any]]:
    """Return the rows of the table; each number leads to the entries it counts."""
    return [
        {
            "name": name,
            "cells": [
                (table.total(row=value, column=column).declared, _link(table, value, column))
                for column, _ in table.columns
            ],
            "total": table.total(row=value),
        }
        for value, name in table.rows[:MOST_ROWS]
    ]


def _link(table: Pivot, row: str, column: str) -> str:
    """Return the address of the entries behind a cell; "" where the list has no such filter."""
    asked = {table.down: row, table.across: column}
    if "" in asked.values() or "tier" in asked:
        return ""
    return asking(reverse("datasets"), **asked)


def _picture(table: Pivot) -> Figure | None:
    """Draw the largest rows; None where nothing is listed."""
    totals = [(name, table.total(row=value).declared) for value, name in table.rows]
    chosen = sorted((each for each in totals if each[1]), key=lambda each: -each[1])[:MOST_BARS]
    if not chosen:
        return None
    bars = [CountBar(name, n) for name, n in chosen]
    side = SIDES[table.down]
    title = Text(f"各{side.zh}已编目的数据集", f"Datasets listed, by {side.en.lower()}")
    wide, narrow = (
        counts_svg(bars, title=title, language=language(), wide=size, id_prefix=name)
        for size, name in ((640, "counts"), (NARROW, "counts-narrow"))
    )
    return Figure(wide, narrow, say(CAPTION), say(title))
