"""Rooms: addresses that share their first part are looked through only where that part is asked.

Django tries one address after the other; among hundreds that alone would be a tenth of the work of
a short answer.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import URLPattern, URLResolver, include, path

Address = URLPattern | URLResolver


def by_rooms(addresses: Iterable[Address]) -> list[Address]:
    """Return the same addresses, those of each first part together and in their order.

    One whose first part is not fixed, or that has only one part, stands by itself before all rooms;
    what it meets must be its own.
    """
    alone: list[Address] = []
    rooms: dict[str, list[Address]] = {}
    for each in addresses:
        first, below, rest = str(each.pattern).partition("/")
        if isinstance(each, URLPattern) and below and "<" not in first:
            inside = path(rest, each.callback, each.default_args, each.name)
            rooms.setdefault(f"{first}/", []).append(inside)
        else:
            alone.append(each)
    return alone + [path(first, include(inside)) for first, inside in rooms.items()]
