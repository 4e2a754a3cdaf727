"""Leaves of the ledger: written with the business row, put into the tree by the sequencer."""

from __future__ import annotations

from django.db import models

from shixiao.records.base import code
from shixiao.records.fields import EncryptedJSON, EncryptedText


class LeafRow(models.Model):
    """An entry of the log. ``position`` is its number in the tree; null until it has one."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=16, unique=True, default=code)
    position = models.BigIntegerField(null=True, unique=True)
    event = models.CharField(max_length=40)
    subject = models.CharField(max_length=100)
    at = models.DateTimeField()
    entry = models.BinaryField()

    class Meta:
        """A page shows the leaves of one record."""

        indexes = (
            models.Index(fields=["subject", "id"]),
            models.Index(
                fields=["id"], name="leaf_waits", condition=models.Q(position__isnull=True)
            ),
        )


class SealedValue(models.Model):
    """A value that a leaf commits to, with its salt (hex); both can be erased, the leaf stays."""

    leaf = models.ForeignKey(LeafRow, models.CASCADE, related_name="sealed")
    field = models.CharField(max_length=40)
    value = EncryptedJSON(null=True)
    salt = EncryptedText()

    class Meta:
        """A leaf commits to a field once."""

        constraints = (
            models.UniqueConstraint(fields=["leaf", "field"], name="one_commitment_a_field"),
        )


class LogHead(models.Model):
    """The newest checkpoint that the records know of; one row a log."""

    origin = models.CharField(max_length=200, primary_key=True)
    size = models.BigIntegerField()
    root = models.CharField(max_length=64)
    sealed = models.DateTimeField()
