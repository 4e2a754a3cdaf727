"""Whether a case is open, of a granted kind, and about that very person.

Data are had for a matter that somebody deals with, and for nothing else: who looks people up
without one is browsing. Where cases are kept is pluggable: whatever has ``find`` with this meaning.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from typing import NamedTuple, Protocol

from shixiao.gateway.refusals import Refused

PSEUDONYM_BYTES = 16  # as seals.pseudonyms


class Matter(NamedTuple):
    """A case, as far as it is looked at; what is not there is None or an empty text.

    Attributes:
        kind: its type.
        subject: the person whom it is about; empty where it is about nobody alone.
        closed: when it was closed.
    """

    kind: object
    subject: object
    closed: object


class Cases(Protocol):
    """Where cases are kept."""

    async def find(self, case: str) -> Matter | None:
        """Return a case as it stands now; None where there is none of that id.

        Raises:
            Refused: they cannot be asked.
        """

    async def close(self) -> None:
        """Let go of files and connections."""


class CaseCheck:
    """Holds a request against the case that it names.

    Every request asks anew, and no answer is kept: a case that was closed a moment ago is closed.

    Args:
        cases: where they are kept.
        key: of the pseudonyms by which cases know persons; empty where they know identifiers.
    """

    def __init__(self, cases: Cases, key: bytes) -> None:
        self._cases, self._key = cases, key

    async def check(self, case: str, person: str, kinds: Collection[str]) -> str:
        """Return the type of the case, where data of the person may be had for it.

        Args:
            case: id.
            person: identifier, or empty for a batch: then the case is about nobody alone.
            kinds: types that are granted.

        Raises:
            Refused: the case is not there, is closed, of another type, or about somebody else; or
                cases cannot be asked.
        """
        found = await self._cases.find(case)
        if found is None:
            raise Refused("case_unknown")
        if found.closed not in {None, ""}:
            raise Refused("case_closed")
        if found.kind not in kinds:
            raise Refused("case_type")
        expected = self._as_kept(person) if person else ""
        subject = "" if found.subject is None else str(found.subject)
        if not hmac.compare_digest(subject.encode(), expected.encode()):
            raise Refused("case_subject")
        return str(found.kind)

    async def close(self) -> None:
        """Let go of files and connections."""
        await self._cases.close()

    def _as_kept(self, person: str) -> str:
        if not self._key:
            return person
        return hmac.digest(self._key, person.encode(), "sha256")[:PSEUDONYM_BYTES].hex()
