"""What stands on record of a request: a leaf without personal data, and a sealed row beside it.

The leaf commits to request, answer, case and person under salts that follow from one random salt of
the record; the row keeps that salt, so that either side can open what concerns it.
"""

from __future__ import annotations

import hmac
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from shixiao.gateway.committing import Row, Written
from shixiao.gateway.forms import Forms
from shixiao.ledger import Leaf
from shixiao.seals import Keyring, canonical_json
from shixiao.sharing.grants import Entry

PERSON_BYTES, SALT_BYTES = 16, 32
TOLD = "told"
"""Outcome on record where a person's uses were told; no use itself."""
_UUID7 = 7 << 76 | 2 << 62  # version and variant of RFC 9562
_DRAWN = (1 << 76) - 1 & ~(3 << 62)  # bits of it that are drawn


@dataclass(frozen=True, slots=True)
class Keys:
    """What a gateway keeps secret, all drawn from one key file.

    Attributes:
        person: of pseudonyms in records.
        masks: of recipients' pseudonyms.
        codes: of recipients' ways of writing.
        digests: of what was released.
        ring: seals records.
    """

    person: bytes
    masks: bytes
    codes: bytes
    digests: bytes
    ring: Keyring

    @classmethod
    def drawn(cls, master: bytes) -> Keys:
        """Draw the keys from the gateway's own."""
        one = {
            name: hmac.digest(master, b"gateway\x1f" + name.encode(), "sha256")
            for name in ("person", "masks", "codes", "digests", "ring")
        }
        ring = Keyring([one.pop("ring")])
        return cls(**one, ring=ring)

    def pseudonym(self, person: str) -> bytes:
        """Return the pseudonym by which records know a person."""
        return hmac.digest(self.person, person.encode(), "sha256")[:PERSON_BYTES]


@dataclass(slots=True)
class Draft:
    """What is known of a request so far, filled in as it is looked at.

    Attributes:
        id: of the receipt.
        salt: of the record.
        at: seconds since 1970.
        department: that asks, or its system where no grant was found.
        digest: of what was signed.
        forms: of the grant, where one was found.
    """

    id: str
    salt: bytes
    at: int
    department: str
    digest: str
    dataset: str = ""
    purpose: str = ""
    mode: str = ""
    case: str = ""
    person: bytes | None = None
    entry: Entry | None = None
    forms: Forms | None = None
    visible: int = 0


def new_draft(caller: str, digest: str, now: float) -> Draft:
    """Begin the record of a request whose signature holds."""
    drawn = os.urandom(10 + SALT_BYTES)
    number = int(now * 1000) << 80 | _UUID7 | int.from_bytes(drawn[:10]) & _DRAWN
    return Draft(f"{number:032x}", drawn[10:], int(now), caller, digest)


def salted(salt: bytes, name: str, value: str) -> str:
    """Return the commitment to a field (``ledger.commit``), under its own salt."""
    plain = value.isascii() and value.isalnum()  # then canonical JSON only puts it in quotes
    text = f'"{value}"'.encode() if plain else canonical_json(value)
    return sha256(salt_of(salt, name) + text).hexdigest()


def salt_of(salt: bytes, name: str) -> bytes:
    """Return the salt of a field: 32 bytes that follow from the salt of the record."""
    return sha256(salt + name.encode()).digest()


def written(
    draft: Draft, keys: Keys, *, outcome: str, records: int, answer: bytes, release: bytes | None
) -> Written:
    """Return leaf and record of a request.

    Args:
        draft: what is known of it.
        keys: of the gateway.
        outcome: code of the refusal; empty where data were given.
        records: that were given.
        answer: content that leaves.
        release: what was released, where it was a batch.
    """
    response = sha256(answer).hexdigest()
    if draft.forms is not None and not outcome:
        leaf = _done(draft, draft.forms, records, response)
    else:
        leaf = _refused(draft, outcome)
    record = _row(draft, keys, outcome=outcome, records=records, response=response)
    if release is None:
        return Written(leaf, record)
    context = f"release:{draft.id}"
    return Written(
        leaf, record, (bytes.fromhex(draft.id), keys.ring.seal(release, context=context))
    )


