"""A service of the department that answers JSON: one allowed address, in time and in size.

The answer is one object, or a list of them. Granted fields are named to the service
(``?fields=``), and taken out of whatever it answers; redirects are not followed.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from shixiao.gateway.config import Limits, SourceConfig
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
        self._place, self._limits = config.place, limits
        self._client = httpx.AsyncClient(follow_redirects=False, trust_env=False)

    async def look_up(self, entry: Entry, key: str) -> list[tuple[object, ...]]:
        """Return the granted fields of the rows of one key that the grant covers."""
        address = self._place.replace("{key}", quote(key, safe=""))
        try:
            async with asyncio.timeout(self._limits.source):
                data = await self._fetch(address, ",".join(entry.fields))
        except (TimeoutError, httpx.TimeoutException):
            raise Refused("source_slow") from None
        except httpx.HTTPError:
            raise Refused("source_down") from None
        if data is None:
            return []
        rows = [row for row in _objects(data) if _covered(row, entry.rows)]
        if any(name not in row for row in rows for name in entry.fields):
            raise Refused("field_gone")
        return [tuple(row[name] for name in entry.fields) for row in rows[: entry.max_rows]]

    async def after(self, entry: Entry, key: str, most: int) -> list[tuple[object, ...]]:
        """Refuse: a service that is asked by key gives no batches."""
        del entry, key, most
        raise Refused("no_place")

    async def close(self) -> None:
        """Close connections."""
        await self._client.aclose()

    async def _fetch(self, address: str, fields: str) -> bytes | None:
        asked = self._client.stream("GET", address, params={"fields": fields})
        async with asked as answer:
            if answer.status_code == httpx.codes.NOT_FOUND:
                return None
            if answer.status_code != httpx.codes.OK:
                raise Refused("source_down")
            data = b""
            async for part in answer.aiter_bytes():
                data += part
                if len(data) > self._limits.answer:
                    raise Refused("source_down")
            return data


def _objects(data: bytes) -> list[Mapping[str, Any]]:
    """Read the answer; a nested value is none that a field may have."""
    try:
        value = json.loads(data, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Refused("source_down") from None
    rows = value if isinstance(value, list) else [value]
    for row in rows:
        if not isinstance(row, dict):
            raise Refused("source_down")
        if any(isinstance(each, dict | list) for each in row.values()):
            raise Refused("source_down")
        if not all(_sayable(each) for each in row.values()):
            raise Refused("source_down")
    return rows


def _sayable(value: object) -> bool:
    """Say whether UTF-8 has a form for it: JSON may escape half of a pair of surrogates."""
    return not isinstance(value, str) or not any("\ud800" <= sign <= "\udfff" for sign in value)


def _no_number(word: str) -> None:
    """Refuse NaN and infinities, which are no JSON."""
    raise ValueError(word)


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
