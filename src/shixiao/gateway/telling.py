"""What the bureau is told: entries of a gateway's logs, who used one person's data, and of whom.

All are asked by a request that is signed with the key that signs the index of grants: whoever says
what is allowed may see what was done, and nobody else. Entries come as they stand in the log, so
that they can be held against its signed checkpoint; the case of each, to which the entry only
commits, comes beside with its salt. Whose data left under some receipts is told by pseudonym alone,
after an incident. Telling a person's uses, or the persons of receipts, is itself on record.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import Any

from shixiao.gateway.affected import AT_ONCE as RECEIPTS_AT_ONCE
from shixiao.gateway.committing import Committer, Written
from shixiao.gateway.config import Config
from shixiao.gateway.database import connect, reading, take_nonce
from shixiao.gateway.exchange import Answer
from shixiao.gateway.logs import log_folder, log_key
from shixiao.gateway.receipts import Draft, Keys, as_leaf, listed, new_draft, salt_of, told, written
from shixiao.gateway.records import MOST_USES, Affected, Use, persons_of, uses_of
from shixiao.gateway.refusals import Refused
from shixiao.gateway.signatures import Asked, Proven, known_key, verify
from shixiao.ledger import LogFolder
from shixiao.sharing.grants import Key

BUREAU = "bureau"
"""Id of the key that signs what the bureau asks, and the name under which that is on record."""
PLACES = ("/entries", "/uses", "/persons")
AT_ONCE = 1_000  # entries in one answer
LONGEST = 200  # characters of an identifier
RECEIPT = re.compile(r"[0-9a-f]{32}", re.ASCII)


class Telling:
    """Answers the bureau.

    Args:
        config: of the gateway.
        keys: of the gateway.
        committer: makes durable that a person's uses were told.
    """

    def __init__(self, config: Config, keys: Keys, committer: Committer) -> None:
        self._config, self._keys, self._committer = config, keys, committer
        public = Key(BUREAU, "ed25519", config.grants.key.base64)
        self._known = {BUREAU: known_key(BUREAU, public, recipient="")}

    async def answer(self, asked: Asked) -> Answer:
        """Answer a request for ``/entries``, ``/uses`` or ``/persons``.

        Raises:
            Refused: it is not the bureau's, was used before, or asks what there is not.
            OSError, sqlite3.Error, Malformed: the log or the records cannot be read.
        """
        limits, now = self._config.limits, time.time()
        address = self._config.address
        proven = verify(asked, self._known, address, now=now, longest=limits.valid)
        question = _question(asked.body)
        if asked.path == "/uses":
            return await self._uses(_person(question), proven, now)
        if asked.path == "/persons":
            return await self._persons(_receipts(question), proven, now)
        if not await asyncio.to_thread(self._is_fresh, proven):
            raise Refused("replay")
        log, start = _number(question, "log"), _number(question, "from")
        return await asyncio.to_thread(self._entries, log, start)

    def _is_fresh(self, proven: Proven) -> bool:
        with closing(connect(self._config.state)) as base:
            return take_nonce(base, proven.nonce)

    def _entries(self, log: int, start: int) -> Answer:
        folder = log_folder(self._config, log)
        if not folder.is_dir():
            raise Refused("no_place")
        snapshot = LogFolder(folder).now()
        entries = list(snapshot.entries(start, start + AT_ONCE))
        answer = {
            "vkey": log_key(self._config, log).log_key.vkey,
            "note": snapshot.note.to_bytes().decode(),
            "from": start,
            "entries": [base64.b64encode(entry).decode() for entry in entries],
            "cases": self._cases(entries),
        }
        return Answer(200, json.dumps(answer, ensure_ascii=False).encode())

    def _cases(self, entries: Sequence[bytes]) -> list[dict[str, str] | None]:
        """Return the case of each entry with the salt that opens its commitment."""
        receipts = [as_leaf(entry).subject for entry in entries]
        with closing(reading(self._config.state)) as base:
            return [self._case(base, receipt) for receipt in receipts]

    def _case(self, base: sqlite3.Connection, receipt: str) -> dict[str, str] | None:
        row = base.execute(
            "SELECT sealed FROM records WHERE id = ?", (bytes.fromhex(receipt),)
        ).fetchone()
        if row is None:
            return None
        kept = json.loads(self._keys.ring.open(row[0], context=f"record:{receipt}"))
        if not kept["case"]:
            return None
        salt = salt_of(bytes.fromhex(kept["salt"]), "case").hex()
        return {"case": kept["case"], "salt": salt}

    async def _uses(self, person: str, proven: Proven, now: float) -> Answer:
        """Tell a person's uses, once it is on record that they were told."""
        draft = new_draft(BUREAU, proven.digest, now)
        draft.mode, draft.person = "uses", self._keys.pseudonym(person)
        found = await asyncio.to_thread(uses_of, self._config, person, now=int(now), most=MOST_USES)
        answer = {
            "receipt": draft.id,
            "person": draft.person.hex(),
            "remark": found.remark.to_json(),
            "uses": [_told(use) for use in found.uses],
            "all": found.all,
        }
        body = json.dumps(answer, ensure_ascii=False).encode()
        done = told(draft, self._keys, records=found.all, answer=body)
        why = await self._committer.commit(proven.nonce, done, partial(self._refused, draft))
        if why:
            raise Refused(why)
        return Answer(200, body, receipt=draft.id)

    async def _persons(self, receipts: Sequence[str], proven: Proven, now: float) -> Answer:
        """Tell whose data left under receipts, once it is on record that this was told."""
        draft = new_draft(BUREAU, proven.digest, now)
        draft.mode = "persons"
        found = await asyncio.to_thread(persons_of, self._config, receipts)
        answer = {"receipt": draft.id, "persons": [_of_receipt(each) for each in found]}
        body = json.dumps(answer, ensure_ascii=False).encode()
        done = listed(draft, self._keys, records=sum(len(x.persons) for x in found), answer=body)
        why = await self._committer.commit(proven.nonce, done, partial(self._refused, draft))
        if why:
            raise Refused(why)
        return Answer(200, body, receipt=draft.id)

    def _refused(self, draft: Draft, code: str) -> Written:
        return written(draft, self._keys, outcome=code, records=0, answer=b"", release=None)


