"""Encryption at rest, tested: a canary that was put through the application is sought in raw files.

What is encrypted does not show it in any writing; what is only encoded does. Looked for are the
canary in UTF-8, UTF-16 and GB18030, reversed, in hex of both cases, in base64 at its three
alignments, as JSON escapes, and all of these inside gzip, zip and zlib streams. Page entropy proves
nothing of encrypted fields and is not used. Limits: a canary in text that a database compressed in
its own way is not found, so canaries are random and cannot be compressed.

Source: OWASP ASVS 5.0, V11 (cryptography) and V14 (data protection).
"""

from __future__ import annotations

import base64
import gzip
import json
import secrets
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shixiao.terms import BadInput, Text

CHUNK = 4 << 20  # bytes read at once
MOST_FILES = 200_000
MOST_UNPACKED = 256 << 20  # bytes out of one archive
SHORTEST = 20  # signs; of a shorter one halves are met by chance
# What readers of archives raise when the file is not what its first bytes say.
DAMAGED = (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError)


@dataclass(frozen=True, slots=True)
class Canary:
    """A text that stands nowhere else."""

    text: str

    def __post_init__(self) -> None:
        if len(self.text) < SHORTEST:
            raise BadInput(
                Text(
                    f"标记至少 {SHORTEST} 个字符，太短会偶然出现。",
                    f"A canary has at least {SHORTEST} signs; a shorter one is met by chance.",
                )
            )

    @classmethod
    def new(cls) -> Canary:
        """Make a canary of 24 random signs."""
        return cls(secrets.token_urlsafe(18))

    def writings(self) -> dict[str, tuple[bytes, ...]]:
        """Return writing → bytes of which any shows it."""
        plain = self.text.encode("utf-8")
        found: dict[str, tuple[bytes, ...]] = {
            "utf-8": (plain,),
            "utf-16-le": (self.text.encode("utf-16-le"),),
            "utf-16-be": (self.text.encode("utf-16-be"),),
            "gb18030": (self.text.encode("gb18030"),),
            "reversed": (plain[::-1],),
            "hex": (plain.hex().encode(),),
            "HEX": (plain.hex().upper().encode(),),
            "json": (
                json.dumps(self.text)[1:-1].encode(),
                b"".join(b"\\u%04x" % ord(sign) for sign in self.text),
            ),
        }
        for shift in range(3):
            # The first and last signs depend on what stands beside it, and lines may be broken.
            coded = base64.b64encode(b"\0" * shift + plain)[4 if shift else 0 : -4]
            half = len(coded) // 2
            found[f"base64+{shift}"] = (coded[:half], coded[half:])
        return found


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a canary shows.

    Attributes:
        file: path below the folder.
        writing: in what writing it stands there.
        at: byte; -1 inside an archive.
    """

    file: str
    writing: str
    at: int


def scan_at_rest(folder: Path, canary: Canary) -> list[Hit]:
    """Return where a canary shows in the files of a folder; nothing where all is encrypted.

    Raises:
        BadInput: there is no such folder, it is empty, or it has too many files: then nothing was
            proven.
    """
    if not folder.is_dir():
        raise BadInput(Text("没有这个文件夹。", "There is no such folder."), file=str(folder))
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    if not files or len(files) > MOST_FILES:
        raise BadInput(
            Text(
                f"文件夹里有 {len(files)} 个文件，无法证明什么；应为 1 至 {MOST_FILES} 个。",
                f"There are {len(files)} files, which proves nothing; 1 to {MOST_FILES} are read.",
            ),
            file=str(folder),
        )
    wanted = canary.writings()
    return [hit for path in files for hit in _in_file(path, folder, wanted)]


def _in_file(path: Path, folder: Path, wanted: dict[str, tuple[bytes, ...]]) -> Iterator[Hit]:
    name = path.relative_to(folder).as_posix()
    longest = max(len(needle) for needles in wanted.values() for needle in needles)
    seen: set[str] = set()
    with path.open("rb") as file:
        kept, start = b"", 0
        while chunk := file.read(CHUNK):
            data = kept + chunk
            for writing, needles in wanted.items():
                at = max(data.find(needle) for needle in needles)
                if writing not in seen and at >= 0:
                    seen.add(writing)
                    yield Hit(name, writing, start + at)
            kept = data[-(longest - 1) :]
            start += len(data) - len(kept)
    for inner in _unpacked(path):
        for writing, needles in wanted.items():
            if writing not in seen and any(needle in inner for needle in needles):
                seen.add(writing)
                yield Hit(name, writing, -1)


def _unpacked(path: Path) -> Iterator[bytes]:
    """Yield what archives hold, bounded; what is damaged holds nothing to be read."""
    with path.open("rb") as file:
        head = file.read(4)
    try:
        if head[:2] == b"\x1f\x8b":
            with gzip.open(path) as packed:
                yield packed.read(MOST_UNPACKED)
        elif head[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(path) as archive:
                for info in archive.infolist():
                    with archive.open(info) as member:
                        yield member.read(MOST_UNPACKED)
        elif head[:1] == b"\x78":
            reader = zlib.decompressobj()
            yield reader.decompress(path.read_bytes()[:MOST_UNPACKED], MOST_UNPACKED)
    except DAMAGED:
        return