def told(draft: Draft, keys: Keys, *, records: int, answer: bytes) -> Written:
    """Return leaf and record of a person's uses having been told; see ``written``."""
    facts = {"department": draft.department, "mode": draft.mode, "records": records}
    sealed = _commitments(draft) | _person(draft)
    leaf = _leaf("exchange.told", draft, facts, sealed)
    response = sha256(answer).hexdigest()
    return Written(leaf, _row(draft, keys, outcome=TOLD, records=records, response=response))


def listed(draft: Draft, keys: Keys, *, records: int, answer: bytes) -> Written:
    """Return leaf and record of the persons of receipts having been told; see ``written``."""
    facts = {"department": draft.department, "mode": draft.mode, "records": records}
    leaf = _leaf("exchange.listed", draft, facts, _commitments(draft))
    response = sha256(answer).hexdigest()
    return Written(leaf, _row(draft, keys, outcome=TOLD, records=records, response=response))


def _row(draft: Draft, keys: Keys, *, outcome: str, records: int, response: str) -> Row:
    fields = draft.forms.fields if draft.forms is not None else "[]"
    kept = (  # JSON; digests and salt are hex, which needs no quoting
        f'{{"case": {json.dumps(draft.case)}, "fields": {fields}, "request": "{draft.digest}"'
        f', "response": "{response}", "salt": "{draft.salt.hex()}"}}'
    )
    body = keys.ring.seal(kept.encode(), context=f"record:{draft.id}")
    return (
        bytes.fromhex(draft.id),
        draft.at,
        draft.visible or draft.at,
        draft.entry.grant if draft.entry else "",
        draft.dataset,
        draft.department,
        draft.purpose,
        draft.mode,
        outcome,
        records,
        draft.person,
        body,
    )


def _commitments(draft: Draft) -> dict[str, str]:
    sealed = {"request": salted(draft.salt, "request", draft.digest)}
    if draft.case:
        sealed["case"] = salted(draft.salt, "case", draft.case)
    return sealed


def _person(draft: Draft) -> dict[str, str]:
    if draft.person is None:
        return {}
    return {"person": salted(draft.salt, "person", draft.person.hex())}


def _done(draft: Draft, forms: Forms, records: int, response: str) -> bytes:
    """Write the leaf of data that were given: byte by byte what ``_leaf`` writes."""
    salt, person = draft.salt, ""
    if draft.person is not None:
        person = f'"person":"{salted(salt, "person", draft.person.hex())}",'
    return (
        f'{{"at":"{_second(draft.at)}","event":"exchange.done","facts":{forms.facts}{records}}},'
        f'"sealed":{{"case":"{salted(salt, "case", draft.case)}",{person}'
        f'"request":"{salted(salt, "request", draft.digest)}",'
        f'"response":"{salted(salt, "response", response)}"}},"subject":"{draft.id}","v":1}}'
    ).encode()


def _refused(draft: Draft, outcome: str) -> bytes:
    facts = {"department": draft.department, "outcome": outcome}
    if draft.entry is not None:
        facts |= {"dataset": draft.entry.dataset, "grant": draft.entry.grant}
    return _leaf("exchange.refused", draft, facts, _commitments(draft))


def _leaf(event: str, draft: Draft, facts: Mapping[str, Any], sealed: Mapping[str, str]) -> bytes:
    """Write a leaf as ``Leaf.to_bytes`` does, without looking each field up: tests compare them."""
    return canonical_json(
        {
            "at": _second(draft.at),
            "event": event,
            "facts": facts,
            "sealed": sealed,
            "subject": draft.id,
            "v": 1,
        }
    )


@lru_cache(maxsize=16)
def _second(at: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def as_leaf(entry: bytes) -> Leaf:
    """Read an entry, and hold it against the vocabulary.

    Raises:
        Malformed: it is no leaf that the vocabulary knows.
    """
    leaf = Leaf.from_bytes(entry)
    leaf.to_bytes()
    return leaf


def when(at: int) -> str:
    """Return a time as evidence has it: ISO 8601 in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat()
