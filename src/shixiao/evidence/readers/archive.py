"""Where the files of a package lie: a folder or a .zip, neither of which is trusted."""

from __future__ import annotations

import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from shixiao.terms import BadInput, Text

ENTRIES = 10_000
LARGEST = 20 << 30  # bytes unpacked
RATIO = 200  # unpacked to packed, per entry
SMALL = 1 << 20  # entries up to this size may be packed as tightly as they like
# What Python makes of an archive whose bytes were changed.
DAMAGED = (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, RuntimeError, zlib.error)
NOISE = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


def check_sizes(entries: Iterable[zipfile.ZipInfo], *, file: str, largest: int = LARGEST) -> None:
    """Refuse an archive that would not fit when unpacked; Python reads no more than is declared.

    Raises:
        BadInput: too many entries, too large, packed too tightly, encrypted, or said to lie before
            the beginning of the file.
    """
    entries = list(entries)
    if len(entries) > ENTRIES:
        raise _bomb(f"{ENTRIES} 个文件", f"{ENTRIES} entries", file)
    if sum(entry.file_size for entry in entries) > largest:
        raise _bomb(f"{largest >> 30} GiB", f"{largest >> 30} GiB unpacked", file)
    for entry in entries:
        if entry.file_size > SMALL and entry.file_size > RATIO * max(entry.compress_size, 1):
            raise _bomb(f"{RATIO} 倍压缩比", f"a compression ratio of {RATIO}", file)
        if entry.flag_bits & 0x1:
            raise BadInput(
                Text(
                    "压缩包设有密码；请解密后再提供。",
                    "The archive is protected by a password; unpack it and pack it without one.",
                ),
                file=file,
            )
        if entry.header_offset < 0:
            raise _damaged(file)


def _bomb(zh: str, en: str, file: str) -> BadInput:
    return BadInput(
        Text(
            f"压缩包超过上限（{zh}）；请解压后以文件夹提供，或拆分。",
            f"The archive is above the limit of {en}; give it as a folder, or split it.",
        ),
        file=file,
    )


def safe_path(text: str, file: str) -> PurePosixPath:
    """Return a path that can only lead further into the package.

    Raises:
        BadInput: an absolute path, a URL, a drive, a backslash, ``..`` or a control character.
    """
    path = PurePosixPath(text)
    if (
        not path.parts
        or path.is_absolute()
        or ".." in path.parts
        or any(character in text for character in "\\:")
        or any(ord(character) < 32 for character in text)
    ):
        raise BadInput(
            Text(
                f"路径“{text[:60]}”不可用；只能是包内的相对路径，不含 ..、反斜杠或网址。",
                f"The path “{text[:60]}” cannot be used: it must be relative and inside the "
                "package, without “..”, backslashes or URLs.",
            ),
            file=file,
        )
    return path


class Folder:
    """A package that is a folder."""

    def __init__(self, path: Path) -> None:
        self.name = path.resolve().name
        self._root = path

    def names(self) -> list[str]:
        """Names of the files that lie directly in the folder."""
        return sorted(p.name for p in self._root.iterdir() if p.is_file() and not _noise(p.name))

    def locate(self, path: PurePosixPath) -> Path:
        """Return where a file lies.

        Raises:
            BadInput: it does not exist, or a link leads out of the folder.
        """
        found = self._root / path
        if not found.is_file():
            raise missing(path, self.name)
        if not found.resolve().is_relative_to(self._root.resolve()):
            raise BadInput(
                Text(
                    f"“{path}”是指向包外的链接；请换成文件本身。",
                    f"“{path}” is a link that leads out of the package; put the file itself there.",
                ),
                file=self.name,
            )
        return found

    def input_files(self, used: dict[str, Path]) -> list[tuple[str, Path]]:
        """(name, path on disk) of what has to be hashed to cite this package."""
        return sorted(used.items())


class Zipped:
    """A package that is a .zip; what is needed of it is unpacked into ``work``."""

    def __init__(self, path: Path, *, work: Path) -> None:
        self.name = path.name
        self._path = path
        self._work = work / "unpacked"
        try:
            with zipfile.ZipFile(path) as archive:
                entries = [e for e in archive.infolist() if not e.is_dir()]
        except (*DAMAGED, OSError):
            raise _damaged(self.name) from None
        check_sizes(entries, file=self.name)
        named = {_entry_name(e): e for e in entries if not _noise(e.filename)}
        inside = _base(list(named))
        self._entries = {
            n.removeprefix(inside): e for n, e in named.items() if n.startswith(inside)
        }

    def names(self) -> list[str]:
        """Names of the files at the top of the package."""
        return sorted(name for name in self._entries if "/" not in name)

    def locate(self, path: PurePosixPath) -> Path:
        """Unpack a file, once, and return where it lies.

        Raises:
            BadInput: it does not exist, is a link, or is damaged.
        """
        entry = self._entries.get(str(path))
        if entry is None:
            raise missing(path, self.name)
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise BadInput(
                Text(
                    f"“{path}”是链接；请换成文件本身。",
                    f"“{path}” is a link; put the file itself there.",
                ),
                file=self.name,
            )
        target = self._work / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with (
                zipfile.ZipFile(self._path) as archive,
                archive.open(entry) as packed,
                target.open("wb") as plain,
            ):
                shutil.copyfileobj(packed, plain, 1 << 20)
        except DAMAGED:
            raise _damaged(self.name) from None
        return target

    def input_files(self, used: dict[str, Path]) -> list[tuple[str, Path]]:  # noqa: ARG002
        """(name, path on disk) of what has to be hashed to cite this package: the archive."""
        return [(self.name, self._path)]


def missing(path: PurePosixPath, file: str) -> BadInput:
    """Say that a file that should be in the package is not there."""
    return BadInput(Text(f"包内没有“{path}”。", f"There is no “{path}” in the package."), file=file)


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """Read names that old Windows tools wrote in GBK without saying so."""
    if entry.flag_bits & 0x800 or entry.filename.isascii():
        return entry.filename
    raw = entry.filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _base(names: list[str]) -> str:
    """Return the folder inside the archive in which the package lies (``""`` or ``name/``)."""
    tops = {name.partition("/")[0] for name in names}
    nested = len(tops) == 1 and all("/" in name for name in names)
    return f"{tops.pop()}/" if nested else ""


def _noise(name: str) -> bool:
    return name.startswith(NOISE[0]) or PurePosixPath(name).name in NOISE[1:]


def _damaged(file: str) -> BadInput:
    return BadInput(
        Text(
            "压缩包已损坏或格式不受支持；请重新打包为普通的 .zip。",
            "The archive is damaged or of an unsupported kind; pack it again as a plain .zip.",
        ),
        file=file,
    )
