"""Asking a service of the department over HTTP: in time, in size, and nothing but what it answers.

The address is one that the config allows; redirects and proxies of the environment are not
followed. The answer is one JSON object, or a list of them, whose values are plain. It comes as it
is: a packed one could be a thousand times what was received before its size is known.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from shixiao.gateway.config import Limits
from shixiao.gateway.refusals import Refused

PLAIN = {"Accept-Encoding": "identity"}


def packed(answer: httpx.Response) -> bool:
    """Say whether an answer is packed, though it was asked for as it is."""
    coding = str(answer.headers.get("content-encoding", "identity"))
    return coding.strip().lower() != "identity"


class Fetching:
    """Connections to one service.

    Args:
        limits: size and time.
        down: code of the refusal where it does not answer, or not as it should.
        slow: code of the refusal where it takes too long.
    """

    def __init__(self, limits: Limits, *, down: str, slow: str) -> None:
        self._limits, self._down, self._slow = limits, down, slow
        self._client = httpx.AsyncClient(follow_redirects=False, trust_env=False, headers=PLAIN)

    async def get(self, address: str, params: Mapping[str, str], **part: str) -> bytes | None:
        """Return the content of an address; None where the service says that there is none (404).

        Args:
            address: with ``{name}`` where the part of that name stands.
            params: of the query.
            part: name and value of what is asked for; it stays within its place.

        Raises:
            Refused: it is down, slow, or answers too much.
        """
        ((name, value),) = part.items()
        if value in {".", ".."}:
            return None  # no quoting keeps them from naming another place
        address = address.replace(f"{{{name}}}", quote(value, safe=""))
        try:
            async with asyncio.timeout(self._limits.source):
                return await self._fetched(address, params)
        except (TimeoutError, httpx.TimeoutException):
            raise Refused(self._slow) from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise Refused(self._down) from None

    async def close(self) -> None:
        """Close connections."""
        await self._client.aclose()

    async def _fetched(self, address: str, params: Mapping[str, str]) -> bytes | None:
        async with self._client.stream("GET", address, params=params or None) as answer:
            if answer.status_code == httpx.codes.NOT_FOUND:
                return None
            if answer.status_code != httpx.codes.OK or packed(answer):
                raise Refused(self._down)
            data = b""
            async for part in answer.aiter_bytes():
                data += part
                if len(data) > self._limits.answer:
                    raise Refused(self._down)
            return data


def objects_of(data: bytes) -> list[Mapping[str, Any]] | None:
    """Return the objects of an answer; None where it is anything else, or a value is not plain."""
    try:
        value = json.loads(data, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    rows = value if isinstance(value, list) else [value]
    well = all(isinstance(row, dict) and all(map(_plain, row.values())) for row in rows)
    return rows if well else None


def _plain(value: object) -> bool:
    """Say whether a value is one that a field may have, and UTF-8 a form for it.

    JSON may escape half of a pair of surrogates.
    """
    if isinstance(value, str):
        return not any("\ud800" <= sign <= "\udfff" for sign in value)
    return not isinstance(value, dict | list)


def _no_number(word: str) -> None:
    """Refuse NaN and infinities, which are no JSON."""
    raise ValueError(word)
