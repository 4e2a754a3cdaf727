"""Stores: what an address names, and a note of what is there at one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from shixiao.security.backups.noting import Held, Note
from shixiao.security.backups.sources import dump, files, postgresql, sqlite
from shixiao.terms import BadInput, Text

SNAPSHOT = "{snapshot}"
GONE = Text("没有这个文件或文件夹。", "There is no such file or folder.")
UNKNOWN = Text(
    "认不出这是什么：应为 postgresql:// 地址、SQLite 文件、pg_dump 的文本导出，或文件夹。",
    "It is of no known kind: give a postgresql:// address, a file of SQLite, a plain dump of"
    " pg_dump, or a folder.",
)
NO_SNAPSHOT = Text(
    "只有 PostgreSQL 能借出快照（{snapshot}）；请去掉。",
    "PostgreSQL alone lends a snapshot ({snapshot}); leave that out.",
)


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment of a store.

    Attributes:
        kind: of the store.
        source: what it is called.
        place: hash of where it is.
        snapshot: by which a backup is made of this very moment; "" where there is none.
        held: gives what it holds; slow.
    """

    kind: str
    source: str
    place: str
    snapshot: str
    held: Callable[[], Held]


@contextmanager
def moment_of(address: str) -> Iterator[Moment]:
    """Hold one moment of a store.

    Args:
        address: ``postgresql://…``, a file of SQLite, a plain dump, or a folder.

    Raises:
        BadInput: it is none of these, or damaged.
        Unavailable: the database cannot be reached.
    """
    if address.partition("://")[0] in postgresql.SCHEMES:
        url = postgresql.url_of(address)
        with postgresql.moment(url) as (place, snapshot, held):
            shown = postgresql.shown(url)
            yield Moment(postgresql.KIND, shown, _hashed(place), snapshot, held)
        return
    path = Path(address)
    if not path.exists():
        raise BadInput(GONE, file=path.name)
    kind, held = _of_path(path)
    yield Moment(kind, path.name, _hashed(str(path.resolve())), "", held)


def take_note(
    address: str,
    *,
    now: Callable[[], datetime],
    make: Callable[[str], None] | None = None,
    lent: bool = False,
    backup: Callable[[], dict[str, str]] = dict,
) -> Note:
    """Note what a store holds, and make a backup meanwhile.

    Args:
        address: of the store.
        now: gives the time.
        make: makes the backup; is given the snapshot.
        lent: whether it makes the backup of that snapshot; otherwise what changes while it is
            made is known by a second look after it.
        backup: gives the hashes of the files of the backup, once it is made.

    Raises:
        BadInput, Unavailable: as ``moment_of``; there is no snapshot to lend.
    """
    begun = now()
    with moment_of(address) as at:
        if lent and not at.snapshot:
            raise BadInput(NO_SNAPSHOT.format(snapshot=SNAPSHOT))
        before = after = at.held()
        if make is not None:
            make(at.snapshot)
    if make is not None and not lent:
        with moment_of(address) as again:
            after = again.held()
    return Note(at.kind, at.source, at.place, begun, now(), before, after, backup())


def _of_path(path: Path) -> tuple[str, Callable[[], Held]]:
    if path.is_dir():
        return files.KIND, lambda: files.held(path)
    try:
        with path.open("rb") as file:
            if file.read(len(sqlite.HEAD)) == sqlite.HEAD:
                return sqlite.KIND, lambda: sqlite.held(path)
        if dump.is_dump(path):
            return dump.KIND, lambda: dump.held(path)
    except OSError as problem:
        raise BadInput(files.UNREAD.format(why=problem.strerror), file=path.name) from None
    raise BadInput(UNKNOWN, file=path.name)


def _hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()
