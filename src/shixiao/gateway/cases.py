"""Whether a case is open, of a granted kind, and about that very person.

Data are had for a matter that somebody deals with, and for nothing else: who looks people up
without one is browsing. The check is pluggable: whatever has ``check`` with this meaning.
"""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Collection
from pathlib import Path
from typing import Protocol

from shixiao.gateway.config import CasesConfig
from shixiao.gateway.reading import ReadOnly
from shixiao.gateway.refusals import Refused
from shixiao.terms import BadInput, Text

PSEUDONYM_BYTES = 16  # as seals.pseudonyms
_NO_TABLE = Text("读不到办件表：{why}。", "the table of cases cannot be read: {why}")


class CaseCheck(Protocol):
    """Looks cases up."""

    async def check(self, case: str, person: str, kinds: Collection[str]) -> str:
        """Return the type of the case, where data of the person may be had for it.

        Args:
            case: id.
            person: identifier, or empty for a batch: then the case is about nobody alone.
            kinds: types that are granted.

        Raises:
            Refused: the case is not there, is closed, of another type, or about somebody else.
        """


class CaseTable:
    """Cases in a table of SQLite, such as an extract of what the department's system holds.

    Args:
        config: the table and its columns.

    Raises:
        BadInput: it cannot be read.
    """

    def __init__(self, config: CasesConfig) -> None:
        names = (config.kind, config.subject, config.closed)
        columns = ", ".join(f"t.{_quoted(name)}" for name in names)
        self._sql = (
            f"SELECT {columns} FROM {_quoted(config.table)} AS t"
            f" WHERE t.{_quoted(config.case)} = ? LIMIT 1"
        )
        try:
            self._base = ReadOnly(Path(config.place))
            self._base.once(self._sql, ("",))
            self._key = Path(config.subject_key).read_bytes() if config.subject_key else b""
        except (sqlite3.Error, OSError) as error:
            raise BadInput(_NO_TABLE.format(why=error)) from None

    async def check(self, case: str, person: str, kinds: Collection[str]) -> str:
        """Look the case up; see ``CaseCheck``."""
        try:
            rows = self._base.rows(self._sql, (case,))
        except sqlite3.Error:
            raise Refused("cases_down") from None
        if not rows:
            raise Refused("case_unknown")
        kind, subject, closed = rows[0]
        if closed not in {None, ""}:
            raise Refused("case_closed")
        if kind not in kinds:
            raise Refused("case_type")
        expected = self._as_kept(person) if person else ""
        if not hmac.compare_digest(str(subject or "").encode(), expected.encode()):
            raise Refused("case_subject")
        return str(kind)

    def _as_kept(self, person: str) -> str:
        if not self._key:
            return person
        return hmac.digest(self._key, person.encode(), "sha256")[:PSEUDONYM_BYTES].hex()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