def _told(use: Use) -> dict[str, Any]:
    return {
        "receipt": use.receipt,
        "at": use.at,
        "grant": use.grant,
        "dataset": use.dataset,
        "department": use.department,
        "purpose": use.purpose,
        "mode": use.mode,
        "case": use.case,
        "fields": list(use.fields),
        "salts": use.opened(),
        "proof": use.proof.decode() if use.proof is not None else None,
    }


def _of_receipt(each: Affected) -> dict[str, Any]:
    return {
        "receipt": each.receipt,
        "persons": [person.hex() for person in each.persons],
        "salt": each.salt,
        "proof": each.proof.decode() if each.proof is not None else None,
    }


def _question(body: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused("body") from None
    if not isinstance(value, dict):
        raise Refused("body")
    return value


def _number(question: Mapping[str, Any], name: str) -> int:
    value = question.get(name)
    if type(value) is not int or not 0 <= value < 1 << 53:
        raise Refused("body")
    return value


def _receipts(question: Mapping[str, Any]) -> list[str]:
    given = question.get("receipts")
    if not isinstance(given, list) or len(given) > RECEIPTS_AT_ONCE:
        raise Refused("body")
    if not all(isinstance(each, str) and RECEIPT.fullmatch(each) for each in given):
        raise Refused("body")
    return given


def _person(question: Mapping[str, Any]) -> str:
    value = question.get("person")
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST or not value.isprintable():
        raise Refused("body")
    return value
