"""Files: uploads and other documents below a folder; each folder right below it is one part."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from hashlib import file_digest
from pathlib import Path

from shixiao.security.backups.noting import Held, Tally
from shixiao.terms import BadInput, Text

KIND = "files"
MOST = 2_000  # folders that are told apart; of more, all are one
ALL = "*"
HERE = "."
UNREAD = Text("读不了：{why}", "it cannot be read: {why}")


def held(folder: Path) -> Held:
    """Return what a folder holds: name and content of each file; of links, where they lead."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    unread: dict[str, Text] = {}
    single = sum(each.is_dir() for each in folder.iterdir()) > MOST
    for here, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(here, name)
            inside = path.relative_to(folder)
            part = ALL if single else (inside.parts[0] + "/" if len(inside.parts) > 1 else HERE)
            try:
                if path.is_symlink():
                    said = b"link " + os.fsencode(path.readlink())
                elif path.is_file():
                    with path.open("rb") as file:
                        said = b"file " + file_digest(file, "sha256").digest()
                else:
                    continue  # a pipe or socket holds nothing
            except OSError as problem:
                unread[part] = UNREAD.format(why=problem.strerror or type(problem).__name__)
                continue
            tallies[part].add(os.fsencode(inside) + b"\0" + said)
    return Held({name: tally.part() for name, tally in tallies.items()}, {}, {}, unread)


def hashed(paths: Sequence[Path]) -> tuple[dict[str, str], int]:
    """Return name → hash of files and folders of a backup, and their bytes in all.

    Raises:
        BadInput: one cannot be read.
    """
    found, size = {}, 0
    for path in paths:
        within = sorted(path.rglob("*")) if path.is_dir() else [path]
        tally = Tally()
        try:
            for each in within:
                if each.is_file():
                    with each.open("rb") as file:
                        said = file_digest(file, "sha256").digest()
                    size += each.stat().st_size
                    tally.add(os.fsencode(each.relative_to(path.parent)) + b"\0" + said)
        except OSError as problem:
            raise BadInput(UNREAD.format(why=problem.strerror), file=path.name) from None
        found[path.name] = tally.part().hash
    return found, size
