"""Disputes about sharing: negotiated, then coordinated, then decided by the government."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.requests import SharingRequest


class Dispute(Record):
    """A dispute about a request (Decree 809 art. 28).

    ``decision`` is what the ladder came to: ``share`` obliges the provider, ``withhold`` ends the
    request. ``minutes`` say what the coordination meeting decided.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    request = models.ForeignKey(SharingRequest, models.PROTECT, related_name="disputes")
    state = models.CharField(max_length=16)
    version = models.PositiveIntegerField(default=0)
    entered = models.DateTimeField()
    due = models.DateField(null=True)
    due_rule = models.CharField(max_length=20, default="")
    claim = models.TextField()
    answer = models.TextField(default="")
    made = models.DateTimeField()
    made_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    decision = models.CharField(max_length=12, default="")
    minutes = models.TextField(default="")
    decided = models.DateTimeField(null=True)

    class Meta:
        """The newest first."""

        ordering = ("-made", "-id")
        indexes = (models.Index(fields=["state", "due"]),)

    @property
    def owner(self) -> UUID | None:
        """The department that asked; who answers is the owner of the dataset."""
        return self.request.requester_id
