"""What was released: keyed digests of the cells, row by row, with the persons they are about.

Kept by the provider beside the receipt, sealed. The digests are HMAC-SHA-256, cut to 64 bits, under
the provider's own key: without it nobody can try values until one fits.
"""

from __future__ import annotations

import hmac
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shixiao.sharing.fingerprints.variants import normal

PERSON_BYTES, CELL_BYTES = 16, 8
_HEAD = struct.Struct(">II")


@dataclass(frozen=True)
class Release:
    """One chunk that left under a grant.

    Attributes:
        grant: id.
        receipt: id of the receipt of the exchange.
        marks: how each column is marked; empty text for none.
        persons: pseudonym of the person of each row, 16 bytes.
        cells: digests, rows × columns.
    """

    grant: str
    receipt: str
    marks: tuple[str, ...]
    persons: tuple[bytes, ...]
    cells: NDArray[np.uint64]

    def to_bytes(self) -> bytes:
        """Write persons and digests; grant, receipt and marks are kept elsewhere."""
        head = _HEAD.pack(*self.cells.shape)
        return head + b"".join(self.persons) + self.cells.astype(">u8").tobytes()

    @classmethod
    def from_bytes(
        cls, data: bytes, *, grant: str, receipt: str, marks: tuple[str, ...]
    ) -> Release:
        """Read what ``to_bytes`` wrote.

        Raises:
            ValueError: it is something else.
        """
        rows, columns = _HEAD.unpack_from(data)
        start = _HEAD.size + rows * PERSON_BYTES
        if len(data) != start + rows * columns * CELL_BYTES or columns != len(marks):
            raise ValueError("This is no release")
        places = range(_HEAD.size, start, PERSON_BYTES)
        persons = tuple(data[at : at + PERSON_BYTES] for at in places)
        cells = np.frombuffer(data, ">u8", offset=start).astype(np.uint64)
        return cls(grant, receipt, marks, persons, cells.reshape(rows, columns))


def digest(key: bytes, value: str) -> int:
    """Return the digest of a value in normal form."""
    return int.from_bytes(hmac.digest(key, value.encode(), "sha256")[:CELL_BYTES])


def released(
    rows: Sequence[Sequence[object]],
    persons: Sequence[bytes],
    *,
    key: bytes,
    grant: str,
    receipt: str,
    marks: tuple[str, ...],
) -> Release:
    """Return the release of rows, as they are or as they were written for the recipient.

    Args:
        rows: values.
        persons: pseudonyms, one a row.
        key: of the provider's digests.
        grant: id.
        receipt: id.
        marks: by column.
    """
    cells = [[digest(key, normal(value)) for value in row] for row in rows]
    array = np.array(cells, np.uint64).reshape(len(rows), len(marks))
    return Release(grant, receipt, marks, tuple(persons), array)
