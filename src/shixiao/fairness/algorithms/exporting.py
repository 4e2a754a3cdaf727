"""Exporting: an entry in the form of the UK, the Dutch and the Chinese standard, JSON or CSV.

What several of our fields say is one field there: their texts are joined, each under its name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shixiao.exports import Sheet
from shixiao.fairness.algorithms.fields import Entry, Field, Kind, form
from shixiao.terms import Text

HEADS = (Text("字段", "Field"), Text("内容", "Value"))


def exported(entry: Entry, derived: Entry, standard: str, *, language: str) -> dict[str, str]:
    """Return an entry as a standard has it: its fields in their order there, none twice.

    Args:
        entry: as it was published.
        derived: what the site knows, by field.
        standard: a key of ``Form.standards``.
        language: zh or en, for words and twins.
    """
    known, values = form().standards[standard], {**entry, **derived, "language": language}
    found: dict[str, list[tuple[Field, str]]] = {}
    for field in form().fields.values():
        place = field.places.get(standard)
        value = values.get(field.id)
        if place is not None:
            said = "" if value in (None, "", []) else _plain(field, value, language)
            found.setdefault(place, []).append((field, said))
    rows = {place: _joined(parts, language) for place, parts in found.items()}
    rows[known.code] = known.version
    return dict(sorted(rows.items(), key=lambda row: _order(row[0], list(found))))


def as_json(rows: Mapping[str, str]) -> bytes:
    """Return exported rows as JSON; names of ATRS without their numbers are its CSV's."""
    return (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode()


def as_sheet(rows: Mapping[str, str], name: str) -> Sheet:
    """Return exported rows as a table of two columns."""
    return Sheet(name, HEADS, [[place, value] for place, value in rows.items()])


def written(field: Field, value: Any, language: str) -> str:
    """Return the value of a field as a reader sees it, in one text."""
    if field.twin:
        # A draft may have one language only.
        return str(value[language] or value["zh"] or value["en"])
    if field.kind is Kind.LIST:
        return "\n".join(value)
    if field.kind is Kind.CHOICE:
        return form().choices[field.id][value].in_language(language)
    if field.kind is Kind.SHARE:
        return f"{value:g} %"
    if field.kind is Kind.NUMBER:
        return f"{value:,}"
    return str(value)


def _plain(field: Field, value: Any, language: str) -> str:
    """Return a value as another register reads it: numbers without separators."""
    return str(value) if field.kind is Kind.NUMBER else written(field, value, language)


def _joined(parts: list[tuple[Field, str]], language: str) -> str:
    said = [(field, text) for field, text in parts if text]
    if len(said) == 1:
        return said[0][1]
    mark = "：" if language == "zh" else ": "
    return "\n".join(f"{field.name.in_language(language)}{mark}{text}" for field, text in said)


def _order(place: str, known: list[str]) -> tuple[tuple[int, ...], int]:
    """Order by the numbers of the standard, and where it has none by the form."""
    numbers = place.split(" ", 1)[0].split(".")
    if all(number.isdigit() for number in numbers):
        return tuple(map(int, numbers)), 0
    return (), known.index(place) if place in known else len(known)
