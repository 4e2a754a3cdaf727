"""Monthly bulletins of sharing (通报): figures of a month that no longer change."""

from __future__ import annotations

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record


class Bulletin(Record):
    """The published figures of a month (Decree 809 art. 29).

    ``rows`` are those of ``workflows.bulletins.Row`` as plain values, one a department; ``remark``
    is what the authority says to them.
    """

    month = models.DateField(unique=True)
    rows = models.JSONField()
    remark = models.TextField(default="")
    sha256 = models.CharField(max_length=64)
    published = models.DateTimeField()
    published_by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        """The latest month first."""

        ordering = ("-month",)
