"""Files in the site's keeping: named by their hash, encrypted, written whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from shixiao.records.fields import keyring
from shixiao.records.models import StoredFile
from shixiao.terms import Text
from shixiao.workflows.refusals import Incomplete

LARGEST_ATTACHMENT = 20 << 20
# What a case may be put: kinds of document that open anywhere, by their first bytes.
MEDIA_TYPES = {
    "application/pdf": (b"%PDF-",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (b"PK\x03\x04",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (b"PK\x03\x04",),
    "text/plain": (),
    "text/csv": (),
}
SUFFIXES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".txt": "text/plain",
    ".csv": "text/csv",
}
WRONG_KIND = Text(
    "附件“{name}”的类型不能用；可用 PDF、Word、Excel、图片、文本和 CSV。",
    "The kind of the file “{name}” is not taken; PDF, Word, Excel, pictures, text, CSV are.",
)
NOT_WHAT_IT_SAYS = Text(
    "附件“{name}”的内容和扩展名不符，请核对后重新选择。",
    "What is in the file “{name}” does not fit its name; check it and choose again.",
)
TOO_LARGE = Text(
    "附件“{name}”超过 20 MB，请压缩或分成几份。",
    "The file “{name}” is larger than 20 MB; compress or divide it.",
)
EMPTY = Text("附件“{name}”是空的。", "The file “{name}” is empty.")


def media_type_of(name: str, data: bytes) -> str:
    """Return the media type of an attachment by its name, checked against its first bytes.

    Raises:
        Incomplete: the file is empty, too large, of another kind, or not what its name says.
    """
    if len(data) > LARGEST_ATTACHMENT:
        raise Incomplete(TOO_LARGE.format(name=name[:80]), field="attachment")
    if not data:
        raise Incomplete(EMPTY.format(name=name[:80]), field="attachment")
    media_type = SUFFIXES.get(Path(name).suffix.lower())
    if media_type is None:
        raise Incomplete(WRONG_KIND.format(name=name[:80]), field="attachment")
    begins = MEDIA_TYPES[media_type]
    fits = data.startswith(begins) if begins else b"\x00" not in data
    if not fits:
        raise Incomplete(NOT_WHAT_IT_SAYS.format(name=name[:80]), field="attachment")
    return media_type


def store(data: bytes, *, at: datetime) -> StoredFile:
    """Keep a file; the same content is kept once."""
    digest = sha256(data).hexdigest()
    path = path_of(digest)
    if not path.exists():
        write_whole(path, [keyring().seal(data, context=f"file:{digest}")])
    found, _ = StoredFile.objects.get_or_create(
        sha256=digest, defaults={"size": len(data), "stored": at}
    )
    return found


def load(file: StoredFile) -> bytes:
    """Return the content of a file.

    Raises:
        Damaged: it was changed on the disk.
    """
    return keyring().open(path_of(file.sha256).read_bytes(), context=f"file:{file.sha256}")


def path_of(digest: str) -> Path:
    """Return where the file of this hash lies."""
    return Path(settings.SITE.data) / "files" / digest[:2] / digest


def write_whole(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file beside its place, force it to the disk, and move it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with beside.open("xb") as target:
            for part in parts:
                target.write(part)
            target.flush()
            os.fsync(target.fileno())
        beside.replace(path)
        _force(path.parent)
    finally:
        beside.unlink(missing_ok=True)


def _force(folder: Path) -> None:
    """Force the names in a folder to the disk: a row that is committed may name one of them."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
