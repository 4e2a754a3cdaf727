"""Places of signed files: a path or an address, read anew only where what lies there changed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx

from shixiao.gateway.fetching import PLAIN, packed
from shixiao.sharing.published import LARGEST


class Place:
    """Where a signed file lies.

    Args:
        place: path or address.
        patience: seconds that an address may take.
    """

    def __init__(self, place: str, *, patience: float) -> None:
        self._place, self._patience = place, patience
        self._seen: object = None

    async def changed(self, client: httpx.AsyncClient) -> bytes | None:
        """Return what lies there; None where it is what was read before.

        Raises:
            OSError, httpx.HTTPError, httpx.InvalidURL: it cannot be read.
        """
        if "://" not in self._place:
            return self._from_file(Path(self._place))
        headers = PLAIN | ({"If-None-Match": str(self._seen)} if self._seen else {})
        async with (
            asyncio.timeout(self._patience),
            client.stream("GET", self._place, headers=headers) as answer,
        ):
            if answer.status_code == httpx.codes.NOT_MODIFIED:
                return None
            answer.raise_for_status()
            if packed(answer):
                raise OSError
            data = bytearray()
            async for part in answer.aiter_bytes():
                data += part
                if len(data) > LARGEST:  # which no reader takes
                    break
            self._seen = answer.headers.get("etag")
            return bytes(data)

    def forget(self) -> None:
        """Read it anew at the next look, whether it changed or not."""
        self._seen = None

    def _from_file(self, path: Path) -> bytes | None:
        found = path.stat()
        seen = (found.st_ino, found.st_mtime_ns, found.st_size)
        if seen == self._seen:
            return None
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        self._seen = seen
        return data
