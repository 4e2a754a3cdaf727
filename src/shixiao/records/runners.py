"""Runners: programs near a department's systems that run the probes which the site cannot."""

from __future__ import annotations

from uuid import UUID

from django.db import models

from shixiao.records.accounts import Account
from shixiao.records.base import Record, code
from shixiao.records.organisations import Organisation


class Runner(Record):
    """A runner of a department, known by the public key by which it signs what it saw.

    It reaches the systems of the department and of those below it. ``seen`` is when it asked last.
    """

    code = models.CharField(max_length=16, unique=True, default=code)
    department = models.ForeignKey(Organisation, models.PROTECT, related_name="runners")
    name = models.CharField(max_length=100)
    key = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64, unique=True)
    registered = models.DateTimeField()
    registered_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    seen = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)

    class Meta:
        """By department."""

        ordering = ("department__code", "name", "code")

    @property
    def owner(self) -> UUID | None:
        """The department that runs it."""
        return self.department_id
