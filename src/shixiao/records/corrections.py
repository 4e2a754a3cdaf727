"""Corrections (校核): a department that uses data says where they are wrong."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.catalogue import CatalogueItem
from shixiao.records.fields import EncryptedText
from shixiao.records.organisations import Organisation


class Correction(Record):
    """A request to verify and correct data (Decree 809 art. 26).

    ``error`` says which records and what is wrong with them; it may name persons and is encrypted.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    item = models.ForeignKey(CatalogueItem, models.PROTECT, related_name="corrections")
    requester = models.ForeignKey(Organisation, models.PROTECT, related_name="corrections")
    state = models.CharField(max_length=16)
    version = models.PositiveIntegerField(default=0)
    entered = models.DateTimeField()
    due = models.DateField(null=True)
    due_rule = models.CharField(max_length=20, default="")
    field = models.CharField(max_length=200)
    records = models.PositiveIntegerField(default=1)
    error = EncryptedText()
    made = models.DateTimeField()
    made_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    answered = models.DateTimeField(null=True)
    corrected = models.PositiveIntegerField(null=True)
    answer = models.TextField(default="")

    class Meta:
        """The newest first."""

        ordering = ("-made", "-id")
        indexes = (models.Index(fields=["state", "due"]),)

    @property
    def owner(self) -> UUID | None:
        """The department that asks; who answers is the owner of the dataset."""
        return self.requester_id
