"""Files in a log's folder that its present checkpoint does not ask for: what are they?

Partial tiles of earlier checkpoints may stay, and must then agree with what took their place.
Tiles beyond the checkpoint come from a run that broke off, or from a checkpoint that was put back.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from shixiao.ledger.answer import Fault
from shixiao.ledger.folder import TILES, LogFolder
from shixiao.ledger.tiles import (
    LARGEST_BUNDLE,
    TILE_WIDTH,
    TileName,
    cut_entries,
    hashes_at,
    tile_name,
)
from shixiao.ledger.wording import Malformed
from shixiao.seals.tree import HASH_BYTES
from shixiao.terms import Text


def strays(folder: LogFolder, size: int) -> Iterator[Fault | Text]:
    """Give a fault for each earlier partial that disagrees, and remarks on what lies beyond."""
    beyond, foreign = 0, []
    for path in _paths(folder.path):
        try:
            name = TileName.parse(path)
        except Malformed:
            foreign.append(path)
            continue
        due = hashes_at(name.level or 0, size) - name.number * TILE_WIDTH
        if name.width > due:
            beyond += 1
        elif name.width < min(due, TILE_WIDTH) and not _agrees(folder, name, size):
            yield Fault.of("earlier_partial", file=path)
    if beyond:
        yield Fault.of("beyond", files=beyond).whole
    if foreign:
        yield Fault.of("foreign", files=len(foreign), example=foreign[0][:80]).whole


def _agrees(folder: LogFolder, earlier: TileName, size: int) -> bool:
    """Say whether an earlier partial file is the beginning of the present one."""
    present = tile_name(earlier.level, earlier.number, size)
    most = LARGEST_BUNDLE if earlier.level is None else TILE_WIDTH * HASH_BYTES
    try:
        data, whole = folder.read(earlier.path, most), folder.read(present.path, most)
    except FileNotFoundError:
        return True  # a dead link, or what the audit says is missing
    if earlier.level is None:
        entries, rest = cut_entries(data)
        complete = len(entries) == earlier.width and not rest
    else:
        complete = len(data) == earlier.width * HASH_BYTES
    return complete and whole.startswith(data)


def _paths(root: Path) -> Iterator[str]:
    for place, folders, names in os.walk(root / TILES):
        folders.sort()
        for name in sorted(names):
            yield Path(place, name).relative_to(root).as_posix()
