"""Coordination meetings (统筹协调会): what they decide, and who has to carry it out by when."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.disputes import Dispute
from shixiao.records.organisations import Organisation


class Meeting(Record):
    """A meeting of the sharing authority and the departments (Decree 809 arts. 9 and 28).

    Its agenda is every dispute that waits for coordination; ``agenda`` holds their codes once the
    meeting was held, and nothing before.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    day = models.DateField()
    place = models.CharField(max_length=200)
    state = models.CharField(max_length=16)
    version = models.PositiveIntegerField(default=0)
    entered = models.DateTimeField()
    due = models.DateField(null=True)
    due_rule = models.CharField(max_length=20, default="")
    agenda = models.JSONField(default=list)
    minutes = models.TextField(default="")
    made = models.DateTimeField()
    made_by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        """The latest first."""

        ordering = ("-day", "-id")


class Resolution(Record):
    """What a meeting decided that a department has to do (督办事项)."""

    code = models.CharField(max_length=16, unique=True, default=code)
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="resolutions")
    dispute = models.ForeignKey(Dispute, models.PROTECT, null=True, related_name="resolutions")
    holder = models.ForeignKey(Organisation, models.PROTECT, related_name="resolutions")
    text = models.TextField()
    state = models.CharField(max_length=16)
    version = models.PositiveIntegerField(default=0)
    entered = models.DateTimeField()
    due = models.DateField(null=True)
    due_rule = models.CharField(max_length=20, default="")
    last_day = models.DateField()
    report = models.TextField(default="")
    made = models.DateTimeField()
    made_by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        """The newest first."""

        ordering = ("-made", "-id")
        indexes = (models.Index(fields=["state", "due"]),)

    @property
    def owner(self) -> UUID | None:
        """The department that has to carry it out."""
        return self.holder_id
