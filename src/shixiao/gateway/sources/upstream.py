"""A service of the department that answers JSON: one allowed address, in time and in size.

The answer is one object, or a list of them. Granted fields are named to the service
(``?fields=``), and taken out of whatever it answers; redirects are not followed. Where the answer
holds the key, it must be the one that was asked for: another person's data are no answer.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from shixiao.gateway.config import Limits, SourceConfig
from shixiao.gateway.fetching import Fetching, objects_of
from shixiao.gateway.refusals import Refused
from shixiao.sharing.grants import Condition, Entry, Shape

_COMPARES = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
}


class Upstream:
    """A service that is asked for one key at a time.

    Args:
        config: its address, with ``{key}`` where the key stands.
        limits: size and time.
    """

    def __init__(self, config: SourceConfig, limits: Limits) -> None:
        self.shape = Shape("", config.key, config.columns)
        self._place = config.place
        self._fetching = Fetching(limits, down="source_down", slow="source_slow")

    async def look_up(self, entry: Entry, key: str) -> list[tuple[object, ...]]:
        """Return the granted fields of the rows of one key that the grant covers."""
        data = await self._fetching.get(self._place, {"fields": ",".join(entry.fields)}, key=key)
        if data is None:
            return []
        found = objects_of(data)
        if found is None:
            raise Refused("source_down")
        if any(not _about(row, self.shape.key, key) for row in found):
            raise Refused("source_down")
        rows = [row for row in found if _covered(row, entry.rows)]
        if any(name not in row for row in rows for name in entry.fields):
            raise Refused("field_gone")
        return [tuple(row[name] for name in entry.fields) for row in rows[: entry.max_rows]]

    async def after(self, entry: Entry, key: str | None, most: int) -> list[tuple[object, ...]]:
        """Refuse: a service that is asked by key gives no batches."""
        del entry, key, most
        raise Refused("no_place")

    async def close(self) -> None:
        """Close connections."""
        await self._fetching.close()


def _about(row: Mapping[str, Any], column: str, key: str) -> bool:
    """Say whether a row may be about the key; case and width of its characters say nothing."""
    return column not in row or _plain(row[column]) == _plain(key)


def _plain(value: object) -> str:
    return unicodedata.normalize("NFKC", str(value)).strip().casefold()


def _covered(row: Mapping[str, Any], conditions: tuple[Condition, ...]) -> bool:
    """Say whether a row is in the scope; a column that is missing puts it out."""
    for each in conditions:
        value = row.get(each.column)
        if each.op in {"present", "absent"}:
            if each.column not in row or (value is None) == (each.op == "present"):
                return False
        elif each.op == "in":
            if value not in each.values:
                return False
        elif type(value) is not type(each.values[0]) or not _COMPARES[each.op](
            value, each.values[0]
        ):
            return False
    return True
