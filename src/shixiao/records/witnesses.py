"""Witnesses of the ledger, and the checkpoints that they cosigned."""

from __future__ import annotations

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record
from shixiao.records.fields import BothField


class Witness(Record):
    """Who sees that the ledger only grows: an auditor, an archive, an evaluator.

    ``vkey`` is the public key as a line of text; it may not come back once it has ended.
    """

    name = BothField()
    vkey = models.CharField(max_length=400, unique=True)
    added = models.DateTimeField()
    added_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    ended = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(default="")

    class Meta:
        """In the order in which they were added."""

        ordering = ("added", "id")


class Cosignature(Record):
    """A checkpoint that a witness cosigned and sent; ``kept`` once it stands in the log's folder.

    ``time`` is the one that the cosignature states. ``note`` is the whole signed checkpoint.
    """

    witness = models.ForeignKey(Witness, models.PROTECT, related_name="cosignatures")
    size = models.BigIntegerField()
    time = models.DateTimeField()
    received = models.DateTimeField()
    note = models.BinaryField()
    kept = models.BooleanField(default=False)

    class Meta:
        """The newest first; the sequencer looks for those that are not kept."""

        ordering = ("-size", "-time")
        indexes = (
            models.Index(fields=["id"], name="cosignature_waits", condition=models.Q(kept=False)),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["witness", "size", "time"], name="one_cosignature_a_time"
            ),
        )
