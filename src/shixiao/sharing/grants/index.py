"""The compiled index: all grants of a provider as one signed file, flat, for gateways to obey.

Whoever publishes compiles and signs it; a gateway looks up (caller, dataset, purpose, mode) and
finds fields, masks, times and limits. Revoking is publishing an index without the grant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from shixiao.seals import SigningKey, VerifyKey
from shixiao.sharing.admission import end_of
from shixiao.sharing.grants.checking import check_all
from shixiao.sharing.grants.grant import Condition, Grant, Key, Mode
from shixiao.sharing.grants.shapes import Shape
from shixiao.sharing.published import Closed, read_published, signed_file, write_file
from shixiao.terms import Text

SCHEMA = "shixiao/grant-index/1"
Place = tuple[str, str, str, str]
"""Caller, dataset, purpose and mode."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a gateway needs of a grant; names as in ``Grant``.

    Attributes:
        begins: seconds since 1970.
        expires: seconds since 1970.
    """

    grant: str
    provider: str
    recipient: str
    source: str
    caller: str
    dataset: str
    purpose: str
    mode: Mode
    fields: tuple[str, ...]
    rows: tuple[Condition, ...]
    masks: tuple[tuple[str, str], ...]
    marks: tuple[tuple[str, str], ...]
    case_types: tuple[str, ...]
    rate: int
    burst: int
    max_rows: int
    begins: int
    expires: int


@dataclass(frozen=True, slots=True)
class Owned:
    """A key and whose it is: of a system, and of the department that registered it."""

    caller: str
    recipient: str
    key: Key


@dataclass(frozen=True, slots=True)
class GrantIndex:
    """All grants that a gateway obeys.

    Attributes:
        version: of the index.
        issued: when it was signed.
        entries: by caller, dataset, purpose and mode.
        keys: by key id.
    """

    version: int
    issued: datetime
    entries: Mapping[Place, Entry]
    keys: Mapping[str, Owned]


def compile_index(
    grants: Iterable[Grant], shapes: Mapping[str, Shape], *, zone: tzinfo
) -> dict[str, Any]:
    """Check grants together and return the document that is to be signed.

    Args:
        grants: in force, or coming into force.
        shapes: of the datasets, by id.
        zone: in which days begin and end.

    Raises:
        BadInput: a grant cannot bind, and why.
    """
    chosen = sorted(grants, key=lambda grant: grant.id)
    check_all(chosen, shapes)
    keys = {key.id: (grant, key) for grant in chosen for key in grant.keys}
    return {
        "schema": SCHEMA,
        "entries": [_entry(grant, zone) for grant in chosen],
        "keys": [
            {"caller": grant.caller, "recipient": grant.recipient, **asdict(key)}
            for _, (grant, key) in sorted(keys.items(), key=lambda each: each[0])
        ],
    }


def write_index(
    path: Path, index: Mapping[str, Any], key: SigningKey, *, version: int, issued: datetime
) -> None:
    """Sign what ``compile_index`` returned and put it in its place in one step."""
    write_file(path, signed_file(index, key, version=version, issued=issued))


def read_index(
    data: bytes, *, key: VerifyKey, now: datetime, max_age: int, known: int = 0
) -> GrantIndex:
    """Read a signed index.

    Args:
        data: the bytes.
        key: of the publisher.
        now: aware.
        max_age: seconds since it was issued, at most.
        known: the highest version that was read before.

    Raises:
        Closed: it must not be obeyed, and why.
    """
    read = read_published(data, schema=SCHEMA, key=key, now=now, max_age=max_age, known=known)
    try:
        entries = [_read(each) for each in read.body["entries"]]
        keys = {
            str(each["id"]): Owned(
                str(each["caller"]),
                str(each["recipient"]),
                Key(str(each["id"]), str(each["algorithm"]), str(each["public"])),
            )
            for each in read.body["keys"]
        }
    except (KeyError, TypeError, ValueError):
        raise Closed(Text("授权索引的内容有误。", "the index is not in its form")) from None
    return GrantIndex(read.version, read.issued, {_place(each): each for each in entries}, keys)


def _place(entry: Entry) -> Place:
    return entry.caller, entry.dataset, entry.purpose, entry.mode.value


def _entry(grant: Grant, zone: tzinfo) -> dict[str, Any]:
    return {
        "grant": grant.id,
        "provider": grant.provider,
        "recipient": grant.recipient,
        "source": grant.source,
        "caller": grant.caller,
        "dataset": grant.dataset,
        "purpose": grant.purpose,
        "mode": grant.mode.value,
        "fields": list(grant.fields),
        "rows": [{"column": r.column, "op": r.op, "values": list(r.values)} for r in grant.rows],
        "masks": [list(pair) for pair in sorted(grant.masks.items())],
        "marks": [list(pair) for pair in sorted(grant.marks.items())],
        "case_types": list(grant.case_types),
        "rate": grant.rate,
        "burst": grant.burst,
        "max_rows": grant.max_rows,
        "begins": int(end_of(grant.starts - timedelta(days=1), zone)),
        "expires": int(end_of(grant.ends, zone)),
    }


def _read(each: Mapping[str, Any]) -> Entry:
    rows = tuple(Condition(r["column"], r["op"], tuple(r["values"])) for r in each["rows"])
    return Entry(
        grant=each["grant"],
        provider=each["provider"],
        recipient=each["recipient"],
        source=each["source"],
        caller=each["caller"],
        dataset=each["dataset"],
        purpose=each["purpose"],
        mode=Mode(each["mode"]),
        fields=tuple(each["fields"]),
        rows=rows,
        masks=tuple((name, word) for name, word in each["masks"]),
        marks=tuple((name, word) for name, word in each["marks"]),
        case_types=tuple(each["case_types"]),
        rate=int(each["rate"]),
        burst=int(each["burst"]),
        max_rows=int(each["max_rows"]),
        begins=int(each["begins"]),
        expires=int(each["expires"]),
    )
