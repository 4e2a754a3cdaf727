"""Lists: sorted by the address, cut into pages, downloaded as CSV or XLSX from the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse

from shixiao.exports import Sheet, delimited, workbook

ROWS = 50
MOST_ROWS = 100_000
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def sorting(request: HttpRequest, known: Mapping[str, Sequence[str]], default: str) -> str:
    """Return the order that the address asks for: a known name, a dash before it for falling."""
    asked = request.GET.get("sort", default)
    return asked if asked.lstrip("-") in known else default


def ordered(rows: QuerySet[Any], sort: str, known: Mapping[str, Sequence[str]]) -> QuerySet[Any]:
    """Sort rows by the columns of a name; what has no value stands last either way."""
    falling = sort.startswith("-")
    first, *rest = known[sort.lstrip("-")]
    column = F(first)
    order = column.desc(nulls_last=True) if falling else column.asc(nulls_last=True)
    return rows.order_by(order, *rest)


def page_of(
    request: HttpRequest, rows: QuerySet[Any] | Sequence[Any], *, each: int = ROWS
) -> Page[Any]:
    """Return the page that the address asks for; the nearest where there is none of that number."""
    return Paginator(rows, each).get_page(request.GET.get("page"))


def download(sheet: Sheet, form: str) -> HttpResponse:
    """Return a table as a file to keep."""
    data = workbook([sheet]) if form == "xlsx" else delimited(sheet)
    response = HttpResponse(data, content_type=FORMATS[form])
    response["Content-Disposition"] = f'attachment; filename="{sheet.name}.{form}"'
    return response


def cut(rows: Iterable[Any]) -> list[Any]:
    """Return rows for a download, at most as many as a spreadsheet is good for."""
    return [row for _, row in zip(range(MOST_ROWS), rows, strict=False)]
