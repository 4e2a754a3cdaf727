"""Following signed files: every worker looks every fifth of a second, and obeys what it last saw.

A file is read anew when its place on the disk changes (or an address gives another ETag). What is
unsigned, too old, put back to a lower version or unreadable closes the door at once; the highest
version that was seen is kept, so that a restart forgets nothing.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Generic, Protocol, TypeVar

import httpx

from shixiao.gateway.config import Config, Followed
from shixiao.gateway.database import connect
from shixiao.gateway.places import Place
from shixiao.gateway.refusals import Refused
from shixiao.sharing.published import Closed, Early, check_age
from shixiao.terms import Text

EVERY = 0.2  # seconds between looks
PATIENCE = 0.6  # seconds that an address may take: what was revoked is refused in less than one
BLIND = 5.0  # seconds without a look after which nothing is obeyed
_GONE = Text("签名文件读不到。", "the signed file cannot be read")


class Signed(Protocol):
    """What is read: it has a version and a time."""

    @property
    def version(self) -> int:
        """The version."""

    @property
    def issued(self) -> datetime:
        """The time."""


Obeyed = TypeVar("Obeyed", bound=Signed)
Read = Callable[[bytes, int], Obeyed]
"""Reads the bytes, knowing the highest version before; raises ``Closed``."""


class Follower(Generic[Obeyed]):
    """One signed file that is followed.

    Args:
        name: by which its version is kept, and the code of the refusal while it is closed.
        followed: where it is.
        read: how it is read.
        config: of the gateway.
    """

    def __init__(self, name: str, followed: Followed, read: Read[Obeyed], config: Config) -> None:
        self._name, self._followed, self._read, self._config = name, followed, read, config
        self._place = Place(followed.place, patience=PATIENCE)
        self._held: Obeyed | None = None
        self._known = _known(config, name)
        self._looked = 0.0
        self.why: Text | None = _GONE

    @property
    def held(self) -> Obeyed:
        """What is obeyed now.

        Raises:
            Refused: nothing may be.
        """
        if self._held is None or time.monotonic() - self._looked > BLIND:
            raise Refused(f"{self._name}_closed")
        return self._held

    async def look(self, client: httpx.AsyncClient) -> None:
        """Look once, and obey what is there."""
        try:
            changed = await self._place.changed(client)
            if changed is not None:
                self._held = await asyncio.to_thread(self._take, changed)
            if self._held is not None:
                age = self._followed.max_age
                check_age(self._held.issued, now=datetime.now(UTC), max_age=age)
                self.why = None
        except Closed as closed:
            self._held, self.why = None, closed.text
            if isinstance(closed, Early):
                self._place.forget()  # the same file is right once the clock is
        except (OSError, httpx.HTTPError, httpx.InvalidURL, sqlite3.Error):
            self._held, self.why = None, _GONE
            self._place.forget()
        self._looked = time.monotonic()

    def _take(self, data: bytes) -> Obeyed:
        read = self._read(data, self._known)
        if read.version > self._known:
            with closing(connect(self._config.state)) as base:
                base.execute(
                    "INSERT INTO versions VALUES (?, ?) ON CONFLICT (name) DO UPDATE"
                    " SET version = max(version, excluded.version)",
                    (self._name, read.version),
                )
            self._known = read.version
        return read


def _known(config: Config, name: str) -> int:
    with closing(connect(config.state)) as base:
        row = base.execute("SELECT version FROM versions WHERE name = ?", (name,)).fetchone()
    return int(row[0]) if row else 0
