"""Notices to people: kept on the site, sent by mail or text message where they wish so."""

from __future__ import annotations

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record
from shixiao.records.fields import BothField, EncryptedText


class Notice(Record):
    """A notice to one person; ``link`` leads to what it is about.

    Whoever has no account is reached by the telephone or mail address that was left with the
    matter (``contact``); ``reader`` is a keyed hash of that way, by which notices are counted.
    """

    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="notices")
    contact = EncryptedText()
    reader = models.CharField(max_length=64, default="")
    kind = models.CharField(max_length=40)
    text = BothField()
    link = models.CharField(max_length=300, default="")
    made = models.DateTimeField()
    seen = models.DateTimeField(null=True)
    sent = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        """The newest first."""

        ordering = ("-made", "-id")
        indexes = (
            models.Index(fields=["account", "seen"]),
            models.Index(fields=["sent", "made"]),
            models.Index(fields=["reader", "made"], condition=~models.Q(reader=""),
                         name="notice_by_reader"),
        )  # fmt: skip
