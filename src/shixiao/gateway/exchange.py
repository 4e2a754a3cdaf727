"""One exchange: proven, granted, admitted, within its rate, for an open case, and on record first.

The order matters. Until the signature holds the sender is nobody, and leaves no receipt. After it,
every answer has one, a refusal too. Whatever leaves has been made durable before (fail closed).
"""

from __future__ import annotations

import csv
import io
import sqlite3
import time
import unicodedata
from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from shixiao.gateway.asking import Question, read_question
from shixiao.gateway.cases import CaseCheck
from shixiao.gateway.committing import GUESSING, Committer, Counted, Written, verifications
from shixiao.gateway.config import Config
from shixiao.gateway.forms import FORM, answer_of
from shixiao.gateway.obeying import Ready, ReadyIndex
from shixiao.gateway.receipts import Draft, Keys, new_draft, written
from shixiao.gateway.refusals import Refused, reasons, refusal_bytes
from shixiao.gateway.signatures import Asked, Proven, verify
from shixiao.gateway.sources import Source
from shixiao.gateway.watching import Follower
from shixiao.seals import Damaged
from shixiao.sharing.admission import StatusList
from shixiao.sharing.fingerprints import released, write
from shixiao.sharing.grants import Mode

DAY = 86_400
MOST_ROWS = 20_000  # of one chunk, whatever the grant allows
MEDIA = {"csv": b"text/csv; charset=utf-8", "parquet": b"application/vnd.apache.parquet"}
JSON = b"application/json"
Row = tuple[object, ...]


class Answer(NamedTuple):
    """What is sent back.

    Attributes:
        status: of HTTP.
        body: the content.
        media: its type.
        receipt: id; empty where there is none.
        cursor: where a batch goes on; empty at its end.
        reason: code of the refusal; empty where there is none.
    """

    status: int
    body: bytes
    media: bytes = JSON
    receipt: str = ""
    cursor: str = ""
    reason: str = ""


class _Given(NamedTuple):
    """What would leave."""

    body: bytes
    records: int
    media: bytes = JSON
    cursor: str = ""
    release: bytes | None = None


