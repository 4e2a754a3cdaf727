"""What all records share: an id that sorts by time, and nothing else."""

from __future__ import annotations

import secrets
import time
import uuid

from django.db import models

from shixiao.seals import short_code


def uuid7() -> uuid.UUID:
    """Return a UUID of version 7 (RFC 9562, 5.7): milliseconds since 1970, then random bits."""
    number = time.time_ns() // 1_000_000 << 80 | secrets.randbits(80)
    number = number & ~(0xF << 76) | 7 << 76
    return uuid.UUID(int=number & ~(3 << 62) | 2 << 62)


def code() -> str:
    """Return a short code with a check sign, by which people name a record."""
    return short_code(secrets.token_bytes(5))


class Record(models.Model):
    """A row with an id of version 7: new rows go to the end of the index."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        """Every kind of record has a table of its own."""

        abstract = True

    @property
    def owner(self) -> uuid.UUID | None:
        """The organisation it belongs to, by which rights are limited; None where to none."""
        return None

    @property
    def keeper(self) -> uuid.UUID | None:
        """The account it is assigned to, by which rights are limited; None where to nobody."""
        return None
