"""Backups, temporary copies, logs and empty tables: told as such, never left out in silence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from shixiao.sharing.inventory.found import RawTable
from shixiao.terms import Text


class TableKind(StrEnum):
    """What a table is, as far as its name and size tell."""

    DATA = "data"
    BACKUP = "backup"
    TEMPORARY = "temporary"
    LOG = "log"
    EMPTY = "empty"
    VIEW = "view"


NAMES = {
    TableKind.DATA: Text("数据表", "data"),
    TableKind.BACKUP: Text("备份", "backup"),
    TableKind.TEMPORARY: Text("临时表", "temporary"),
    TableKind.LOG: Text("日志", "log"),
    TableKind.EMPTY: Text("空表", "empty"),
    TableKind.VIEW: Text("视图", "view"),
}
_DAY = r"(?:19|20)\d{2}[-_]?(?:0[1-9]|1[0-2])(?:[-_]?(?:0[1-9]|[12]\d|3[01]))?(?:\d{2,6})?"
_BACKUP = re.compile(
    rf"^(?:bak|backup|bk|copy_of)_(?P<a>.+)$"
    rf"|^(?P<b>.+?)[_.-]?(?:bak|backup|bk|copy|old|history_copy|备份|副本)\d*(?:[_-]?{_DAY})?\d*$"
    rf"|^(?P<c>.+?)[_-]{_DAY}(?:[_-]?(?:bak|backup|old))?$",
    re.IGNORECASE,
)
_TEMPORARY = re.compile(
    r"^(?:(?:tmp|temp|test|ls)\d*[_.-]|临时|测试)_?(?P<a>.+)$"
    r"|^(?P<b>.+?)[_-](?:tmp|temp|test|临时|测试)\d*$"
    r"|^(?P<c>tmp|temp|test)\d*$",
    re.IGNORECASE,
)
_LOG = re.compile(
    r"(?:^|_)(?:log|logs|oper_?log|audit_?log|login_?log|rz|czrz|job_log|sys_log)\d*(?:_|$)|日志",
    re.IGNORECASE,
)
# A comment has to say it of the table: 临时价格补贴 is no temporary table.
_COMMENT = {
    TableKind.BACKUP: re.compile(r"(?:备份|副本)(?:表|数据)?$|^backup of", re.IGNORECASE),
    TableKind.TEMPORARY: re.compile(r"(?:临时|中间|测试)表$|^temporary table", re.IGNORECASE),
    TableKind.LOG: re.compile(r"日志(?:表|记录)?$|操作记录表?$"),
}


def kind_of(table: RawTable) -> TableKind:
    """Return what a table is."""
    name = table.name.rsplit(".", 1)[-1].rsplit("/", 1)[-1]
    patterns = (
        (TableKind.BACKUP, _BACKUP.search(name)),
        (TableKind.TEMPORARY, _TEMPORARY.search(name)),
        (TableKind.LOG, _LOG.search(name)),
    )
    for kind, found in patterns:
        if found or _COMMENT[kind].search(table.comment.strip()):
            return kind
    if table.rows == 0:
        return TableKind.EMPTY
    return TableKind.VIEW if table.view else TableKind.DATA


def original_of(table: RawTable, others: Sequence[RawTable]) -> RawTable | None:
    """Return the table of which a backup or temporary table is a copy; None where none is found.

    The name without its mark must be that of another table, or most columns must be the same.
    """
    place, _, name = table.name.rpartition(".")
    stems = {
        stem.lower()
        for pattern in (_BACKUP, _TEMPORARY)
        if (found := pattern.search(name))
        for stem in found.groupdict().values()
        if stem
    }
    mine = {column.name.lower() for column in table.columns}
    best: tuple[float, RawTable] | None = None
    for other in others:
        if other is table:
            continue
        theirs = {column.name.lower() for column in other.columns}
        same = len(mine & theirs) / len(mine | theirs) if mine | theirs else 0.0
        called = other.name.rpartition(".")[2].lower() in stems
        if same < (0.5 if called else 0.9) or len(mine) < 3:
            continue
        score = same + called + (other.name.rpartition(".")[0] == place) / 2
        if best is None or score > best[0]:
            best = (score, other)
    return best[1] if best else None
