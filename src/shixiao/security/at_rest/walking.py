"""Walking: every file below some folders, in order, and what is not one.

Symbolic links are not followed: what they lead to is met anyway where it lies below one of the
folders, and is named as not looked at where it does not.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from shixiao.terms import Text

SPECIAL = Text("不是普通文件（管道、设备或套接字）", "no regular file (a pipe, device or socket)")
OUT = Text("链接指向所查文件夹之外，没有跟随", "a link that leads out of the folders; not followed")
UNREAD = Text("读不了：{why}", "it cannot be read: {why}")


@dataclass(frozen=True, slots=True)
class Met:
    """Something that a walk met.

    Attributes:
        path: where it is.
        name: what reports call it: its path below the folder.
        skipped: why it holds nothing that could be searched; None where it does.
        unread: why it could not be looked at though it may hold something; None where it can.
    """

    path: Path
    name: str
    skipped: Text | None = None
    unread: Text | None = None


def walk(folders: Sequence[Path]) -> Iterator[Met]:
    """Yield every file below the folders, and what cannot be searched, in order of names.

    A file may stand in place of a folder.
    """
    roots = [folder.resolve() for folder in folders]
    for folder in folders:
        prefix = "" if len(folders) == 1 else f"{folder.name}/"
        if folder.is_file():
            yield _file(folder, folder.name)
        else:
            yield from _below(folder, prefix, roots)


def _below(folder: Path, prefix: str, roots: Sequence[Path]) -> Iterator[Met]:
    waiting = [(folder, prefix)]
    while waiting:
        here, name = waiting.pop()
        try:
            with os.scandir(here) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as problem:
            yield Met(here, _shown(name) or ".", unread=_why(problem))
            continue
        for entry in entries:
            path, called = Path(entry.path), _shown(name + entry.name)
            if entry.is_symlink():
                if not _within(path, roots):
                    yield Met(path, called, unread=OUT)
            elif entry.is_dir(follow_symlinks=False):
                waiting.append((path, f"{name}{entry.name}/"))
            else:
                yield _file(path, called)


def _file(path: Path, name: str) -> Met:
    try:
        mode = path.lstat().st_mode
    except OSError as problem:
        return Met(path, name, unread=_why(problem))
    return Met(path, name) if stat.S_ISREG(mode) else Met(path, name, skipped=SPECIAL)


def _within(path: Path, roots: Sequence[Path]) -> bool:
    """Say whether a link leads to something below the folders, or to nothing at all."""
    try:
        target = path.resolve(strict=True)
    except FileNotFoundError:
        return True
    except (OSError, RuntimeError):  # a ring of links
        return True
    return any(target.is_relative_to(root) for root in roots)


def _why(problem: OSError) -> Text:
    return UNREAD.format(why=problem.strerror or type(problem).__name__)


def _shown(name: str) -> str:
    """Return a name that can be printed, whatever bytes it has."""
    clean = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() else "�" for sign in clean)
