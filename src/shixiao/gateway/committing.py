"""Group commit: receipts and nonces of many requests made durable by one write, before any answer.

Whatever comes while a commit is under way goes into the next one. Statements take a whole group
each: a thread that computes gives up the interpreter once a statement, not once a row.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

from shixiao.gateway.database import RECORD_COLUMNS, forget_nonces, forgotten, take_nonce
from shixiao.gateway.refusals import Refused

MOST = 512  # requests in one commit
PRUNED_AFTER = 120  # seconds after its expiry that a nonce is kept
PRUNE_EVERY = 200  # commits
Row = tuple[object, ...]


REPLAY, GUESSING = "replay", "guessing"
"""Codes of refusals that only a commit can give, for it alone sees what all workers do."""


class Counted(NamedTuple):
    """A verification, which counts among those of its person under its grant.

    Attributes:
        person: pseudonym.
        grant: id.
        since: seconds since 1970 from which they are counted.
        most: that there may be.
    """

    person: bytes | None
    grant: str
    since: int
    most: int


class Written(NamedTuple):
    """What stands on record of one request.

    Attributes:
        leaf: entry of the log.
        record: row of ``records``, with the place in the log left open (second and third column).
        release: row of ``releases`` where a batch was given.
        counted: among which it counts, where it is a verification.
    """

    leaf: bytes
    record: Row
    release: Row | None = None
    counted: Counted | None = None


@dataclass(slots=True)
class _Pending:
    nonce: bytes
    written: Written
    refused: Callable[[str], Written]
    done: asyncio.Future[str]


class Committer:
    """Makes what one worker did durable.

    Args:
        base: connection that nothing else uses.
        worker: number of the worker's log.
        ordinal: number of the next entry of that log.
        linger: seconds between the beginnings of two commits, at least.
    """

    def __init__(
        self, base: sqlite3.Connection, *, worker: int, ordinal: int, linger: float
    ) -> None:
        self._base, self._worker, self._ordinal = base, worker, ordinal
        self._linger = linger
        self._waiting: list[_Pending] = []
        self._running: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._commits = 0

    async def commit(
        self, nonce: bytes, written: Written, refused: Callable[[str], Written]
    ) -> str:
        """Return when it is on the disk: "" where it stands as written, or why it is refused.

        That is ``REPLAY`` where the nonce was taken before, and ``GUESSING`` where a verification
        is one too many.

        Args:
            nonce: of the request.
            written: what stands on record where nothing is against it.
            refused: returns what stands on record where it is refused, by the code of the reason.

        Raises:
            Refused: the disk refused; nothing may leave.
        """
        loop = asyncio.get_running_loop()
        pending = _Pending(nonce, written, refused, loop.create_future())
        self._waiting.append(pending)
        if self._running is None:
            self._running = loop.create_task(self._run(loop))
        return await pending.done

    async def close(self) -> None:
        """Wait for what is under way."""
        while self._running is not None:
            await self._running
        self._thread.shutdown()

    async def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        """Commit as long as something waits."""
        if self._linger:
            await asyncio.sleep(self._linger)
        while self._waiting:
            began = loop.time()
            group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                outcomes = await loop.run_in_executor(self._thread, self._write, group)
            except (sqlite3.Error, OSError):
                outcomes = None
            for place, pending in enumerate(group):
                if pending.done.done():
                    continue  # the caller has gone
                if outcomes is None:
                    pending.done.set_exception(Refused("ledger"))
                else:
                    pending.done.set_result(outcomes[place])
            rest = self._linger - (loop.time() - began)
            if rest > 0:
                await asyncio.sleep(rest)
        self._running = None

    def _write(self, group: Sequence[_Pending]) -> list[str]:
        """Write a group in one transaction; on any fault nothing of it stays."""
        self._base.execute("BEGIN IMMEDIATE")
        try:
            fresh = self._take([pending.nonce for pending in group])
            outcomes = self._outcomes(group, fresh)
            chosen = [
                p.refused(why) if why else p.written for p, why in zip(group, outcomes, strict=True)
            ]
            first = self._ordinal
            self._insert(
                "waiting", [(self._worker, first + n, w.leaf) for n, w in enumerate(chosen)]
            )
            self._insert(
                "records",
                [
                    (w.record[0], self._worker, first + n, *w.record[1:])
                    for n, w in enumerate(chosen)
                ],
            )
            self._insert("releases", [w.release for w in chosen if w.release is not None])
            self._base.execute("COMMIT")
        except BaseException:
            if self._base.in_transaction:
                self._base.execute("ROLLBACK")
            raise
        self._ordinal += len(group)
        self._prune()
        return outcomes

    def _outcomes(self, group: Sequence[_Pending], fresh: Sequence[bool]) -> list[str]:
        """Return why each request is refused; "" where nothing is against it."""
        found = ["" if new else REPLAY for new in fresh]
        taken: Counter[tuple[bytes | None, str]] = Counter()  # whatever second each came in
        for place, pending in enumerate(group):
            counted = pending.written.counted
            if counted is None or found[place]:
                continue
            whose = (counted.person, counted.grant)
            if verifications(self._base, counted) + taken[whose] >= counted.most:
                found[place] = GUESSING
            taken[whose] += 1
        return found

    def _take(self, nonces: Sequence[bytes]) -> list[bool]:
        """Take nonces and say of each whether it was free."""
        if min(nonces) >= forgotten(self._base):
            taken = self._base.execute(
                f"INSERT OR IGNORE INTO nonces VALUES {','.join(['(?)'] * len(nonces))}", nonces
            )
            if taken.rowcount == len(nonces):
                return [True] * len(nonces)
            self._base.execute("ROLLBACK")
            self._base.execute("BEGIN IMMEDIATE")
        return [take_nonce(self._base, nonce) for nonce in nonces]

    def _insert(self, table: str, rows: Sequence[Row]) -> None:
        if rows:
            one = f"({','.join('?' * len(rows[0]))})"
            values = [value for row in rows for value in row]
            self._base.execute(f"INSERT INTO {table} VALUES {','.join([one] * len(rows))}", values)

    def _prune(self) -> None:
        """Forget nonces of requests that have expired long enough."""
        self._commits += 1
        if self._commits % PRUNE_EVERY == 0:
            forget_nonces(self._base, until=int(time.time()) - PRUNED_AFTER)


def verifications(base: sqlite3.Connection, counted: Counted) -> int:
    """Return how many requests are on record of a person under a grant."""
    (tried,) = base.execute(
        'SELECT count(*) FROM records WHERE person = ? AND "grant" = ? AND at > ?',
        (counted.person, counted.grant, counted.since),
    ).fetchone()
    return int(tried)


assert MOST * RECORD_COLUMNS < 32_766  # noqa: S101 - parameters that SQLite takes at once