class Exchange:
    """Answers requests.

    Args:
        config: of the gateway.
        keys: of the gateway.
        index: of grants, followed.
        statuses: of systems, followed.
        cases: looks cases up.
        sources: by dataset.
        committer: makes receipts durable.
        records: connection that reads records.
    """

    def __init__(
        self,
        config: Config,
        keys: Keys,
        *,
        index: Follower[ReadyIndex],
        statuses: Follower[StatusList],
        cases: CaseCheck,
        sources: Mapping[str, Source],
        committer: Committer,
        records: sqlite3.Connection,
    ) -> None:
        self._config, self._keys = config, keys
        self._index, self._statuses = index, statuses
        self._cases, self._sources = cases, sources
        self._committer, self._records = committer, records

    async def answer(self, asked: Asked, dataset: str, mode: Mode) -> Answer:
        """Answer a request.

        Raises:
            Refused: it is nobody's, or the ledger or the index failed: nothing leaves.
        """
        now = time.time()
        index = self._index.held
        limits = self._config.limits
        proven = verify(asked, index.keys, self._config.address, now=now, longest=limits.valid)
        draft = new_draft(proven.caller, proven.digest, now)
        draft.dataset, draft.mode = dataset[:200], mode.value
        try:
            given = await self._given(draft, index, proven, asked.body, mode)
        except Refused as refused:
            return await self._refuse(draft, proven, refused.reason.code)
        done = written(
            draft,
            self._keys,
            outcome="",
            records=given.records,
            answer=given.body,
            release=given.release,
        )
        if mode is Mode.VERIFY:
            done = done._replace(counted=self._counted(draft))
        why = await self._committer.commit(proven.nonce, done, partial(self._refused, draft))
        if why:
            return _refusal(draft, why)
        return Answer(200, given.body, given.media, draft.id, given.cursor)

    async def _given(
        self, draft: Draft, index: ReadyIndex, proven: Proven, body: bytes, mode: Mode
    ) -> _Given:
        """Return what would leave; nothing of it is sent before it is on record."""
        question = read_question(body, mode)
        draft.purpose, draft.case = question.purpose, question.case
        source = self._sources.get(draft.dataset)
        if source is None:
            raise Refused("dataset")
        ready = index.grants.get((proven.caller, draft.dataset, question.purpose, mode.value))
        # Whoever names another department's system as its own gets nothing by that.
        if ready is None or ready.entry.recipient != proven.recipient:
            raise Refused("no_grant")
        entry = draft.entry = ready.entry
        draft.forms = ready.forms
        draft.department = entry.recipient
        if question.key:
            draft.person = self._keys.pseudonym(question.key)
        self._check(ready, now=draft.at)
        kind = await self._cases.check(question.case, question.key, entry.case_types)
        delay = self._config.delays.get(kind)
        draft.visible = draft.at + delay.days * DAY if delay else 0
        if mode is Mode.BATCH:
            return await self._batch(draft, ready, source, question)
        if mode is Mode.VERIFY:
            return await self._verified(draft, ready, source, question)
        rows = _masked(await source.look_up(entry, question.key), ready)
        try:
            return _Given(answer_of(draft.id, ready.forms, rows), len(rows))
        except ValueError:
            raise Refused("source_down") from None

    def _check(self, ready: Ready, *, now: int) -> None:
        entry = ready.entry
        if now < entry.begins:
            raise Refused("not_yet")
        if now >= entry.expires:
            raise Refused("expired")
        statuses = self._statuses.held
        if not statuses.admits(entry.caller, at=now):
            raise Refused("caller_not_admitted")
        if not statuses.admits(entry.source, at=now):
            raise Refused("source_not_admitted")
        if not ready.bucket.take(time.monotonic()):
            raise Refused("rate")

    async def _verified(
        self, draft: Draft, ready: Ready, source: Source, question: Question
    ) -> _Given:
        """Say yes or no to each value; who is not there is a no, and no more is told."""
        entry = ready.entry
        if set(question.values) - set(entry.fields):
            raise Refused("field_unknown")
        counted = self._counted(draft)
        if verifications(self._records, counted) >= counted.most:
            raise Refused(GUESSING)  # the commit counts anew; this spares the source
        rows = await source.look_up(entry, question.key)
        held = [dict(zip(entry.fields, row, strict=True)) for row in rows]
        matches = {
            name: any(_plain(row[name]) == _plain(value) for row in held)
            for name, value in question.values.items()
        }
        told = f'{{"receipt": "{draft.id}", {ready.forms.head}, "matches": {FORM.encode(matches)}}}'
        return _Given(told.encode(), len(rows))

    def _counted(self, draft: Draft) -> Counted:
        """Return among which verifications a request counts: those of a day."""
        grant = draft.entry.grant if draft.entry is not None else ""
        most = self._config.limits.attempts
        return Counted(draft.person, grant, draft.at - DAY, most)

    async def _batch(
        self, draft: Draft, ready: Ready, source: Source, question: Question
    ) -> _Given:
        """Give the rows behind the cursor, written as this grant has them."""
        entry = ready.entry
        context = f"cursor:{entry.grant}"
        try:
            sealed = bytes.fromhex(question.cursor)
            after = self._keys.ring.open(sealed, context=context).decode() if sealed else None
        except (ValueError, Damaged):
            raise Refused("cursor") from None
        most = min(entry.max_rows, question.rows or entry.max_rows, MOST_ROWS)
        found, more = _chunk(await source.after(entry, after, most + 1), most)
        rows = [
            tuple(
                write(v, m, ready.code) if m else v for v, m in zip(row, ready.marks, strict=True)
            )
            for row in _masked([row[1:] for row in found], ready)
        ]
        release = released(
            rows,
            [self._keys.pseudonym(str(row[0])) for row in found],
            key=self._keys.digests,
            grant=entry.grant,
            receipt=draft.id,
            marks=ready.marks,
        )
        cursor = ""
        if more:
            last = str(found[-1][0]).encode()
            cursor = self._keys.ring.seal(last, context=context).hex()
        body = _table(entry.fields, rows, question.format)
        return _Given(body, len(rows), MEDIA[question.format], cursor, release.to_bytes())

    async def _refuse(self, draft: Draft, proven: Proven, code: str) -> Answer:
        done = self._refused(draft, code)
        why = await self._committer.commit(proven.nonce, done, partial(self._refused, draft))
        return _refusal(draft, why or code)

    def _refused(self, draft: Draft, code: str) -> Written:
        body = _refusal(draft, code).body
        return written(draft, self._keys, outcome=code, records=0, answer=body, release=None)


def _refusal(draft: Draft, code: str) -> Answer:
    reason = reasons()[code]
    body = refusal_bytes(reason, draft.id)
    return Answer(reason.status, body, receipt=draft.id, reason=code)


def _chunk(found: list[Row], most: int) -> tuple[list[Row], bool]:
    """Return the rows of a chunk, and whether more follow; the rows of one key stay together.

    Raises:
        Refused: one key has more rows than a chunk may hold.
    """
    if len(found) <= most:
        return found, False
    kept = found[:most]
    if found[most][0] == kept[-1][0]:
        kept = [row for row in kept if row[0] != kept[-1][0]]
    if not kept:
        raise Refused("rows")
    return kept, True


def _masked(rows: Sequence[Row], ready: Ready) -> Sequence[Row]:
    if not ready.masks:
        return rows
    changed = [list(row) for row in rows]
    for row in changed:
        for place, mask in ready.masks:
            row[place] = mask(row[place])
    return [tuple(row) for row in changed]


def _table(fields: Sequence[str], rows: Sequence[Row], form: str) -> bytes:
    """Write rows as CSV, or as Parquet whose columns are texts."""
    if form == "parquet":
        columns = [
            [None if v is None else str(v) for v in column] for column in zip(*rows, strict=True)
        ]
        empty: list[list[str | None]] = [[] for _ in fields]
        arrays = [pa.array(column, pa.string()) for column in columns or empty]
        sink = io.BytesIO()
        pq.write_table(pa.table(arrays, names=list(fields)), sink)
        return sink.getvalue()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(fields)
    writer.writerows(rows)
    return text.getvalue().encode()


def _plain(value: object) -> str:
    return unicodedata.normalize("NFKC", str(value)).strip()
