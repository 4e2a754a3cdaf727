"""Signed files that gateways obey: the index of grants, and the list of admitted systems.

One JSON document with ``schema``, a ``version`` that only rises and the time it was ``issued``,
beside its Ed25519 signature (``seals.signing``). Who reads it checks signature, kind and age, and
that it is not older than what was read before: anything else closes the door.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shixiao.seals import SigningKey, VerifyKey, canonical_json, sign, verify
from shixiao.terms import BadInput, Text

LARGEST = 1 << 28
AHEAD = 60  # seconds that the publisher's clock may be ahead
_NO_FILE = Text("不是签名文件，或已损坏。", "this is no signed file, or it is damaged")
_UNSIGNED = Text("签名不是发布方的。", "the signature is not the publisher's")
_OTHER = Text("文件种类不对。", "it is a file of another kind")
_OLD = Text(
    "签发于 {issued}，已超过允许的时长；请发布方重新签发。",
    "it was issued at {issued}, which is too long ago; the publisher must issue it anew",
)
_AHEAD = Text("签发时间在未来。", "it was issued in the future")
_BACK = Text(
    "版本 {version} 低于已读过的 {known}；文件被换回了旧版。",
    "its version {version} is below {known}, which was read before: an old file was put back",
)


class Closed(BadInput):
    """A signed file must not be obeyed."""


class Early(Closed):
    """A signed file must not be obeyed yet: by the clock here it was issued in the future."""


@dataclass(frozen=True, slots=True)
class Published:
    """A document that may be obeyed.

    Attributes:
        body: the document.
        version: of it.
        issued: when it was signed.
    """

    body: Mapping[str, Any]
    version: int
    issued: datetime


def signed_file(
    body: Mapping[str, Any], key: SigningKey, *, version: int, issued: datetime
) -> bytes:
    """Return the bytes of a signed file.

    Args:
        body: the document; ``schema`` says its kind.
        key: of the publisher.
        version: higher than that of every file before.
        issued: aware; kept to the second.

    Raises:
        ValueError: the time has no zone, or the version is not positive.
    """
    if issued.tzinfo is None or version < 1:
        raise ValueError("A signed file needs an aware time and a positive version")
    document = {**body, "version": version, "issued": _written(issued)}
    return canonical_json({"document": document, "signature": sign(document, key)}) + b"\n"


def write_file(path: Path, data: bytes) -> None:
    """Put a file in its place in one step; readers see the former or the new one, never a part."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def read_published(
    data: bytes, *, schema: str, key: VerifyKey, now: datetime, max_age: int, known: int = 0
) -> Published:
    """Read a signed file.

    Args:
        data: the bytes.
        schema: kind that is expected.
        key: of the publisher.
        now: aware.
        max_age: seconds since it was issued, at most.
        known: the highest version that was read before.

    Raises:
        Closed: it must not be obeyed, and why.
    """
    try:
        if len(data) > LARGEST:
            raise ValueError
        whole = json.loads(data)
        document, signature = whole["document"], whole["signature"]
        genuine = verify(document, signature, key)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, BadInput):
        raise Closed(_NO_FILE) from None
    if not genuine:
        raise Closed(_UNSIGNED)
    if document["schema"] != schema:
        raise Closed(_OTHER)
    version, issued = document.get("version"), _read(document.get("issued"))
    if type(version) is not int or version < 1 or issued is None:
        raise Closed(_NO_FILE)
    if version < known:
        raise Closed(_BACK.format(version=version, known=known))
    check_age(issued, now=now, max_age=max_age)
    return Published(document, version, issued)


def check_age(issued: datetime, *, now: datetime, max_age: int) -> None:
    """Refuse what was issued too long ago, or is of the future.

    Raises:
        Closed: so it is.
    """
    age = (now - issued).total_seconds()
    if age > max_age:
        raise Closed(_OLD.format(issued=_written(issued)))
    if age < -AHEAD:
        raise Early(_AHEAD)


def _written(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def _read(text: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo is not None else None
