"""Files in the site's keeping: known by their hash, encrypted at rest."""

from __future__ import annotations

from django.db import models

from shixiao.records.base import Record


class StoredFile(Record):
    """A file; the same content is kept once. ``size`` is in bytes, before encryption."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    stored = models.DateTimeField()
