"""Markup: tables as HTML. A city has a quarter of a million cells, too many for a template."""

from __future__ import annotations

import html
from functools import lru_cache

from markupsafe import Markup

from shixiao.checkup.report.cells import Cell, Table

KEPT_TEXTS = 4096  # heads, names and units come again on every page
escape = lru_cache(KEPT_TEXTS)(html.escape)


def inside(cell: Cell) -> Markup:
    """Return what stands inside a cell: text or link, interval, tag, smaller lines, picture."""
    return Markup(_inside(cell))  # noqa: S704 (every text is escaped below)


def _inside(cell: Cell) -> str:
    parts = []
    if cell.text:
        text = escape(cell.text)
        if cell.href:
            text = f'<a href="{escape(cell.href)}">{text}</a>'
        title = f' title="{escape(cell.title)}"' if cell.title else ""
        parts.append(f'<span class="v"{title}>{text}</span>')
    if cell.interval:
        parts.append(f' <span class="iv">{escape(cell.interval)}</span>')
    if cell.tag:
        parts.append(f' <span class="tag {cell.tone}">{escape(cell.tag)}</span>')
    if cell.note or cell.lines:
        lines = (cell.note, *cell.lines)
        parts += [f'<span class="sub">{escape(line)}</span>' for line in lines if line]
    if cell.svg:
        parts.append(f'<span class="dot">{cell.svg}</span>')
    return "\n".join(parts)


def grid(table: Table, kind: str = "", caption: bool = True) -> Markup:
    """Return a table: on a phone its rows become cards, whose labels are the heads of columns."""
    quiet = "" if caption else ' class="quiet"'
    heads = [
        (escape(column.head), ' class="r"' if column.number else "") for column in table.columns
    ]
    parts = [
        f'<table role="table" class="grid {escape(kind)}">\n'
        f"<caption{quiet}>{escape(table.caption)}</caption>\n"
        '<thead role="rowgroup"><tr role="row">',
        *(f'<th role="columnheader" scope="col"{form}>{head}</th>' for head, form in heads),
        '</tr></thead>\n<tbody role="rowgroup">\n',
    ]
    for first, *rest in table.rows:
        parts.append(f'<tr role="row">\n<th role="rowheader" scope="row">{_inside(first)}</th>\n')
        for cell, column, (head, _) in zip(rest, table.columns[1:], heads[1:], strict=True):
            form = "sentence" if cell.sentence else "r" if column.number else ""
            parts.append(
                f'<td role="cell" data-label="{head}" class="{form}"><div class="c">{_inside(cell)}'
                "</div></td>\n"
            )
        parts.append("</tr>\n")
    parts.append("</tbody>\n</table>\n")
    if table.note:
        parts.append(f'<p class="note">{escape(table.note)}</p>\n')
    return Markup("".join(parts))  # noqa: S704 (every text was escaped above)
