"""Grants: what a department may have of a dataset, for what, until when, and how it used it."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.catalogue import CatalogueItem
from shixiao.records.fields import EncryptedText
from shixiao.records.organisations import Organisation
from shixiao.records.requests import SharingRequest


class Grant(Record):
    """What was agreed on one request: bound to purpose, fields, kinds of case and time.

    ``terms`` hold masking, row scope, rate and size limits as the gateway takes them. The persons
    who answer on either side are encrypted. ``key`` is the public key of ``caller``, the
    recipient's system.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    request = models.OneToOneField(SharingRequest, models.PROTECT, related_name="grant")
    item = models.ForeignKey(CatalogueItem, models.PROTECT, related_name="grants")
    recipient = models.ForeignKey(Organisation, models.PROTECT, related_name="grants")
    state = models.CharField(max_length=16)
    version = models.PositiveIntegerField(default=0)
    entered = models.DateTimeField()
    due = models.DateField(null=True)
    due_rule = models.CharField(max_length=20, default="")
    purpose = models.CharField(max_length=200)
    basis = models.TextField()
    fields = models.JSONField()
    case_types = models.JSONField(default=list)
    mode = models.CharField(max_length=20)
    terms = models.JSONField(default=dict)
    starts = models.DateField()
    ends = models.DateField()
    reassess_on = models.DateField()
    key = models.CharField(max_length=100, default="")
    caller = models.CharField(max_length=100, default="")
    provider_person = EncryptedText()
    recipient_person = EncryptedText()
    made = models.DateTimeField()
    made_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    misuse = models.TextField(default="")
    disposed = models.TextField(default="")

    class Meta:
        """The newest first."""

        ordering = ("-made", "-id")
        indexes = (
            models.Index(fields=["state", "due"]),
            models.Index(fields=["item", "recipient"]),
        )

    @property
    def owner(self) -> UUID | None:
        """The department that uses the data; who provides them is the owner of the dataset."""
        return self.recipient_id


class UsageRecord(Record):
    """What a recipient did with shared data (Decree 809 art. 29): kept for three years at least."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="usage")
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    scenario = models.TextField()
    process = models.TextField()
    effect = models.TextField()
    storage = models.TextField()
    destroyed = models.TextField(default="")
    keep_until = models.DateField()

    class Meta:
        """The newest first."""

        ordering = ("-at", "-id")

    @property
    def owner(self) -> UUID | None:
        """The department that used the data."""
        return self.grant.recipient_id
