"""Requests for data between departments, and every step they took."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.catalogue import CatalogueItem
from shixiao.records.organisations import Organisation


class SharingRequest(Record):
    """A request of a department for a dataset of another (Decree 809 arts. 20–22, 24).

    ``sharing`` is the attribute that the dataset had when the request was filed: by it the clock
    of the reply runs. ``waits`` are the days, in pairs, on which the clock stood still because the
    requester had to supply what was missing; ``extension`` are working days that the authority
    consented to. ``kind`` tells a request from a return flow (回流), for which no further condition
    may be set.
    """

    class Kind(models.TextChoices):
        """What is asked."""

        SHARE = "share"
        RETURN = "return"

    code = models.CharField(max_length=16, unique=True, default=code)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.SHARE)
    item = models.ForeignKey(CatalogueItem, models.PROTECT, related_name="requests")
    requester = models.ForeignKey(Organisation, models.PROTECT, related_name="requests")
    state = models.CharField(max_length=16)
    version = models.PositiveIntegerField(default=0)
    entered = models.DateTimeField()
    due = models.DateField(null=True)
    due_rule = models.CharField(max_length=20, default="")
    sharing = models.CharField(max_length=20, default="")
    basis = models.TextField()
    scenario = models.TextField()
    purpose = models.CharField(max_length=200)
    fields = models.JSONField()
    scope = models.TextField(default="")
    mode = models.CharField(max_length=20)
    case_types = models.JSONField(default=list)
    starts = models.DateField()
    ends = models.DateField()
    made = models.DateTimeField()
    made_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    filed = models.DateTimeField(null=True)
    waits = models.JSONField(default=list)
    missing = models.TextField(default="")
    asked_days = models.PositiveSmallIntegerField(default=0)
    extension = models.PositiveSmallIntegerField(default=0)
    answered = models.DateTimeField(null=True)
    decision = models.CharField(max_length=12, default="")
    refusal_reason = models.TextField(default="")
    refusal_basis = models.TextField(default="")
    delivered = models.DateTimeField(null=True)
    outside = models.CharField(max_length=200, default="")

    class Meta:
        """The newest first."""

        ordering = ("-made", "-id")
        indexes = (models.Index(fields=["state", "due"]),)

    @property
    def owner(self) -> UUID | None:
        """The department that asks; who answers is the owner of the dataset."""
        return self.requester_id


class SharingStep(Record):
    """A step of a request, correction, dispute or grant; by these, delays are laid at a door.

    ``subject`` is the code of what took the step. ``left`` is the state that ended with it, and
    ``due`` the day by which that should have ended.
    """

    subject = models.CharField(max_length=16)
    verb = models.CharField(max_length=20)
    at = models.DateTimeField()
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    left = models.CharField(max_length=16, default="")
    state = models.CharField(max_length=16, default="")
    due = models.DateField(null=True)
    reason = models.TextField(default="")

    class Meta:
        """In the order of time."""

        ordering = ("at", "id")
        indexes = (models.Index(fields=["subject", "at"]),)
